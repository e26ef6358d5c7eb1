/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Finds the headers of a packet of any known link type by means of bpf/parse.h. */
#ifndef XDPDUMP_PACKET_LINK_H
#define XDPDUMP_PACKET_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/packet/packet.h"

/* Is it one of the link types that link_decode() knows? */
bool link_knows(uint16_t linktype);

/* The name of a link type as libpcap has it, or "LINKTYPE_<n>", with a NUL into @out. */
void link_type_name(uint16_t linktype, char *out, size_t cap);

/* The link type of that name; letters of either size will do. False: libpcap knows none. */
bool link_type_by_name(const char *name, uint16_t *linktype);

/*
 * Bytes of the longest packet of a link type that others read: libpcap (max_snaplen_for_dlt() in
 * pcap-common.c) and Wireshark (wtap_max_snaplen_for_encap()). To libpcap it is the snapshot length
 * as well where a file gives none.
 */
uint32_t link_decode_max(uint16_t linktype);

/* Fills p->hdr from data, caplen, len and the link type. An unknown link type leaves it zero. */
void link_decode(struct packet *p);

/* The same of what begins behind an EtherType, without a header of the link. */
void link_decode_from(struct packet *p, uint16_t eth_type);

/*
 * Is p->hdr, which somebody else has filled, what link_decode() could have made of the captured
 * bytes: complete, and each header within them? Who reads headers relies on it.
 */
bool link_fits(const struct packet *p);

/*
 * Where in a decoded packet something stands, or NULL: it is not there, or not captured. The @n
 * bytes at @off; the first @n of what is above IP, which has to be there (PARSE_L4), if they belong
 * to the datagram; ARP or RARP of Ethernet and IPv4, 28 bytes; the address of Ethernet in a Linux
 * cooked header.
 */
static inline const uint8_t *link_at(const struct packet *p, size_t off, size_t n)
{
	return off <= p->caplen && n <= p->caplen - off ? p->data + off : NULL;
}
const uint8_t *link_at_l4(const struct packet *p, size_t n);
const uint8_t *link_arp(const struct packet *p);
const uint8_t *link_cooked_mac(const struct packet *p);

/*
 * What is carried: behind the header of TCP or UDP, else behind IP, else behind the EtherType, up
 * to where the datagram ends; as far as it was captured, in the first PARSE_REACH bytes. On the
 * wire it ends at c->l3_end. False: the headers are not all there, or are damaged, or it is a
 * fragment but the first.
 */
bool link_payload(const struct packet *p, struct cursor *c);

/*
 * What a Linux cooked header says beside
 * (https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html).
 */
struct cooked {
	uint16_t type;		/* enum cooked_type */
	bool has_ifindex;	/* version 2 only */
	uint32_t ifindex;	/* of the machine that has captured it */
};
enum cooked_type { COOKED_IN, COOKED_BROADCAST, COOKED_MULTICAST, COOKED_OTHERS, COOKED_OUT };

/* False: the packet has no such header, or not all of it. */
bool link_cooked(const struct packet *p, struct cooked *c);

#endif
