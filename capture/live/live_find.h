/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The interface that somebody means by a name. */
#ifndef XDPDUMP_LIVE_LIVE_FIND_H
#define XDPDUMP_LIVE_LIVE_FIND_H

#include "capture/base/log.h"

struct live_iface;
struct netif;

/*
 * @name: of an interface, or its number in the list of -D. Without a word; -ENODEV, or an error of
 * netif_by_name().
 */
int live_find_look_up(const char *name, struct netif *n);

/*
 * The same for what is captured; NULL: the one that is meant then, see netif_default(). Complains;
 * the exit code.
 */
enum status live_find_iface(struct live_iface *t, const char *name);

#endif
