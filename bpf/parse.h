/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The one packet parser. It takes the bytes of a frame and says which headers are there, where they
 * start, and how far they can be trusted; it never reads past what is captured, and stops, saying
 * so, at a header it will not follow. Compiled into the XDP program, the tool and the tests, so
 * that live and offline cannot disagree.
 */
#ifndef XDPDUMP_PARSE_H
#define XDPDUMP_PARSE_H

#include <linux/types.h>

#define parse_inline	static inline __attribute__((always_inline, unused))

enum {
	PARSE_REACH	= 16384,	/* bytes of a frame in which headers are looked for */
	PARSE_MAX_TAGS	= 2,		/* VLAN tags followed */
	PARSE_MAX_EXT	= 6,		/* IPv6 extension headers followed */
	PARSE_LOW_TTL	= 10,		/* below this a TTL or hop limit is low */
};

/* How the parse ended. */
enum parse_end {
	PARSE_OK,	/* every known header was read */
	PARSE_SHORT,	/* the data ends inside a header */
	/* a field contradicts itself or another one: version, IHL, a length, the TCP offset */
	PARSE_BAD,
	PARSE_DEEP,	/* more tags or extension headers than are followed */
};

/*
 * parsed.flags. Bits 0 to 7 are the TCP flags CWR to FIN as they stand in the header (RFC 9293,
 * 3.1).
 */
enum {
	PARSE_FIN	= 0x01,
	PARSE_SYN	= 0x02,
	PARSE_RST	= 0x04,
	PARSE_PSH	= 0x08,
	PARSE_ACK	= 0x10,
	PARSE_URG	= 0x20,
	PARSE_ECE	= 0x40,
	PARSE_CWR	= 0x80,
	PARSE_AE	= 0x0100,	/* RFC 9768, the bit left of CWR */
	PARSE_FRAG	= 0x1000,	/* a fragment: more follow or the offset is not 0 */
	PARSE_TTL_LOW	= 0x2000,	/* TTL or hop limit below PARSE_LOW_TTL */
	PARSE_PORTS	= 0x4000,	/* sport and dport are valid */
	PARSE_L4	= 0x8000,	/* l4_off is valid */
};

/* EtherTypes (IEEE 802 numbers) and IP protocols (IANA) that the parser itself knows. */
enum {
	ETH_TYPE_IPV4	= 0x0800,
	ETH_TYPE_IPV6	= 0x86dd,
	ETH_TYPE_VLAN	= 0x8100,
	ETH_TYPE_QINQ	= 0x88a8,
	ETH_TYPE_9100	= 0x9100,
};
enum {
	PROTO_HOPOPTS	= 0,
	PROTO_ICMP	= 1,
	PROTO_IGMP	= 2,
	PROTO_TCP	= 6,
	PROTO_UDP	= 17,
	PROTO_ROUTING	= 43,
	PROTO_FRAGMENT	= 44,
	PROTO_GRE	= 47,
	PROTO_AH	= 51,
	PROTO_ICMPV6	= 58,
	PROTO_DSTOPTS	= 60,
	PROTO_SCTP	= 132,
};

/*
 * What a frame is. Fixed widths and no padding: it travels in struct event and is compared byte by
 * byte in tests. All numbers in host order, offsets in bytes from the start of the frame, 0 where
 * the header was not reached.
 */
struct parsed {
	/* after the tags; below 0x600 an 802.3 length; 0 if the frame ends before it */
	__u16 eth_type;
	__u16 l3_off;
	/* where PARSE_L4 is set; in a DEEP chain the first header not followed */
	__u16 l4_off;
	__u16 hdr_len;		/* bytes up to the end of the last header read */
	__u16 sport, dport;	/* TCP, UDP and SCTP, where PARSE_PORTS is set */
	__u16 flags;		/* PARSE_FIN ... */
	__u8 ip_version;	/* 4, 6, or 0: no IP header that can be trusted */
	__u8 ip_proto;		/* where ip_version is not 0 */
	__u8 n_tags;		/* VLAN tags followed */
	__u8 end;		/* enum parse_end */
	__u8 ttl;		/* TTL or hop limit */
	__u8 pad_;
} __attribute__((aligned(4)));	/* copied by words of 4 bytes */

_Static_assert(sizeof(struct parsed) == 20, "struct parsed is a contract");

/*
 * A position in a frame. Invariant: off <= limit <= reach <= PARSE_REACH, and limit bytes can be
 * read at base. Positions are numbers, because a header of variable length can be skipped before
 * its bytes are known to be there.
 */
