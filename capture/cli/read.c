// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Reads a capture, or what matches a filter of it: to text, to statistics, to pcapng. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/clock.h"
#include "capture/base/progress.h"
#include "capture/cli/file_source.h"
#include "capture/cli/flows.h"
#include "capture/cli/open_outputs.h"
#include "capture/cli/opts.h"
#include "capture/cli/pump.h"
#include "capture/cli/read.h"
#include "capture/cli/recording.h"
#include "capture/kernel/run_as.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/read/capfile.h"
#include "capture/read/merge.h"
#include "capture/read/parts.h"
#include "capture/read/secrets.h"
#include "capture/report/flow_table.h"
#include "capture/report/state.h"
#include "capture/report/stats.h"
#include "capture/stage/dedup.h"
#include "capture/stage/select.h"
#include "capture/write/target.h"

/* What statistics tell. */
struct counted {
	struct counters c;
	uint64_t first_ns, last_ns;	/* valid if there was a packet with a time */
	bool timed;
};

struct read_run {
	const struct opts *opts;
	struct pump pump;
	struct recording recording;
	struct progress progress;
	struct file_source source;
	struct selection selection;
	const struct numbers *only;	/* NULL: all */
	const struct read_guest *guest;	/* NULL: none */
	struct counted counted;
	struct parts *parts;	/* NULL: one thread is enough */
	struct flow_table *flows;	/* NULL: they are not printed */
	enum status flows_status;
	struct blocks secrets;		/* that every file begins with */
	uint64_t n_secrets;		/* blocks of those of the input that were copied */
	uint64_t n_untimed;	/* packets that were taken without a time */
	unsigned n_spared;	/* files of the input that are not to be written */
	bool greeted;		/* the guest */
	bool decode;		/* somebody wants to know what the packets are */
};

/* ---- stages ---- */

static int select_stage(void *ctx, struct packet *p)
{
	struct read_run *f = ctx;
	int got = select_packet(&f->selection, p);

	if (got < 0)
		log_complain("out of memory");
	return got;
}

static void count(struct counted *n, const struct packet *p)
{
	count_packet(&n->c, &p->hdr, p->len);
	if (!(p->has & PACKET_TIME))
		return;
	if (!n->timed || p->ts_ns < n->first_ns)
		n->first_ns = p->ts_ns;
	n->timed = true;
	n->last_ns = max_of(n->last_ns, p->ts_ns);
}

static int cut_to_headers(void *ctx is_unused, struct packet *p)
{
	link_decode(p);
	p->caplen = min_of(p->caplen, (uint32_t)p->hdr.hdr_len);
	return 1;
}

static int cut_to_snap(void *ctx, struct packet *p)
{
	const struct read_run *f = ctx;

	p->caplen = min_of(p->caplen, f->opts->snap);
	return 1;
}

static int decode(void *ctx, struct packet *p)
{
	struct read_run *f = ctx;

	/* whose headers are known before they are cut */
	if (!f->opts->headers_only)
		link_decode(p);
	count(&f->counted, p);
	if (f->flows)
		flow_table_packet(f->flows, p);
	return 1;
}

static int count_untimed(void *ctx, struct packet *p)
{
	struct read_run *f = ctx;

	f->n_untimed += !(p->has & PACKET_TIME);
	return 1;
}

/* ---- what threads count of a large file of which nothing is wanted but that ---- */

static void *begin_part(void *ctx is_unused)
{
	return calloc_lines(sizeof(struct counted));
}

static bool count_part(void *part, struct packet *p)
{
	link_decode(p);
	count(part, p);
	return true;
}

static bool add_part(void *ctx, void *part, uint64_t n)
{
	struct read_run *f = ctx;
	struct counted *all = &f->counted;
	const struct counted *more = part;

	counters_join(&all->c, &more->c);
	if (more->timed && (!all->timed || more->first_ns < all->first_ns))
		all->first_ns = more->first_ns;
	all->timed |= more->timed;
	all->last_ns = max_of(all->last_ns, more->last_ns);
	f->pump.outputs.taken += n;
	return true;
}

static const struct parts_ops in_parts = { begin_part, count_part, add_part, free };

static bool only_counts(const struct read_run *f)
{
	const struct outputs *out = &f->pump.outputs;

	return f->opts->n_reads == 1 && f->decode && f->pump.n_stages == 1 && !out->n_sinks && !out->limit &&
	       !out->stop_ns && !f->flows && !f->guest;
}

/* ---- */

/*
 * What stands between the packets and goes with them, whichever of them are wanted. A failure shows
 * with the next packet.
 */
static void copy_blocks(void *ctx, const struct blocks *b, const struct packet *next)
{
	struct read_run *f = ctx;
	size_t len;

	if (!pump_begin(&f->pump, next))
		return;
	for (size_t at = 0; at < b->len; at += len) {
		bool is_secret;

		len = secrets_look(b, at, &is_secret);
		if (is_secret && f->opts->discard_secrets)
			continue;
		f->n_secrets += is_secret;
		outputs_block(&f->pump.outputs, b->bytes + at, len);
	}
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
		if (outputs_spare(&f->pump.outputs, st) == -EEXIST)
			return log_fail(STATUS_USAGE,
					"%s: cannot read from and write to the same file",
					merge_name(f->source.input, f->n_spared));
	return STATUS_OK;
}

