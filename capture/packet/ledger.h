/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What became of every packet of an interface, from the program to the output. All that is told of
 * losses, in statistics blocks, in the summary and in between, is told from here.
 */
#ifndef XDPDUMP_PACKET_LEDGER_H
#define XDPDUMP_PACKET_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/packet/sample.h"

struct iface_stats;

/* Numbers of packets since the start. */
struct ledger {
	uint64_t seen;		/* by the program: each of them is in one of the next eight */
	uint64_t filtered;	/* the filter has rejected it */
	uint64_t sampled_out;	/* it was not among those that are kept */
	uint64_t flow_cut;	/* its flow had as many as are kept */
	uint64_t rate_limited;	/* it was one too many at that time */
	uint64_t only_counted;	/* no packets are wanted */
	uint64_t ring_full;	/* there was no room in the ring */
	uint64_t copy_failed;	/* its bytes could not be copied, or its CPU has no ring */
	/* it went into a ring, and is taken from there or still on its way */
	uint64_t delivered;

	uint64_t taken;		/* out of the ring: in the output, or in one of the next two */
	uint64_t refused;	/* came behind the end of what is wanted: -c, a failed write */
	uint64_t unwritten;	/* the output could not take it, or not in its format */

	uint64_t if_dropped;	/* by the device, so the program has not seen them */
	bool knows_if_dropped;
	/* what is left out on purpose; the rate is that of all interfaces */
	struct sampling asked;
	bool resampled;		/* it was another sample before, or of another interface */
};

/*
 * What the filter has let through, left out on purpose or not; what was lost of that before it came
 * to us; what came to us, and is not in the output.
 */
uint64_t ledger_accepted(const struct ledger *l);
uint64_t ledger_lost(const struct ledger *l);
uint64_t ledger_not_written(const struct ledger *l);

/*
 * Does it add up? While packets come, those that were counted as seen may not be in their row yet,
 * and those that were delivered are still on their way: no row is ahead of its sum. @settled: none
 * comes any more, so that it is equal.
 */
bool ledger_adds_up(const struct ledger *l, bool settled);

/* @sum becomes that of several interfaces. */
void ledger_add(struct ledger *sum, const struct ledger *l);

/*
 * The counters of a statistics block of pcapng, and the beginning of its comment; returns how long
 * that is.
 */
unsigned ledger_to_stats(const struct ledger *l, struct iface_stats *s);

#endif
