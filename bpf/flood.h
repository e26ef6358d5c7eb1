/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The frames of the traffic generator, as its two sides agree on them: Ethernet, IPv4 without
 * options, UDP, payload.
 */
#ifndef XDPDUMP_FLOOD_H
#define XDPDUMP_FLOOD_H

#define FLOOD_MAGIC	"XDPFLOOD"	/* the first 8 bytes of the payload */

/* Offsets in bytes from the start of the frame. */
enum {
	FLOOD_IP	= 14,
	FLOOD_IP_SUM	= FLOOD_IP + 10,
	FLOOD_SRC_IP	= FLOOD_IP + 12,
	FLOOD_UDP	= FLOOD_IP + 20,
	FLOOD_SRC_PORT	= FLOOD_UDP,
	FLOOD_PAYLOAD	= FLOOD_UDP + 8,
	FLOOD_SEQ	= FLOOD_PAYLOAD + 8,	/* 64 bits, big endian, from 0 */
	FLOOD_MIN	= FLOOD_SEQ + 8,
};

/*
 * Flows differ in the source port, counted up from the first; behind every 2^15 of them the source
 * address goes up.
 */
enum {
	FLOOD_PORT_BITS	= 15,
	FLOOD_PORT_MAX	= 65536 - (1 << FLOOD_PORT_BITS),
	FLOOD_FLOWS_MAX	= 1 << 24,
};

#endif
