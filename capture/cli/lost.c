// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * --compare A B --lost: two captures as sets, of a packet on its way from A to B. A table of what
 * is on both sides and what is not, and how long it took; then, if they are wanted, the packets
 * that were lost, in a second reading of A.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/base/loop.h"
#include "capture/base/numbers.h"
#include "capture/base/progress.h"
#include "capture/base/text.h"
#include "capture/cli/apart.h"
#include "capture/cli/confine.h"
#include "capture/cli/file_source.h"
#include "capture/cli/lost.h"
#include "capture/cli/opts.h"
#include "capture/cli/read.h"
#include "capture/packet/imprint.h"
#include "capture/packet/packet.h"
#include "capture/read/merge.h"
#include "capture/report/delays.h"
#include "capture/report/match.h"

enum { NS_PER_SEC = 1000000000 };

struct side {
	struct file_source source;
	struct packet packet;
	uint64_t ns;		/* its time, or that of the last one before it which has one */
	int got;		/* of file_source_next() */
};

struct search {
	const struct opts *opts;
	struct loop loop;
	struct progress progress;
	struct hash_key key;
	struct side sides[2];
	struct match *match;
	struct delays *delays;
	struct numbers *lost;	/* NULL: nobody wants to see them */
	bool no_memory;
};

static void paired(void *ctx, int64_t delay_ns)
{
	struct search *s = ctx;

	delays_add(s->delays, delay_ns);
}

static void alone(void *ctx, unsigned side, uint64_t number)
{
	struct search *s = ctx;

	if (!side && s->lost && numbers_add(s->lost, number))
		s->no_memory = true;
}

static void advance(struct side *side)
{
	side->got = file_source_next(&side->source, &side->packet);
	if (side->got > 0 && side->packet.has & PACKET_TIME)
		side->ns = side->packet.ts_ns;
}

static int take(struct search *s, unsigned which)
{
	struct side *side = &s->sides[which];
	struct packet *p = &side->packet;
	struct hash128 h;

	if (s->opts->snap && p->caplen > s->opts->snap)
		p->caplen = s->opts->snap;
	h = imprint(&s->key, p, s->opts->ignored);
	return match_packet(s->match, which, &h, side->ns);
}

/* Both in the order of time, until both are at their end. */
static int read_both(struct search *s)
{
	struct side *a = &s->sides[0], *b = &s->sides[1];
	int err = 0;

	advance(a);
	advance(b);
	while (!err && a->got >= 0 && b->got >= 0 && (a->got || b->got)) {
		unsigned which = !a->got || (b->got && b->ns < a->ns);

		err = take(s, which);
		advance(&s->sides[which]);
	}
	if (!err && !a->got && !b->got)
		match_end(s->match);
	return err || s->no_memory ? -ENOMEM : 0;
}

/* ---- the report ---- */

static void put_name(const struct search *s, unsigned which)
{
	const char *name = file_source_side(&s->sides[which].source, which);
	char escaped[4 * PATH_MAX];
	struct text t = text_in(escaped, sizeof(escaped));

	text_escaped(&t, name, strlen(name));
	printf("%.*s", (int)t.len, escaped);
}

static void put_ns(int64_t ns)
{
	uint64_t amount = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;

	printf("%s%" PRIu64 ".%09" PRIu64, ns < 0 ? "-" : "", amount / NS_PER_SEC,
	       amount % NS_PER_SEC);
}

static const struct { const char *label, *key; double percent; } percentiles[] = {
	{ "min", "delay_min", 0 },
	{ "median", "delay_median", 50 },
	{ "99 %", "delay_99", 99 },
	{ "max", "delay_max", 100 },
};

static void put_row(const char *what, uint64_t n, uint64_t of)
{
	printf("  %-26s %12" PRIu64, what, n);
	if (of)
		printf("  %5.1f %%", 100.0 * n / of);
	putchar('\n');
}

static void put_table(const struct search *s)
{
	const struct match_totals *t = match_totals(s->match);

	put_name(s, 0);
	printf(" (A): %" PRIu64 " packets, ", t->packets[0]);
	put_name(s, 1);
	printf(" (B): %" PRIu64 " packets\n", t->packets[1]);
	put_row("in both", t->pairs, t->packets[0]);
	put_row("lost: only in A", t->alone[0], t->packets[0]);
	if (t->copies[0])
		put_row("  B has some like them", t->copies[0], 0);
	put_row("only in B", t->alone[1], 0);
	if (t->copies[1])
		put_row("  doubled: A has fewer", t->copies[1], 0);
	if (!t->pairs)
		return;
	printf("  delay from A to B, s:     ");
	for (size_t i = 0; i < array_size(percentiles); i++) {
		printf("%s%s ", i ? ", " : "", percentiles[i].label);
		put_ns(delays_percentile(s->delays, percentiles[i].percent));
	}
	putchar('\n');
}

