// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The files of a run as one of the outputs, and what is said when packets are missing from them. */
#include <string.h>

#include "capture/write/rotate_impl.h"
#include "capture/write/writer.h"

static struct rotate *of(const struct sink *k)
{
	return (struct rotate *)k;
}

static int start(struct sink *k)
{
	return rotate_start(of(k));
}

static int begin(struct sink *k, struct source *from, uint64_t now, uint64_t wall_ns)
{
	return rotate_begun(of(k)) ? 0 : rotate_begin(of(k), from, now, wall_ns);
}

static int packet(struct sink *k, const struct packet *p)
{
	return rotate_packet(of(k), p);
}

static int flush(struct sink *k)
{
	return rotate_begun(of(k)) ? rotate_flush(of(k)) : 0;
}

static int joined(struct sink *k)
{
	return rotate_joined(of(k));
}

static int left(struct sink *k, uint32_t id)
{
	return rotate_left(of(k), id);
}

static size_t pending(const struct sink *k)
{
	return rotate_pending(of(k));
}

static void now(struct sink *k, uint64_t now)
{
	rotate_now(of(k), now);
}

static int tick(struct sink *k, uint64_t upto)
{
	return rotate_tick(of(k), upto);
}

static uint64_t due(const struct sink *k)
{
	return rotate_due(of(k));
}

static void clock_set(struct sink *k, uint64_t now, uint64_t wall_ns)
{
	rotate_clock_set(of(k), now, wall_ns);
}

static int spare(struct sink *k, const struct stat *st)
{
	return rotate_spare(of(k), st);
}

static int reader_fd(const struct sink *k)
{
	const struct writer *w = rotate_writer(of(k));

	return w ? writer_reader_fd(w) : -1;
}

static int block(struct sink *k, const void *block, size_t len)
{
	return writer_block(rotate_writer(of(k)), block, len);
}

static uint64_t lost(const struct sink *k, int64_t id)
{
	return id == SINK_ALL_IFACES ? rotate_lost_all(of(k)) : rotate_lost(of(k), id);
}

static void hurry(struct sink *k, int ms)
{
	rotate_hurry(of(k), ms);
}

static int finish(struct sink *k)
{
	int err = rotate_finish(of(k));

	k->incomplete = rotate_is_cut_short(of(k));
	return err;
}

static enum status report(const struct sink *k, uint64_t refused)
{
	const struct rotate *r = of(k);
	enum format_unfit why_unfit = FORMAT_FITS;
	const char *name = rotate_path(r), *path = strcmp(name, "-") ? name : "stdout";
	uint64_t unfit = rotate_unfit(r, &why_unfit);
	unsigned long long lost = rotate_lost_all(r) - unfit + refused;
	enum status status = k->incomplete ? STATUS_INCOMPLETE : STATUS_OK;

	if (unfit)
		status = sink_report_missing(path, unfit, sink_unfit_reason(why_unfit));
	if (k->error && rotate_has_failed(r))
		return log_fail(STATUS_INCOMPLETE,
				"%s: cannot make this file: %s; %llu packet%s not written", path,
				rotate_error(r, k->error), lost, lost == 1 ? "" : "s");
	return k->error ? sink_report_missing(path, lost, rotate_error(r, k->error)) : status;
}

static struct sink *close_sink(struct sink *k)
{
	rotate_close(of(k));
	return NULL;
}

static const struct sink_ops ops = {
	.start = start,
	.begin = begin,
	.packet = packet,
	.flush = flush,
	.joined = joined,
	.left = left,
	.pending = pending,
	.now = now,
	.tick = tick,
	.due = due,
	.clock_set = clock_set,
	.spare = spare,
	.reader_fd = reader_fd,
	.block = block,
	.lost = lost,
	.hurry = hurry,
	.finish = finish,
	.report = report,
	.close = close_sink,
};

struct sink *rotate_sink(struct rotate *r)
{
	r->sink.ops = &ops;
	return &r->sink;
}
