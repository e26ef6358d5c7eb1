// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A writer, and no file around it. */
#include <errno.h>
#include <stdlib.h>

#include "capture/base/util.h"
#include "capture/format/text_settings.h"
#include "capture/packet/packet.h"
#include "capture/write/sink.h"
#include "capture/write/text_sink.h"
#include "capture/write/writer.h"

struct text_sink {
	struct sink sink;
	struct writer *writer;
};

static struct writer *writer_of(const struct sink *k)
{
	return ((const struct text_sink *)k)->writer;
}

static int packet(struct sink *k, const struct packet *p)
{
	return writer_packet(writer_of(k), p);
}

static int flush(struct sink *k)
{
	return writer_flush(writer_of(k));
}

static size_t pending(const struct sink *k)
{
	return writer_pending(writer_of(k));
}

static int spare(struct sink *k, const struct stat *st)
{
	return writer_is_same(writer_of(k), st) ? -EEXIST : 0;
}

static int reader_fd(const struct sink *k)
{
	return writer_reader_fd(writer_of(k));
}

static void hurry(struct sink *k, int ms)
{
	writer_hurry(writer_of(k), ms);
}

static bool no_stats(void *ctx is_unused, uint32_t id is_unused, struct iface_stats *s is_unused)
{
	return false;
}

static int finish(struct sink *k)
{
	return writer_finish(writer_of(k), no_stats, NULL);
}

static enum status report(const struct sink *k, uint64_t refused is_unused)
{
	return k->error ? log_fail(STATUS_INCOMPLETE, "stdout: cannot write: %s",
				   sink_reason(k->error))
			: STATUS_OK;
}

static struct sink *close_sink(struct sink *k)
{
	writer_close(writer_of(k));
	free(k);
	return NULL;
}

static const struct sink_ops ops = {
	.packet = packet,
	.flush = flush,
	.pending = pending,
	.spare = spare,
	.reader_fd = reader_fd,
	.hurry = hurry,
	.finish = finish,
	.report = report,
	.close = close_sink,
};

int text_sink_open(struct sink **k, enum file_format format, const struct text_settings *text,
		   int interrupt_fd)
{
	struct text_sink *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	t->sink = (struct sink){ .ops = &ops, .eager = text->line_buffered };
	err = writer_open(&t->writer, format, text, "-", interrupt_fd);
	if (!err)
		err = writer_begin(t->writer, &(struct origin){ .hardware = NULL });
	if (err) {
		close_sink(&t->sink);
		return err;
	}
	*k = &t->sink;
	return 0;
}
