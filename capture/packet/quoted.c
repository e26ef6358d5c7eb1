// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Behind eight bytes the IP header and as much as there was room for. Where extensions follow, the
 * header says how long the quotation is (RFC 4884).
 */
#include "capture/base/util.h"
#include "capture/packet/link.h"
#include "capture/packet/quoted.h"

/* IANA, ICMP and ICMPv6 parameters. */
static bool is_error(const struct packet *p, uint8_t type)
{
	const unsigned v4 = 1u << 3 | 1u << 4 | 1u << 5 | 1u << 11 | 1u << 12, v6 = 0x1e;

	if (p->hdr.ip_proto == PROTO_ICMPV6)
		return type < 32 && v6 >> type & 1;
	return type < 32 && v4 >> type & 1;
}

/* RFC 4884, 4: in units of 4 bytes, of 8 for ICMPv6; 0: to the end of the datagram. */
static void end_at_length(const struct packet *p, struct cursor *c, const uint8_t *icmp)
{
	uint32_t len = p->hdr.ip_proto == PROTO_ICMPV6 ? icmp[4] * 8 : icmp[5] * 4;

	if (p->hdr.ip_proto == PROTO_ICMP && (icmp[0] == 4 || icmp[0] == 5))
		return;		/* a gateway is there, or nothing */
	if (p->hdr.ip_proto == PROTO_ICMPV6 && icmp[0] != 1 && icmp[0] != 3)
		return;		/* an MTU, or a pointer */
	if (len && len <= c->l3_end - c->off)
		end_datagram(c, c->off + len);
}

/* Bytes that the quoted packet had, by its own header; 0: it does not say. */
static uint32_t own_length(const struct cursor *c, bool v6)
{
	const uint8_t *ip = c->base + c->off;
	uint32_t len;

	if (c->limit - c->off < 6)
		return 0;
	len = be16(ip + (v6 ? 4 : 2));
	return len && v6 ? len + 40 : len;
}

bool quoted_packet(const struct packet *p, struct packet *q)
{
	static const struct iface raw = { .linktype = LINKTYPE_RAW };
	bool v6 = p->hdr.ip_proto == PROTO_ICMPV6;
	const uint8_t *icmp;
	uint32_t len;
	struct cursor c;

	if (!p->hdr.ip_version || (p->hdr.ip_proto != PROTO_ICMP && !v6) || !link_payload(p, &c))
		return false;
	icmp = pull(&c, 8);
	if (!icmp || !is_error(p, icmp[0]))
		return false;
	end_at_length(p, &c, icmp);
	len = own_length(&c, v6);
	if (len && len < c.l3_end - c.off)
		end_datagram(&c, c.off + len);
	*q = (struct packet){ .data = c.base + c.off, .caplen = c.limit - c.off,
			      .len = max_of(len, c.l3_end - c.off), .iface = &raw };
	link_decode_from(q, v6 ? ETH_TYPE_IPV6 : ETH_TYPE_IPV4);
	if (q->hdr.end == PARSE_SHORT)
		q->hdr.end = PARSE_OK;
	return q->hdr.ip_version;
}
