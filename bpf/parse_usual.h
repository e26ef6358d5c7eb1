/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What most frames are, for programs: Ethernet, IPv4 without options, TCP or UDP, all of it sound
 * and no fragment. The headers are in places that are known beforehand, so that this takes half as
 * long as parse_frame(). What is anything else is left to that, and tests compare the two.
 */
#ifndef XDPDUMP_PARSE_USUAL_H
#define XDPDUMP_PARSE_USUAL_H

#include "bpf/parse.h"

enum {
	USUAL_IP	= 14,
	USUAL_L4	= USUAL_IP + 20,
	USUAL_TCP	= 20,
	USUAL_UDP	= 8,
};

/*
 * The header of TCP or UDP, in a datagram with @len bytes behind that of IP. Returns where it ends;
 * 0: not usual.
 */
parse_inline __u32 usual_l4(const __u8 *l4, __u8 proto, __u32 len, __u32 limit, __u16 *flags)
{
	__u32 n;

	if (proto == PROTO_UDP) {
		n = be16(l4 + 4);
		return n < USUAL_UDP || n > len ? 0 : USUAL_L4 + USUAL_UDP;
	}
	n = (l4[12] >> 4) * 4;
	if (proto != PROTO_TCP || n < USUAL_TCP || n > len || USUAL_L4 + n > limit)
		return 0;
	*flags |= l4[13] | (l4[12] & 1) << 8;
	return USUAL_L4 + n;
}

/* As parse_frame(). False: it is something else, or cut, and nothing was written. */
parse_inline int parse_usual(const struct cursor *c, struct parsed *p)
{
	const __u8 *eth = c->base, *ip = eth + USUAL_IP, *l4 = eth + USUAL_L4;
	__u16 flags = PARSE_L4 | PARSE_PORTS;
	__u32 total, hdr_len;

	if (c->limit < USUAL_L4 + USUAL_TCP || !cursor_sees(c, eth, USUAL_L4 + USUAL_TCP))
		return 0;
	if (be16(eth + 12) != ETH_TYPE_IPV4 || ip[0] != 0x45 || be16(ip + 6) & 0x3fff)
		return 0;
	total = be16(ip + 2);
	if (total < USUAL_L4 - USUAL_IP || total > c->l3_end - USUAL_IP)
		return 0;
	hdr_len = usual_l4(l4, ip[9], total - (USUAL_L4 - USUAL_IP), c->limit, &flags);
	if (!hdr_len)
		return 0;
	if (ip[8] < PARSE_LOW_TTL)
		flags |= PARSE_TTL_LOW;
	p->eth_type = ETH_TYPE_IPV4;
	p->l3_off = USUAL_IP;
	p->l4_off = USUAL_L4;
	p->hdr_len = hdr_len;
	p->sport = be16(l4);
	p->dport = be16(l4 + 2);
	p->flags = flags;
	p->ip_version = 4;
	p->ip_proto = ip[9];
	p->ttl = ip[8];
	return 1;
}

#endif
