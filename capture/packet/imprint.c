// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The headers go into a copy, in which what does not matter is 0; behind them come the captured
 * bytes as they are.
 */
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/imprint.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"

enum {
	/* headers further on stay as they are, which makes packets different and never the same */
	HEAD_MAX	= 2048,
	MACS		= 12,		/* bytes of both addresses of Ethernet */
};

bool imprint_parse(const char *list, unsigned *ignored)
{
	static const struct { const char *name; unsigned bit; } fields[] = {
		{ "ttl", IMPRINT_TTL }, { "tos", IMPRINT_TOS }, { "mac", IMPRINT_MAC },
		{ "vlan", IMPRINT_VLAN },
		{ "checksum", IMPRINT_CHECKSUM },
	};

	*ignored = 0;
	for (;;) {
		size_t len = strcspn(list, ","), i = 0;

		while (i < array_size(fields) &&
		       (strlen(fields[i].name) != len || memcmp(fields[i].name, list, len)))
			i++;
		if (i == array_size(fields))
			return false;
		*ignored |= fields[i].bit;
		if (!list[len])
			return true;
		list += len + 1;
	}
}

/* What is hashed first. Whole words, so that no padding is. */
struct head {
	uint64_t len;		/* of the frame or datagram on the wire */
	uint64_t eth_type;
	uint8_t bytes[HEAD_MAX];
};

/* A packet on its way into the hash. */
struct work {
	const struct packet *p;
	unsigned ignored;
	struct head head;
	uint32_t n_head;	/* bytes of it in use, with the two words */
	uint32_t from;		/* of the network header in the packet, and in head.bytes */
	uint32_t from_head;
	uint32_t end;		/* of what counts in the packet */
};

/* The link-layer header, or what matters of it. */
static void take_link(struct work *w)
{
	const struct parsed *h = &w->p->hdr;
	uint32_t tags = 4u * h->n_tags, len = w->from;
	bool is_ethernet = w->p->iface->linktype == LINKTYPE_ETHERNET;

	if (w->ignored & IMPRINT_MAC && !(w->ignored & IMPRINT_VLAN) && tags <= len) {
		/* of Ethernet with the EtherType, which is no matter */
		memcpy(w->head.bytes, w->p->data + len - tags, tags);
		w->from_head = tags;
	}
	if (w->ignored & IMPRINT_MAC)
		return;
	if (w->ignored & IMPRINT_VLAN && is_ethernet && len >= MACS)
		len = MACS;
	else if (w->ignored & IMPRINT_VLAN)
		len -= min_of(tags, len);
	memcpy(w->head.bytes, w->p->data, len);
	w->from_head = len;
}

/* Where the datagram, or the ARP packet, ends, and how long it is. Padding does not count. */
static void find_end(struct work *w)
{
	const struct packet *p = w->p;
	const uint8_t *ip = p->data + w->from;
	uint32_t given = 0;

	if (p->hdr.ip_version == 4)
		given = be16(ip + 2);
	else if (p->hdr.ip_version == 6 && be16(ip + 4))	/* 0: not given, or a jumbogram */
		given = 40u + be16(ip + 4);
	else if (link_arp(p))
		given = 28;
	if (given && w->from + given <= p->len) {
		w->end = min_of(p->caplen, w->from + given);
		w->head.len = given;
	}
}

/* @n bytes at @off of the packet are no matter. */
static void ignore(struct work *w, uint32_t off, uint32_t n)
{
	if (off >= w->from && off + n <= w->from + (w->n_head - 16 - w->from_head))
		memset(w->head.bytes + w->from_head + off - w->from, 0, n);
}

static void ignore_network(struct work *w)
{
	uint8_t *ip = w->head.bytes + w->from_head;

	if (w->p->hdr.ip_version == 4) {
		if (w->ignored & IMPRINT_TTL)
			ignore(w, w->from + 8, 1);
		if (w->ignored & IMPRINT_TOS)
			ignore(w, w->from + 1, 1);
		if (w->ignored & (IMPRINT_TTL | IMPRINT_TOS | IMPRINT_CHECKSUM))
			ignore(w, w->from + 10, 2);
	} else if (w->p->hdr.ip_version == 6) {
		if (w->ignored & IMPRINT_TTL)
			ignore(w, w->from + 7, 1);
		if (w->ignored & IMPRINT_TOS) {		/* the traffic class stands in two halves */
			ip[0] &= 0xf0;
			ip[1] &= 0x0f;
		}
	}
}

static void ignore_checksum(struct work *w)
{
	static const struct { uint8_t proto, off, n; } sums[] = {
		{ PROTO_TCP, 16, 2 },	{ PROTO_UDP, 6, 2 },  { PROTO_ICMP, 2, 2 },
		{ PROTO_ICMPV6, 2, 2 }, { PROTO_IGMP, 2, 2 }, { PROTO_SCTP, 8, 4 },
	};
	const struct parsed *h = &w->p->hdr;

	if (!h->ip_version || !(h->flags & PARSE_L4) || h->end == PARSE_DEEP)
		return;
	for (size_t i = 0; i < array_size(sums); i++)
		if (sums[i].proto == h->ip_proto)
			ignore(w, h->l4_off + sums[i].off, sums[i].n);
}

static struct hash128 imprint_of_some(const struct hash_key *key, const struct packet *packet,
				      unsigned ignored)
{
	struct packet p = *packet;
	struct work w = { .p = &p, .ignored = ignored, .n_head = 16 };
	struct hash128 head, rest;
	uint32_t n;

	link_decode(&p);
	w.from = p.hdr.l3_off;
	w.end = p.caplen;
	w.head.len = p.len - w.from;
	/* else all bytes count */
	w.head.eth_type = p.hdr.l3_off || p.hdr.ip_version ? p.hdr.eth_type : 0;
	take_link(&w);
	find_end(&w);
	n = min_of(w.end - w.from, (uint32_t)HEAD_MAX - w.from_head);
	memcpy(w.head.bytes + w.from_head, p.data + w.from, n);
	w.n_head += w.from_head + n;
	ignore_network(&w);
	if (ignored & IMPRINT_CHECKSUM)
		ignore_checksum(&w);
	head = hash_bytes(key, &w.head, w.n_head);
	rest = hash_bytes(key, p.data + w.from + n, w.end - w.from - n);
	return (struct hash128){ hash_mix(head.a, rest.b) ^ head.b,
				 hash_mix(head.b, rest.a) ^ head.a };
}

struct hash128 imprint(const struct hash_key *key, const struct packet *p, unsigned ignored)
{
	struct hash128 h;

	if (ignored)
		return imprint_of_some(key, p, ignored);
	h = hash_bytes(key, p->data, p->caplen);
	h.b += p->len * (key->word[1] | 1);
	return h;
}