struct cursor {
	const __u8 *base;
	const __u8 *end;	/* of the data; only the verifier needs it */
	/* a constant on each path, which is all that older verifiers can compare with */
	__u32 reach;
	__u32 off;
	/* headers end here: the captured data, later also the end of the IP datagram */
	__u32 limit;
	__u32 l3_end;		/* where frame or datagram end on the wire, captured or not */
};

/*
 * What only the verifier needs. It believes pointer comparisons, not lengths. And it follows two
 * paths one by one for as long as it knows of a constant that tells them apart: forget() hides the
 * value of @x, and the paths become one. pin() keeps @x in one register: what was compared is then
 * what is used, which Linux 6.1 does not see through a copy.
 */
#ifdef __bpf__
#define cursor_sees(c, p, n)	((p) + (n) <= (c)->end)
#define pin(x)			asm volatile("" : "+r"(x))
#define forget(c, x)		asm volatile("%0 += %1\n%0 -= %1\n%0 &= 0xffff" : "+r"(x) : "r"((c)->l3_end))
#else
#define cursor_sees(c, p, n)	1
#define pin(x)			((void)0)
#define forget(c, x)		((void)0)
#endif

/* Steps over @n bytes. False, and nothing consumed, if they are not all there. */
parse_inline int skip(struct cursor *c, __u32 n)
{
	if (c->limit - c->off < n)
		return 0;
	c->off += n;
	return 1;
}

/* The next @n bytes, a constant, or NULL and nothing consumed. */
parse_inline const __u8 *pull(struct cursor *c, __u32 n)
{
	const __u8 *p;
	__u64 off = c->off;

	pin(off);
	if (off > c->reach - n)
		return 0;
	p = c->base + off;
	if (!cursor_sees(c, p, n) || !skip(c, n))
		return 0;
	return p;
}

parse_inline __u16 be16(const __u8 *p)
{
	return (__u16)(p[0] << 8 | p[1]);
}

parse_inline __u32 be32(const __u8 *p)
{
	return (__u32)be16(p) << 16 | be16(p + 2);
}

/* The datagram ends at @l3_end: what follows is padding of the link, never a header. */
parse_inline void end_datagram(struct cursor *c, __u32 l3_end)
{
	c->l3_end = l3_end;
	if (c->limit > l3_end)
		c->limit = l3_end;
}

parse_inline int has_ports(__u8 proto)
{
	return proto == PROTO_TCP || proto == PROTO_UDP || proto == PROTO_SCTP;
}

/*
 * A length or an offset that reaches past its datagram is a contradiction, but not in a fragment,
 * which holds only a part of what the header describes.
 */
parse_inline int beyond_datagram(const struct cursor *c, const struct parsed *p, __u32 len)
{
	return !(p->flags & PARSE_FRAG) && len > c->l3_end - p->l4_off;
}

/* After the ports. RFC 9293, 3.1. */
parse_inline enum parse_end parse_tcp(struct cursor *c, struct parsed *p)
{
	const __u8 *tcp = pull(c, 10);
	__u32 len;

	if (!tcp)
		return PARSE_SHORT;
	p->flags |= tcp[9] | (tcp[8] & 1) << 8;
	len = (tcp[8] >> 4) * 4;
	if (len < 20 || beyond_datagram(c, p, len))
		return PARSE_BAD;
	return skip(c, len - 14) ? PARSE_OK : PARSE_SHORT;
}

/*
 * After the ports. RFC 768; a length of 0 stands for "to the end" where the IP header does not give
 * a length either (RFC 2675, 4, and segmentation offload).
 */
parse_inline enum parse_end parse_udp(struct cursor *c, struct parsed *p, int unknown_length)
{
	const __u8 *udp = pull(c, 4);
	__u32 len;

	if (!udp)
		return PARSE_SHORT;
	len = be16(udp);
	if (len == 0 && unknown_length)
		return PARSE_OK;
	return len < 8 || beyond_datagram(c, p, len) ? PARSE_BAD : PARSE_OK;
}

