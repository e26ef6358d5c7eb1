/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The interfaces of a file, numbered as they come. They stay where they are. */
#ifndef XDPDUMP_READ_IFACES_H
#define XDPDUMP_READ_IFACES_H

#include "capture/packet/packet.h"
#include "capture/read/budget.h"
#include "capture/read/time_unit.h"

enum { IFACES_CHUNKS = 21 };	/* each as large as those before and one more */

struct file_iface {
	struct iface iface;
	struct time_unit unit;
	struct iface_stats *stats;	/* NULL: none seen */
};

/* that one takes, with what is known of it elsewhere */
enum { IFACES_BYTES = sizeof(struct file_iface) + 16 };

struct ifaces {
	struct file_iface *chunks[IFACES_CHUNKS];
	uint32_t n;
};

/*
 * A new one, of a capture in this byte order; its times are microseconds. NULL: no memory, or not
 * enough of the budget.
 */
struct file_iface *ifaces_add(struct ifaces *all, struct budget_share *share, bool swapped);

static inline struct file_iface *ifaces_at(const struct ifaces *all, uint32_t n)
{
	unsigned chunk = 31 - __builtin_clz(n + 1);

	return all->chunks[chunk] + (n + 1 - (1u << chunk));
}

void ifaces_free(struct ifaces *all);

#endif
