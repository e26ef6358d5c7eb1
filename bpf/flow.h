/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A flow: the packets of an interface with the same two addresses and ports and the same protocol,
 * in either direction. As parse.h for the program, the tool and the tests.
 */
#ifndef XDPDUMP_FLOW_H
#define XDPDUMP_FLOW_H

#include "bpf/parse.h"

/*
 * The two ends are in an order of their own, so that both directions have the same key. Of a
 * fragment there are no ports, not even of the first: all of them are in one flow. No padding: it
 * is compared as words.
 */
struct flow_key {
	__u64 addr[2][2];	/* bytes as in the header; IPv4: the first four, the rest is 0 */
	union {
		struct {
			__u16 port[2];		/* of TCP, UDP and SCTP; 0: none */
			__u8 ip_version;	/* 4 or 6 */
			__u8 ip_proto;
			__u16 iface;		/* number of the interface */
		};
		__u64 rest;		/* all four, so that they are written and read at once */
	};
};

_Static_assert(sizeof(struct flow_key) == 40, "no padding");

parse_inline __u64 flow_rest(__u16 port0, __u16 port1, __u8 version, __u8 proto, __u16 iface)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return port0 | (__u64)port1 << 16 | (__u64)version << 32 | (__u64)proto << 40 |
	       (__u64)iface << 48;
#else
	return (__u64)port0 << 48 | (__u64)port1 << 32 | (__u64)version << 24 | (__u64)proto << 16 |
	       iface;
#endif
}

/* A direction of a flow: from the first or from the second end of its key. */
enum { FLOW_WAYS = 2 };

/* What was counted of a flow. */
struct flow {
	__u64 first_ns;			/* CLOCK_TAI */
	__u64 last_ns;
	__u64 packets[FLOW_WAYS];
	__u64 bytes[FLOW_WAYS];		/* on the wire */
	__u16 tcp_flags[FLOW_WAYS];	/* all that were seen: PARSE_FIN ... */
	__u8 first_way;			/* that of the first packet */
	__u8 pad_[3];
};

/*
 * So many packets of each direction have exact times, and those that begin and end a connection.
 * Others have the time at which the clock was read last, which is done at most a tick of the kernel
 * before: it takes as long as all the rest.
 */
enum { FLOW_EXACT = 16 };

_Static_assert(sizeof(struct flow) == 56, "no padding");

struct flow_entry {
	struct flow_key key;
	struct flow flow;
};

/*
 * An entry as programs have it: all that a packet of IPv4 looks at and changes, in one line of the
 * cache, which takes longer to come, where there are many flows, than all that is done with it; and
 * the rest.
 */
struct flow_line {
	__u64 addr[2];			/* the first words of both */
	__u64 rest;			/* of the key */
	__u64 last_ns;
	__u64 packets[FLOW_WAYS];	/* the TCP flags are above FLOW_PACKETS_BITS */
	__u64 bytes[FLOW_WAYS];
};

struct flow_more {
	__u64 addr[2];			/* the second words, of IPv6 */
	__u64 first_ns;
	__u64 first_way;
};

_Static_assert(sizeof(struct flow_line) == 64, "a line of the cache");

/* 325 days of 10 million a second */
#define FLOW_PACKETS_BITS	48
#define FLOW_PACKETS_MAX	((1ull << FLOW_PACKETS_BITS) - 1)

/*
 * Where programs count: an index for each CPU, which no other CPU writes, and entries that are
 * handed out to them by the dozen, so that the room is where the flows are. A word of the index is
 * 0, or FLOW_USED, some bits of the hash, and the number of an entry.
 */
enum {
	FLOW_INDEX_BITS	= 18,
	FLOW_ROOM_BITS	= 18,
	FLOW_INDEX	= 1 << FLOW_INDEX_BITS,
	/* 100,000 flows that come on one CPU find a place within so many words */
	FLOW_PROBES	= 32,
	FLOW_ROOM	= 1 << FLOW_ROOM_BITS,	/* entries of all CPUs */
	FLOW_CHUNK	= 16,
};

#define FLOW_USED	(1u << 31)

struct flow_index {
	__u32 next, end;	/* of the entries that are its own, and empty */
	__u64 ns, tick;		/* CLOCK_TAI when it was read last, and the jiffies then */
	__u32 pad_[26];
	__u32 word[FLOW_INDEX + FLOW_PROBES];
};

struct flow_room {
	__u32 handed_out;
	__u32 turn;		/* of the first of two: in which programs count now */
	__u32 pad_[30];
	struct flow_line line[FLOW_ROOM];
	struct flow_more more[FLOW_ROOM];
};

/* And what is kept of it, of packets, or bytes. */
struct flow_kept {
	__u64 n[FLOW_WAYS];
	__u32 goes_on;		/* there was another packet than a SYN */
	__u32 pad_;
};

/* TCP flags among those of a header. */
enum { FLOW_TCP_FLAGS = 0x1ff };

