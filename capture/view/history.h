/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* How many packets and bytes there were in each of the last seconds. */
#ifndef XDPDUMP_VIEW_HISTORY_H
#define XDPDUMP_VIEW_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/event.h"

enum { HISTORY_SEC = 3600 };

/* All zero: nothing was seen yet. */
struct history {
	struct tally seconds[HISTORY_SEC]; /* the second n is at n % HISTORY_SEC */
	uint64_t first, now; /* seconds; 0: not begun */
	struct tally seen; /* of all, by now */
};

/* It is @now_ns, and there were @sum so far: what is new is of this second. */
void history_update(struct history *h, uint64_t now_ns, const struct tally *sum);

/*
 * The seconds are taken together in columns of @width, which begin at multiples of it. That which
 * is
 * @back before the one of the last second that is over: what there was, and in how many seconds.
 * False: that is too long ago, or was before the first.
 */
bool history_column(const struct history *h, unsigned width, unsigned back, struct tally *sum,
		    unsigned *sec);

#endif
