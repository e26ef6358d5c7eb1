/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Bytes that were taken from a file too early, and are to be taken again before what follows. */
#ifndef XDPDUMP_READ_PUSHBACK_H
#define XDPDUMP_READ_PUSHBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct budget_share;

/* Bytes [begin, end) are here. All zeros: none. */
struct pushback {
	uint8_t *bytes;
	size_t begin, end, cap;
};

/*
 * The last @n bytes that were taken, which are at @p, come again, before those that are here.
 * Memory for them is out of @share. False: there is none left, and all is as it was.
 */
bool pushback_give(struct pushback *b, struct budget_share *share, const uint8_t *p, size_t n);

/* Up to @n bytes into @buf, 16 KiB at once. 0: there are none, and no memory is held. */
size_t pushback_take(struct pushback *b, struct budget_share *share, void *buf, size_t n);

void pushback_drop(struct pushback *b, struct budget_share *share);

#endif
