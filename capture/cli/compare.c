// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* --compare: two files side by side, up to the first difference, which is shown on stdout. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/loop.h"
#include "capture/base/progress.h"
#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/cli/compare.h"
#include "capture/cli/confine.h"
#include "capture/cli/file_source.h"
#include "capture/cli/opts.h"
#include "capture/format/format.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/read/capfile.h"
#include "capture/read/merge.h"
#include "capture/read/part.h"
#include "capture/read/parts.h"
#include "capture/report/compare.h"

enum { ROW = 16, ROWS_AROUND = 1 };	/* bytes; rows shown before and behind the one with the difference */

typedef unsigned long long ull;

struct comparison {
	const struct opts *opts;
	struct compare_options how;
	struct loop loop;
	struct progress progress;
	struct file_source sources[2];
	struct packet packets[2];
	int got[2];		/* of file_source_next() */
	uint64_t n_same;
	struct parts *parts;	/* NULL: one thread is enough */
};

/* The rows around @offset, as far as there are any. */
static void show_bytes(const struct packet *p, uint32_t offset)
{
	uint32_t row = offset / ROW * ROW;
	uint32_t from = row > ROWS_AROUND * ROW ? row - ROWS_AROUND * ROW : 0,
		 to = row + (1 + ROWS_AROUND) * ROW;

	for (uint32_t at = from; at < to && at < p->caplen; at += ROW) {
		char line[128];
		struct text t = text_in(line, sizeof(line));

		text_char(&t, '\t');
		text_offset(&t, at);
		text_str(&t, ": ");
		for (uint32_t i = at; i < at + ROW && i < p->caplen; i++) {
			text_str(&t, i % 2 ? "" : " ");
			text_hex(&t, p->data[i], 2);
		}
		printf("%.*s\n", (int)t.len, line);
	}
}

/* The name of a file may be hostile, too. */
static void show_name(const struct comparison *c, unsigned which)
{
	const char *s = file_source_side(&c->sources[which], which);
	char escaped[4 * PATH_MAX];
	struct text t = text_in(escaped, sizeof(escaped));

	text_escaped(&t, s, strlen(s));
	printf("%.*s", (int)t.len, escaped);
}

/* Number in the file, time and decoded line as -r prints them. */
static void show_packet(struct comparison *c, unsigned which)
{
	struct format *f = format_open(FORMAT_TEXT, &c->opts->print);
	struct packet *p = &c->packets[which];
	ssize_t n = f ? f->ops->packet(f, NULL, 0, p, 0, 0) : 0;	/* that it may take */
	char *line = malloc(n);

	show_name(c, which);
	printf(", packet %llu:\n", (ull)c->sources[which].n_read);
	if (n && line) {
		link_decode(p);
		n = f->ops->packet(f, line, n, p, 0, 0);
		printf("  %.*s", (int)n, line);
	}
	free(line);
	format_close(f);
}

static enum status show_difference(struct comparison *c, enum compare_result r, uint32_t offset)
{
	char words[160];

	loop_let_go(&c->loop);
	compare_words(r, &c->packets[0], &c->packets[1], offset, words, sizeof(words));
	printf("packet %llu differs: %s\n", (ull)c->n_same + 1, words);
	for (unsigned which = 0; which < 2; which++) {
		show_packet(c, which);
		if (r == COMPARE_BYTES || r == COMPARE_CAPLEN)
			show_bytes(&c->packets[which], offset);
	}
	return STATUS_RUNTIME;
}

static bool has_failed(const struct comparison *c, unsigned which)
{
	return c->got[which] < 0;
}

/* One has come to its end: the other one's rest is counted. */
static enum status show_rest(struct comparison *c)
{
	unsigned longer = c->got[1] > 0;
	uint64_t n = 1;

	while ((c->got[longer] = file_source_next(&c->sources[longer], &c->packets[longer])) > 0)
		n++;
	if (has_failed(c, longer))
		return STATUS_OK;
	loop_let_go(&c->loop);
	show_name(c, longer);
	printf(" has %llu packet%s more: ", (ull)n, n == 1 ? "" : "s");
	show_name(c, !longer);
	printf(" ends after %llu\n", (ull)c->n_same);
	return STATUS_RUNTIME;
}

/* ---- what threads compare of two large files whose packets stand equally far apart ---- */

struct half {
	const struct compare_options *how;
	struct part part;	/* of the second file; of the first it is the thread's */
	uint64_t shift;		/* that it is further on there, modulo 2^64 */
	bool begun, is_there;
	uint64_t n;
};

static void *begin_part(void *ctx)
{
	struct comparison *c = ctx;
	struct capfile *first = merge_whole(c->sources[0].input),
		       *second = merge_whole(c->sources[1].input);
	struct half *h = calloc_lines(sizeof(*h));

	if (!h)
		return NULL;
	h->how = &c->how;
	h->shift = capfile_offset(second) - capfile_offset(first);
	capfile_begin_part(second, &h->part);
	return h;
}