/* Followed, other files come while packets are read. */
static int spare_followed(void *ctx, struct packet *p is_unused)
{
	return spare_files(ctx) ? -EEXIST : 1;
}

static void look(void *ctx)
{
	const struct read_run *f = ctx;

	f->guest->look(f->guest->ctx);
}

static enum status open_input(struct read_run *f)
{
	const struct opts *o = f->opts;
	int err = pump_watch_readers(&f->pump);
	enum status status;

	if (err)
		return log_fail(STATUS_RUNTIME, "cannot watch for readers: %s", strerror(-err));
	status = file_source_open(&f->source, o, &f->pump.loop, &f->progress, o->reads, o->n_reads);
	f->pump.source = &f->source.source;
	if (!status && loop_goes_on(&f->pump.loop))
		status = spare_files(f);
	if (status || !loop_goes_on(&f->pump.loop))
		return status;
	return file_source_select(&f->source, &f->selection, f->only);
}

static enum status begin_input(struct read_run *f)
{
	enum status status = open_outputs_start(&f->pump.outputs, f->opts, &f->source.input, 1,
						only_counts(f) ? &f->parts : NULL);

	if (!status && f->guest)
		status = f->guest->confined(f->guest->ctx);
	if (status)
		return status;
	f->source.hooks = (struct file_source_hooks){
		.copy = f->pump.outputs.rotate || f->pump.outputs.target ? copy_blocks : NULL,
		.look = f->guest ? look : NULL,
		.ctx = f,
	};
	f->source.parts = f->parts;
	f->source.count = &in_parts;
	f->source.count_ctx = f;
	status = file_source_begin(&f->source);
	/* those that were opened only now */
	return status || !loop_goes_on(&f->pump.loop) ? status : spare_files(f);
}

static bool is_pcap(const struct read_run *f)
{
	return (f->pump.outputs.rotate || f->pump.outputs.target) &&
	       (f->opts->format == FORMAT_PCAP || f->opts->format == FORMAT_PCAP_NS);
}

/* What nobody asks for is no stage, and costs nothing. */
static enum status set_stages(struct read_run *f)
{
	const struct opts *o = f->opts;

	if (f->source.selection)
		pump_stage(&f->pump, select_stage, f);
	if (o->follow)
		pump_stage(&f->pump, spare_followed, f);
	if (o->headers_only)
		pump_stage(&f->pump, cut_to_headers, f);
	else if (o->snap)
		pump_stage(&f->pump, cut_to_snap, f);
	if (f->decode)
		pump_stage(&f->pump, decode, f);
	if (is_pcap(f))
		pump_stage(&f->pump, count_untimed, f);
	return recording_open(&f->recording, o, &f->pump, NULL);
}

static void print_stats(struct read_run *f, bool ended)
{
	const struct state s = {
		.ended = ended,
		.now_ns = clock_now_ns(),
		.elapsed_ns = f->counted.last_ns - f->counted.first_ns,
		.c = f->counted.c,
		.captured = outputs_captured(&f->pump.outputs),
	};

	if (!f->opts->stats_json)
		stats_print(&(struct totals){ .c = s.c }, s.elapsed_ns);
	else if (!state_print(&s))
		log_complain("statistics: out of memory");
}

static void announce_progress(const struct read_run *f, const char *what)
{
	log_announce("%s%llu packets read, %llu taken", what, (unsigned long long)f->source.n_read,
		 (unsigned long long)f->pump.outputs.taken);
}

/* SIGUSR1. Without a look into the packets there is less to tell. */
static void on_stats(void *ctx)
{
	struct read_run *f = ctx;

	progress_erase(&f->progress);
	if (f->decode)
		print_stats(f, false);
	else
		announce_progress(f, "");
}

/* Behind a pipe there may be nothing for a while: what is known by then is shown. */
static void on_flush(void *ctx)
{
	struct read_run *f = ctx;

	outputs_flush(&f->pump.outputs);
	if (f->guest)
		look(f);
}

/* A format that has a time for each packet says nothing of it. */
static void tell_of_times(const struct read_run *f)
{
	if (f->n_untimed)
		log_complain(
			"warning: %s: %llu packet%s without a time: written as of 1970-01-01 00:00:00, "
			"for pcap knows no packets "
			"without; pcapng does",
			merge_title(f->source.input), (unsigned long long)f->n_untimed,
			f->n_untimed == 1 ? "" : "s");
}

/* Keys of the whole capture behind the packets of a part of it. */
static void tell_of_secrets(const struct read_run *f)
{
	if (f->n_secrets &&
	    (f->opts->filter || f->source.selection || f->opts->count || f->opts->has_place))
		log_complain(
			"warning: %s: the secrets of the whole input are in it, "
			"not only of the packets that were selected; "
			"--discard-secrets leaves them out",
			f->opts->write ? f->opts->write : f->opts->to);
}

