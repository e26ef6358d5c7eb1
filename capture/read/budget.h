/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The memory that all files of a run may take together, for a few bytes in a file can ask for much:
 * interfaces, names and comments, long blocks, windows of a decompressor.
 */
#ifndef XDPDUMP_READ_BUDGET_H
#define XDPDUMP_READ_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	/* of all kinds but the following, and these interfaces are in it */
	BUDGET_BYTES	= 192 << 20,
	BUDGET_KEPT	= 32 << 20,	/* bytes of names, comments and statistics */
	BUDGET_IFACES	= 1 << 20,
};

struct budget {
	size_t bytes, kept;	/* that are left */
	uint32_t ifaces;
};

#define BUDGET_INIT { .bytes = BUDGET_BYTES, .kept = BUDGET_KEPT, .ifaces = BUDGET_IFACES }

/* Takes @n of what is left. False: it is not enough. Given back by adding. */
static inline bool budget_take(size_t *left, size_t n)
{
	if (n > *left)
		return false;
	*left -= n;
	return true;
}

#endif
