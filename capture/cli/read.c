// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Reads a capture, or what matches a filter of it: to text, to statistics, to pcapng. */
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/clock.h"
#include "capture/base/watch.h"
#include "capture/cli/capture.h"
#include "capture/cli/filtered.h"
#include "capture/cli/open_outputs.h"
#include "capture/cli/opts.h"
#include "capture/kernel/run_as.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/packet/source.h"
#include "capture/read/capfile.h"
#include "capture/read/merge.h"
#include "capture/read/secrets.h"
#include "capture/report/stats.h"
#include "capture/stage/dedup.h"
#include "capture/stage/select.h"
#include "capture/write/outputs.h"

enum { HURRY_MS = 1000 };	/* once we are asked to stop, a reader of ours has to take something within this time */

struct read_run {
	const struct opts *opts;
	struct watch watch;
	struct filtered source;
	struct selection selection;
	const struct numbers *only;	/* NULL: all */
	struct outputs outputs;
	struct totals totals;
	uint64_t first_ns, last_ns;	/* valid if there was a packet with a time */
	bool timed;
	struct source as_source;	/* for those who write it down */
	struct raw_options section;	/* comments on it, once the first file is begun */
	struct blocks secrets;		/* that every file begins with */
	uint64_t n_secrets;		/* blocks of those of the input that were copied */
	bool begun;		/* the first file */
	uint64_t n_untimed;	/* packets that were taken without a time */
	unsigned n_spared;	/* files of the input that are not to be written */
	bool decode;		/* somebody wants to know what the packets are */
};

static struct read_run *run_of(struct source *s)
{
	return (struct read_run *)((char *)s - offsetof(struct read_run, as_source));
}

/* Of all files that have shown it when the first output is begun. */
static void origin(struct source *s, struct origin *o)
{
	struct read_run *f = run_of(s);

	if (!f->begun)
		f->section = merge_section_options(f->source.input);
	o->hardware = merge_section(f->source.input, SHB_HARDWARE);
	o->os = merge_section(f->source.input, SHB_OS);
	o->options = f->section;
}

static const struct iface *iface(struct source *s, uint32_t id)
{
	return merge_iface(run_of(s)->source.input, id);
}

/* They are those of the capture, whatever has become of its packets here. */
static bool iface_stats(struct source *s, uint32_t id, uint64_t unwritten is_unused,
			struct iface_stats *stats)
{
	const struct iface_stats *known = merge_stats(run_of(s)->source.input, id);

	if (known)
		*stats = *known;
	return known;
}

static void warn(struct source *s, const char *sentence)
{
	struct read_run *f = run_of(s);

	progress_erase(&f->watch.progress);
	log_complain("warning: %s: %s", merge_title(f->source.input), sentence);
}

static const struct source_ops source_ops = { origin, iface, iface_stats, warn };

/*
 * The first file is begun when a packet is there, or blocks are that stand before it, or the end:
 * only then is it known what the input says of its origin. False: no more packets are wanted.
 */
static bool begin_output(struct read_run *f, const struct packet *next)
{
	uint64_t ns = next && next->has & PACKET_TIME ? next->ts_ns : clock_now_ns();

	f->begun = f->begun || outputs_begin(&f->outputs, &f->as_source, ns, ns);
	return f->begun;
}

static void count(struct read_run *f, const struct packet *p)
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

/* To the snap length, or behind the last header. */
static void cut(struct read_run *f, struct packet *p)
{
	if (f->opts->headers_only) {
		link_decode(p);
		p->caplen = min_of(p->caplen, (uint32_t)p->hdr.hdr_len);
	} else if (f->opts->snap && p->caplen > f->opts->snap) {
		p->caplen = f->opts->snap;
	}
}

/*
 * What stands between the packets and goes with them, whichever of them are wanted. A failure shows
 * with the next packet.
 */
static void copy_blocks(void *ctx, const struct blocks *b, const struct packet *next)
{
	struct read_run *f = ctx;
	size_t len;

	if (!begin_output(f, next))
		return;
	for (size_t at = 0; at < b->len; at += len) {
		bool is_secret;

		len = secrets_look(b, at, &is_secret);
		if (is_secret && f->opts->discard_secrets)
			continue;
		f->n_secrets += is_secret;
		outputs_wrote(&f->outputs,
			      writer_block(rotate_writer(f->outputs.rotate), b->bytes + at, len));
	}
}

