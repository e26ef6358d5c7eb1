/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A set of values that forgets which ones: what was added is in it for sure, and one of a thousand
 * that were not seems to be (Bloom, "Space/time trade-offs in hash coding", 1970). It begins large,
 * and is folded to what it needs: the lower bits of a place are the place in the half.
 */
#ifndef XDPDUMP_INDEX_SKETCH_H
#define XDPDUMP_INDEX_SKETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SKETCH_LOG2_MIN = 9, SKETCH_LOG2_MAX = 19 };	/* bits: 64 bytes to 64 KiB */

struct sketch {
	uint8_t *bits;		/* NULL: there is none, and anything may be in it */
	uint8_t log2;		/* of how many they are */
};

static inline size_t sketch_bytes(unsigned log2)
{
	return (size_t)1 << (log2 - 3);
}

/* An empty one. -ENOMEM. */
int sketch_open(struct sketch *s);

void sketch_add(struct sketch *s, uint32_t kind, uint32_t value);
bool sketch_has(const struct sketch *s, uint32_t kind, uint32_t value);

/* As small as it can be with few wrong answers. */
void sketch_fold(struct sketch *s);

void sketch_close(struct sketch *s);

#endif