static const char *iface_name(void *ctx, uint16_t number)
{
	const struct iface *f = merge_iface(((struct read_run *)ctx)->source.input, number);

	return f ? f->name : NULL;
}

static void print_flows(struct read_run *f)
{
	const struct flow_lines how = { .format = f->opts->screen, .header = true, .iface = iface_name, .ctx = f };

	if (!flows_print(f->flows, &how, 0, 0, &f->pump.loop))
		f->flows_status = log_finish_stdout();
}

static void report(struct read_run *f)
{
	unsigned long long doubles = f->selection.n_doubles;

	tell_of_times(f);
	tell_of_secrets(f);
	if (f->opts->stats)
		print_stats(f, true);
	if (f->flows)
		print_flows(f);
	if (f->opts->count_only)
		printf("%llu packet%s\n", (unsigned long long)f->pump.outputs.taken,
		       f->pump.outputs.taken == 1 ? "" : "s");
	if (f->selection.dedup)
		log_announce("%llu duplicate packet%s left out", doubles, doubles == 1 ? "" : "s");
	if (f->pump.loop.asked)
		announce_progress(f, "stopped as asked: ");
	else if (loop_goes_on(&f->pump.loop))
		file_source_complain(&f->source);
}

static enum status process(struct read_run *f)
{
	enum status status;
	bool misses;
	int err;

	if (f->source.is_single && !file_source_check_filter(&f->source))
		return STATUS_USAGE;
	err = pump_run(&f->pump);
	progress_erase(&f->progress);
	if (loop_goes_on(&f->pump.loop))
		file_source_check_filter(&f->source);
	/* the output is left alone */
	if (f->source.refused && !f->pump.begun && !f->pump.outputs.taken)
		return STATUS_USAGE;
	misses = loop_goes_on(&f->pump.loop) && file_source_misses(&f->source);
	if (misses && !f->pump.begun) {
		file_source_complain(&f->source);
		return STATUS_RUNTIME;
	}
	pump_finish(&f->pump);
	report(f);
	status = pump_wait(&f->pump);
	if (f->opts->count_only && log_finish_stdout() && !f->pump.loop.forced)
		status = STATUS_INCOMPLETE;
	status = max_of(status, f->flows_status);
	if (status)
		return status;
	return f->source.refused		   ? STATUS_USAGE
	       : (err || misses) && !f->pump.loop.asked ? STATUS_RUNTIME
					    : STATUS_OK;
}

static void greet(struct read_run *f)
{
	if (f->guest)
		f->guest->begin(f->guest->ctx, &f->pump);
	f->greeted = f->guest;
}

static enum status run(const struct opts *o, const struct numbers *only,
		       const struct read_guest *guest)
{
	struct read_run f = {
		.opts = o,
		.pump.loop = LOOP_INIT,
		.recording = RECORDING_INIT,
		.only = only,
		.guest = guest,
		.decode = o->text || o->stats || o->flows || format_is_text(o->format) || guest ||
			  (o->to && target_takes_records(o->to)),
	};
	struct loop *loop = &f.pump.loop;
	struct run_as *account = NULL;
	/* before signals only ask: a FIFO may keep us waiting */
	enum status status = read_secrets(&f);

	if (status) {
		free(f.secrets.bytes);
		return status;
	}
	progress_init(&f.progress, o->text || guest);
	if (o->flows && flow_table_open(&f.flows))
		status = log_fail(STATUS_RUNTIME, "out of memory");
	if (!status && loop_open(loop))
		status = log_fail(STATUS_RUNTIME, "cannot watch for signals: %s", strerror(errno));
	loop->stats = on_stats;
	loop->flush = on_flush;
	loop->ctx = &f;
	if (!status)
		status = open_outputs(&f.pump.outputs, o, &f.secrets, loop->stop_fd, &account);
	if (!status)
		greet(&f);
	if (!status && !f.pump.outputs.done)
		status = open_input(&f);
	if (!status)
		status = set_stages(&f);
	if (!status && !f.pump.outputs.done && loop_goes_on(loop))
		status = begin_input(&f);
	if (!status && !f.pump.outputs.done && loop_goes_on(loop))
		status = process(&f);
	else if (!status && loop->forced)
		status = STATUS_SIGNAL + loop->forced;
	progress_erase(&f.progress);
	if (f.greeted)
		guest->end(guest->ctx, file_source_take_filter(&f.source));
	run_as_close(account);
	dedup_close(f.selection.dedup);
	free(f.secrets.bytes);
	file_source_close(&f.source);
	parts_close(f.parts);
	pump_close(&f.pump);
	recording_close(&f.recording);
	flow_table_close(f.flows);
	return status;
}

enum status read_run_only(const struct opts *o, const struct numbers *only)
{
	return run(o, only, NULL);
}

enum status read_run_with(const struct opts *o, const struct read_guest *guest)
{
	return run(o, NULL, guest);
}

enum status read_run(const struct opts *o)
{
	return run(o, NULL, NULL);
}
