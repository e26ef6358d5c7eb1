// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Link types other than Ethernet differ only in what stands before the network header. */
#define PCAP_DONT_INCLUDE_PCAP_BPF_H
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "bpf/parse_usual.h"
#include "capture/base/util.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"

enum { ETH_TYPE_ARP = 0x0806, ETH_TYPE_RARP = 0x8035 };

bool link_knows(uint16_t linktype)
{
	switch (linktype) {
	case LINKTYPE_NULL:
	case LINKTYPE_ETHERNET:
	case LINKTYPE_RAW_BSD:
	case LINKTYPE_RAW_OPENBSD:
	case LINKTYPE_RAW:
	case LINKTYPE_LOOP:
	case LINKTYPE_LINUX_SLL:
	case LINKTYPE_IPV4:
	case LINKTYPE_IPV6:
	case LINKTYPE_LINUX_SLL2:
		return true;
	}
	return false;
}

/* Below 104 a few numbers in files differ from libpcap's own (pcap-common.c). */
static const struct { uint16_t linktype, dlt; } moved[] = {
	{ 100, 11 }, { 101, 12 }, { 102, 15 }, { 103, 16 }, { 106, 19 },
};

bool link_type_by_name(const char *name, uint16_t *linktype)
{
	int dlt = pcap_datalink_name_to_val(name);

	*linktype = dlt;
	for (size_t i = 0; i < array_size(moved); i++)
		if (moved[i].dlt == dlt)
			*linktype = moved[i].linktype;
	return dlt >= 0;
}

void link_type_name(uint16_t linktype, char *out, size_t cap)
{
	const char *name;
	int dlt = linktype;

	for (size_t i = 0; i < array_size(moved); i++)
		if (moved[i].linktype == linktype)
			dlt = moved[i].dlt;
	name = pcap_datalink_val_to_name(dlt);
	if (name)
		snprintf(out, cap, "%s", name);
	else
		snprintf(out, cap, "LINKTYPE_%u", linktype);
}

uint32_t link_decode_max(uint16_t linktype)
{
	switch (linktype) {
	case LINKTYPE_DBUS:
		return 128 << 20;
	case LINKTYPE_EBHSCR:
		return 8 << 20;
	case LINKTYPE_USBPCAP:
		return 1 << 20;		/* Wireshark reads 128 MiB */
	}
	return 256 << 10;
}

/*
 * Four bytes of address family: of the machine that captured, or (LOOP) big-endian. AF_INET6 has
 * four values.
 */
static enum parse_end loopback(struct cursor *c, struct parsed *hdr)
{
	const uint8_t *p = pull(c, 4);
	uint32_t family;

	if (!p)
		return PARSE_SHORT;
	family = p[0] | p[1] ? p[0] | p[1] << 8 : p[2] << 8 | p[3];
	switch (family) {
	case 2:
		return parse_ether_type(c, hdr, ETH_TYPE_IPV4);
	case 10:	/* Linux */
	case 24:	/* NetBSD, OpenBSD */
	case 28:	/* FreeBSD */
	case 30:	/* macOS */
		return parse_ether_type(c, hdr, ETH_TYPE_IPV6);
	}
	return PARSE_OK;
}

/* Linux cooked: an EtherType at @type_off of a header of @size bytes. */
static enum parse_end cooked(struct cursor *c, struct parsed *hdr, unsigned type_off, unsigned size)
{
	const uint8_t *p = pull(c, size);

	return p ? parse_ether_type(c, hdr, be16(p + type_off)) : PARSE_SHORT;
}

static enum parse_end decode(struct cursor *c, struct parsed *hdr, uint16_t linktype)
{
	switch (linktype) {
	case LINKTYPE_NULL:
	case LINKTYPE_LOOP:
		return loopback(c, hdr);
	case LINKTYPE_LINUX_SLL:
		return cooked(c, hdr, 14, 16);
	case LINKTYPE_LINUX_SLL2:
		return cooked(c, hdr, 0, 20);
	case LINKTYPE_IPV4:
		return parse_ether_type(c, hdr, ETH_TYPE_IPV4);
	case LINKTYPE_IPV6:
		return parse_ether_type(c, hdr, ETH_TYPE_IPV6);
	case LINKTYPE_RAW:
	case LINKTYPE_RAW_BSD:
	case LINKTYPE_RAW_OPENBSD:
		return parse_raw(c, hdr);
	}
	return PARSE_OK;
}

void link_decode(struct packet *p)
{
	uint32_t len = p->len > p->caplen ? p->len : p->caplen;
	struct cursor c = cursor_init(p->data, p->caplen, len, PARSE_REACH);

	memset(&p->hdr, 0, sizeof(p->hdr));
	if (p->iface->linktype == LINKTYPE_ETHERNET) {
		if (!parse_usual(&c, &p->hdr))
			parse_frame(&c, &p->hdr);
	} else {
		p->hdr.end = decode(&c, &p->hdr, p->iface->linktype);
		p->hdr.hdr_len = c.off;
	}
}

