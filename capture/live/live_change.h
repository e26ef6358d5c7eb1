/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Other settings for an interface that is being captured: from then on it is another one, with a
 * number, a description in the file, and books of its own, which say by what its packets were
 * chosen and cut. What it was until then has been replaced: it stays, for its packets that are on
 * their way, and its counters.
 */
#ifndef XDPDUMP_LIVE_LIVE_CHANGE_H
#define XDPDUMP_LIVE_LIVE_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/log.h"

struct live_iface;
struct live_iface_settings;

/* Is it captured by other settings than those of @s, as far as these may change? */
bool live_change_is_needed(const struct live_iface *t, const struct live_iface_settings *s);

/*
 * @next, of which nothing is known, becomes what is to replace @t, with the number @id, and its
 * programs are loaded for @s, with the filters of @t. @entry: what is to replace t->entry; NULL: it
 * has none. Complains.
 */
enum status live_change_load(struct live_iface *next, struct live_iface *t,
			     const struct live_iface *entry, uint32_t id,
			     const struct live_iface_settings *s);

/*
 * @next replaces t, in one step: each packet is of one of them. Else complains, and it is next that
 * is replaced, by @t, of which a few packets may have come as those of next.
 */
enum status live_change_make(struct live_iface *next, struct live_iface *t);

#endif
