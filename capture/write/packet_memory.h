/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Packets in memory, the oldest first: a ring of bytes, whose pages are made as they are needed. */
#ifndef XDPDUMP_WRITE_PACKET_MEMORY_H
#define XDPDUMP_WRITE_PACKET_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packet;
struct packet_memory;

enum { PACKET_MEMORY_MIN = 1 << 20 };	/* bytes: any packet that is captured has room */

/* @bytes of memory, PACKET_MEMORY_MIN at least. -ENOMEM. */
int packet_memory_open(struct packet_memory **m, size_t bytes);

/*
 * Keeps a copy of @p, all that is known of it but what link_decode() finds again. False: there is
 * no room before older ones are dropped.
 */
bool packet_memory_put(struct packet_memory *m, const struct packet *p);

/* The oldest, whose bytes live until it is dropped. False: there is none. */
bool packet_memory_oldest(const struct packet_memory *m, struct packet *p);
void packet_memory_drop(struct packet_memory *m);

/* Its time, as cheap as can be; there is one. */
uint64_t packet_memory_oldest_ns(const struct packet_memory *m);

/* How many there are. */
uint64_t packet_memory_count(const struct packet_memory *m);

/* Returns NULL. */
struct packet_memory *packet_memory_close(struct packet_memory *m);

#endif
