/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The packets of a live capture: out of the rings, in the order of time, batch by batch. For the
 * one who captures: it complains itself.
 */
#ifndef XDPDUMP_LIVE_LIVE_SOURCE_H
#define XDPDUMP_LIVE_LIVE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/utsname.h>

#include "bpf/event.h"
#include "capture/base/clock.h"
#include "capture/packet/source.h"

struct live_iface;
struct live_set;
struct rings;

enum { LIVE_SOURCE_BATCH = 128 };	/* their headers fit into the first-level cache */

struct live_source {
	struct source source;
	struct rings *rings;
	const struct live_set *ifaces;	/* by the number of the interface in a record */
	struct clock clock;
	/* the last look: CLOCK_REALTIME and CLOCK_MONOTONIC, and how long since the one before */
	uint64_t now_ns, looked_ns, since_ns;
	size_t used;			/* bytes in the fullest ring then */
	uint64_t taken;			/* records since then */
	bool looked, more;		/* its packets are not all given, or not all taken yet */
	bool stopped;			/* off the interfaces */
	uint64_t malformed;		/* records of no interface of ours */
	const struct event *records[LIVE_SOURCE_BATCH];	/* the batch at hand */
	unsigned at, n;
	/* of the packet that was given last, if that is not in the books yet */
	struct live_iface *last;
	struct utsname uts;
	char os[256];			/* from it */
};

/*
 * @rings and @ifaces are the owner's, who may add interfaces whenever no packet is being asked for;
 * they are attached afterwards.
 */
void live_source_init(struct live_source *s, struct rings *rings, const struct live_set *ifaces);

#endif
