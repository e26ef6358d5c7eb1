/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What tells a packet from others: a hash of its bytes and its length, or of those that routers,
 * switches and network cards leave as they are. Two packets are the same if their imprints are.
 */
#ifndef XDPDUMP_PACKET_IMPRINT_H
#define XDPDUMP_PACKET_IMPRINT_H

#include <stdbool.h>

#include "capture/base/hash.h"

struct packet;

/* What does not matter. */
enum {
	/* TTL or hop limit, and with it the checksum of IPv4's header */
	IMPRINT_TTL		= 1,
	IMPRINT_TOS		= 2,	/* DSCP and ECN, and the same checksum */
	/*
	 * all of the link-layer header but the EtherType, so that other link types compare as well
	 */
	IMPRINT_MAC		= 4,
	IMPRINT_VLAN		= 8,	/* VLAN tags, whether there are any or not */
	IMPRINT_CHECKSUM	= 16,	/* of IPv4, TCP, UDP, ICMP, ICMPv6, IGMP and SCTP */
};

/*
 * "ttl,tos,mac,vlan,checksum" or some of them into *@ignored. False: @list is nothing of the kind.
 */
bool imprint_parse(const char *list, unsigned *ignored);

/*
 * With @ignored 0: of the captured bytes, the length on the wire, and nothing else. Otherwise what
 * is behind a datagram of IP or ARP, padding, does not matter either, and the length is that of the
 * datagram. Reads the bytes alone: p->hdr need not be there.
 */
struct hash128 imprint(const struct hash_key *key, const struct packet *p, unsigned ignored);

#endif
