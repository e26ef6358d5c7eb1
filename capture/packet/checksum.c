// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The sum of 16 bits each, over what is captured. */
#include "capture/base/util.h"
#include "capture/packet/checksum.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"

static uint64_t add(uint64_t sum, const uint8_t *bytes, uint32_t n)
{
	for (; n > 1; n -= 2, bytes += 2)
		sum += be16(bytes);
	return n ? sum + (*bytes << 8) : sum;
}

static uint16_t fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* @sum: over all of it with the checksum that was found. */
static void settle(struct checksum *c, uint64_t sum)
{
	/* without it: what is added to it makes it all ones */
	uint16_t others = fold(sum + (0xffff - c->found));

	c->right = fold(sum) == 0xffff ? c->found : 0xffff - others;
}

static bool look_at_ipv4(const struct packet *p, struct checksum *c)
{
	const uint8_t *ip = link_at(p, p->hdr.l3_off, 20);
	unsigned len = ip ? (ip[0] & 15) * 4u : 0;

	if (p->hdr.ip_version != 4 || len < 20 || !link_at(p, p->hdr.l3_off, len))
		return false;
	*c = (struct checksum){ "IPv4 checksum", p->hdr.l3_off + 10u, .found = be16(ip + 10) };
	settle(c, add(0, ip, len));
	return true;
}

/*
 * Bytes above IP; 0: they are not all there, or of several fragments, or on a way with several
 * ends.
 */
static uint32_t transport_len(const struct packet *p)
{
	const struct parsed *h = &p->hdr;
	uint32_t fixed = h->ip_version == 4 ? 20 : 40, header = h->l4_off - h->l3_off, len;
	const uint8_t *ip = h->ip_version ? link_at(p, h->l3_off, fixed) : NULL;

	if (!ip || !(h->flags & PARSE_L4) || h->flags & PARSE_FRAG || h->end != PARSE_OK)
		return 0;
	if (h->ip_version == 6 && header != fixed)
		return 0;
	len = h->ip_version == 4 ? be16(ip + 2) : be16(ip + 4) + fixed;
	return len > header && link_at(p, h->l3_off, len) ? len - header : 0;
}

static bool look_at_transport(const struct packet *p, struct checksum *c)
{
	static const struct { uint8_t proto, version, off; bool pseudo; const char *name; } kinds[] = {
		{ PROTO_TCP, 0, 16, true, "TCP checksum" },
		{ PROTO_UDP, 0, 6, true, "UDP checksum" },
		{ PROTO_ICMP, 4, 2, false, "ICMP checksum" },
		{ PROTO_ICMPV6, 6, 2, true, "ICMPv6 checksum" },
	};
	const uint8_t *l4 = p->data + p->hdr.l4_off, *ip = p->data + p->hdr.l3_off;
	const bool v4 = p->hdr.ip_version == 4;
	uint32_t len = transport_len(p);
	unsigned i = 0;

	while (i < array_size(kinds) &&
	       (kinds[i].proto != p->hdr.ip_proto ||
		(kinds[i].version && kinds[i].version != p->hdr.ip_version)))
		i++;
	if (i == array_size(kinds) || len < kinds[i].off + 2u)
		return false;
	*c = (struct checksum){ kinds[i].name, p->hdr.l4_off + kinds[i].off,
				.found = be16(l4 + kinds[i].off) };
	if (p->hdr.ip_proto == PROTO_UDP && !c->found)	/* RFC 768: there is none */
		return false;
	settle(c, add(kinds[i].pseudo ? add(len + p->hdr.ip_proto, ip + (v4 ? 12 : 8), v4 ? 8 : 32)
				      : 0, l4, len));
	if (p->hdr.ip_proto == PROTO_UDP && !c->right)
		c->right = 0xffff;
	return true;
}

bool checksum_look(enum checksum_kind kind, const struct packet *p, struct checksum *c)
{
	return kind == CHECKSUM_IPV4 ? look_at_ipv4(p, c) : look_at_transport(p, c);
}
