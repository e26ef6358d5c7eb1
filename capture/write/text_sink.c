// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A writer, and no file around it; perhaps several threads that make the text for it. */
#include <errno.h>
#include <stdlib.h>

#include "capture/base/util.h"
#include "capture/format/text_settings.h"
#include "capture/packet/packet.h"
#include "capture/write/formatters.h"
#include "capture/write/sink.h"
#include "capture/write/text_sink.h"
#include "capture/write/writer.h"

struct text_sink {
	struct sink sink;
	struct writer *writer;
	struct formatters *formatters;	/* NULL: it makes it itself */
	unsigned n_threads;
};

static struct writer *writer_of(const struct sink *k)
{
	return ((const struct text_sink *)k)->writer;
}

static struct formatters *formatters_of(const struct sink *k)
{
	return ((const struct text_sink *)k)->formatters;
}

static int start(struct sink *k)
{
	return formatters_of(k) ? formatters_start(formatters_of(k),
						   ((const struct text_sink *)k)->n_threads)
				: 0;
}

static int packet(struct sink *k, const struct packet *p)
{
	return formatters_of(k) ? formatters_packet(formatters_of(k), p)
				: writer_packet(writer_of(k), p);
}

static int flush(struct sink *k)
{
	int err = formatters_of(k) ? formatters_flush(formatters_of(k)) : 0;

	return err ? err : writer_flush(writer_of(k));
}

static size_t pending(const struct sink *k)
{
	return writer_pending(writer_of(k)) +
	       (formatters_of(k) ? formatters_pending(formatters_of(k)) : 0);
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

static int put(void *writer, uint32_t iface, const void *text, size_t n)
{
	return writer_made(writer, iface, text, n);
}

static enum status report(const struct sink *k, uint64_t refused is_unused)
{
	return k->error ? log_fail(STATUS_INCOMPLETE, "stdout: cannot write: %s",
				   sink_reason(k->error))
			: STATUS_OK;
}

static struct sink *close_sink(struct sink *k)
{
	formatters_close(formatters_of(k));
	writer_close(writer_of(k));
	free(k);
	return NULL;
}

static const struct sink_ops ops = {
	.start = start,
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
		   unsigned n_threads, int interrupt_fd)
{
	struct text_sink *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	t->sink = (struct sink){ .ops = &ops, .eager = text->line_buffered };
	t->n_threads = n_threads;
	err = writer_open(&t->writer, format, text, "-", interrupt_fd);
	if (!err)
		err = writer_begin(t->writer, &(struct origin){ .hardware = NULL });
	if (!err && n_threads && !text->line_buffered)
		err = formatters_open(&t->formatters, format, text, put, t->writer);
	if (err) {
		close_sink(&t->sink);
		return err;
	}
	*k = &t->sink;
	return 0;
}
