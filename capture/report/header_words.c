// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Follows the headers of tunnels: RFC 2784 (GRE), 2003 (IP in IP), 7348 (VXLAN), 8926 (Geneve),
 * MPLS (3032). Of Ethernet, for XDP has nothing else.
 */
#include <stdbool.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/packet/link.h"
#include "capture/packet/names.h"
#include "capture/packet/packet.h"
#include "capture/report/header_words.h"

enum {
	ETH_TYPE_TEB	= 0x6558,	/* Ethernet in GRE */
	ETH_TYPE_MPLS	= 0x8847,
	PROTO_IPV4	= 4,
	PROTO_IPV6	= 41,
	PORT_VXLAN	= 4789,
	PORT_GENEVE	= 6081,
	HEX_MAX		= 16,
};

/* The next header: an EtherType, or, with one of these, something else. */
enum { NEXT_ETHERNET = 0x10000, NEXT_NOTHING };

struct walk {
	const struct packet *p;
	struct text *t;
	uint32_t at, end;	/* headers that begin at the end or behind it are none of ours */
	uint32_t next;
	bool said;
};

void header_words_hex(struct text *t, const uint8_t *bytes, uint32_t n)
{
	for (uint32_t i = 0; i < n && i < HEX_MAX; i++)
		text_hex(t, bytes[i], 2);
	if (n > HEX_MAX)
		text_str(t, "...");
}

/*
 * The @n bytes of the header that comes, and past them; NULL: they are not there. The type at the
 * end of a tag may be that which stood there before.
 */
static const uint8_t *header(struct walk *w, uint32_t n)
{
	const uint8_t *b = w->at + n <= w->end + 2 ? link_at(w->p, w->at, n) : NULL;

	w->at += b ? n : 0;
	if (!b)
		w->next = NEXT_NOTHING;
	return b;
}

static void say(struct walk *w, const char *word)
{
	if (w->said)
		text_char(w->t, ' ');
	text_str(w->t, word);
	w->said = true;
}

static void number(struct walk *w, uint64_t v)
{
	text_char(w->t, ' ');
	text_u64(w->t, v);
}

static void ethernet(struct walk *w)
{
	const uint8_t *b = header(w, 14);

	if (!b)
		return;
	say(w, "Ethernet ");
	text_mac(w->t, b + 6);
	text_str(w->t, " > ");
	text_mac(w->t, b);
	w->next = be16(b + 12);
}

/* From its control word on: the type stands in front of it. */
static void tag(struct walk *w)
{
	const uint8_t *b = header(w, 4);

	if (!b)
		return;
	say(w, "VLAN");
	number(w, be16(b) & 0xfff);
	w->next = be16(b + 2);
}

static void mpls(struct walk *w)
{
	const uint8_t *b = header(w, 4);

	if (!b)
		return;
	say(w, "MPLS");
	number(w, (uint32_t)be16(b) << 4 | b[2] >> 4);
	w->next = b[2] & 1 ? NEXT_NOTHING : ETH_TYPE_MPLS;
}

/* With a key and a checksum or without. */
static void gre(struct walk *w)
{
	const uint8_t *b = header(w, 4), *key;
	uint16_t flags = b ? be16(b) : 0;

	if (!b)
		return;
	say(w, "GRE");
	w->next = be16(b + 2) == ETH_TYPE_TEB ? NEXT_ETHERNET : be16(b + 2);
	if (flags & 0x8000)
		header(w, 4);
	key = flags & 0x2000 ? header(w, 4) : NULL;
	if (key) {
		text_str(w->t, " key");
		number(w, be32(key));
	}
}

/* VXLAN, Geneve: a network of 24 bits, and what is inside begins with Ethernet. */
static void overlay(struct walk *w, uint16_t port)
{
	const uint8_t *b = header(w, 8);

	if (!b)
		return;
	say(w, port == PORT_VXLAN ? "VXLAN" : "Geneve");
	number(w, (uint32_t)be16(b + 4) << 8 | b[6]);
	w->next = NEXT_ETHERNET;
	if (port == PORT_GENEVE && (b[0] & 0x3f))
		header(w, (b[0] & 0x3f) * 4);
}

static void udp(struct walk *w)
{
	const uint8_t *b = header(w, 8);

	w->next = NEXT_NOTHING;
	if (!b)
		return;
	say(w, "UDP");
	number(w, be16(b));
	text_str(w->t, " >");
	number(w, be16(b + 2));
	if (be16(b + 2) == PORT_VXLAN || be16(b + 2) == PORT_GENEVE)
		overlay(w, be16(b + 2));
}

/* A program that answers puts it in front of the packet that it answers. */
static void icmp(struct walk *w, const char *name)
{
	const uint8_t *b = header(w, 8);

	w->next = NEXT_NOTHING;
	if (!b)
		return;
	say(w, name);
	number(w, b[0]);
	text_str(w->t, " code");
	number(w, b[1]);
}

static void transport(struct walk *w, uint8_t proto)
{
	w->next = proto == PROTO_IPV4 ? (uint32_t)ETH_TYPE_IPV4 :
		  proto == PROTO_IPV6 ? (uint32_t)ETH_TYPE_IPV6 : (uint32_t)NEXT_NOTHING;
	if (proto == PROTO_UDP)
		udp(w);
	else if (proto == PROTO_GRE)
		gre(w);
	else if (proto == PROTO_ICMP)
		icmp(w, "ICMP type");
	else if (proto == PROTO_ICMPV6)
		icmp(w, "ICMPv6 type");
}

static void ip(struct walk *w, bool v6)
{
	const uint8_t *b = header(w, v6 ? 40 : 20);

	if (!b)
		return;
	say(w, v6 ? "IPv6 " : "IPv4 ");
	(v6 ? text_ipv6 : text_ipv4)(w->t, b + (v6 ? 8 : 12));
	text_str(w->t, " > ");
	(v6 ? text_ipv6 : text_ipv4)(w->t, b + (v6 ? 24 : 16));
	text_str(w->t, v6 ? " next" : " proto");
	number(w, v6 ? b[6] : b[9]);
	if (!v6 && (b[0] & 15) > 5)
		w->at += ((b[0] & 15) - 5) * 4;
	transport(w, v6 ? b[6] : b[9]);
}

static void follow(struct walk *w)
{
	while (w->at < w->end) {
		switch (w->next) {
		case NEXT_ETHERNET:
			ethernet(w);
			break;
		case ETH_TYPE_VLAN:
		case ETH_TYPE_QINQ:
		case ETH_TYPE_9100:
			tag(w);
			break;
		case ETH_TYPE_MPLS:
			mpls(w);
			break;
		case ETH_TYPE_IPV4:
		case ETH_TYPE_IPV6:
			ip(w, w->next == ETH_TYPE_IPV6);
			break;
		default:
			return;
		}
	}
}

void header_words(struct text *t, const struct packet *p, uint32_t at, uint32_t n)
{
	struct walk w = { .p = p, .t = t, .at = at, .end = at + n, .next = NEXT_ETHERNET };
	const uint8_t *b;

	if (at == 12 && (b = link_at(p, at, 2))) {	/* from the type of a tag on */
		w.at += 2;
		w.next = be16(b);
	} else if (at >= 14 && (b = link_at(p, at - 2, 2))) {
		w.next = be16(b);
	}
	if (p->iface->linktype == LINKTYPE_ETHERNET)
		follow(&w);
	if (!w.said && at < p->caplen)
		header_words_hex(t, p->data + at, min_of(n, p->caplen - at));
}
