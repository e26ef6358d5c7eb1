/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Whole records on their way to somebody who may be slow, in memory, so many bytes at most; and
 * which packets of them are on the other side. Does not know where they go.
 */
#ifndef XDPDUMP_WRITE_PEER_QUEUE_H
#define XDPDUMP_WRITE_PEER_QUEUE_H

#include <stddef.h>
#include <stdint.h>

struct peer_queue;

/* Of a record that is no packet, in place of its interface. */
enum { PEER_QUEUE_NO_PACKET = -1 };

/* -ENOMEM. */
int peer_queue_open(struct peer_queue **q, size_t bytes);

/*
 * A record of @n bytes, of a packet of interface @id or none. -ENOBUFS: there is no room;
 * -ENOMEM.
 */
int peer_queue_put(struct peer_queue *q, int64_t id, const void *bytes, size_t n);

/* The bytes to be sent next, *@n of them; 0: there are none. And so many of them are sent. */
const void *peer_queue_next(const struct peer_queue *q, size_t *n);
void peer_queue_sent(struct peer_queue *q, size_t n);

/* Bytes that wait; those that are sent, and packets that are, whole. */
size_t peer_queue_waiting(const struct peer_queue *q);
uint64_t peer_queue_bytes(const struct peer_queue *q);
uint64_t peer_queue_packets(const struct peer_queue *q);

/* Forgets what waits: @lost is called for each packet of it, with its interface. */
void peer_queue_drop(struct peer_queue *q, void (*lost)(void *ctx, uint32_t id), void *ctx);

/* Returns NULL. */
struct peer_queue *peer_queue_close(struct peer_queue *q);

#endif
