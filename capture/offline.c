// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Reads a capture, or what matches a filter of it: to text, to statistics, to pcapng. */
#include <errno.h>

#include "capture/decode.h"
#include "capture/expr.h"
#include "capture/flow.h"
#include "capture/input.h"
#include "capture/live.h"
#include "capture/opts.h"
#include "capture/packet.h"
#include "capture/pcapng.h"
#include "capture/reader.h"
#include "capture/stats.h"
#include "capture/version.h"

enum { SIEVES_MAX = 64 };	/* link types of one file that a filter is compiled for */

/* The filter for packets of one kind. */
struct sieve {
	uint16_t linktype;
	bool swapped;
	struct expr *expr;
};

struct offline {
	const struct opts *opts;
	struct sieve sieves[SIEVES_MAX];
	unsigned n_sieves;
	struct input *input;
	struct flow flow;
	struct totals totals;
	uint64_t first_ns, last_ns;	/* valid if there was a packet with a time */
	bool timed;
	uint32_t n_written_ifaces;
	bool begun;
	bool is_stream;		/* input may come slowly */
	bool link_types_differ;
	bool decode;		/* somebody wants to know what the packets are */
	bool refused;		/* the filter cannot be compiled for a link type; complained about */
};

static void warn(void *ctx, const char *sentence)
{
	(void)ctx;
	complain("warning: %s", sentence);
}

/* All sentences about input that could not be read to its end. */
static void complain_of_input(const struct offline *f)
{
	const char *sentence;

	for (unsigned i = 0; (sentence = input_error(f->input, i)); i++)
		complain("%s", sentence);
}

static enum status open_input(struct offline *f)
{
	const struct input_options options = { .warn = warn, .copy = f->flow.writer };
	const struct stat *st;

	if (input_open(&f->input, f->opts->reads, f->opts->n_reads, &options)) {
		complain_of_input(f);
		return STATUS_RUNTIME;
	}
	f->is_stream = input_is_stream(f->input);
	for (unsigned i = 0; (st = input_stat(f->input, i)); i++)
		if (f->flow.writer && writer_is_same(f->flow.writer, st))
			return fail(STATUS_USAGE, "%s: cannot read from and write to the same file", input_name(f->input, i));
	return STATUS_OK;
}

/* The head is written when the first packet is there: only then is it known what the input says of its origin. */
static int begin_output(struct offline *f)
{
	if (f->begun)
		return 0;
	f->begun = true;
	return writer_begin(f->flow.writer, input_section(f->input, SHB_HARDWARE), input_section(f->input, SHB_OS),
			    "xdpdump " XDPDUMP_VERSION);
}

