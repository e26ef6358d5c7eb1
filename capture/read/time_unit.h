/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* How the times of an interface are counted in a file, and what they are in ns. */
#ifndef XDPDUMP_READ_TIME_UNIT_H
#define XDPDUMP_READ_TIME_UNIT_H

#include <stdbool.h>
#include <stdint.h>

struct time_unit {
	int64_t offset_sec;	/* if_tsoffset */
	uint32_t ns_per_tick;	/* 0: not a whole number */
	uint8_t resolution;	/* if_tsresol: bit 7 clear: 10^-n s, set: 2^-n s */
	bool unknown;		/* beyond what can be counted: times are left out */
};

/*
 * @resolution: as if_tsresol. It is exact down to 10^-19 and 2^-63, the ends of 64 bits; below,
 * times are unknown.
 */
void time_unit_set(struct time_unit *u, uint8_t resolution);

/* Ticks of a unit in ns since 1970. False: not known, or not to be expressed in 64 bits of ns. */
bool time_unit_ns(const struct time_unit *u, uint64_t ticks, uint64_t *ts_ns);

#endif
