/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What waits to be written, in order, and what is free to be filled: two lists, the second one with
 * the last first, which is in the cache. Whoever has them sees to it that one thread at a time does.
 */
#ifndef XDPDUMP_WRITE_PIECES_H
#define XDPDUMP_WRITE_PIECES_H

#include <stddef.h>
#include <stdint.h>

#include "capture/write/write_buffer.h"

struct out;

struct piece {
	struct piece *next;
	struct write_buffer buffer;
	size_t done;			/* bytes that are written */
	struct out *out;
};

struct pieces {
	struct piece *first, **last;	/* the first is what is being written, or has failed */
	struct piece *free;
	uint64_t waiting;		/* bytes of the former, as long as not all of one is written */
};

void pieces_init(struct pieces *list);

/* An empty one of at least @cap bytes, the caller's from then on. NULL: no memory. */
struct piece *pieces_take_free(struct pieces *list, size_t cap);

/* Behind all that wait. */
void pieces_append(struct pieces *list, struct piece *p);

/* The first one, which waits no more, and is the caller's; one that is free from now on. */
struct piece *pieces_take_first(struct pieces *list);
void pieces_give_back(struct pieces *list, struct piece *p);

/* Bytes that are still to be written; there is one. */
size_t pieces_have(const struct pieces *list);

/* A list of them, which is empty then. */
void pieces_free(struct piece **list);

#endif