static void put_json_name(const struct search *s, unsigned which, const char *key)
{
	const char *name = file_source_side(&s->sides[which].source, which);
	char quoted[6 * PATH_MAX];
	struct text t = text_in(quoted, sizeof(quoted));

	text_json(&t, name, strlen(name));
	printf("%s\"%s\":\"%.*s\"", which ? "," : "{", key, (int)t.len, quoted);
}

static void put_json(const struct search *s)
{
	const struct match_totals *t = match_totals(s->match);
	const struct { const char *key; uint64_t n; } counts[] = {
		{ "packets_a", t->packets[0] },
		{ "packets_b", t->packets[1] },
		{ "both", t->pairs },
		{ "only_a", t->alone[0] },
		{ "only_a_copies", t->copies[0] },
		{ "only_b", t->alone[1] },
		{ "only_b_copies", t->copies[1] },
	};

	put_json_name(s, 0, "file_a");
	put_json_name(s, 1, "file_b");
	for (size_t i = 0; i < array_size(counts); i++)
		printf(",\"%s\":%" PRIu64, counts[i].key, counts[i].n);
	for (size_t i = 0; t->pairs && i < array_size(percentiles); i++) {
		printf(",\"%s\":\"", percentiles[i].key);
		put_ns(delays_percentile(s->delays, percentiles[i].percent));
		putchar('"');
	}
	printf("}\n");
}

/* What may be the matter, where it looks as if the two had nothing to do with each other. */
static void hint(const struct search *s)
{
	const struct match_totals *t = match_totals(s->match);

	if (!t->pairs && t->packets[0] && t->packets[1])
		log_complain(
			"no packet of the one is in the other within the window: "
			"are their clocks further apart (--window), "
			"or were the frames changed on their way (--dedup-ignore)?");
	if (t->crowded)
		log_complain("warning: more than %d packets are in the window (--window); %" PRIu64
			     " were not looked for to its end",
			     MATCH_ROOM, t->crowded);
}

static enum status report(const struct search *s)
{
	const struct match_totals *t = match_totals(s->match);

	if (s->opts->screen == FORMAT_JSON)
		put_json(s);
	else if (s->opts->print.verbose >= 0)
		put_table(s);
	hint(s);
	if (log_finish_stdout())
		return STATUS_INCOMPLETE;
	return t->alone[0] || t->alone[1] ? STATUS_RUNTIME : STATUS_OK;
}

/* ---- all of it ---- */

static bool are_open(const struct search *s)
{
	return merge_is_open(s->sides[0].source.input) && merge_is_open(s->sides[1].source.input);
}

static enum status stopped(const struct search *s)
{
	return log_fail(STATUS_SIGNAL + s->loop.asked, "stopped");
}

static enum status run(struct search *s)
{
	const struct opts *o = s->opts;
	enum status status = STATUS_OK;

	for (unsigned which = 0; which < 2 && !status; which++)
		status = file_source_open_side(&s->sides[which].source, o, &s->loop, &s->progress,
					       which);
	if (status || s->loop.asked)
		return status ? status : stopped(s);
	if (s->lost && (!strcmp(o->reads[0], "-") || merge_is_stream(s->sides[0].source.input)))
		return log_fail(STATUS_USAGE,
				"%s: is read twice to show what was lost, so it has to be a file",
				merge_name(s->sides[0].source.input, 0));
	status = confine(o, are_open(s) ? 0 : CONFINE_OPENS);
	for (unsigned which = 0; which < 2 && !status && !s->loop.asked; which++)
		status = file_source_begin(&s->sides[which].source);
	if (status || s->loop.asked)
		return status ? status : stopped(s);
	if (read_both(s))
		return log_fail(STATUS_RUNTIME, "out of memory");
	progress_erase(&s->progress);
	if (s->loop.asked)
		return stopped(s);
	for (unsigned which = 0; which < 2; which++) {
		file_source_complain(&s->sides[which].source);
		if (s->sides[which].got < 0)
			status = s->sides[which].source.refused ? STATUS_USAGE : STATUS_RUNTIME;
	}
	if (status)
		return status == STATUS_USAGE ? status
					      : log_fail(status, "not compared to the end");
	return report(s);
}

