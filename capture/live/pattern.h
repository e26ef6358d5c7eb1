/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Interfaces that are not named one by one: "any", those that are up, or a glob(7) of names. */
#ifndef XDPDUMP_LIVE_PATTERN_H
#define XDPDUMP_LIVE_PATTERN_H

#include <stdbool.h>

struct netif;

/* Is it one? NULL is not. */
bool pattern_is(const char *name);

bool pattern_fits(const char *pattern, const struct netif *n);

#endif
