// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Interface I of the input becomes 2 I and 2 I + 1 here. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/log.h"
#include "capture/base/progress.h"
#include "capture/cli/file_source.h"
#include "capture/cli/opts.h"
#include "capture/cli/run_expect.h"
#include "capture/cli/run_program.h"
#include "capture/cli/run_source.h"
#include "capture/packet/link.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/packet/pcapng_options.h"
#include "capture/stage/select.h"

static const char after[] = "after ";

/* Their strings are those of the input, but for the description of the second. */
struct run_ifaces {
	struct iface in, out;
	char description[96];
};

static struct run_source *of(struct source *s)
{
	return (struct run_source *)s;
}

static struct source *input_of(struct source *s)
{
	return &of(s)->parts.input->source;
}

/* ---- interfaces ---- */

static struct run_ifaces *make(const struct run_source *s, const struct iface *i)
{
	struct run_ifaces *pair = malloc(sizeof(*pair));

	if (!pair)
		return NULL;
	pair->in = pair->out = *i;
	pair->in.id = 2 * i->id;
	pair->out.id = 2 * i->id + 1;
	pair->out.one_queue = false;	/* of a queue that it came on nothing is said */
	snprintf(pair->description, sizeof(pair->description), "%s%s", after,
		 run_program_name(s->parts.program));
	pair->out.description = pair->description;
	return pair;
}

/* That of the input's interface @id, and of all before it. NULL: there is none, or no memory. */
static struct run_ifaces *pair_of(struct run_source *s, uint32_t id)
{
	struct source *input = input_of(&s->source);
	const struct iface *i;

	while (s->n_ifaces <= id && (i = input->ops->iface(input, s->n_ifaces))) {
		struct run_ifaces **more = s->pairs, *pair;
		size_t n = s->n_ifaces;

		if (!(n & (n - 1)))	/* a power of two, or 0: full */
			more = realloc(more, (n ? 2 * n : 1) * sizeof(*more));
		if (!more)
			return NULL;
		s->pairs = more;
		pair = make(s, i);
		if (!pair)
			return NULL;
		s->pairs[s->n_ifaces++] = pair;
	}
	return id < s->n_ifaces ? s->pairs[id] : NULL;
}

static const struct iface *iface(struct source *source, uint32_t id)
{
	struct run_ifaces *pair = pair_of(of(source), id / 2);

	return !pair ? NULL : id % 2 ? &pair->out : &pair->in;
}

/* Those of the capture that was read; of what came out there are none. */
static bool stats(struct source *source, uint32_t id, uint64_t unwritten, struct iface_stats *stats)
{
	struct source *input = input_of(source);

	return id % 2 == 0 && input->ops->stats(input, id / 2, unwritten, stats);
}

/* ---- packets ---- */

/* Behind the other options. Without memory it is left out. */
static void add_comment(struct run_source *s, struct packet *p, const char *words)
{
	uint16_t head[2] = { OPT_COMMENT, strlen(words) };
	size_t len = p->options.len + sizeof(head) + ((head[1] + 3u) & ~3u);
	uint8_t *all = realloc(s->options, len), *to = all;

	if (!all)
		return;
	s->options = all;
	memset(all, 0, len);
	if (p->options.len)
		to = mempcpy(to, p->options.bytes, p->options.len);
	to = mempcpy(to, head, sizeof(head));
	memcpy(to, words, head[1]);
	p->options = (struct raw_options){ all, len };
}

/* As it is to be written; and is it what is expected? */
static void finish(struct run_source *s, struct packet *p, const char *comment)
{
	const struct opts *o = s->parts.opts;

	if (*comment)
		add_comment(s, p, comment);
	link_decode(p);
	if (o->headers_only)
		p->caplen = min_of(p->caplen, (uint32_t)p->hdr.hdr_len);
	else if (o->snap)
		p->caplen = min_of(p->caplen, o->snap);
	run_expect_packet(s->parts.expect, p);
}

/* Did it come out of a program, in a file that we have written? */
static bool is_out(const struct packet *p)
{
	const char *description = p->iface->description;
	struct verdict v;

	return description && !strncmp(description, after, strlen(after)) &&
	       pcapng_options_verdict(p, &v) && v.type == VERDICT_XDP;
}

/* 1: the next packet that goes in; 0: none that does; else as the input's next(). */
static int next_in(struct run_source *s, struct packet *in)
{
	struct source *input = input_of(&s->source);
	int got;

	if (s->parts.opts->count && s->n_taken == s->parts.opts->count)
		return -ENODATA;
	got = input->ops->next(input, in);
	if (got > 0 && s->parts.selection)
		got = select_packet(s->parts.selection, in);
	if (got == -ENOMEM)
		log_complain("out of memory");
	if (got <= 0 || !is_out(in))
		return got;
	s->n_left_out++;
	return 0;
}

/* What came out is that of an action of XDP, else drivers have their default for it. */
static const char *comment_on(const struct packet *out)
{
	return out->verdict.action < VERDICTS_XDP - 1
		       ? ""
		       : "no verdict of XDP: a driver takes it for ABORTED";
}

static void finish_out(struct run_source *s, struct packet *p)
{
	*p = s->out;
	s->pending = false;
	finish(s, p, comment_on(p));
}

/* 1: @p is one that came in, or came out as it came in; else as the source's next(). */
static int run(struct run_source *s, struct packet *p)
{
	struct run_ifaces *pair = pair_of(s, p->iface->id);
	char comment[RUN_WORDS];
	bool changed = false;
	int ran;

	if (!pair)
		return log_complain("out of memory"), -ENOMEM;
	p->id = ++s->n_taken;
	p->has = (p->has | PACKET_ID) & ~PACKET_VERDICT;
	ran = run_program_packet(s->parts.program, p, &s->out, &changed, comment);
	if (ran < 0)
		return ran;
	p->iface = &pair->in;
	s->out.iface = &pair->out;
	s->pending = ran;
	finish(s, p, comment);
	if (ran && !changed && !s->parts.both)
		finish_out(s, p);
	return 1;
}

static int next(struct source *source, struct packet *p)
{
	struct run_source *s = of(source);
	int got;

	if (s->pending)
		return finish_out(s, p), 1;
	while (!(got = next_in(s, p)))
		;
	return got < 0 ? got : run(s, p);
}

/* A packet that is in the output comes out as well. */
static bool stop(struct source *source, bool failed)
{
	struct source *input = input_of(source);
	bool more = input->ops->stop(input, failed);

	return more || of(source)->pending;
}

static void origin(struct source *source, struct origin *o)
{
	struct source *input = input_of(source);

	input->ops->origin(input, o);
}

static void warn(struct source *source, const char *sentence)
{
	struct source *input = input_of(source);

	input->ops->warn(input, sentence);
}

/* ---- all of it ---- */

void run_source_init(struct run_source *s, const struct run_source_parts *parts)
{
	static const struct source_ops ops = {
		.next = next,
		.stop = stop,
		.origin = origin,
		.iface = iface,
		.stats = stats,
		.warn = warn,
	};

	*s = (struct run_source){ .source.ops = &ops, .parts = *parts };
}

void run_source_close(struct run_source *s)
{
	for (uint32_t i = 0; i < s->n_ifaces; i++)
		free(s->pairs[i]);
	free(s->pairs);
	free(s->options);
}
