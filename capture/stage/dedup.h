/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Packets that come more than once: the same bytes and length on the wire, whatever the interface.
 * Packets are remembered by a hash of 128 bits, those of a window of packets or of time.
 */
#ifndef XDPDUMP_STAGE_DEDUP_H
#define XDPDUMP_STAGE_DEDUP_H

#include <stdbool.h>
#include <stdint.h>

struct dedup;
struct packet;

enum { DEDUP_WINDOW_MAX = 1000000 };	/* packets that are remembered at most, in a window of time as well */

/*
 * A window of the @n_packets before a packet, or if that is 0 of @window_ns, within which it has to
 * follow the other one. @ignored: what does not matter (IMPRINT_...). -ENOMEM.
 */
int dedup_open(struct dedup **d, uint32_t n_packets, uint64_t window_ns, unsigned ignored);

/*
 * 1 if the packet equals one of the window, else 0; -ENOMEM. It is remembered either way. A packet
 * without a time is in no window of time.
 */
int dedup_packet(struct dedup *d, const struct packet *p);

struct dedup *dedup_close(struct dedup *d);

#endif