/* From the first byte after the IP headers; @unknown_length: the IP header left its length at 0. */
parse_inline enum parse_end parse_l4(struct cursor *c, struct parsed *p, int unknown_length)
{
	forget(c, c->off);
	p->l4_off = c->off;
	p->flags |= PARSE_L4;
	if (has_ports(p->ip_proto)) {
		const __u8 *ports = pull(c, 4);

		if (!ports)
			return PARSE_SHORT;
		p->sport = be16(ports);
		p->dport = be16(ports + 2);
		p->flags |= PARSE_PORTS;
	}
	switch (p->ip_proto) {
	case PROTO_TCP:
		return parse_tcp(c, p);
	case PROTO_UDP:
		return parse_udp(c, p, unknown_length);
	case PROTO_SCTP:	/* RFC 9260, 3.1: 12 bytes, 4 of them read */
	case PROTO_ICMP:	/* RFC 792 */
	case PROTO_IGMP:	/* RFC 9776, 4.1 */
		return skip(c, 8) ? PARSE_OK : PARSE_SHORT;
	case PROTO_ICMPV6:	/* RFC 4443, 2.1 */
	case PROTO_GRE:		/* RFC 2784, 2.1 */
		return skip(c, 4) ? PARSE_OK : PARSE_SHORT;
	}
	return PARSE_OK;
}

/* RFC 791. A later fragment carries no header of the layer above, so the parse is done there. */
parse_inline enum parse_end parse_ipv4(struct cursor *c, struct parsed *p)
{
	const __u8 *ip = pull(c, 20);
	__u32 ihl, total, frag;
	enum parse_end end;

	if (!ip)
		return PARSE_SHORT;
	ihl = (ip[0] & 15) * 4;
	if (ip[0] >> 4 != 4 || ihl < 20)
		return PARSE_BAD;
	p->ip_version = 4;
	p->ip_proto = ip[9];
	p->ttl = ip[8];
	if (ip[8] < PARSE_LOW_TTL)
		p->flags |= PARSE_TTL_LOW;
	total = be16(ip + 2);
	if (total && total < ihl)
		return PARSE_BAD;
	frag = be16(ip + 6) & 0x3fff;
	if (frag)
		p->flags |= PARSE_FRAG;
	end = total > c->l3_end - p->l3_off ? PARSE_BAD : PARSE_OK;
	if (total && end == PARSE_OK)
		end_datagram(c, p->l3_off + total);
	forget(c, end);
	if (!skip(c, ihl - 20))
		return end == PARSE_OK ? PARSE_SHORT : end;
	if (!(frag & 0x1fff)) {
		enum parse_end l4 = parse_l4(c, p, total == 0);

		end = end == PARSE_OK ? l4 : end;
	}
	return end;
}

/*
 * 1 or 0, without a comparison, of which the verifier would follow both outcomes for each header of
 * a chain. @proto: below 64, as the numbers of extension headers are.
 */
parse_inline __u64 is_among(__u8 proto, __u64 set)
{
	__u64 is = set >> (proto & 63) & 1;

	pin(is);
	return is;
}

parse_inline int is_extension(__u8 proto)
{
	const __u64 set = 1ull << PROTO_HOPOPTS | 1ull << PROTO_ROUTING | 1ull << PROTO_FRAGMENT |
			  1ull << PROTO_AH | 1ull << PROTO_DSTOPTS;

	return proto < 64 && is_among(proto, set);
}

/*
 * RFC 8200, 4.3 to 4.6: units of 8 bytes beyond the first 8, none in a fragment header; AH (RFC
 * 4302, 2.2) has units of 4, minus 2.
 */
parse_inline __u32 extension_len(__u8 proto, __u8 hdr_ext_len)
{
	__u32 more = hdr_ext_len * 8u >> is_among(proto, 1ull << PROTO_AH);

	return 8 + (more & (is_among(proto, 1ull << PROTO_FRAGMENT) - 1));
}

/*
 * The extension headers, the number of the first in ip_proto, which becomes that of the first
 * header behind them. Stops behind the fragment header of a later fragment, and then sets *later.
 */
parse_inline enum parse_end parse_extensions(struct cursor *c, struct parsed *p, __u32 *later)
{
	enum parse_end end = PARSE_OK;
	__u32 frag = 0;
	int n;

	for (n = 0; is_extension(p->ip_proto) && frag <= 7; n++) {
		const __u8 *h;
		__u32 len;

		if (n == PARSE_MAX_EXT) {
			end = PARSE_DEEP;
			break;
		}
		h = pull(c, 8);
		if (!h) {
			end = PARSE_SHORT;
			break;
		}
		len = extension_len(p->ip_proto, h[1]) - 8;
		forget(c, len);
		/* Offset and M bit; an atomic fragment (RFC 6946) has neither. */
		frag |= be16(h + 2) & 0xfff9 & -is_among(p->ip_proto, 1ull << PROTO_FRAGMENT);
		forget(c, frag);
		if (!skip(c, len)) {
			end = len > c->l3_end - c->off ? PARSE_BAD : PARSE_SHORT;
			break;
		}
		forget(c, c->off);
		p->ip_proto = h[0];
	}
	forget(c, end);
	if (frag)
		p->flags |= PARSE_FRAG;
	*later = frag > 7;
	return end;
}

