// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * --diff: of a capture beside a program, the two images of each packet, and what is not the same in
 * them. A line for the packet and one for each change, as soon as the exit is there; behind all of
 * them how many there were, and what the program decided.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/loop.h"
#include "capture/base/progress.h"
#include "capture/cli/confine.h"
#include "capture/cli/diff.h"
#include "capture/cli/diff_json.h"
#include "capture/cli/diff_out.h"
#include "capture/cli/file_source.h"
#include "capture/cli/opts.h"
#include "capture/format/format.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_options.h"
#include "capture/packet/source.h"
#include "capture/read/merge.h"
#include "capture/report/changes.h"
#include "capture/report/pairs.h"

typedef unsigned long long ull;

struct diff {
	const struct opts *opts;
	struct source *source;
	uint64_t n_read;		/* images */
	struct pairs *pairs;
	struct format *format;		/* of the line of a packet */
	struct diff_out out;
	bool json;
	struct diff_totals totals;
};

/* ---- what is printed ---- */

/* As -r prints it, number, time, fields and bytes. */
static void put_packet(struct diff *d, const struct packet *p)
{
	ssize_t need = d->format->ops->packet(d->format, NULL, 0, p, 0, 0);
	struct text *t = diff_out_room(&d->out, need);

	if (t->cap - t->len >= (size_t)need)
		t->len += d->format->ops->packet(d->format, t->buf + t->len, need, p, 0, 0);
}

static void put_line(struct diff *d, const char *line)
{
	struct text *t = diff_out_room(&d->out, strlen(line) + 2);

	text_char(t, '\t');
	text_str(t, line);
	text_char(t, '\n');
}

static void put_change(void *ctx, const struct change *c)
{
	struct diff *d = ctx;
	struct text *t = diff_out_room(&d->out, CHANGE_TEXT + 2);

	text_char(t, '\t');
	changes_put(t, c);
	text_char(t, '\n');
}

/* The verdict stands in the line of the packet as it came in. */
static void show_pair(struct diff *d, struct packet *entry, const struct packet *exit)
{
	const bool verbose = d->opts->print.verbose > 0;
	unsigned n = changes(entry, exit, NULL, NULL);

	d->totals.n_changed += n > 0;
	if (d->opts->print.verbose < 0 || (!n && !verbose))
		return;
	if (d->json) {
		diff_json_pair(&d->out, entry, exit);
		return;
	}
	if (pcapng_options_verdict(exit, &entry->verdict))
		entry->has |= PACKET_VERDICT;
	put_packet(d, entry);
	if (!n)
		put_line(d, "unchanged");
	changes(entry, exit, put_change, d);
}

/* -s: what is behind it is as if it had not been captured. */
static void cut(const struct diff *d, struct packet *p)
{
	if (d->opts->snap)
		p->caplen = min_of(p->caplen, d->opts->snap);
	link_decode(p);
}

static void take_pair(struct diff *d, struct packet *entry, struct packet *exit)
{
	cut(d, entry);
	cut(d, exit);
	tally_add(&d->totals.all, exit->len);
	verdicts_add(&d->totals.verdicts, exit);
	d->totals.n_partial += entry->caplen < entry->len || exit->caplen < exit->len;
	show_pair(d, entry, exit);
	if (d->opts->print.line_buffered)
		diff_out_flush(&d->out);
}

static void alone(void *ctx, enum pairs_alone why, const struct packet *p)
{
	static const char *const words[] = {
		[PAIRS_ENTRY] = "no exit", [PAIRS_EXIT] = "no entry", [PAIRS_NO_ID] = "no packet id"
	};
	struct diff *d = ctx;
	struct packet shown = *p;

	if (d->opts->print.verbose <= 0 || d->json)
		return;
	cut(d, &shown);
	put_packet(d, &shown);
	put_line(d, words[why]);
}

static const struct iface *iface(void *ctx, uint32_t id)
{
	struct diff *d = ctx;

	return d->source->ops->iface(d->source, id);
}

/* ---- the end ---- */

static void put_count(struct diff *d, uint64_t n, const char *one, const char *many)
{
	struct text *t = diff_out_room(&d->out, 256);

	if (!n)
		return;
	text_u64(t, n);
	text_char(t, ' ');
	text_str(t, n == 1 ? one : many);
	text_char(t, '\n');
}

static void put_verdicts(struct diff *d)
{
	cleanup(freep) char *table = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&table, &len);

	if (!f)
		return;
	verdicts_text(&d->totals.verdicts, &d->totals.all, f);
	fclose(f);
	text_bytes(diff_out_room(&d->out, len), table, len);
}

static void put_totals(struct diff *d)
{
	const struct pairs_totals *n = pairs_totals(d->pairs);
	struct text *t = diff_out_room(&d->out, 256);

	text_u64(t, n->pairs);
	text_str(t, n->pairs == 1 ? " packet with both images: " : " packets with both images: ");
	text_u64(t, d->totals.n_changed);
	text_str(t, " changed, ");
	text_u64(t, n->pairs - d->totals.n_changed);
	text_str(t, " unchanged\n");
	put_count(d, d->totals.n_partial, "of them is compared as far as both images are captured",
		  "of them are compared as far as both images are captured");
	put_verdicts(d);
	put_count(d, n->alone[PAIRS_ENTRY], "entry without an exit", "entries without an exit");
	put_count(d, n->alone[PAIRS_EXIT], "exit without an entry", "exits without an entry");
	put_count(d, n->alone[PAIRS_NO_ID], "packet without a packet id, so without another image",
		  "packets without a packet id, so without another image");
}