static bool compare_in_part(void *half, struct packet *a)
{
	struct half *h = half;
	struct packet b;
	uint32_t offset;

	if (!h->begun)
		h->is_there = part_open_at(&h->part, a->offset + h->shift);
	h->begun = true;
	if (!h->is_there || !part_next(&h->part, &b) ||
	    compare_packets(h->how, a, &b, &offset) != COMPARE_SAME)
		return false;
	part_keep(&h->part);
	h->n++;
	return true;
}

static bool add_part(void *ctx, void *half, uint64_t n)
{
	struct comparison *c = ctx;
	struct half *h = half;
	struct capfile *second = merge_whole(c->sources[1].input);

	if (!n || h->n != n || !capfile_is_at_part(second, &h->part))
		return false;
	capfile_take_part(second, &h->part);
	c->sources[1].n_read += n;
	c->n_same += n;
	return true;
}

static void end_part(void *half)
{
	struct half *h = half;

	if (h->begun)
		part_close(&h->part);
	free(h);
}

static const struct parts_ops in_parts = { begin_part, compare_in_part, add_part, end_part };

/* Behind the first packets of both. */
static void divide(struct comparison *c)
{
	struct file_source *first = &c->sources[0];

	if (!c->parts || c->opts->filter || !merge_whole(first->input) ||
	    !merge_whole(c->sources[1].input))
		return;
	first->parts = c->parts;
	merge_divide(first->input, c->parts, PARTS_WORTH_IT, NULL, &in_parts, c);
}

/* ---- */

/* The verdict, or STATUS_OK as well when a file could not be read: that is looked at next. */
static enum status compare(struct comparison *c)
{
	for (;;) {
		enum compare_result r;
		uint32_t offset;

		for (unsigned which = 0; which < 2; which++) {
			c->got[which] = file_source_next(&c->sources[which], &c->packets[which]);
			if (has_failed(c, which))
				return STATUS_OK;
		}
		if (!c->got[0] && !c->got[1])
			return STATUS_OK;
		if (!c->got[0] || !c->got[1])
			return show_rest(c);
		r = compare_packets(&c->how, &c->packets[0], &c->packets[1], &offset);
		if (r != COMPARE_SAME)
			return show_difference(c, r, offset);
		if (!c->n_same++)
			divide(c);
	}
}

/* Not every packet could be compared. */
static enum status complain_of_failure(const struct comparison *c)
{
	enum status status = STATUS_RUNTIME;

	if (c->loop.asked)
		return log_fail(STATUS_SIGNAL + c->loop.asked,
				"stopped: the first %llu packets are the same", (ull)c->n_same);
	for (unsigned which = 0; which < 2; which++) {
		file_source_complain(&c->sources[which]);
		if (c->sources[which].refused)
			status = STATUS_USAGE;
	}
	if (status == STATUS_RUNTIME)
		log_complain("not compared to the end: the first %llu packets are the same",
			     (ull)c->n_same);
	return status;
}

static bool are_open(const struct comparison *c)
{
	return merge_is_open(c->sources[0].input) && merge_is_open(c->sources[1].input);
}

static enum status confine_all(struct comparison *c)
{
	unsigned later = are_open(c) ? 0 : CONFINE_OPENS;
	enum status status = confine_reach(c->opts, later);

	if (status)
		return status;
	c->parts = file_source_parts(c->opts, c->sources[0].input);
	return confine_calls(c->opts, later | (c->parts ? CONFINE_READS_AHEAD : 0));
}

static enum status run(struct comparison *c)
{
	const struct opts *o = c->opts;
	enum status status;

	for (unsigned which = 0; which < 2; which++) {
		status = file_source_open_side(&c->sources[which], o, &c->loop, &c->progress,
					       which);
		if (status || c->loop.asked)
			return status;
	}
	status = confine_all(c);
	if (status)
		return status;
	for (unsigned which = 0; which < 2; which++) {
		status = file_source_begin(&c->sources[which]);
		if (status || c->loop.asked)
			return status;
	}
	status = compare(c);
	progress_erase(&c->progress);
	if (has_failed(c, 0) || has_failed(c, 1))
		return complain_of_failure(c);
	if (!file_source_check_filter(&c->sources[0]) || !file_source_check_filter(&c->sources[1]))
		return STATUS_USAGE;
	if (!status && o->print.verbose >= 0)
		printf("%llu packets, all the same\n", (ull)c->n_same);
	return log_finish_stdout() ? STATUS_INCOMPLETE : status;
}

enum status compare_run(const struct opts *o)
{
	struct comparison c = {
		.opts = o,
		.how = { .snap = o->snap,
			 .times_matter = o->times_matter,
			 .tolerance_ns = o->tolerance_ns },
	};
	enum status status;

	progress_init(&c.progress, false);
	if (loop_open(&c.loop))
		status = log_fail(STATUS_RUNTIME, "cannot watch for signals: %s", strerror(errno));
	else
		status = run(&c);
	file_source_close(&c.sources[0]);
	file_source_close(&c.sources[1]);
	parts_close(c.parts);
	progress_erase(&c.progress);
	loop_close(&c.loop);
	return status;
}
