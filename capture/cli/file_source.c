// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Input and filter in a row. */
#include <errno.h>
#include <stdlib.h>

#include "capture/base/loop.h"
#include "capture/base/progress.h"
#include "capture/base/thread.h"
#include "capture/cli/file_source.h"
#include "capture/cli/opts.h"
#include "capture/filter/expr.h"
#include "capture/filter/per_link.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/read/capfile.h"
#include "capture/read/merge.h"
#include "capture/read/parts.h"
#include "capture/stage/dedup.h"
#include "capture/stage/select.h"
#include "capture/write/schedule.h"

enum { LOOK_EVERY = 4096 };	/* packets */

static void warn_of_input(void *ctx, const char *sentence)
{
	struct file_source *s = ctx;

	progress_erase(s->progress);
	log_complain("warning: %s", sentence);
}

static int wait_for(void *ctx, int fd, int timeout_ms)
{
	struct file_source *s = ctx;

	return loop_wait_for(s->loop, fd, timeout_ms);
}

static int check(void *ctx)
{
	struct file_source *s = ctx;

	return loop_look(s->loop) ? 0 : EINTR;
}

/*
 * Tells why the filter does not work, of @i if it is not for the first interface, and that nothing
 * comes of it.
 */
static int refuse(struct file_source *s, const struct iface *i)
{
	char name[64] = "";

	s->refused = true;
	progress_erase(s->progress);
	if (i)
		link_type_name(i->linktype, name, sizeof(name));
	if (i && i->id)
		log_complain("%s: link type %s: %s", merge_title(s->input), name,
			     per_link_error(s->per_link));
	else
		log_complain("%s", per_link_error(s->per_link));
	return -EINVAL;
}

static int no_memory(struct file_source *s)
{
	s->refused = true;
	progress_erase(s->progress);
	log_complain("out of memory");
	return -EINVAL;
}

/* The filter is not for the packets of @i. Goes on if there may be others. */
static int leave_out(struct file_source *s, const struct iface *i)
{
	char name[64];

	if (s->is_single || per_link_is_wrong(s->per_link))
		return refuse(s, i);
	s->left_out = true;
	progress_erase(s->progress);
	link_type_name(i->linktype, name, sizeof(name));
	log_complain("warning: %s: packets of link type %s are left out: %s", merge_title(s->input),
		     name, per_link_error(s->per_link));
	return 0;
}

/* Is it for one of the interfaces so far? Each is asked once. */
static bool is_good(struct file_source *s)
{
	const struct iface *i;

	while (s->per_link && !per_link_is_good(s->per_link) &&
	       (i = merge_iface(s->input, s->n_checked))) {
		if (per_link_check(s->per_link, i) == -ENOMEM)
			break;
		s->n_checked++;
	}
	return !s->per_link || per_link_is_good(s->per_link);
}

bool file_source_check_filter(struct file_source *s)
{
	const struct iface *first = merge_iface(s->input, 0);

	if (s->refused || is_good(s))
		return !s->refused;
	if (per_link_check(s->per_link, first) == -ENOMEM)
		return no_memory(s), false;
	if (!first && per_link_is_good(s->per_link))
		return true;
	if (!s->left_out)
		return refuse(s, first), false;
	log_complain("%s: no interface has a link type that the filter is for",
		     merge_title(s->input));
	s->refused = true;
	return false;
}

static bool look(struct file_source *s)
{
	uint64_t done, size;

	if (s->hooks.look)
		s->hooks.look(s->hooks.ctx);
	if (!loop_look(s->loop))
		return false;
	if (progress_is_due(s->progress)) {
		if (!merge_progress(s->input, &done, &size))
			size = 0;
		progress_show(s->progress, s->n_read, done, size);
	}
	return true;
}

/* 1: the packet is wanted, 0: not, or an error. */
static int sift(struct file_source *s, const struct packet *p)
{
	int got = per_link_packet(s->per_link, p);

	if (got >= 0)
		return got;
	return got == -ENOMEM ? no_memory(s) : leave_out(s, p->iface);
}

/* Has the packet come that is the only one wanted, if there is such a one? */
static bool is_placed(const struct file_source *s)
{
	return !s->opts->has_place || s->place.found;
}