void link_decode_from(struct packet *p, uint16_t eth_type)
{
	uint32_t len = p->len > p->caplen ? p->len : p->caplen;
	struct cursor c = cursor_init(p->data, p->caplen, len, PARSE_REACH);

	memset(&p->hdr, 0, sizeof(p->hdr));
	p->hdr.end = parse_ether_type(&c, &p->hdr, eth_type);
	p->hdr.hdr_len = c.off;
}

bool link_fits(const struct packet *p)
{
	const struct parsed *h = &p->hdr;
	uint32_t ip = h->ip_version == 4   ? 20
		      : h->ip_version == 6 ? 40
					   : 0,
		 behind = h->l3_off ? h->l3_off : h->hdr_len;

	return h->end == PARSE_OK && h->hdr_len <= p->caplen && h->l3_off + ip <= h->hdr_len &&
	       (ip || !h->ip_version) && h->l4_off <= h->hdr_len && h->n_tags <= PARSE_MAX_TAGS &&
	       4u * h->n_tags <= behind;
}

const uint8_t *link_at_l4(const struct packet *p, size_t n)
{
	size_t header = p->hdr.ip_version == 4 ? 0 : 40, given;
	const uint8_t *ip = link_at(p, p->hdr.l3_off, header ? header : 20);

	if (!ip)
		return NULL;
	given = be16(ip + (header ? 4 : 2));
	/* 0: not given; more than the frame has: not to be believed */
	if (given && p->hdr.l3_off + header + given <= p->len &&
	    p->hdr.l4_off + n > p->hdr.l3_off + header + given)
		return NULL;
	return link_at(p, p->hdr.l4_off, n);
}

/*
 * Where the datagram ends, if IP says so and the frame has as much. The rest of a datagram that is
 * in other fragments counts as cut.
 */
static void end_at_ip_length(const struct packet *p, struct cursor *c)
{
	const uint8_t *ip = p->data + p->hdr.l3_off;
	uint32_t given = be16(ip + (p->hdr.ip_version == 4 ? 2 : 4)),
		 end = p->hdr.l3_off + given + (p->hdr.ip_version == 4 ? 0 : 40);

	if (given && end <= c->l3_end)
		end_datagram(c, end);
	if (p->hdr.flags & PARSE_FRAG)
		c->l3_end = p->hdr.l3_off + UINT16_MAX;
}

/* So does that of UDP; a length of 0 stands for "to the end". */
static void end_at_udp_length(const struct packet *p, struct cursor *c)
{
	const uint8_t *udp = link_at(p, p->hdr.l4_off, 8);
	uint32_t end = udp ? p->hdr.l4_off + be16(udp + 4) : 0;

	if (end > p->hdr.l4_off && end <= c->l3_end)
		end_datagram(c, end);
}

/* The last header that was read is that of TCP or UDP, if there is one. */
static uint32_t payload_off(const struct parsed *h)
{
	if (!h->ip_version)
		return h->l3_off;
	return h->ip_proto == PROTO_TCP || h->ip_proto == PROTO_UDP ? h->hdr_len : h->l4_off;
}

bool link_payload(const struct packet *p, struct cursor *c)
{
	const struct parsed *h = &p->hdr;

	if (h->end != PARSE_OK || (h->ip_version && !(h->flags & PARSE_L4)))
		return false;
	*c = cursor_init(p->data, p->caplen, p->len > p->caplen ? p->len : p->caplen, PARSE_REACH);
	if (h->ip_version)
		end_at_ip_length(p, c);
	if (h->ip_version && h->ip_proto == PROTO_UDP)
		end_at_udp_length(p, c);
	c->off = payload_off(h);
	return c->off <= c->limit;
}

/* RFC 826 and 903. */
const uint8_t *link_arp(const struct packet *p)
{
	const uint8_t *arp;

	if (p->hdr.eth_type != ETH_TYPE_ARP && p->hdr.eth_type != ETH_TYPE_RARP)
		return NULL;
	arp = link_at(p, p->hdr.l3_off, 28);
	return arp && !memcmp(arp, "\0\1\x08\0\6\4", 6) ? arp : NULL;
}

const uint8_t *link_cooked_mac(const struct packet *p)
{
	const uint8_t *b = link_at(p, 0, 18);

	if (p->iface->linktype == LINKTYPE_LINUX_SLL2)
		return b && b[11] == 6 ? b + 12 : NULL;
	b = link_at(p, 0, 12);
	return p->iface->linktype == LINKTYPE_LINUX_SLL && b && be16(b + 4) == 6 ? b + 6 : NULL;
}

bool link_cooked(const struct packet *p, struct cooked *c)
{
	const uint8_t *b;

	if (p->iface->linktype == LINKTYPE_LINUX_SLL && (b = link_at(p, 0, 16))) {
		*c = (struct cooked){ .type = be16(b) };
		return true;
	}
	if (p->iface->linktype == LINKTYPE_LINUX_SLL2 && (b = link_at(p, 0, 20))) {
		*c = (struct cooked){
			.type = b[10],
			.has_ifindex = true,
			.ifindex = be32(b + 4),
		};
		return true;
	}
	return false;
}
