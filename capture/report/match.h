/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Two captures as sets: which packets of one side are on the other as well, within a window of
 * time. Of packets that are all the same the oldest ones are paired first. Takes the same time for
 * each packet, whatever comes.
 */
#ifndef XDPDUMP_REPORT_MATCH_H
#define XDPDUMP_REPORT_MATCH_H

#include <stdint.h>

#include "capture/base/hash.h"

struct match;

enum { MATCH_ROOM = 1 << 22 };	/* packets that are remembered at most, of both sides together */

/* What is found. Each may be NULL. */
struct match_hooks {
	void (*pair)(void *ctx, int64_t delay_ns);	/* from side 0 to side 1 */
	/* from 0, of the packets of that side */
	void (*alone)(void *ctx, unsigned side, uint64_t number);
	void *ctx;
};

struct match_totals {
	uint64_t packets[2];
	uint64_t pairs;
	uint64_t alone[2];
	/* of these: the other side has such packets as well, but not so many */
	uint64_t copies[2];
	uint64_t crowded;	/* packets that had to leave before their time, for want of room */
};

/* Two packets are a pair if they are not further apart than @window_ns. -ENOMEM. */
int match_open(struct match **m, uint64_t window_ns, const struct match_hooks *hooks);

/*
 * The next packet of @side, 0 or 1; both sides together in the order of time, as far as they have
 * one. -ENOMEM.
 */
int match_packet(struct match *m, unsigned side, const struct hash128 *imprint, uint64_t ns);

/* No more packets come: who has found no other one is alone. */
void match_end(struct match *m);

const struct match_totals *match_totals(const struct match *m);

struct match *match_close(struct match *m);

#endif
