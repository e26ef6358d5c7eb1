/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Several peers at the end of a capture: what waits for them is sent, and they close. */
#ifndef XDPDUMP_WRITE_PEERS_H
#define XDPDUMP_WRITE_PEERS_H

#include <stdint.h>

struct peer;

enum { PEERS_MAX = 8 };

struct peers {
	struct peer *v[PEERS_MAX];	/* the owner's; NULL: nobody */
	int interrupt_fd;
	/*
	 * the @i-th leaves: it has gone, by @err, -errno, or (0) has got all and closed; it is
	 * looked at no more
	 */
	void (*leave)(void *ctx, unsigned i, int err);
	void *ctx;
};

/*
 * Sends what waits, to those who take it: until nobody has taken anything for @patience_ms (-1: for
 * ever), until @end_ns, CLOCK_MONOTONIC (UINT64_MAX: as long as it takes), or interrupted.
 */
void peers_send(struct peers *p, int patience_ms, uint64_t end_ns);

/*
 * Waits until those who have got all have closed as well, until @end_ns: a close before would take
 * from them what they have not read.
 */
void peers_shut(struct peers *p, uint64_t end_ns);

#endif
