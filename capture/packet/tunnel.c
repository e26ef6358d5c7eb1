// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Each kind takes its own header off a cursor, and says what is behind it: a frame of Ethernet, or
 * what an EtherType says. A header that is cut, or of a version that is not known, carries nothing.
 */
#include "capture/base/util.h"
#include "capture/packet/link.h"
#include "capture/packet/tunnel.h"

enum {
	ETH_TYPE_TEB		= 0x6558,	/* a frame of Ethernet: RFC 1701 */
	ETH_TYPE_ARP		= 0x0806,
	ETH_TYPE_MPLS		= 0x8847,
	ETH_TYPE_MPLS_MULTICAST	= 0x8848,
	ETH_TYPE_PPPOE		= 0x8864,
	PROTO_IPV4		= 4,
	PROTO_IPV6		= 41,
	PROTO_MPLS		= 137,
	PORT_GTPU		= 2152,
	PORT_VXLAN		= 4789,
	PORT_GENEVE		= 6081,
	/* of Linux where none is given: drivers/net/vxlan, and so of flannel */
	PORT_VXLAN_LINUX	= 8472,
	GTPU_EXTENSIONS		= 4,	/* that are followed */
};

static const struct { const char *key, *name; } kinds[N_TUNNELS] = {
	[TUNNEL_VXLAN]	= { "vxlan", "VXLAN" },
	[TUNNEL_GENEVE]	= { "geneve", "Geneve" },
	[TUNNEL_GTPU]	= { "gtpu", "GTP-U" },
	[TUNNEL_GRE]	= { "gre", "GRE" },
	[TUNNEL_IP]	= { "ip", "IP" },
	[TUNNEL_MPLS]	= { "mpls", "MPLS" },
	[TUNNEL_PPPOE]	= { "pppoe", "PPPoE" },
};

const char *tunnel_name(enum tunnel_kind kind)
{
	return kinds[kind].name;
}

const char *tunnel_key(enum tunnel_kind kind)
{
	return kinds[kind].key;
}

/* What is inside begins at the cursor; @eth_type: what it is. */
static bool is_inside(struct tunnel *t, const struct cursor *c, uint16_t eth_type)
{
	static const struct iface ethernet = { .linktype = LINKTYPE_ETHERNET },
				  other = { .linktype = LINKTYPE_RAW };
	struct packet *p = &t->inner;

	*p = (struct packet){ .data = c->base + c->off, .caplen = c->limit - c->off,
			      .len = c->l3_end - c->off };
	if (eth_type == ETH_TYPE_TEB) {
		p->iface = &ethernet;
		link_decode(p);
	} else {
		p->iface = &other;
		link_decode_from(p, eth_type);
	}
	return true;
}

/* The EtherType of an IP packet by its version; 0: it is none. */
static uint16_t ip_type(const struct cursor *c)
{
	unsigned version = c->off < c->limit ? c->base[c->off] >> 4 : 0;

	return version == 4 ? ETH_TYPE_IPV4 : version == 6 ? ETH_TYPE_IPV6 : 0;
}

static bool enter_vxlan(struct tunnel *t, struct cursor *c)
{
	const uint8_t *b = pull(c, 8);

	if (!b || !(b[0] & 8))
		return false;
	t->kind = TUNNEL_VXLAN;
	t->ids[t->n_ids++] = be32(b + 4) >> 8;
	return is_inside(t, c, ETH_TYPE_TEB);
}

/* The port is not its own, so the rest has to be as RFC 7348 wants it. */
static bool enter_vxlan_linux(struct tunnel *t, struct cursor *c)
{
	const uint8_t *b = c->base + c->off;

	return c->limit - c->off >= 8 && be32(b) == 0x08000000 && !b[7] && enter_vxlan(t, c);
}

static bool enter_geneve(struct tunnel *t, struct cursor *c)
{
	const uint8_t *b = pull(c, 8);

	if (!b || b[0] >> 6 || be16(b + 2) < 0x600 || !skip(c, (b[0] & 0x3f) * 4))
		return false;
	t->kind = TUNNEL_GENEVE;
	t->ids[t->n_ids++] = be32(b + 4) >> 8;
	return is_inside(t, c, be16(b + 2));
}

/* Each has its length in units of 4 bytes in front, and the type of the next at its end. */
static bool skip_gtpu_extensions(struct cursor *c, uint8_t type)
{
	for (unsigned n = 0; type; n++) {
		const uint8_t *b = n < GTPU_EXTENSIONS ? pull(c, 4) : NULL;

		if (!b || !b[0] || !skip(c, (b[0] - 1) * 4))
			return false;
		type = c->base[c->off - 1];
	}
	return true;
}

/* Of version 1, the packets of a user (G-PDU). */
static bool enter_gtpu(struct tunnel *t, struct cursor *c)
{
	const uint8_t *b = pull(c, 8), *more;
	uint16_t type;

	if (!b || (b[0] & 0xf0) != 0x30 || b[1] != 255)
		return false;
	if (b[0] & 7) {
		more = pull(c, 4);
		if (!more || (b[0] & 4 && !skip_gtpu_extensions(c, more[3])))
			return false;
	}
	type = ip_type(c);
	t->kind = TUNNEL_GTPU;
	t->ids[t->n_ids++] = be32(b + 4);
	return type && is_inside(t, c, type);
}

