/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A capture on its way through a socket: what would be a file, begun for who reads there. It is
 * sent as fast as it is taken; nobody is waited for here.
 */
#ifndef XDPDUMP_WRITE_PEER_H
#define XDPDUMP_WRITE_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/format/format.h"

struct file_ifaces;
struct packet;
struct peer;
struct source;

struct peer_settings {
	enum file_format format;
	uint32_t snap;			/* as in struct rotate_settings */
	bool live;
	bool quiet;			/* that the stream is odd was said of another one */
	const void *head;		/* blocks behind the section header; the owner's */
	size_t head_len;
	/* packets that are not in it, for its statistics; the owner's */
	const struct file_ifaces *lost;
};

/* @fd is the peer's from then on, whatever is returned. -ENOMEM. */
int peer_open(struct peer **p, int fd, const struct peer_settings *s);

/* Its head. This and the next: 0, or -errno, and nothing more can come into it. */
int peer_begin(struct peer *p, struct source *from);

/* Is there room for the packet? One that comes without has some of what is kept for the end. */
bool peer_has_room(const struct peer *p, const struct packet *packet);

/* 1: the format cannot express it, which peer_unfit() tells. */
int peer_packet(struct peer *p, const struct packet *packet);
enum format_unfit peer_unfit(const struct peer *p);

int peer_block(struct peer *p, const void *block, size_t len);
int peer_joined(struct peer *p);
int peer_left(struct peer *p, uint32_t id);

/* Statistics; nothing comes behind them. */
int peer_end(struct peer *p);

/*
 * Sends what can be sent at once; peer_push() if it is worth it. -errno: nobody is there any more.
 */
int peer_send(struct peer *p);
int peer_push(struct peer *p);

/* Something has happened to its socket. What it says is thrown away. As peer_send(). */
int peer_woken(struct peer *p);

/* Has the other side closed, or gone? */
bool peer_is_over(const struct peer *p);

/* All was sent: so that the other side reads an end. */
void peer_shut(const struct peer *p);

/* Bytes that wait to be sent, and whether it takes none at the moment. */
size_t peer_waiting(const struct peer *p);
bool peer_is_blocked(const struct peer *p);

/* What the kernel has taken for it. */
uint64_t peer_packets(const struct peer *p);
uint64_t peer_bytes(const struct peer *p);

/* As peer_queue_drop(). */
void peer_drop(struct peer *p, void (*lost)(void *ctx, uint32_t id), void *ctx);

int peer_fd(const struct peer *p);

/* Returns NULL. */
struct peer *peer_close(struct peer *p);

#endif
