/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Statistics as text. */
#ifndef XDPDUMP_REPORT_STATS_H
#define XDPDUMP_REPORT_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/event.h"

/* What is printed; all since the start. */
struct totals {
	struct counters c;
	uint64_t not_written;	/* taken from the ring, but not in the output */
	uint64_t if_dropped;	/* lost by the devices, before the program */
	bool live;		/* there can be losses */
	bool has_filter;	/* c.filtered counts what it rejected */
};

/* Prints them on stderr. @ns: time that they cover, 0: no rates. */
void stats_print(const struct totals *t, uint64_t ns);

#endif