/* Version 0, without the routing of RFC 1701. */
static bool enter_gre(struct tunnel *t, struct cursor *c)
{
	enum { CHECKSUM = 0x8000, ROUTING = 0x4000, KEY = 0x2000, SEQUENCE = 0x1000, VERSION = 7 };
	const uint8_t *b = pull(c, 4), *key;
	uint16_t flags = b ? be16(b) : ROUTING;

	if (flags & (ROUTING | VERSION) || be16(b + 2) < 0x600 ||
	    (flags & CHECKSUM && !skip(c, 4)))
		return false;
	t->kind = TUNNEL_GRE;
	if (flags & KEY) {
		key = pull(c, 4);
		if (!key)
			return false;
		t->ids[t->n_ids++] = be32(key);
	}
	return (!(flags & SEQUENCE) || skip(c, 4)) && is_inside(t, c, be16(b + 2));
}

/* Is there a frame of Ethernet at @off, with something that is often in one? */
static bool is_ethernet(const struct cursor *c, uint32_t off)
{
	uint16_t type;

	if (c->limit - c->off < off + 14)
		return false;
	type = be16(c->base + c->off + off + 12);
	return type == ETH_TYPE_IPV4 || type == ETH_TYPE_IPV6 || type == ETH_TYPE_ARP ||
	       is_tag(type);
}

/*
 * The labels do not say what they carry. An IP packet shows its version (RFC 4928); a frame of
 * Ethernet has a word of control with a nibble of 0 in front (RFC 4448), or not.
 */
static bool enter_mpls(struct tunnel *t, struct cursor *c)
{
	const uint8_t *b;
	uint16_t type;

	do {
		b = t->n_ids < TUNNEL_IDS ? pull(c, 4) : NULL;
		if (!b)
			return false;
		t->ids[t->n_ids++] = be32(b) >> 12;
	} while (!(b[2] & 1));
	t->kind = TUNNEL_MPLS;
	type = ip_type(c);
	if (!type && c->off < c->limit && !(c->base[c->off] >> 4) && is_ethernet(c, 4)) {
		skip(c, 4);
		type = ETH_TYPE_TEB;
	} else if (!type && is_ethernet(c, 0)) {
		type = ETH_TYPE_TEB;
	}
	return type && is_inside(t, c, type);
}

static bool enter_pppoe(struct tunnel *t, struct cursor *c)
{
	static const struct { uint16_t ppp, eth_type; } types[] = {
		{ 0x0021, ETH_TYPE_IPV4 }, { 0x0057, ETH_TYPE_IPV6 }, { 0x0281, ETH_TYPE_MPLS },
		{ 0x0283, ETH_TYPE_MPLS_MULTICAST },
	};
	const uint8_t *b = pull(c, 8);
	unsigned i = 0;

	if (!b || b[0] != 0x11 || b[1] || be16(b + 4) < 2)
		return false;
	if (c->off + be16(b + 4) - 2u <= c->l3_end)
		end_datagram(c, c->off + be16(b + 4) - 2u);
	while (i < array_size(types) && types[i].ppp != be16(b + 6))
		i++;
	t->kind = TUNNEL_PPPOE;
	t->ids[t->n_ids++] = be16(b + 2);
	return i < array_size(types) && is_inside(t, c, types[i].eth_type);
}

static bool enter_ip(struct tunnel *t, struct cursor *c, uint16_t eth_type)
{
	t->kind = TUNNEL_IP;
	return is_inside(t, c, eth_type);
}

static bool enter_udp(const struct packet *p, struct tunnel *t)
{
	bool (*enter)(struct tunnel *t, struct cursor *c);
	struct cursor c;

	switch (p->hdr.dport) {
	case PORT_VXLAN:
		enter = enter_vxlan;
		break;
	case PORT_VXLAN_LINUX:
		enter = enter_vxlan_linux;
		break;
	case PORT_GENEVE:
		enter = enter_geneve;
		break;
	case PORT_GTPU:
		enter = enter_gtpu;
		break;
	default:
		return false;
	}
	return link_payload(p, &c) && enter(t, &c);
}

static bool enter_above_ip(const struct packet *p, struct tunnel *t)
{
	struct cursor c;

	switch (p->hdr.ip_proto) {
	case PROTO_UDP:
		return enter_udp(p, t);
	case PROTO_GRE:
		return link_payload(p, &c) && enter_gre(t, &c);
	case PROTO_IPV4:
		return link_payload(p, &c) && enter_ip(t, &c, ETH_TYPE_IPV4);
	case PROTO_IPV6:
		return link_payload(p, &c) && enter_ip(t, &c, ETH_TYPE_IPV6);
	case PROTO_MPLS:
		return link_payload(p, &c) && enter_ip(t, &c, ETH_TYPE_MPLS);
	}
	return false;
}

static bool enter(const struct packet *p, struct tunnel *t)
{
	struct cursor c;

	t->n_ids = 0;
	if (p->hdr.ip_version)
		return enter_above_ip(p, t);
	switch (p->hdr.eth_type) {
	case ETH_TYPE_MPLS:
	case ETH_TYPE_MPLS_MULTICAST:
		return link_payload(p, &c) && enter_mpls(t, &c);
	case ETH_TYPE_PPPOE:
		return link_payload(p, &c) && enter_pppoe(t, &c);
	}
	return false;
}

bool tunnel_has_port(const struct packet *p)
{
	switch (p->hdr.dport) {
	case PORT_VXLAN:
	case PORT_VXLAN_LINUX:
	case PORT_GENEVE:
	case PORT_GTPU:
		return true;
	}
	return false;
}

unsigned tunnel_walk(const struct packet *p, struct tunnel out[static TUNNEL_MAX])
{
	unsigned n = 0;

	while (n < TUNNEL_MAX && enter(p, &out[n]))
		p = &out[n++].inner;
	return n;
}
