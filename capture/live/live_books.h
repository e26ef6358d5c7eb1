/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What became of the packets of an interface. */
#ifndef XDPDUMP_LIVE_LIVE_BOOKS_H
#define XDPDUMP_LIVE_LIVE_BOOKS_H

#include <stdbool.h>
#include <stdint.h>

struct counters;
struct iface_stats;
struct ledger;
struct live_iface;

/* Reads the counters. False: more packets came since the last time. */
bool live_books_snapshot(struct live_iface *t);

/* Adds the last snapshot of both directions; of one of them, and of all that it was before. */
void live_books_count(const struct live_iface *t, struct counters *sum);
void live_books_count_all(const struct live_iface *t, struct counters *received,
			  struct counters *sent);

/*
 * The books, and as a statistics block, as of the last snapshot, or, once it is detached, as of
 * then. @unwritten: packets that the output could not take.
 */
void live_books_ledger(const struct live_iface *t, uint64_t unwritten, struct ledger *l);
void live_books_stats(const struct live_iface *t, uint64_t unwritten, struct iface_stats *s);

#endif
