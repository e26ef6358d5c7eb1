/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The packets of an interface. */
#ifndef XDPDUMP_LIVE_LIVE_PACKET_H
#define XDPDUMP_LIVE_LIVE_PACKET_H

#include <stdint.h>

struct clock;
struct event;
struct live_iface;
struct packet;

/* Turns a record of this interface into a packet, which points into it. */
void live_packet_make(struct live_iface *t, const struct event *ev, const struct clock *clock,
		      uint64_t now_ns, struct packet *p);

#endif