void diff_complain(const struct diff *d)
{
	const struct pairs_totals *n = pairs_totals(d->pairs);
	char said[160];

	if (!n->pairs && d->n_read && !d->opts->filter)
		d->source->ops->warn(d->source,
				     "no packet has both images, before a program and after it");
	if (!n->crowded)
		return;
	snprintf(said, sizeof(said),
		 "more than %d entries, or %d MiB, came before the exit of another one: %" PRIu64
		 " did not wait longer",
		 PAIRS_WINDOW, PAIRS_BYTES >> 20, n->crowded);
	d->source->ops->warn(d->source, said);
}

static bool has_enough(const struct diff *d)
{
	return d->opts->count && pairs_totals(d->pairs)->pairs == d->opts->count;
}

void diff_flush(struct diff *d)
{
	diff_out_flush(&d->out);
}

struct diff *diff_open(const struct opts *o, struct loop *l, struct progress *p,
		       struct source *source)
{
	struct diff *d = calloc(1, sizeof(*d));
	/*
	 * it is the entry that has to match the filter; of a program that is run, both came out of
	 * it
	 */
	const struct pairs_hooks hooks = {
		.iface = iface, .alone = alone, .ctx = d, .some = o->filter && !o->run,
	};
	struct text_settings text = o->print;

	if (!d)
		return NULL;
	d->opts = o;
	d->source = source;
	d->json = o->screen == FORMAT_JSON;
	text.colour = colour_wanted(o->colour, STDOUT_FILENO);
	d->format = format_open(FORMAT_TEXT, &text);
	if (!diff_out_open(&d->out, l, p) || !d->format || pairs_open(&d->pairs, &hooks))
		return diff_close(d);
	return d;
}

int diff_packet(struct diff *d, struct packet *p, bool wanted)
{
	struct packet entry;
	int paired = pairs_packet(d->pairs, p, wanted, &entry);

	d->n_read++;
	if (paired > 0)
		take_pair(d, &entry, p);
	if (paired < 0 || d->out.no_memory)
		return -ENOMEM;
	return has_enough(d) || ferror(stdout);
}

void diff_end(struct diff *d)
{
	if (!has_enough(d))
		pairs_end(d->pairs);
	if (d->json)
		diff_json_totals(&d->out, pairs_totals(d->pairs), &d->totals);
	else
		put_totals(d);
	diff_out_flush(&d->out);
}

struct diff *diff_close(struct diff *d)
{
	if (!d)
		return NULL;
	pairs_close(d->pairs);
	format_close(d->format);
	diff_out_close(&d->out);
	free(d);
	return NULL;
}

/* ---- of files ---- */

struct files {
	const struct opts *opts;
	struct loop loop;
	struct progress progress;
	struct file_source source;
	struct diff *diff;
};

static void on_flush(void *ctx)
{
	struct files *f = ctx;

	diff_flush(f->diff);
}

/* 0 when all is read or no more is wanted, or what file_source_next() returned. */
static int read_images(struct files *f)
{
	struct packet p;
	int got, enough = 0;

	while (!enough && (got = file_source_next(&f->source, &p)) > 0)
		enough = diff_packet(f->diff, &p, f->source.matches);
	return enough > 0 ? 0 : enough ? enough : got;
}

static enum status report(struct files *f, int err)
{
	if (err == -ENOMEM)
		log_complain("out of memory");
	diff_end(f->diff);
	if (f->loop.asked)
		log_announce("stopped as asked: %llu packets read", (ull)f->source.n_read);
	else
		file_source_complain(&f->source);
	diff_complain(f->diff);
	if (log_finish_stdout())
		return STATUS_INCOMPLETE;
	if (f->loop.forced)
		return STATUS_SIGNAL + f->loop.forced;
	return err && !f->loop.asked ? STATUS_RUNTIME : STATUS_OK;
}

static enum status run(struct files *f)
{
	const struct opts *o = f->opts;
	enum status status = file_source_open(&f->source, o, &f->loop, &f->progress, o->reads,
					      o->n_reads);
	int err;

	if (status || f->loop.asked)
		return status;
	f->source.all = true;
	f->diff = diff_open(o, &f->loop, &f->progress, &f->source.source);
	if (!f->diff)
		return log_fail(STATUS_RUNTIME, "out of memory");
	status = confine(o, merge_is_open(f->source.input) ? 0 : CONFINE_OPENS);
	if (!status)
		status = file_source_begin(&f->source);
	if (status || f->loop.asked)
		return status;
	f->loop.flush = on_flush;
	f->loop.ctx = f;
	if (f->source.is_single && !file_source_check_filter(&f->source))
		return STATUS_USAGE;
	err = read_images(f);
	progress_erase(&f->progress);
	if (f->source.refused || (!f->loop.asked && !file_source_check_filter(&f->source)))
		return STATUS_USAGE;
	return report(f, err);
}

enum status diff_run(const struct opts *o)
{
	struct files f = { .opts = o };
	enum status status;

	progress_init(&f.progress, o->print.verbose >= 0);
	if (loop_open(&f.loop))
		status = log_fail(STATUS_RUNTIME, "cannot watch for signals: %s", strerror(errno));
	else
		status = run(&f);
	diff_close(f.diff);
	file_source_close(&f.source);
	progress_erase(&f.progress);
	loop_close(&f.loop);
	return status;
}
