// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A table for each header. RFC 791, 2474, 3168, 4443, 768, 792, 826, 8200, 9260, 9293; IEEE 802.1Q.
 */
#include <string.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/packet/link.h"
#include "capture/packet/names.h"
#include "capture/packet/packet.h"
#include "capture/report/header_fields.h"

enum header { ETHERNET, TAG, ETHER_TYPE, ARP, IPV4, IPV6, TCP, UDP, ICMP, ICMPV6, SCTP };

static void put_hex(struct text *t, const uint8_t *value, uint32_t number is_unused, unsigned bytes)
{
	text_str(t, "0x");
	for (unsigned i = 0; i < bytes; i++)
		text_hex(t, value[i], 2);
}

static void put_hex16(struct text *t, const uint8_t *value, uint32_t number)
{
	put_hex(t, value, number, 2);
}

static void put_hex32(struct text *t, const uint8_t *value, uint32_t number)
{
	put_hex(t, value, number, 4);
}

static void put_mac(struct text *t, const uint8_t *value, uint32_t number is_unused)
{
	text_mac(t, value);
}

static void put_ipv4(struct text *t, const uint8_t *value, uint32_t number is_unused)
{
	text_ipv4(t, value);
}

static void put_ipv6(struct text *t, const uint8_t *value, uint32_t number is_unused)
{
	text_ipv6(t, value);
}

static void put_ether_type(struct text *t, const uint8_t *value, uint32_t number)
{
	const char *name = number < 0x600 ? NULL : names_ether_type(number);

	put_hex(t, value, number, 2);
	text_str(t, name ? " " : "");
	text_str(t, name ? name : "");
}

static void put_protocol(struct text *t, const uint8_t *value is_unused, uint32_t number)
{
	const char *name = names_protocol(number);

	text_u64(t, number);
	text_str(t, name ? " " : "");
	text_str(t, name ? name : "");
}

static void put_tcp_flags(struct text *t, const uint8_t *value is_unused, uint32_t number)
{
	static const struct { uint16_t flag; const char *name; } flags[] = {
		{ PARSE_SYN, "SYN" }, { PARSE_FIN, "FIN" }, { PARSE_RST, "RST" },
		{ PARSE_ACK, "ACK" }, { PARSE_PSH, "PSH" }, { PARSE_URG, "URG" },
		{ PARSE_ECE, "ECE" }, { PARSE_CWR, "CWR" }, { PARSE_AE, "AE" },
	};
	const char *sep = "";

	if (number & 0xe00 || !number) {	/* reserved bits, which have no names */
		text_str(t, "0x");
		text_hex(t, number, 3);
		return;
	}
	for (size_t i = 0; i < array_size(flags); i++) {
		if (!(number & flags[i].flag))
			continue;
		text_str(t, sep);
		text_str(t, flags[i].name);
		sep = ",";
	}
}

#define PLAIN(n, o, b)		{ .name = n, .off = o, .bytes = b }
#define SHOWN(n, o, b, p)	{ .name = n, .off = o, .bytes = b, .put = p }
#define BITS(n, o, b, m, ...)	{ .name = n, .off = o, .bytes = b, .mask = m, ##__VA_ARGS__ }

static const struct header_field ethernet[] = {
	SHOWN("Ethernet destination", 0, 6, put_mac),
	SHOWN("Ethernet source", 6, 6, put_mac),
};
static const struct header_field tag[] = {
	SHOWN("VLAN type", 0, 2, put_hex16),
	BITS("VLAN priority", 2, 2, 0xe000, .shift = 13),
	BITS("VLAN drop eligible", 2, 2, 0x1000, .shift = 12),
	BITS("VLAN id", 2, 2, 0x0fff),
};
static const struct header_field ether_type[] = {
	SHOWN("EtherType", 0, 2, put_ether_type),
};
static const struct header_field arp[] = {
	PLAIN("ARP operation", 6, 2),
	SHOWN("ARP sender address", 8, 6, put_mac),
	SHOWN("ARP sender IPv4", 14, 4, put_ipv4),
	SHOWN("ARP target address", 18, 6, put_mac),
	SHOWN("ARP target IPv4", 24, 4, put_ipv4),
};
static const struct header_field ipv4[] = {
	BITS("IP version", 0, 1, 0xf0, .shift = 4),
	BITS("IPv4 header length", 0, 1, 0x0f, .scale = 4),
	BITS("DSCP", 1, 1, 0xfc, .shift = 2),
	BITS("ECN", 1, 1, 0x03),
	PLAIN("IPv4 length", 2, 2),
	PLAIN("IPv4 identification", 4, 2),
	BITS("IPv4 reserved flag", 6, 2, 0x8000, .shift = 15),
	BITS("don't fragment", 6, 2, 0x4000, .shift = 14),
	BITS("more fragments", 6, 2, 0x2000, .shift = 13),
	BITS("fragment offset", 6, 2, 0x1fff, .scale = 8),
	PLAIN("TTL", 8, 1),
	SHOWN("protocol", 9, 1, put_protocol),
	SHOWN("IPv4 checksum", 10, 2, put_hex16),
	SHOWN("IPv4 source", 12, 4, put_ipv4),
	SHOWN("IPv4 destination", 16, 4, put_ipv4),
};
static const struct header_field ipv6[] = {
	BITS("IP version", 0, 4, 0xf0000000, .shift = 28),
	BITS("DSCP", 0, 4, 0x0fc00000, .shift = 22),
	BITS("ECN", 0, 4, 0x00300000, .shift = 20),
	BITS("flow label", 0, 4, 0x000fffff),
	PLAIN("IPv6 length", 4, 2),
	SHOWN("next header", 6, 1, put_protocol),
	PLAIN("hop limit", 7, 1),
	SHOWN("IPv6 source", 8, 16, put_ipv6),
	SHOWN("IPv6 destination", 24, 16, put_ipv6),
};
static const struct header_field tcp[] = {
	PLAIN("TCP source port", 0, 2),
	PLAIN("TCP destination port", 2, 2),
	PLAIN("sequence number", 4, 4),
	PLAIN("acknowledgement number", 8, 4),
	BITS("TCP header length", 12, 2, 0xf000, .shift = 12, .scale = 4),
	BITS("TCP flags", 12, 2, 0x0fff, .put = put_tcp_flags),
	PLAIN("window", 14, 2),
	SHOWN("TCP checksum", 16, 2, put_hex16),
	PLAIN("urgent pointer", 18, 2),
};
static const struct header_field udp[] = {
	PLAIN("UDP source port", 0, 2),
	PLAIN("UDP destination port", 2, 2),
	PLAIN("UDP length", 4, 2),
	SHOWN("UDP checksum", 6, 2, put_hex16),
};
static const struct header_field icmp[] = {
	PLAIN("ICMP type", 0, 1),
	PLAIN("ICMP code", 1, 1),
	SHOWN("ICMP checksum", 2, 2, put_hex16),
};
static const struct header_field icmpv6[] = {
	PLAIN("ICMPv6 type", 0, 1),
	PLAIN("ICMPv6 code", 1, 1),
	SHOWN("ICMPv6 checksum", 2, 2, put_hex16),
};
static const struct header_field sctp[] = {
	PLAIN("SCTP source port", 0, 2),
	PLAIN("SCTP destination port", 2, 2),
	SHOWN("verification tag", 4, 4, put_hex32),
	SHOWN("SCTP checksum", 8, 4, put_hex32),
};

