/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Are the checksums of a packet right? RFC 1071; of IPv4, TCP, UDP, ICMP and ICMPv6. */
#ifndef XDPDUMP_PACKET_CHECKSUM_H
#define XDPDUMP_PACKET_CHECKSUM_H

#include <stdbool.h>
#include <stdint.h>

struct packet;

enum checksum_kind { CHECKSUM_IPV4, CHECKSUM_TRANSPORT, N_CHECKSUMS };

struct checksum {
	const char *name;		/* "TCP checksum" */
	uint32_t at;			/* in the packet */
	uint16_t found, right;		/* the same if it is right */
};

/*
 * False: a decoded packet has none of that kind, or it cannot be told, because not all that it
 * covers is captured or in one fragment.
 */
bool checksum_look(enum checksum_kind kind, const struct packet *p, struct checksum *c);

#endif