/* The sinks get it. False: no more packets are wanted. */
static bool take_packet(struct read_run *f, struct packet *p)
{
	if (f->outputs.rotate && (f->outputs.write_error || (!f->begun && !begin_output(f, p)))) {
		f->outputs.refused += f->outputs.write_error != 0;
		return false;
	}
	f->n_untimed += !(p->has & PACKET_TIME);
	cut(f, p);
	if (f->decode) {
		if (!f->opts->headers_only)
			link_decode(p);
		count(f, p);
	}
	return outputs_packet(&f->outputs, p);
}

static enum status read_secrets(struct read_run *f)
{
	char said[PATH_MAX + 128];

	for (unsigned i = 0; i < f->opts->n_secrets; i++) {
		if (!secrets_read(&f->secrets, f->opts->secrets[i], said, sizeof(said)))
			return log_fail(STATUS_USAGE, "%s", said);
		if (*said)
			log_complain("warning: %s", said);
	}
	return STATUS_OK;
}

/* What is read is not written. */
static enum status spare_files(struct read_run *f)
{
	const struct stat *st;

	for (; (st = merge_stat(f->source.input, f->n_spared)); f->n_spared++)
		if (outputs_spare(&f->outputs, st) == -EEXIST)
			return log_fail(STATUS_USAGE,
					"%s: cannot read from and write to the same file",
					merge_name(f->source.input, f->n_spared));
	return STATUS_OK;
}

static enum status open_input(struct read_run *f)
{
	const struct opts *o = f->opts;
	enum status status = filtered_open(&f->source, o, &f->watch, o->reads, o->n_reads);

	if (!status && !f->watch.asked)
		status = spare_files(f);
	if (status || f->watch.asked)
		return status;
	f->selection = (struct selection){ .start = o->start, .end = o->end, .skip = o->skip };
	if ((o->dedup_packets || o->dedup_ns) &&
	    dedup_open(&f->selection.dedup, o->dedup_packets, o->dedup_ns, o->ignored))
		return log_fail(STATUS_RUNTIME, "out of memory");
	f->selection.only = f->only;
	if (f->selection.dedup || f->only || o->skip || o->start.kind || o->end.kind)
		f->source.selection = &f->selection;
	f->source.copy = f->outputs.rotate ? copy_blocks : NULL;
	f->source.ctx = f;
	return STATUS_OK;
}

/* What cannot be written any more is counted; but a stream may have no end. */
static int count_rest(struct read_run *f)
{
	struct packet p;
	int got = 0;

	f->source.copy = NULL;
	if (merge_is_stream(f->source.input)) {
		log_complain("%s: not read to its end, as it cannot be written",
			     merge_title(f->source.input));
		return 0;
	}
	while ((!f->outputs.limit || f->outputs.taken + f->outputs.refused < f->outputs.limit) &&
	       (got = filtered_next(&f->source, &p)) > 0)
		f->outputs.refused++;
	return got;
}

/* 0 when all is read or no more is wanted, or what filtered_next() returned. */
static int read_packets(struct read_run *f)
{
	struct packet p;
	int got;

	while ((got = filtered_next(&f->source, &p)) > 0) {
		if (f->opts->follow && spare_files(f))
			return -EEXIST;
		if (!take_packet(f, &p))
			return f->outputs.write_error ? count_rest(f) : 0;
	}
	return got;
}

/*
 * A signal ends the waiting for a reader of ours; only one that forces the end ends the flush as
 * well.
 */
static void flush_rest(struct read_run *f)
{
	do {
		if (!watch_look(&f->watch))
			outputs_hurry(&f->outputs, f->watch.forced ? 0 : HURRY_MS);
		outputs_flush(&f->outputs);
	} while (!f->watch.forced && outputs_pending(&f->outputs));
}

static void finish_output(struct read_run *f)
{
	if (f->outputs.rotate && !f->outputs.write_error)
		begin_output(f, NULL);
	flush_rest(f);
	outputs_finish(&f->outputs);
	watch_look(&f->watch);
}

static void print_stats(struct read_run *f)
{
	stats_print(&f->totals, f->last_ns - f->first_ns);
}

static void announce_progress(const struct read_run *f, const char *what)
{
	log_announce("%s%llu packets read, %llu taken", what, (unsigned long long)f->source.n_read,
		 (unsigned long long)f->outputs.taken);
}

/* SIGUSR1. Without a look into the packets there is less to tell. */
static void on_stats(void *ctx)
{
	struct read_run *f = ctx;

	progress_erase(&f->watch.progress);
	if (f->decode)
		print_stats(f);
	else
		announce_progress(f, "");
}