#define HEADER(kind, fields)	[kind] = { fields, array_size(fields) }
static const struct { const struct header_field *fields; unsigned n; } headers[] = {
	HEADER(ETHERNET, ethernet), HEADER(TAG, tag),	HEADER(ETHER_TYPE, ether_type),
	HEADER(ARP, arp),	    HEADER(IPV4, ipv4), HEADER(IPV6, ipv6),
	HEADER(TCP, tcp),	    HEADER(UDP, udp),	HEADER(ICMP, icmp),
	HEADER(ICMPV6, icmpv6),	    HEADER(SCTP, sctp),
};

static void add(struct header_fields *f, enum header kind, uint32_t at)
{
	f->headers[f->n_headers].kind = kind;
	f->headers[f->n_headers++].at = at;
}

static void add_transport(struct header_fields *f, const struct parsed *h)
{
	static const struct { uint8_t proto; enum header kind; } kinds[] = {
		{ PROTO_TCP, TCP },	  { PROTO_UDP, UDP },	{ PROTO_ICMP, ICMP },
		{ PROTO_ICMPV6, ICMPV6 }, { PROTO_SCTP, SCTP },
	};

	if (!h->ip_version || !(h->flags & PARSE_L4) || h->end == PARSE_DEEP)
		return;
	for (size_t i = 0; i < array_size(kinds); i++)
		if (kinds[i].proto == h->ip_proto)
			add(f, kinds[i].kind, h->l4_off);
}

void header_fields_of(struct header_fields *f, const struct packet *p)
{
	const struct parsed *h = &p->hdr;

	*f = (struct header_fields){ .packet = p };
	if (p->iface->linktype == LINKTYPE_ETHERNET) {
		add(f, ETHERNET, 0);
		for (unsigned i = 0; i < h->n_tags; i++)
			add(f, TAG, 12 + 4 * i);
		add(f, ETHER_TYPE, 12 + 4 * h->n_tags);
	}
	if (h->ip_version)
		add(f, h->ip_version == 4 ? IPV4 : IPV6, h->l3_off);
	else if (link_arp(p))
		add(f, ARP, h->l3_off);
	add_transport(f, h);
}

bool header_fields_next(struct header_fields *f, const struct header_field **field, uint32_t *at)
{
	while (f->header < f->n_headers) {
		unsigned kind = f->headers[f->header].kind;

		if (f->field < headers[kind].n) {
			*field = &headers[kind].fields[f->field++];
			*at = f->headers[f->header].at + (*field)->off;
			return true;
		}
		f->header++;
		f->field = 0;
	}
	return false;
}

static uint32_t number(const struct header_field *f, const uint8_t *value)
{
	uint32_t v = 0;

	for (unsigned i = 0; i < f->bytes && f->bytes <= 4; i++)
		v = v << 8 | value[i];
	v = (f->mask ? v & f->mask : v) >> f->shift;
	return f->scale ? v * f->scale : v;
}

bool header_fields_equal(const struct header_field *f, const uint8_t *a, const uint8_t *b)
{
	return f->mask ? number(f, a) == number(f, b) : !memcmp(a, b, f->bytes);
}

void header_fields_put(struct text *t, const struct header_field *f, const uint8_t *value)
{
	if (f->put)
		f->put(t, value, number(f, value));
	else
		text_u64(t, number(f, value));
}