/* The interfaces that the file has shown since. */
static int write_ifaces(struct offline *f)
{
	const struct iface *i;
	int err = 0;

	while (!err && (i = input_iface(f->input, f->n_written_ifaces))) {
		if (i->linktype != input_iface(f->input, 0)->linktype && !f->link_types_differ) {
			f->link_types_differ = true;
			complain("warning: %s: interfaces of different link types, which tcpdump does not read from one file",
				 input_title(f->input));
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
	if (f->is_stream && input_is_drained(f->input))
		flow_flush(&f->flow);
	return input_next(f->input, p);
}

/* Of a further interface it is said which link type it has: the filter was good for the first one. */
static void complain_of_filter(const struct offline *f, const struct iface *i, const char *sentence)
{
	char name[64];

	decode_linktype_name(i->linktype, name, sizeof(name));
	if (i->id)
		complain("%s: link type %s: %s", input_title(f->input), name, sentence);
	else
		complain("%s", sentence);
}

/* The filter for what interface @i has, or NULL: it is refused. */
static const struct expr *sieve_for(struct offline *f, const struct iface *i)
{
	const struct opts *o = f->opts;
	struct sieve *s = f->sieves;
	int err;

	for (; s < f->sieves + f->n_sieves; s++)
		if (s->linktype == i->linktype && s->swapped == i->swapped)
			return s->expr;
	f->refused = true;
	if (f->n_sieves == SIEVES_MAX) {
		complain("%s: more than %d link types, which is too much for a filter", input_title(f->input), SIEVES_MAX);
		return NULL;
	}
	f->n_sieves++;
	*s = (struct sieve){ .linktype = i->linktype, .swapped = i->swapped };
	err = expr_open_for(&s->expr, o->filter, i, !o->no_optimize);
	f->refused = err;
	if (!err)
		return s->expr;
	complain_of_filter(f, i, err == -ENOMEM ? "out of memory" : expr_error(s->expr));
	return NULL;
}

/* For when there is no packet yet, or none at all: is it a filter for what the first interface has? */
static bool check_filter(struct offline *f)
{
	static const struct iface ethernet = { .linktype = LINKTYPE_ETHERNET };
	const struct iface *i = input_iface(f->input, 0);

	return !f->opts->filter || f->n_sieves || sieve_for(f, i ? i : &ethernet);
}

/* False as well if the filter is refused. */
static bool is_wanted(struct offline *f, const struct packet *p)
{
	const struct expr *e;

	if (!f->opts->filter)
		return true;
	e = sieve_for(f, p->iface);
	return e && expr_matches(e, p->data, p->caplen, p->len);
}

/* To the snap length, or behind the last header. */
static void cut(struct offline *f, struct packet *p)
{
	if (f->opts->headers_only) {
		decode_packet(p);
		p->caplen = min_of(p->caplen, (uint32_t)p->hdr.hdr_len);
	} else if (f->opts->snap && p->caplen > f->opts->snap) {
		p->caplen = f->opts->snap;
	}
}

/* False: writing failed, or nobody reads it. */
static bool is_written(struct offline *f, int err)
{
	if (err)
		f->flow.write_error = err == -EPIPE ? 0 : err;
	return !err;
}

/* What stands between the packets and goes with them, whichever of them are wanted. */
static bool copy_blocks(struct offline *f)
{
	const struct blocks *b = input_blocks(f->input);

	return !b->len || (is_written(f, prepare_output(f)) &&
			   is_written(f, writer_block(f->flow.writer, b->bytes, b->len)));
}

/* The sinks get it. False: no more packets are wanted. */
static bool take_packet(struct offline *f, struct packet *p)
{
	if (f->flow.writer && !is_written(f, prepare_output(f)))
		return false;
	cut(f, p);
	if (f->decode) {
		if (!f->opts->headers_only)
			decode_packet(p);
		count(f, p);
	}
	return flow_packet(&f->flow, p);
}

/* 0 when all is read or no more is wanted, or what input_next() returned. */
static int read_packets(struct offline *f)
{
	struct packet p;
	int got;

	while ((got = next_packet(f, &p)) > 0) {
		bool wanted = is_wanted(f, &p);

		if (f->refused || !copy_blocks(f) || (wanted && !take_packet(f, &p)))
			return 0;
	}
	if (check_filter(f))
		copy_blocks(f);
	return got;
}

/* The statistics of the input are those of the capture, and stay with it. */
static bool iface_stats(void *ctx, uint32_t id, struct iface_stats *s)
{
	const struct offline *f = ctx;
	const struct iface_stats *known = input_stats(f->input, id);

	if (known)
		*s = *known;
	return known;
}

static void finish_output(struct offline *f)
{
	int err = f->flow.writer ? prepare_output(f) : 0;

	if (err && err != -EPIPE && !f->flow.write_error)
		f->flow.write_error = err;
	flow_flush(&f->flow);
	flow_finish(&f->flow, iface_stats, f);
}

static enum status process(struct offline *f)
{
	int status, err;

	if (input_iface(f->input, 0) && !check_filter(f))
		return STATUS_USAGE;
	err = read_packets(f);
	check_filter(f);
	if (f->refused && !f->flow.taken)	/* the output is left alone */
		return STATUS_USAGE;
	finish_output(f);
	if (f->opts->stats)
		stats_print(&f->totals, f->last_ns - f->first_ns);
	complain_of_input(f);
	status = flow_report(&f->flow, f->opts->write);
	return status ? (enum status)status : f->refused ? STATUS_USAGE : err ? STATUS_RUNTIME : STATUS_OK;
}

enum status offline_run(const struct opts *o)
{
	struct offline f = { .opts = o, .decode = o->text || o->stats };
	enum status status = flow_open(&f.flow, o, -1);

	if (!status)
		status = open_input(&f);
	if (!status)
		status = process(&f);
	for (unsigned i = 0; i < f.n_sieves; i++)
		expr_close(f.sieves[i].expr);
	input_close(f.input);
	flow_close(&f.flow);
	return status;
}
