/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The interfaces of a capture, which become more and never fewer: one that has gone keeps its
 * number, and its books. Each stays where it is in memory.
 */
#ifndef XDPDUMP_LIVE_LIVE_SET_H
#define XDPDUMP_LIVE_LIVE_SET_H

struct live_iface;

enum { LIVE_SET_MAX = 65536 };	/* their numbers have 16 bits in a record */

struct live_set {
	struct live_iface **v;	/* by number */
	unsigned n;
};

/* One more, of which nothing is known yet. NULL: no memory, or no number is left. */
struct live_iface *live_set_add(struct live_set *s);

/* The last one is not to be one after all. */
void live_set_drop(struct live_set *s);

void live_set_close(struct live_set *s);

#endif