/*
 * Of a filter that is for nothing, or without the packet of --at, nothing is to come, so they wait
 * until there is something; for so many bytes.
 */
static int copy_blocks(struct file_source *s, const struct packet *next)
{
	enum { HELD_MAX = 16 << 20 };

	if (!s->hooks.copy)
		return 0;
	if (!(is_good(s) && is_placed(s)) && s->held.len + s->blocks->len < HELD_MAX)
		return s->blocks->len ? blocks_append(&s->held, s->blocks->bytes, s->blocks->len)
				      : 0;
	if (s->held.len)
		s->hooks.copy(s->hooks.ctx, &s->held, next);
	if (s->blocks->len)
		s->hooks.copy(s->hooks.ctx, s->blocks, next);
	s->held.len = 0;
	return 0;
}

/* Is it the one? What is said of those next to it if there is none. */
static bool is_there(struct file_source *s, const struct packet *p)
{
	struct place *l = &s->place;
	const uint64_t wanted = s->opts->place;

	l->found = p->offset == wanted;
	if (p->offset < wanted) {
		l->has_before = true;
		l->before = p->offset;
	}
	l->has_behind = p->offset > wanted;
	l->behind = p->offset;
	return l->found;
}

/* There it is, or would have been. */
static bool is_over(const struct file_source *s)
{
	return s->place.found || s->place.has_behind;
}

static void see_first(struct file_source *s, const struct packet *p)
{
	if (!select_base(s->selection, p))
		warn_of_input(s, "for this first packet --start is not before --end, so no packet is taken");
}

enum status file_source_select(struct file_source *s, struct selection *sel,
			       const struct numbers *only)
{
	const struct opts *o = s->opts;

	*sel = (struct selection){
		.start = o->start, .end = o->end, .skip = o->skip, .only = only,
	};
	if ((o->dedup_packets || o->dedup_ns) &&
	    dedup_open(&sel->dedup, o->dedup_packets, o->dedup_ns, o->ignored))
		return log_fail(STATUS_RUNTIME, "out of memory");
	s->selection = select_is_all(sel) ? NULL : sel;
	if (s->selection && o->based)
		see_first(s, &(struct packet){ .ts_ns = o->base_ns, .has = PACKET_TIME });
	return STATUS_OK;
}

/* The program for all packets, if there is one; NULL: all match. False: they take several. */
static bool has_one_filter(struct file_source *s, const struct expr **e)
{
	const struct iface *first = merge_iface(s->input, 0), *i;

	*e = NULL;
	if (!s->per_link)
		return true;
	for (uint32_t id = 1; (i = merge_iface(s->input, id)); id++)
		if (i->linktype != first->linktype || i->swapped != first->swapped)
			return false;
	return !per_link_expr(s->per_link, first, e) && !expr_is_directed(*e);
}

static void divide(struct file_source *s)
{
	const struct expr *filter;

	if (!s->selection && !s->opts->has_place && !s->all && has_one_filter(s, &filter))
		merge_divide(s->input, s->parts, PARTS_WORTH_IT, filter, s->count, s->count_ctx);
}

static bool look_again(void *ctx)
{
	return look(ctx);
}

/* What others have counted need not be read. */
static void take_part(struct file_source *s)
{
	s->n_read += parts_take(s->parts, look_again, s);
}

int file_source_next(struct file_source *s, struct packet *p)
{
	for (;;) {
		bool wanted;
		int got;

		if (s->n_read % LOOK_EVERY == 0 && !look(s))
			return -EINTR;
		if (is_over(s))
			return 0;
		if (s->parts && parts_are_due(s->parts))
			take_part(s);
		got = merge_next(s->input, p);
		if (!loop_goes_on(s->loop))
			return -EINTR;
		if (got > 0 && !s->n_read++ && s->parts)
			divide(s);
		wanted = got > 0 && (!s->opts->has_place || is_there(s, p));
		if ((s->blocks->len || s->held.len) && copy_blocks(s, got > 0 ? p : NULL))
			return no_memory(s);
		if (got <= 0)
			return got;
		if (!wanted)
			continue;
		if (s->selection && !s->selection->based)
			see_first(s, p);
		got = s->per_link ? sift(s, p) : 1;
		s->matches = got > 0;
		if (got || s->all)
			return got ? got : 1;
	}
}

