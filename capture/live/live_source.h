/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* From the rings to the sinks: what a live capture does all the time. */
#ifndef XDPDUMP_LIVE_LIVE_SOURCE_H
#define XDPDUMP_LIVE_LIVE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/base/clock.h"

struct outputs;
struct rings;
struct live_iface;

enum { LIVE_SOURCE_BATCH = 128 };	/* their headers fit into the first-level cache */

struct live_source {
	struct rings *ring;
	struct live_iface *taps;		/* by the number of the interface in a record */
	unsigned n_taps;
	struct clock clock;
	struct outputs *outputs;
	uint64_t now_ns;		/* CLOCK_REALTIME of the last look */
	uint64_t looked_ns, since_ns;	/* CLOCK_MONOTONIC of it, and how long it was since the one before */
	uint64_t malformed;		/* records of no interface of ours */
};

/* Looks what has come, to the last packet if @all is to go. Returns the bytes in use in the fullest ring. */
size_t live_source_look(struct live_source *d, bool all);

/*
 * Hands up to LIVE_SOURCE_BATCH packets on to the flow, in the order of time, and frees their room. What comes behind the end of the
 * flow (-c, a failed write) is taken and counted as refused. Returns their number; less than a batch: that was all.
 */
unsigned live_source_batch(struct live_source *d);

/* Takes what is left without handing it on: it is counted as refused. */
void live_source_refuse(struct live_source *d);

/*
 * How long to sleep in ns after a drain that found @used bytes in the fullest ring and took @taken packets: while packets
 * come, until a quarter of it is full again, at the rate between the last two looks, so that the wake-ups are few; when the
 * rings have run empty, until a packet rings the bell (UINT64_MAX).
 */
uint64_t live_source_pace(struct live_source *d, size_t used, uint64_t taken);

#endif
