// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <string.h>

#include "capture/write/file_sink.h"
#include "capture/write/rotate.h"
#include "capture/write/sink.h"
#include "capture/write/writer.h"

static int start(struct sink *k)
{
	return rotate_start(rotate_of(k));
}

static int begin(struct sink *k, struct source *from, uint64_t now, uint64_t wall_ns)
{
	return rotate_begun(rotate_of(k)) ? 0 : rotate_begin(rotate_of(k), from, now, wall_ns);
}

static int packet(struct sink *k, const struct packet *p)
{
	return rotate_packet(rotate_of(k), p);
}

static int flush(struct sink *k)
{
	return rotate_begun(rotate_of(k)) ? rotate_flush(rotate_of(k)) : 0;
}

static int joined(struct sink *k)
{
	return rotate_joined(rotate_of(k));
}

static int left(struct sink *k, uint32_t id)
{
	return rotate_left(rotate_of(k), id);
}

static size_t pending(const struct sink *k)
{
	return rotate_pending(rotate_of(k));
}

static void now(struct sink *k, uint64_t now)
{
	rotate_now(rotate_of(k), now);
}

static int tick(struct sink *k, uint64_t upto)
{
	return rotate_tick(rotate_of(k), upto);
}

static uint64_t due(const struct sink *k)
{
	return rotate_due(rotate_of(k));
}

static void clock_set(struct sink *k, uint64_t now, uint64_t wall_ns)
{
	rotate_clock_set(rotate_of(k), now, wall_ns);
}

static int spare(struct sink *k, const struct stat *st)
{
	return rotate_spare(rotate_of(k), st);
}

static int reader_fd(const struct sink *k)
{
	const struct writer *w = rotate_writer(rotate_of(k));

	return w ? writer_reader_fd(w) : -1;
}

static int block(struct sink *k, const void *block, size_t len)
{
	return writer_block(rotate_writer(rotate_of(k)), block, len);
}

static uint64_t lost(const struct sink *k, int64_t id)
{
	return id == SINK_ALL_IFACES ? rotate_lost_all(rotate_of(k)) : rotate_lost(rotate_of(k), id);
}

static void hurry(struct sink *k, int ms)
{
	rotate_hurry(rotate_of(k), ms);
}

static int finish(struct sink *k)
{
	int err = rotate_finish(rotate_of(k));

	k->incomplete = rotate_is_cut_short(rotate_of(k));
	return err;
}

static enum status report(const struct sink *k, uint64_t refused)
{
	const struct rotate *r = rotate_of(k);
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
	rotate_close(rotate_of(k));
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

struct sink *file_sink(struct rotate *r)
{
	struct sink *k = rotate_sink(r);

	k->ops = &ops;
	return k;
}
