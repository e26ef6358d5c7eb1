/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Any number of delays in little memory: least and greatest exactly, what lies between to half a
 * per cent.
 */
#ifndef XDPDUMP_REPORT_DELAYS_H
#define XDPDUMP_REPORT_DELAYS_H

#include <stdint.h>

struct delays;

/* -ENOMEM. */
int delays_open(struct delays **d);

void delays_add(struct delays *d, int64_t ns);

uint64_t delays_count(const struct delays *d);

/*
 * The delay that @percent of all do not exceed: 0 is the least, 50 the median, 100 the greatest.
 * There has to be one.
 */
int64_t delays_percentile(const struct delays *d, double percent);

struct delays *delays_close(struct delays *d);

#endif