/* Behind a pipe there may be nothing for a while: what is known by then is shown. */
static void on_flush(void *ctx)
{
	struct read_run *f = ctx;

	outputs_flush(&f->outputs);
}

/* A format that has a time for each packet says nothing of it. */
static void tell_of_times(const struct read_run *f)
{
	bool is_pcap = f->outputs.rotate &&
		       (f->opts->format == FORMAT_PCAP || f->opts->format == FORMAT_PCAP_NS);

	if (is_pcap && f->n_untimed)
		log_complain(
			"warning: %s: %llu packet%s without a time: written as of 1970-01-01 00:00:00, for pcap knows no packets "
			"without; pcapng does",
			merge_title(f->source.input), (unsigned long long)f->n_untimed,
			f->n_untimed == 1 ? "" : "s");
}

/* Keys of the whole capture behind the packets of a part of it. */
static void tell_of_secrets(const struct read_run *f)
{
	if (f->n_secrets && (f->opts->filter || f->source.selection || f->opts->count))
		log_complain(
			"warning: %s: the secrets of the whole input are in it, not only of the packets that were selected; "
			"--discard-secrets leaves them out",
			f->opts->write);
}

static void report(struct read_run *f)
{
	unsigned long long doubles = f->selection.n_doubles;

	tell_of_times(f);
	tell_of_secrets(f);
	if (f->opts->stats)
		print_stats(f);
	if (f->opts->count_only)
		printf("%llu packet%s\n", (unsigned long long)f->outputs.taken,
		       f->outputs.taken == 1 ? "" : "s");
	if (f->selection.dedup)
		log_announce("%llu duplicate packet%s left out", doubles, doubles == 1 ? "" : "s");
	if (f->watch.asked)
		announce_progress(f, "stopped as asked: ");
	else
		filtered_complain(&f->source);
}

static enum status process(struct read_run *f)
{
	int status, err;

	if (f->source.is_single && !filtered_check_filter(&f->source))
		return STATUS_USAGE;
	err = read_packets(f);
	progress_erase(&f->watch.progress);
	if (!f->watch.asked)
		filtered_check_filter(&f->source);
	/* the output is left alone */
	if (f->source.refused && !f->begun && !f->outputs.taken)
		return STATUS_USAGE;
	finish_output(f);
	report(f);
	loop_ignore_hangup(&f->watch.waiter);	/* as at the end of a capture */
	if (outputs_wait(&f->outputs) == -EINTR)
		watch_look(&f->watch);
	status = outputs_report(&f->outputs);
	if (f->opts->count_only)
		status = log_finish_stdout() ? STATUS_INCOMPLETE : status;
	if (f->watch.forced)
		return STATUS_SIGNAL + f->watch.forced;
	if (status)
		return status;
	return f->source.refused	? STATUS_USAGE
	       : err && !f->watch.asked ? STATUS_RUNTIME
					: STATUS_OK;
}

enum status read_run_only(const struct opts *o, const struct numbers *only)
{
	struct read_run f = { .as_source.ops = &source_ops,
			      .opts = o,
			      .only = only,
			      .decode = o->text || o->stats || format_is_text(o->format) };
	struct run_as *account = NULL;
	/* before signals only ask: a FIFO may keep us waiting */
	enum status status = read_secrets(&f);

	if (status) {
		free(f.secrets.bytes);
		return status;
	}
	if (watch_open(&f.watch, o->text))
		status = log_fail(STATUS_RUNTIME, "cannot watch for signals: %s", strerror(errno));
	f.watch.stats = on_stats;
	f.watch.flush = on_flush;
	f.watch.ctx = &f;
	if (!status)
		status = open_outputs(&f.outputs, o, &f.secrets, f.watch.waiter.stop_fd, &account);
	if (!status && !f.outputs.done)
		status = open_input(&f);
	if (!status)
		status = open_outputs_become(o, account);
	if (!status && !f.outputs.done && !f.watch.asked)
		status = process(&f);
	else if (!status && f.watch.forced)
		status = STATUS_SIGNAL + f.watch.forced;
	run_as_close(account);
	dedup_close(f.selection.dedup);
	free(f.secrets.bytes);
	filtered_close(&f.source);
	outputs_close(&f.outputs);
	watch_close(&f.watch);
	return status;
}

enum status read_run(const struct opts *o)
{
	return read_run_only(o, NULL);
}