static void tell_recovery(const struct file_source *s)
{
	struct recovery r = merge_recovery(s->input);

	if (!r.places && !r.mended)
		log_announce("%llu packets; no damage found", (unsigned long long)r.packets);
	else
		log_announce(
			"%llu packets recovered; %llu bytes skipped in %llu place%s, %llu place%s mended",
			(unsigned long long)r.packets, (unsigned long long)r.bytes,
			(unsigned long long)r.places, r.places == 1 ? "" : "s",
			(unsigned long long)r.mended, r.mended == 1 ? "" : "s");
}

void file_source_complain(const struct file_source *s)
{
	const uint64_t undirected =
		s->per_link ? per_link_undirected(s->per_link) - s->undirected_before : 0;
	const char *sentence;

	if (undirected)
		log_complain(
			"warning: %s: %llu packet%s not tell whether %s received or sent, "
			"which the filter asks for: left out",
			merge_title(s->input), (unsigned long long)undirected,
			undirected == 1 ? " does" : "s do",
			undirected == 1 ? "it was" : "they were");
	if (s->opts->recover && s->n_read)
		tell_recovery(s);
	for (unsigned i = 0; (sentence = merge_error(s->input, i)); i++)
		log_complain("%s", sentence);
}

bool file_source_misses(const struct file_source *s)
{
	const struct place *l = &s->place;
	const unsigned long long wanted = s->opts->place, before = l->before, behind = l->behind;
	const char *name = merge_title(s->input);

	if (is_placed(s))
		return false;
	if (l->has_before && l->has_behind)
		log_complain("%s: no packet begins at byte %llu: one does at byte %llu, and the next at byte %llu",
			     name, wanted, before, behind);
	else if (l->has_behind)
		log_complain("%s: no packet begins at byte %llu: the first does at byte %llu", name,
			     wanted, behind);
	else if (l->has_before)
		log_complain("%s: no packet begins at byte %llu: the last one does at byte %llu",
			     name, wanted, before);
	else
		log_complain("%s: no packet begins at byte %llu: there is none at all", name,
			     wanted);
	return true;
}

/* ---- as a source ---- */

static struct file_source *of(struct source *s)
{
	return (struct file_source *)s;
}

static int next(struct source *source, struct packet *p)
{
	struct file_source *s = of(source);
	int got = s->stopped ? 0 : file_source_next(s, p);

	return got ? got : -ENODATA;
}

/* What cannot be written any more is counted; but a stream may have no end. */
static bool stop(struct source *source, bool failed)
{
	struct file_source *s = of(source);

	s->hooks.copy = NULL;
	s->stopped = !failed || merge_is_stream(s->input);
	if (failed && s->stopped)
		log_complain("%s: not read to its end, as it cannot be written",
			     merge_title(s->input));
	return !s->stopped;
}

/* Of all files that have shown it when the first output is begun. */
static void origin(struct source *source, struct origin *o)
{
	struct file_source *s = of(source);

	if (!s->has_section)
		s->section = merge_section_options(s->input);
	s->has_section = true;
	o->hardware = merge_section(s->input, SHB_HARDWARE);
	o->os = merge_section(s->input, SHB_OS);
	o->options = s->section;
}

static const struct iface *iface(struct source *s, uint32_t id)
{
	return merge_iface(of(s)->input, id);
}

/* They are those of the capture, whatever has become of its packets here. */
static bool stats(struct source *s, uint32_t id, uint64_t unwritten is_unused,
		  struct iface_stats *stats)
{
	const struct iface_stats *known = merge_stats(of(s)->input, id);

	if (known)
		*stats = *known;
	return known;
}

static void warn(struct source *s, const char *sentence)
{
	progress_erase(of(s)->progress);
	log_complain("warning: %s: %s", merge_title(of(s)->input), sentence);
}

