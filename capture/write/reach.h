/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* How far it is from a trigger to the end of its file, back or on. */
#ifndef XDPDUMP_WRITE_REACH_H
#define XDPDUMP_WRITE_REACH_H

#include <stdbool.h>
#include <stdint.h>

struct reach {
	enum reach_unit { REACH_ALL, REACH_PACKETS, REACH_BYTES, REACH_TIME } unit;
	uint64_t n;		/* packets; captured bytes; ns */
};

/* "100p", "10s" (as value_span(), with its unit), "4m" (as value_size(): k, m, g, t). */
bool reach_parse(const char *s, struct reach *r);

#endif
