/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The packets of a live capture: out of the rings, in the order of time, batch by batch. */
#ifndef XDPDUMP_LIVE_LIVE_SOURCE_H
#define XDPDUMP_LIVE_LIVE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"
#include "capture/base/clock.h"
#include "capture/live/live_iface.h"

struct packet;
struct rings;

enum { LIVE_SOURCE_BATCH = 128 };	/* their headers fit into the first-level cache */

struct live_source {
	struct rings *rings;
	struct live_iface *ifaces;	/* by the number of the interface in a record */
	unsigned n_ifaces;
	struct clock clock;
	uint64_t now_ns;		/* CLOCK_REALTIME of the last look */
	/* CLOCK_MONOTONIC of it, and how long it was since the one before */
	uint64_t looked_ns, since_ns;
	uint64_t malformed;		/* records of no interface of ours */
	const struct event *records[LIVE_SOURCE_BATCH];	/* the batch at hand */
	unsigned at, n;
	struct live_iface *last;	/* of the packet that was given last */
};

/*
 * Looks what has come, to the last packet if @all is to go. Returns the bytes in use in the fullest
 * ring.
 */
size_t live_source_look(struct live_source *s, bool all);

/*
 * Takes up to LIVE_SOURCE_BATCH records of what was seen by the last look, in the order of time,
 * for live_source_next() to be asked until there are no more. Returns their number; less than a
 * batch: that was all.
 */
unsigned live_source_batch(struct live_source *s);

/* Frees the room of the batch. Returns false. */
bool live_source_end(struct live_source *s);

/*
 * The next packet of the batch, which points into a ring. False: there are no more, and their room
 * is free.
 */
static inline bool live_source_next(struct live_source *s, struct packet *p)
{
	while (s->at < s->n) {
		const struct event *ev = s->records[s->at++];

		if (ev->iface < s->n_ifaces) {
			s->last = &s->ifaces[ev->iface];
			live_iface_packet(s->last, ev, &s->clock, s->now_ns, p);
			return true;
		}
		s->malformed++;
	}
	return live_source_end(s);
}

/*
 * It has been dealt with: handed on, or not, behind the end of what is wanted. Only now is it in
 * the books, for it may have made a new file begin, and the statistics of the one before are
 * without it.
 */
static inline void live_source_took(struct live_source *s, bool handed_on)
{
	s->last->taken++;
	s->last->refused += !handed_on;
}

/*
 * How long to sleep in ns after a drain that found @used bytes in the fullest ring and took @taken
 * packets: while packets come, until a quarter of it is full again, at the rate between the last
 * two looks, so that the wake-ups are few; when the rings have run empty, until a packet rings the
 * bell (UINT64_MAX).
 */
uint64_t live_source_pace(struct live_source *s, size_t used, uint64_t taken);

#endif
