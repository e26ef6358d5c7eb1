/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The consumer's end of the ring between the XDP program and us: records come out in the order in which they went in. */
#ifndef XDPDUMP_RING_H
#define XDPDUMP_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring;

/* Makes a ring of @size bytes, which ring_round_size() has rounded. */
int ring_open(struct ring **r, size_t size);

/* The next size that the kernel takes: a power of two, and whole pages. */
size_t ring_round_size(size_t size);

/* For the program's map, and to wait on with epoll: readable after a wake-up by the program. */
int ring_fd(const struct ring *r);
size_t ring_size(const struct ring *r);

/* The next record and its length, or NULL if none is complete. It stays where it is until ring_release(). */
const void *ring_next(struct ring *r, uint32_t *len);

/* Gives the room of all records that ring_next() has returned back to the program. */
void ring_release(struct ring *r);

/* Bytes in use, complete records or not. */
size_t ring_used(const struct ring *r);

/* Bytes that ring_next() has passed since the start. */
uint64_t ring_position(const struct ring *r);

struct ring *ring_close(struct ring *r);

#endif
