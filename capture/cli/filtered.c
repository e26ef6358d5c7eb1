// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Input, filter and selection in a row; now and then a look at the signals, and at how far we are.
 */
#include <errno.h>
#include <stdlib.h>

#include "capture/base/watch.h"
#include "capture/cli/filtered.h"
#include "capture/cli/opts.h"
#include "capture/filter/per_link.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/read/capfile.h"
#include "capture/read/merge.h"
#include "capture/stage/select.h"
#include "capture/write/schedule.h"

enum { LOOK_EVERY = 4096 };	/* packets */

static void warn(void *ctx, const char *sentence)
{
	struct watch *w = ctx;

	progress_erase(&w->progress);
	log_complain("warning: %s", sentence);
}

enum status filtered_open(struct filtered *s, const struct opts *o, struct watch *w,
			  const char *const *paths, unsigned n)
{
	const struct merge_options options = {
		.warn = warn,
		.wait = watch_wait,
		.look = watch_check,
		.ctx = w,
		.recover = o->recover,
		.concatenated = o->concatenated,
		.follow = o->follow,
		.copy = o->write && o->format == FORMAT_PCAPNG,
		.local = n == 1 && !o->follow && !schedule_rotates(&o->rotate),
	};

	*s = (struct filtered){ .opts = o, .watch = w };
	if (o->filter && per_link_open(&s->per_link, o->filter, o->filter_file, !o->no_optimize))
		return log_fail(STATUS_RUNTIME, "out of memory");
	if (!merge_open(&s->input, paths, n, &options)) {
		s->blocks = merge_blocks(s->input);
		/* a classic file has shown its only one */
		s->is_single = n == 1 && !o->recover && !o->follow && merge_iface(s->input, 0);
		return STATUS_OK;
	}
	if (w->asked)
		return STATUS_OK;
	filtered_complain(s);
	return STATUS_RUNTIME;
}

/*
 * Tells why the filter does not work, of @i if it is not for the first interface, and that nothing
 * comes of it.
 */
static int refuse(struct filtered *s, const struct iface *i)
{
	char name[64] = "";

	s->refused = true;
	progress_erase(&s->watch->progress);
	if (i)
		link_type_name(i->linktype, name, sizeof(name));
	if (i && i->id)
		log_complain("%s: link type %s: %s", merge_title(s->input), name,
			     per_link_error(s->per_link));
	else
		log_complain("%s", per_link_error(s->per_link));
	return -EINVAL;
}

static int no_memory(struct filtered *s)
{
	s->refused = true;
	progress_erase(&s->watch->progress);
	log_complain("out of memory");
	return -EINVAL;
}

/* The filter is not for the packets of @i. Goes on if there may be others. */
static int leave_out(struct filtered *s, const struct iface *i)
{
	char name[64];

	if (s->is_single || per_link_is_wrong(s->per_link))
		return refuse(s, i);
	s->left_out = true;
	progress_erase(&s->watch->progress);
	link_type_name(i->linktype, name, sizeof(name));
	log_complain("warning: %s: packets of link type %s are left out: %s", merge_title(s->input),
		     name, per_link_error(s->per_link));
	return 0;
}

/* Is it for one of the interfaces so far? Each is asked once. */
static bool is_good(struct filtered *s)
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

bool filtered_check_filter(struct filtered *s)
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

static bool look(struct filtered *s)
{
	uint64_t done, size;

	if (!watch_look(s->watch))
		return false;
	if (progress_is_due(&s->watch->progress)) {
		if (!merge_progress(s->input, &done, &size))
			size = 0;
		progress_show(&s->watch->progress, s->n_read, done, size);
	}
	return true;
}

/* 1: the packet is wanted, 0: not, or an error. */
static int sift(struct filtered *s, const struct packet *p)
{
	int got;

	if (s->selection && !select_base(s->selection, p))
		warn(s->watch,
		     "for this first packet --start is not before --end, so no packet is taken");
	if (s->per_link) {
		got = per_link_packet(s->per_link, p);
		if (got <= 0)
			return !got ? 0 : got == -ENOMEM ? no_memory(s) : leave_out(s, p->iface);
	}
	if (!s->selection)
		return 1;
	got = select_packet(s->selection, p);
	if (got < 0)
		log_complain("out of memory");
	return got;
}

/*
 * Of a filter that is for nothing there is nothing is to come, so they wait until it is for
 * something; for so many bytes.
 */
static int copy_blocks(struct filtered *s, const struct packet *next)
{
	enum { HELD_MAX = 16 << 20 };

	if (!s->copy)
		return 0;
	if (!is_good(s) && s->held.len + s->blocks->len < HELD_MAX)
		return s->blocks->len ? blocks_append(&s->held, s->blocks->bytes, s->blocks->len)
				      : 0;
	if (s->held.len)
		s->copy(s->ctx, &s->held, next);
	if (s->blocks->len)
		s->copy(s->ctx, s->blocks, next);
	s->held.len = 0;
	return 0;
}

int filtered_next(struct filtered *s, struct packet *p)
{
	for (;;) {
		int got;

		if (s->n_read % LOOK_EVERY == 0 && !look(s))
			return -EINTR;
		got = merge_next(s->input, p);
		if (s->watch->asked)
			return -EINTR;
		if (got > 0)
			s->n_read++;
		if ((s->blocks->len || s->held.len) && copy_blocks(s, got > 0 ? p : NULL))
			return no_memory(s);
		if (got <= 0)
			return got;
		got = s->per_link || s->selection ? sift(s, p) : 1;
		if (got)
			return got;
	}
}

static void tell_recovery(const struct filtered *s)
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

void filtered_complain(const struct filtered *s)
{
	const char *sentence;

	if (s->opts->recover && s->n_read)
		tell_recovery(s);
	for (unsigned i = 0; (sentence = merge_error(s->input, i)); i++)
		log_complain("%s", sentence);
}

void filtered_close(struct filtered *s)
{
	per_link_close(s->per_link);
	free(s->held.bytes);
	merge_close(s->input);
}
