/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Interfaces that are not named one by one: "any", those that are up, or a glob(7) of names. A bond
 * is its members, which are captured in place of it, so that each packet is seen once.
 */
#ifndef XDPDUMP_LIVE_PATTERN_H
#define XDPDUMP_LIVE_PATTERN_H

#include <stdbool.h>

struct netif;

/* Is it one? NULL is not. */
bool pattern_is(const char *name);

/* By its own name. */
bool pattern_fits(const char *pattern, const struct netif *n);

/* Or, as it is a member of @bond (NULL: of none), by that of the bond. */
bool pattern_fits_bond(const char *pattern, const struct netif *bond);

#endif