/*
 * RFC 8200. A payload length of 0 is a jumbogram (RFC 2675) or segmentation offload: the frame
 * tells.
 */
parse_inline enum parse_end parse_ipv6(struct cursor *c, struct parsed *p)
{
	const __u8 *ip = pull(c, 40);
	enum parse_end end, rest;
	__u32 payload;
	__u32 later;

	if (!ip)
		return PARSE_SHORT;
	if (ip[0] >> 4 != 6)
		return PARSE_BAD;
	p->ip_version = 6;
	p->ip_proto = ip[6];
	p->ttl = ip[7];
	if (ip[7] < PARSE_LOW_TTL)
		p->flags |= PARSE_TTL_LOW;
	payload = be16(ip + 4);
	end = payload > c->l3_end - c->off ? PARSE_BAD : PARSE_OK;
	if (payload && end == PARSE_OK)
		end_datagram(c, c->off + payload);
	forget(c, end);
	rest = parse_extensions(c, p, &later);
	if (rest == PARSE_OK && !later)
		rest = parse_l4(c, p, payload == 0);
	if (rest == PARSE_DEEP) {
		p->l4_off = c->off;
		p->flags |= PARSE_L4;
	}
	return end == PARSE_OK ? rest : end;
}

parse_inline int is_tag(__u16 eth_type)
{
	return eth_type == ETH_TYPE_VLAN || eth_type == ETH_TYPE_QINQ || eth_type == ETH_TYPE_9100;
}

/*
 * From an EtherType on, which the caller has read: tags, then IP. Also for links other than
 * Ethernet.
 */
parse_inline enum parse_end parse_ether_type(struct cursor *c, struct parsed *p, __u16 eth_type)
{
	int n;

	p->eth_type = eth_type;
	for (n = 0; is_tag(eth_type); n++) {
		const __u8 *tag;

		if (n == PARSE_MAX_TAGS)
			return PARSE_DEEP;
		tag = pull(c, 4);
		if (!tag)
			return PARSE_SHORT;
		p->eth_type = eth_type = be16(tag + 2);
		p->n_tags = n + 1;
		forget(c, c->off);
	}
	p->l3_off = c->off;
	if (eth_type == ETH_TYPE_IPV4)
		return parse_ipv4(c, p);
	if (eth_type == ETH_TYPE_IPV6)
		return parse_ipv6(c, p);
	return PARSE_OK;
}

/*
 * A cursor at the start of @caplen bytes at @data, of a frame that had @len bytes on the wire (at
 * least @caplen). @reach: a constant of at most PARSE_REACH; headers further in count as cut.
 */
parse_inline struct cursor cursor_init(const void *data, __u32 caplen, __u32 len, __u32 reach)
{
	struct cursor c = {
		.base = data,
		.end = (const __u8 *)data + caplen,
		.reach = reach,
		.limit = caplen < reach ? caplen : reach,
		.l3_end = len,
	};

	/*
	 * else it follows a path for each bound, and for each number of tags, whose bytes it knows
	 * to be there
	 */
	forget(&c, c.limit);
	forget(&c, c.off);
	return c;
}

/* An Ethernet frame. *p must be zeroed; p->end tells how it went. */
parse_inline void parse_frame(struct cursor *c, struct parsed *p)
{
	const __u8 *eth = pull(c, 14);

	p->end = eth ? parse_ether_type(c, p, be16(eth + 12)) : PARSE_SHORT;
	p->hdr_len = c->off;
}

/* A packet that begins with the IP header: the version in the first byte tells which. */
parse_inline enum parse_end parse_raw(struct cursor *c, struct parsed *p)
{
	const __u8 *first = pull(c, 1);

	if (!first)
		return PARSE_SHORT;
	c->off = 0;
	switch (first[0] >> 4) {
	case 4:
		return parse_ether_type(c, p, ETH_TYPE_IPV4);
	case 6:
		return parse_ether_type(c, p, ETH_TYPE_IPV6);
	}
	return PARSE_BAD;
}

#endif
