// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Records become packets, and each is in the books of its interface. */
#include <errno.h>
#include <stdio.h>

#include "capture/base/log.h"
#include "capture/base/util.h"
#include "capture/kernel/rings.h"
#include "capture/live/live_attach.h"
#include "capture/live/live_books.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_packet.h"
#include "capture/live/live_set.h"
#include "capture/live/live_source.h"
#include "capture/packet/packet.h"

/* a ring of 8 MiB holds the packets that a sender at full speed makes by then */
enum { PACE_MAX_NS = 5 * 1000 * 1000 };

static struct live_source *of(struct source *s)
{
	return (struct live_source *)s;
}

/* Looks what has come, to the last packet if no more come. */
static void look(struct live_source *s)
{
	uint64_t now = clock_monotonic_ns();

	s->since_ns = now - s->looked_ns;
	s->looked_ns = now;
	s->now_ns = clock_now_ns();
	s->used = rings_look(s->rings, s->stopped ? UINT64_MAX : clock_tai_ns());
	s->taken = 0;
	s->looked = s->more = true;
}

/* The next batch of what the last look has shown. False: that was all. */
static bool take_batch(struct live_source *s)
{
	rings_release(s->rings);
	s->at = 0;
	s->n = s->more ? rings_take(s->rings, s->records, LIVE_SOURCE_BATCH) : 0;
	s->taken += s->n;
	s->more = s->n == LIVE_SOURCE_BATCH;
	return s->n;
}

/*
 * Packets that entered the program before it was taken off may still be on their way into a ring.
 */
static bool is_quiet(struct live_source *s)
{
	bool quiet = !s->used;

	for (unsigned i = 0; i < s->ifaces->n; i++)
		quiet &= live_books_snapshot(s->ifaces->v[i]);
	return quiet;
}

/*
 * Only when the next one is asked for is a packet in the books, for it may have made a new file
 * begin, and the statistics of the one before are without it.
 */
static int next(struct source *source, struct packet *p)
{
	struct live_source *s = of(source);

	if (s->last)
		s->last->taken++;
	if (!s->looked)
		look(s);
	do {
		while (s->at < s->n) {
			const struct event *ev = s->records[s->at++];

			if (ev->iface < s->ifaces->n) {
				s->last = s->ifaces->v[ev->iface];
				live_packet_make(s->last, ev, &s->clock, s->now_ns, p);
				return 1;
			}
			s->malformed++;
		}
	} while (take_batch(s));
	s->looked = false;
	s->last = NULL;
	return s->stopped && is_quiet(s) ? -ENODATA : 0;
}

static void refuse(struct source *source)
{
	of(source)->last->refused++;
}

/*
 * While packets come, until a quarter of the fullest ring is full again, at the rate between the
 * last two looks, so that the wake-ups are few; when the rings have run empty, until a packet rings
 * the bell.
 */
static uint64_t pace(struct source *source)
{
	struct live_source *s = of(source);
	uint64_t drained = clock_monotonic_ns() - s->looked_ns;
	double quarter = rings_cpu_size(s->rings) / 4;

	if (s->taken) {
		uint64_t until = min_of((uint64_t)PACE_MAX_NS,
					(uint64_t)(s->since_ns * quarter / s->used));

		return until > drained ? until - drained : 0;
	}
	if (s->used)
		return RING_WINDOW_NS;
	return rings_sleep(s->rings) ? UINT64_MAX : RING_WINDOW_NS;
}

static bool stop(struct source *source, bool failed is_unused)
{
	struct live_source *s = of(source);

	for (unsigned i = 0; i < s->ifaces->n; i++)
		live_attach_end(s->ifaces->v[i]);
	s->stopped = true;
	return true;
}

static void origin(struct source *source, struct origin *o)
{
	const struct live_source *s = of(source);

	o->hardware = s->uts.machine;
	o->os = s->os;
}

static const struct iface *iface(struct source *source, uint32_t id)
{
	const struct live_source *s = of(source);

	return id < s->ifaces->n ? &s->ifaces->v[id]->iface : NULL;
}

static bool stats(struct source *source, uint32_t id, uint64_t unwritten, struct iface_stats *stats)
{
	struct live_iface *i = of(source)->ifaces->v[id];

	live_books_snapshot(i);
	live_books_stats(i, unwritten, stats);
	return true;
}

static void warn(struct source *source is_unused, const char *sentence)
{
	log_complain("warning: %s", sentence);
}

static const struct source_ops ops = { next, refuse, pace, stop, origin, iface, stats, warn };

void live_source_init(struct live_source *s, struct rings *rings, const struct live_set *ifaces)
{
	*s = (struct live_source){
		.source = { .ops = &ops, .lag_ns = RING_WINDOW_NS },
		.rings = rings,
		.ifaces = ifaces,
		.looked_ns = clock_monotonic_ns(),
	};
	clock_init(&s->clock);
	uname(&s->uts);
	snprintf(s->os, sizeof(s->os), "%s %s", s->uts.sysname, s->uts.release);
}
