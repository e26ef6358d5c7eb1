// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Reads a capture: to text, to statistics, to pcapng. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "capture/decode.h"
#include "capture/flow.h"
#include "capture/live.h"
#include "capture/opts.h"
#include "capture/packet.h"
#include "capture/pcapng.h"
#include "capture/reader.h"
#include "capture/stats.h"
#include "capture/version.h"
#include "capture/writer.h"

struct offline {
	const struct opts *opts;
	const char *name;	/* of the input, for sentences */
	FILE *file;
	struct reader *reader;
	struct flow flow;
	struct totals totals;
	uint64_t first_ns, last_ns;	/* valid if there was a packet with a time */
	bool timed;
	uint32_t n_written_ifaces;
	bool begun;
	bool is_stream;		/* input may come slowly */
	bool link_types_differ;
	bool decode;		/* somebody wants to know what the packets are */
};

static void warn(void *ctx, const char *sentence)
{
	const struct offline *f = ctx;

	complain("warning: %s: %s", f->name, sentence);
}

static enum status open_input(struct offline *f)
{
	struct stat st;

	if (!strcmp(f->opts->read, "-")) {
		f->name = "stdin";
		f->file = stdin;
	} else {
		f->name = f->opts->read;
		f->file = fopen(f->opts->read, "re");
		if (!f->file)
			return fail(STATUS_RUNTIME, "%s: cannot open: %s", f->name, strerror(errno));
	}
	setvbuf(f->file, NULL, _IONBF, 0);	/* the reader has a buffer */
	if (fstat(fileno(f->file), &st))
		return fail(STATUS_RUNTIME, "%s: %s", f->name, strerror(errno));
	f->is_stream = !S_ISREG(st.st_mode);
	if (S_ISDIR(st.st_mode))
		return fail(STATUS_RUNTIME, "%s: is a directory", f->name);
	if (f->flow.writer && writer_is_same(f->flow.writer, &st))
		return fail(STATUS_USAGE, "%s: cannot read from and write to the same file", f->name);
	return STATUS_OK;
}

/* The head is written when the first packet is there: only then is it known what the input says of its origin. */
static int begin_output(struct offline *f)
{
	if (f->begun)
		return 0;
	f->begun = true;
	return writer_begin(f->flow.writer, reader_section(f->reader, SHB_HARDWARE), reader_section(f->reader, SHB_OS),
			    "xdpdump " XDPDUMP_VERSION);
}

/* The interfaces that the file has shown since. */
static int write_ifaces(struct offline *f)
{
	const struct iface *i;
	int err = 0;

	while (!err && (i = reader_iface(f->reader, f->n_written_ifaces))) {
		if (i->linktype != reader_iface(f->reader, 0)->linktype && !f->link_types_differ) {
			f->link_types_differ = true;
			complain("warning: %s: interfaces of different link types, which tcpdump does not read from one file",
				 f->name);
		}
		err = writer_iface(f->flow.writer, i, f->opts->snap);
		f->n_written_ifaces++;
	}
	return err;
}

/* All that stands before the next packet in the file. */
static int prepare_output(struct offline *f)
{
	int err = begin_output(f);

	return err ? err : write_ifaces(f);
}

static void count(struct offline *f, const struct packet *p)
{
	count_packet(&f->totals.c, &p->hdr, p->len);
	if (!(p->has & PACKET_TIME))
		return;
	if (!f->timed || p->ts_ns < f->first_ns)
		f->first_ns = p->ts_ns;
	f->timed = true;
	if (p->ts_ns > f->last_ns)
		f->last_ns = p->ts_ns;
}

/* Behind a pipe there may be nothing for a while: what is known by then is shown. */
static int next_packet(struct offline *f, struct packet *p)
{
	if (f->is_stream && reader_is_drained(f->reader))
		flow_flush(&f->flow);
	return reader_next(f->reader, p);
}

/* The sinks get it. False: no more packets are wanted. */
static bool take_packet(struct offline *f, struct packet *p)
{
	if (f->flow.writer) {
		int err = prepare_output(f);

		if (err) {
			f->flow.write_error = err == -EPIPE ? 0 : err;
			return false;
		}
	}
	if (f->opts->snap && p->caplen > f->opts->snap)
		p->caplen = f->opts->snap;
	if (f->decode) {
		decode_packet(p);
		count(f, p);
	}
	return flow_packet(&f->flow, p);
}

/* 0 when all is read or no more is wanted, or what reader_next() returned. */
static int read_packets(struct offline *f)
{
	struct packet p;
	int got;

	while ((got = next_packet(f, &p)) > 0)
		if (!take_packet(f, &p))
			return 0;
	return got;
}

/* The statistics of the input are those of the capture, and stay with it. */
static bool iface_stats(void *ctx, uint32_t id, struct iface_stats *s)
{
	const struct offline *f = ctx;
	const struct iface_stats *known = reader_stats(f->reader, id);

	if (known)
		*s = *known;
	return known;
}

static void finish_output(struct offline *f)
{
	int err;

	flow_flush(&f->flow);
	if (!f->flow.writer)
		return;
	err = prepare_output(f);
	if (!err)
		err = writer_finish(f->flow.writer, iface_stats, f);
	if (err && err != -EPIPE && !f->flow.write_error)
		f->flow.write_error = err;
}

static enum status process(struct offline *f)
{
	int err = reader_open(&f->reader, f->file, warn, f);
	int status;

	if (err)
		return fail(STATUS_RUNTIME, "%s: %s", f->name, reader_error(f->reader));
	err = read_packets(f);
	finish_output(f);
	if (f->opts->stats)
		stats_print(&f->totals, f->last_ns - f->first_ns);
	if (err)
		complain("%s: %s", f->name, err == -ENOMEM ? "out of memory" : reader_error(f->reader));
	status = flow_report(&f->flow, f->opts->write);
	return status ? (enum status)status : err ? STATUS_RUNTIME : STATUS_OK;
}

enum status offline_run(const struct opts *o)
{
	struct offline f = { .opts = o, .decode = o->text || o->stats };
	enum status status = flow_open(&f.flow, o, -1);

	if (!status)
		status = open_input(&f);
	if (!status)
		status = process(&f);
	reader_close(f.reader);
	if (f.file && f.file != stdin)
		fclose(f.file);
	flow_close(&f.flow);
	return status;
}