static const struct source_ops ops = {
	.next = next, .stop = stop, .origin = origin, .iface = iface, .stats = stats, .warn = warn,
};

/* ---- all of it ---- */

/* Interrupted is no failure. */
static enum status opened(struct file_source *s, int err)
{
	if (!err || !loop_goes_on(s->loop))
		return STATUS_OK;
	file_source_complain(s);
	return STATUS_RUNTIME;
}

static int make_filter(struct file_source *s)
{
	const struct opts *o = s->opts;
	int err = o->filter ? per_link_open(&s->per_link, o->filter, o->filter_file,
					    !o->no_optimize)
			    : 0;

	return !err && s->per_link && o->sandbox != CONFINE_OFF ? per_link_prepare(s->per_link)
								: err;
}

enum status file_source_open(struct file_source *s, const struct opts *o, struct loop *l,
			     struct progress *p, const char *const *paths, unsigned n)
{
	return file_source_open_with(s, NULL, o, l, p, paths, n);
}

struct per_link *file_source_take_filter(struct file_source *s)
{
	return steal(&s->per_link);
}

enum status file_source_open_with(struct file_source *s, struct per_link *filter,
				  const struct opts *o, struct loop *l, struct progress *p,
				  const char *const *paths, unsigned n)
{
	const struct merge_options options = {
		.warn = warn_of_input,
		.wait = wait_for,
		.look = check,
		.ctx = s,
		.recover = o->recover,
		.concatenated = o->concatenated,
		.follow = o->follow,
		.copy = (o->write || o->to) && o->format == FORMAT_PCAPNG,
		.local = n == 1 && !o->follow && !o->run && !schedule_rotates(&o->rotate),
	};

	int err;

	*s = (struct file_source){ .source.ops = &ops, .opts = o, .loop = l, .progress = p };
	s->per_link = filter;
	s->undirected_before = filter ? per_link_undirected(filter) : 0;
	if (!filter && make_filter(s))
		return log_fail(STATUS_RUNTIME, "out of memory");
	err = merge_open(&s->input, paths, n, &options);
	if (o->holds && loop_goes_on(l) && !o->holds(o->holds_ctx, s->input, err))
		return STATUS_RUNTIME;
	return opened(s, err);
}

static bool is_worth_threads(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_size >= 2 * PARTS_WORTH_IT;
}

/* Others can perhaps not be reached any more, but this one is open. */
static bool are_worth_threads(const struct opts *o, const struct merge *open)
{
	bool worth = merge_stat(open, 0) && is_worth_threads(merge_stat(open, 0));
	struct stat st;

	for (unsigned i = 0; !worth && i < o->n_reads; i++)
		worth = !stat(o->reads[i], &st) && is_worth_threads(&st);
	return worth;
}

struct parts *file_source_parts(const struct opts *o, const struct merge *open)
{
	enum { USUAL_MAX = 4 };
	const unsigned n = o->threads ? o->threads : min_of(thread_spare_cpus(), (unsigned)USUAL_MAX);
	struct parts *parts = NULL;

	return are_worth_threads(o, open) && !parts_open(&parts, n) ? parts : NULL;
}

enum status file_source_open_side(struct file_source *s, const struct opts *o, struct loop *l,
				  struct progress *p, unsigned which)
{
	const unsigned n = o->sides[0].n;

	return file_source_open(s, o, l, p, o->reads + (n ? which * n : which),
				n ? o->sides[which].n : 1);
}

const char *file_source_side(const struct file_source *s, unsigned which)
{
	return s->opts->sides[which].n ? s->opts->sides[which].name : merge_name(s->input, 0);
}

enum status file_source_begin(struct file_source *s)
{
	const struct opts *o = s->opts;
	int err = merge_begin(s->input);

	s->blocks = merge_blocks(s->input);
	/* a classic file has shown its only one */
	s->is_single = !err && !merge_name(s->input, 1) && !o->recover && !o->follow &&
		       merge_iface(s->input, 0);
	return opened(s, err);
}

void file_source_close(struct file_source *s)
{
	if (s->parts)
		parts_finish(s->parts);
	per_link_close(s->per_link);
	free(s->held.bytes);
	merge_close(s->input);
}