/* What is asked of a program about flows. */
enum flow_work {
	FLOW_LOOK	= 1,	/* anything at all */
	FLOW_COUNT	= 2,	/* the table is kept */
	FLOW_ONLY	= 4,	/* and nothing else: no packet becomes a record */
	FLOW_CUT_BYTES	= 8,	/* flow_limit is of bytes */
	FLOW_TWO	= 16,	/* there are two tables, that are used in turns */
};

/* Two words as they stand there. */
parse_inline void flow_copy(__u64 *to, const __u8 *from)
{
#ifdef __bpf__
	to[0] = ((const __u64 *)from)[0];
	to[1] = ((const __u64 *)from)[1];
#else
	__builtin_memcpy(to, from, 16);
#endif
}

parse_inline __u64 flow_ipv4(const __u8 *from)
{
	__u64 word = 0;

#ifdef __bpf__
	word = *(const __u32 *)from;
#else
	__builtin_memcpy(&word, from, 4);
#endif
	return word;
}

/* The addresses in the order of the header @ip, 20 bytes, or 40 of IPv6. */
parse_inline void flow_addresses_ipv4(struct flow_key *k, const __u8 *ip)
{
	k->addr[0][0] = flow_ipv4(ip + 12);
	k->addr[1][0] = flow_ipv4(ip + 16);
	k->addr[0][1] = k->addr[1][1] = 0;
}

parse_inline void flow_addresses_ipv6(struct flow_key *k, const __u8 *ip)
{
	flow_copy(k->addr[0], ip + 8);
	flow_copy(k->addr[1], ip + 24);
}

/* Is the first end behind the second one? In any order, as long as it is always the same. */
parse_inline int flow_is_behind(const struct flow_key *k, __u16 sport, __u16 dport)
{
	if (k->addr[0][0] != k->addr[1][0])
		return k->addr[0][0] > k->addr[1][0];
	if (k->addr[0][1] != k->addr[1][1])
		return k->addr[0][1] > k->addr[1][1];
	return sport > dport;
}

/*
 * The rest of the key of a packet with headers @p, whose addresses are there in the order of its
 * header: source first. Returns which way it goes.
 */
parse_inline __u32 flow_finish(struct flow_key *k, const struct parsed *p, __u16 iface)
{
	const int ports = (p->flags & (PARSE_PORTS | PARSE_FRAG)) == PARSE_PORTS;
	const __u16 sport = ports ? p->sport : 0, dport = ports ? p->dport : 0;
	const __u64 src0 = k->addr[0][0], src1 = k->addr[0][1];

	if (!flow_is_behind(k, sport, dport)) {
		k->rest = flow_rest(sport, dport, p->ip_version, p->ip_proto, iface);
		return 0;
	}
	k->addr[0][0] = k->addr[1][0];
	k->addr[0][1] = k->addr[1][1];
	k->addr[1][0] = src0;
	k->addr[1][1] = src1;
	k->rest = flow_rest(dport, sport, p->ip_version, p->ip_proto, iface);
	return 1;
}

/* All of it, of the header @ip, which is there as a whole. For who is not watched by a verifier. */
parse_inline __u32 flow_key_of(struct flow_key *k, const __u8 *ip, const struct parsed *p,
			       __u16 iface)
{
	if (p->ip_version == 4)
		flow_addresses_ipv4(k, ip);
	else
		flow_addresses_ipv6(k, ip);
	return flow_finish(k, p, iface);
}

/* Counts a packet of @len bytes with headers @p, which goes @way. */
parse_inline void flow_count(struct flow *f, __u32 way, const struct parsed *p, __u32 len)
{
	f->packets[way & 1]++;
	f->bytes[way & 1] += len;
	if (p->ip_proto == PROTO_TCP)
		f->tcp_flags[way & 1] |= p->flags & FLOW_TCP_FLAGS;
}

parse_inline int flow_is_same(const struct flow_key *a, const struct flow_key *b)
{
	return !((a->addr[0][0] ^ b->addr[0][0]) | (a->addr[0][1] ^ b->addr[0][1]) |
		 (a->addr[1][0] ^ b->addr[1][0]) | (a->addr[1][1] ^ b->addr[1][1]) |
		 (a->rest ^ b->rest));
}

enum { FLOW_SEEDS = 5 };

/*
 * A number that is the same for all packets of a flow, on whichever interface, and that nobody can
 * aim at who does not know the odd numbers @seed (multilinear hashing, of which the upper half is
 * as good as random).
 */
parse_inline __u32 flow_hash(const struct flow_key *k, const __u64 seed[FLOW_SEEDS])
{
	const __u64 but_for_iface = k->rest & ~flow_rest(0, 0, 0, 0, 0xffff);
	__u64 h = k->addr[0][0] * seed[0] + k->addr[0][1] * seed[1] + k->addr[1][0] * seed[2] +
		  k->addr[1][1] * seed[3] + but_for_iface * seed[4];

	h ^= h >> 32;
	return h * seed[0] >> 32;
}

#endif
