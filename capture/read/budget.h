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

/* What one file has of it. */
struct budget_share {
	struct budget *budget;
	size_t taken, kept;	/* bytes: all but descriptions, and those */
	uint32_t ifaces;
	/* what there was not enough of */
	enum { BUDGET_ENOUGH, BUDGET_NO_BYTES, BUDGET_NO_IFACES } poor;
};

/* Takes @n bytes. False: there are not so many, and that is remembered. */
bool budget_take(struct budget_share *s, size_t n);
void budget_give(struct budget_share *s, size_t n);

/* The same for bytes of descriptions, without which a file can be read. */
bool budget_keep(struct budget_share *s, size_t n);
void budget_drop(struct budget_share *s, size_t n);

/* An interface and its @n bytes. */
bool budget_take_iface(struct budget_share *s, size_t n);

/* All of it goes back. */
void budget_return(struct budget_share *s);

#endif
