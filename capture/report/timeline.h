/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Packets and bytes over time, in columns of the same width, which begin at multiples of it. There
 * are never more than a fixed number: the width grows with the time that they cover, through spans
 * that divide each other, so that no count is ever divided. Times may come in any order.
 */
#ifndef XDPDUMP_REPORT_TIMELINE_H
#define XDPDUMP_REPORT_TIMELINE_H

#include <stdint.h>

#include "bpf/event.h"

enum { TIMELINE_COLUMNS = 600 };

/* All zero: nothing was added. */
struct timeline {
	struct tally columns[TIMELINE_COLUMNS];	/* behind the n-th all zero */
	unsigned n;		/* that are used; the first and the last one are not empty */
	unsigned level;		/* of the width */
	uint64_t first;		/* columns before the first since the beginning of all times */
	/* where the last packet was: its column, and when that begins */
	unsigned at;
	uint64_t at_ns;
};

/* A packet of @len bytes on the wire. */
void timeline_add(struct timeline *t, uint64_t ts_ns, uint32_t len);

/* All packets of @more, as if they had been added one by one. */
void timeline_join(struct timeline *t, const struct timeline *more);

/* Width of a column, and when the first one begins. */
uint64_t timeline_step_ns(const struct timeline *t);
uint64_t timeline_start_ns(const struct timeline *t);

/* Of the @n columns from @at on, as far as there are so many. */
struct tally timeline_sum(const struct timeline *t, unsigned at, unsigned n);

#endif
