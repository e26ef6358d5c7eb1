// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Input, filter and selection in a row; now and then a look at the signals, and at how far we are. */
#include <errno.h>

#include "capture/input.h"
#include "capture/opts.h"
#include "capture/packet.h"
#include "capture/reader.h"
#include "capture/schedule.h"
#include "capture/select.h"
#include "capture/sieve.h"
#include "capture/source.h"
#include "capture/watch.h"

enum { LOOK_EVERY = 4096 };	/* packets */

static void warn(void *ctx, const char *sentence)
{
	struct watch *w = ctx;

	progress_erase(&w->progress);
	complain("warning: %s", sentence);
}

enum status source_open(struct source *s, const struct opts *o, struct watch *w, const char *const *paths, unsigned n)
{
	const struct input_options options = {
		.warn = warn, .wait = watch_wait, .ctx = w, .recover = o->recover,
		.copy = o->write && o->format == FORMAT_PCAPNG, .local = n == 1 && !schedule_rotates(&o->rotate),
	};

	*s = (struct source){ .opts = o, .watch = w };
	if (o->filter && sieve_open(&s->sieve, o->filter, !o->no_optimize))
		return fail(STATUS_RUNTIME, "out of memory");
	if (!input_open(&s->input, paths, n, &options)) {
		s->blocks = input_blocks(s->input);
		return STATUS_OK;
	}
	if (w->asked)
		return STATUS_OK;
	source_complain(s);
	return STATUS_RUNTIME;
}

/* Tells why the filter did not work. */
static int refuse(struct source *s, int err, const struct iface *i)
{
	const char *sentence = err == -ENOMEM ? "out of memory" : sieve_error(s->sieve);

	s->refused = true;
	progress_erase(&s->watch->progress);
	if (i && i->id)
		complain("%s: %s", input_title(s->input), sentence);
	else
		complain("%s", sentence);
	return -EINVAL;
}

bool source_check_filter(struct source *s)
{
	const struct iface *i = input_iface(s->input, 0);
	int err = !s->sieve || sieve_count(s->sieve) ? 0 : sieve_check(s->sieve, i);

	return !err || (refuse(s, err, i), false);
}

static bool look(struct source *s)
{
	uint64_t done, size;

	if (!watch_look(s->watch))
		return false;
	if (progress_is_due(&s->watch->progress)) {
		if (!input_progress(s->input, &done, &size))
			size = 0;
		progress_show(&s->watch->progress, s->n_read, done, size);
	}
	return true;
}

/* 1: the packet is wanted, 0: not, or an error. */
static int sift(struct source *s, const struct packet *p)
{
	int got;

	if (s->selection)
		select_base(s->selection, p);
	if (s->sieve) {
		got = sieve_packet(s->sieve, p);
		if (got <= 0)
			return got ? refuse(s, got, p->iface) : 0;
	}
	if (!s->selection)
		return 1;
	got = select_packet(s->selection, p);
	if (got < 0)
		complain("out of memory");
	return got;
}

/* Of a filter that is refused nothing is to come of it, so it is looked at before. */
static void copy_blocks(struct source *s, const struct packet *next)
{
	if (s->copy && source_check_filter(s))
		s->copy(s->ctx, s->blocks, next);
}

int source_next(struct source *s, struct packet *p)
{
	for (;;) {
		int got;

		if (s->n_read % LOOK_EVERY == 0 && !look(s))
			return -EINTR;
		got = input_next(s->input, p);
		if (s->watch->asked)
			return -EINTR;
		if (got > 0)
			s->n_read++;
		if (s->blocks->len)
			copy_blocks(s, got > 0 ? p : NULL);
		if (got <= 0)
			return got;
		got = s->sieve || s->selection ? sift(s, p) : 1;
		if (got)
			return got;
	}
}

static void tell_recovery(const struct source *s)
{
	struct recovery r = input_recovery(s->input);

	if (!r.places && !r.mended)
		announce("%llu packets; no damage found", (unsigned long long)r.packets);
	else
		announce("%llu packets recovered; %llu bytes skipped in %llu place%s, %llu place%s mended",
			 (unsigned long long)r.packets, (unsigned long long)r.bytes, (unsigned long long)r.places,
			 r.places == 1 ? "" : "s", (unsigned long long)r.mended, r.mended == 1 ? "" : "s");
}

void source_complain(const struct source *s)
{
	const char *sentence;

	if (s->opts->recover && s->n_read)
		tell_recovery(s);
	for (unsigned i = 0; (sentence = input_error(s->input, i)); i++)
		complain("%s", sentence);
}

void source_close(struct source *s)
{
	sieve_close(s->sieve);
	input_close(s->input);
}