/* *@complete: both were read to their end. */
static enum status search(const struct opts *o, struct numbers *lost, bool *complete)
{
	struct search s = { .opts = o, .lost = lost, .sides = { { .got = -1 }, { .got = -1 } } };
	const struct match_hooks hooks = { .pair = paired, .alone = alone, .ctx = &s };
	enum status status;

	hash_key_init(&s.key);
	progress_init(&s.progress, false);
	if (loop_open(&s.loop))
		status = log_fail(STATUS_RUNTIME, "cannot watch for signals: %s", strerror(errno));
	else if (match_open(&s.match, o->window_ns, &hooks) || delays_open(&s.delays))
		status = log_fail(STATUS_RUNTIME, "out of memory");
	else
		status = run(&s);
	*complete = !s.sides[0].got && !s.sides[1].got;
	file_source_close(&s.sides[0].source);
	file_source_close(&s.sides[1].source);
	match_close(s.match);
	delays_close(s.delays);
	progress_erase(&s.progress);
	loop_close(&s.loop);
	return status;
}

static bool is_same_file(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && S_ISREG(x.st_mode) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* That of A is found by who writes. */
static bool is_of_b(const struct opts *o, const char *path)
{
	unsigned i = max_of(o->sides[0].n, 1u);

	while (i < o->n_reads && !is_same_file(path, o->reads[i]))
		i++;
	return i < o->n_reads;
}

/* An exit status that is none of ours: other files stand there by now. */
static const enum status files_changed = (enum status)255;

/*
 * What was lost, to be read again by who may write: nothing else comes back from who has compared
 * them.
 */
struct finding {
	struct opts opts;
	const struct opts *given;
	int fd;			/* of the numbers */
	bool changed;
};

static bool holds(void *ctx, const struct merge *in, int err)
{
	struct finding *f = ctx;

	f->changed = !f->given->holds(f->given->holds_ctx, in, err);
	return !f->changed;
}

static enum status find(void *ctx)
{
	struct finding *f = ctx;
	struct numbers *lost = NULL;
	enum status status;
	bool complete;

	if (numbers_open(&lost))
		return log_fail(STATUS_RUNTIME, "out of memory");
	status = search(&f->opts, lost, &complete);
	if (complete && numbers_save(lost, f->fd))
		status = log_fail(STATUS_RUNTIME, "out of memory");
	numbers_close(lost);
	return f->changed ? files_changed : status;
}

/* Nothing of it is written, and no command waited for. */
static struct opts to_be_read(const struct opts *o, struct finding *f)
{
	struct opts reading = *o;

	reading.write = NULL;
	reading.part = false;
	reading.keep = (struct retention_options){ .max_disk = 0 };
	reading.command = NULL;
	if (o->holds) {
		reading.holds = holds;
		reading.holds_ctx = f;
	}
	return reading;
}

/* NULL in *@lost: they were not compared to the end. */
static enum status find_apart(const struct opts *o, struct numbers **lost)
{
	struct finding f = { .given = o, .fd = memfd_create("lost", MFD_CLOEXEC) };
	enum status status;
	int err;

	*lost = NULL;
	if (f.fd < 0)
		return log_fail(STATUS_RUNTIME, "out of memory");
	f.opts = to_be_read(o, &f);
	status = apart_run(find, &f);
	err = status < STATUS_SIGNAL ? numbers_load(lost, f.fd) : -ENODATA;
	close(f.fd);
	if (status == files_changed && o->holds)
		o->holds(o->holds_ctx, NULL, -ESTALE);
	if (err && (err != -ENODATA || status == STATUS_OK))
		status = log_fail(STATUS_RUNTIME, "what was lost cannot be told: %s",
				  strerror(-err));
	return status == files_changed ? STATUS_RUNTIME : status;
}

/* The packets that were lost, and no report, which is there. */
static enum status show_lost(const struct opts *o, struct numbers *lost)
{
	struct opts again = *o;

	again.action = ACTION_OFFLINE;
	again.holds = NULL;
	again.n_reads = max_of(o->sides[0].n, 1u);
	return read_run_only(&again, lost);
}

enum status lost_run(const struct opts *o)
{
	struct numbers *lost = NULL;
	enum status status, written;
	bool complete;

	if (o->write && is_of_b(o, o->write))
		return log_fail(STATUS_USAGE, "%s: cannot read from and write to the same file",
				o->write);
	if (!o->write && !o->text)
		return search(o, NULL, &complete);
	status = find_apart(o, &lost);
	written = lost ? show_lost(o, lost) : STATUS_OK;
	numbers_close(lost);
	return written ? written : status;
}
