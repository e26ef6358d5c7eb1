/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * All that kernel and userspace agree on: the rings, the record of a packet, and the counters. Both
 * sides are on one machine, so numbers are in host order; widths are fixed and padding is explicit.
 */
#ifndef XDPDUMP_EVENT_H
#define XDPDUMP_EVENT_H

#include <linux/types.h>

#include "bpf/flow.h"
#include "bpf/memory.h"
#include "bpf/parse.h"

enum {
	/* bytes of a packet that a record can hold: MAXIMUM_SNAPLEN of libpcap */
	EVENT_SNAP_MAX	= 262144,
	/* room behind the largest one that the verifier wants: see copy_piece() in buffers.h */
	EVENT_PIECE	= 4096,
	/* and of those, what XDP can reach of a frame: see frame_load() in xdpdump.bpf.c */
	EVENT_XDP_MAX	= 2 * 0xffff,
};

/* Where a packet was seen. */
enum event_hook {
	EVENT_XDP,
	EVENT_TC_IN,
	EVENT_TC_OUT,
	EVENT_XDP_AFTER,	/* behind the program that was called there */
	EVENT_HOOKS,		/* how many there are */
};

/* What the device has still to do with a packet, or what was put together behind it. */
enum {
	EVENT_CHECKSUM_PARTIAL	= 1,	/* the checksum of TCP or UDP is not complete */
	EVENT_SEGMENTED		= 2,	/* it is several packets on the wire */
	EVENT_OFFLOAD		= EVENT_CHECKSUM_PARTIAL | EVENT_SEGMENTED,
};

/* What the program says of its trigger, which has seen the whole frame. */
enum {
	EVENT_TRIED		= 64,	/* there is one */
	EVENT_TRIGGERS		= 128,	/* and this packet is it */
	EVENT_FLAGS		= EVENT_OFFLOAD | EVENT_TRIED | EVENT_TRIGGERS,
};

enum { EVENT_NO_QUEUE = 0xffff };

/*
 * One packet in a ring; the next begins at the next multiple of 8 bytes. Which CPU it came on is
 * told by the ring. What is reserved is 0 in every record, and one that has something else there
 * makes no sense to a reader that does not know of it.
 */
struct event {
	__u64 tai_ns;		/* CLOCK_TAI */
	__u32 len;		/* bytes on the wire, all buffers of the frame */
	__u32 lost;		/* packets lost on this interface before, on any CPU, modulo 2^32 */
	__u32 caplen;		/* bytes of data[], at most len */
	__u16 queue;		/* receive queue, EVENT_NO_QUEUE: not known */
	__u16 iface;		/* number of the interface, in the order of -i */
	struct parsed hdr;	/* of the whole frame, also where data[] is shorter */
	__u8 hook;		/* enum event_hook */
	/* 1 + that of a program that is watched, 255: of 254 and more; 0: none */
	__u8 verdict;
	/* enum event_meta: what stands before the packet, at the beginning of data[] */
	__u8 meta;
	__u8 flags;		/* EVENT_CHECKSUM_PARTIAL ... */
	__u8 data[];
};

_Static_assert(sizeof(struct event) == 48, "struct event is a contract");
_Static_assert(__builtin_offsetof(struct event, hdr) == 24,
	       "in the record the headers begin with a word");
_Static_assert(__builtin_offsetof(struct event, hook) == 44,
	       "so do the four bytes behind them, which are written as one");
_Static_assert(__builtin_offsetof(struct event, data) == 48, "packet bytes follow the header");
_Static_assert(EVENT_HOOKS <= 256, "a hook is one byte");

/* What is told of a packet before its bytes, in this order, in words of 8 bytes. */
enum event_meta {
	META_NONE	= 0,
	META_ID		= 1,	/* its id */
	META_DEVICE	= 2,	/* what the device knows of it, META_DEVICE_WORDS */
	META_PROCESS	= 4,	/* struct event_process: who has sent it */
	META_KNOWN	= META_ID | META_DEVICE | META_PROCESS,
};

enum {
	META_TIME,		/* ns of its clock; 0: not known */
	/* the hash, and in the upper half of what it is, XDP_RSS_TYPE_...; 0: there is none */
	META_HASH,
	META_DEVICE_WORDS,
};

enum { EVENT_COMM = 16 };	/* bytes of the name of a process, the NUL behind it included */

struct event_process {
	__u32 pid, tid;		/* as the kernel counts them; 0: not known */
	char name[EVENT_COMM];
};

parse_inline __u32 event_meta_words(__u8 meta)
{
	return (meta & META_ID ? 1 : 0) + (meta & META_DEVICE ? META_DEVICE_WORDS : 0) +
	       (meta & META_PROCESS ? sizeof(struct event_process) / 8 : 0);
}

enum {
	EVENT_META_MAX	= 6,	/* words */
	/* of an id, the lowest: packets of a CPU, 325 days of 10 million a second; and the CPU */
	ID_COUNT_BITS	= 48,
};

/* Bytes of a ring that a record with @caplen bytes of data, words included, takes. */
parse_inline __u32 event_room(__u32 caplen)
{
	return (sizeof(struct event) + caplen + 7) & ~7u;
}

parse_inline __u32 event_size(const struct event *ev)
{
	return event_room(8 * event_meta_words(ev->meta) + ev->caplen);
}

/*
 * The ring of one CPU, which no other CPU writes. The positions count bytes for ever; a record
 * begins in data[] at the position modulo the size, a power of two, and never wraps: behind the
 * size there is room for the largest one. What the two sides write is kept 128 bytes apart, because
 * processors fetch cache lines in pairs.
 */
struct cpu_ring {
	/* of the program: where the next record goes; those before it are complete */
	__u64 head;
	__u32 busy;		/* of the program: it is between here and there */
	__u32 pad_;
	__u64 ids;		/* of all programs: packets that were given one, on this CPU */
	/* of all programs: the packet that is kept next, 1: the first to come; 0: not drawn */
	__u32 skip;
	__u32 skip_of;		/* for this sample */
	__u32 pad0_[24];
	__u64 tail;		/* of the consumer: records before it are read */
	/* set by the consumer before it sleeps; the packet that wakes it clears it */
	__u32 asleep;
	__u32 pad1_[29];
	/*
	 * of all programs, and only of the first CPU, for all: when the packets that were let
	 * through are due
	 */
	__u64 due_ns;
	__u32 pad2_[30];
	__u8 data[];
};

_Static_assert(__builtin_offsetof(struct cpu_ring, tail) == 128,
	       "the consumer's words have lines of their own");
_Static_assert(__builtin_offsetof(struct cpu_ring, due_ns) == 256, "so has what all CPUs look at");
_Static_assert(__builtin_offsetof(struct cpu_ring, data) == 384, "so has the data");

struct tally {
	__u64 packets;
	__u64 bytes;		/* on the wire */
};

/*
 * Per CPU and interface. Each packet bumps filtered.packets or all.packets. One that the filter
 * accepts bumps as well one of tcp, udp and other, one of ipv4, ipv6 and non_ip, and one of
 * delivered, ring_full, error, sampled_out, flow_cut, rate_limited and only_counted. So what was
 * seen is filtered.packets + all.packets, and all.packets is the sum of these seven, always.
 */
struct counters {
	struct tally filtered;	/* the filter rejects them, and nothing else is done */
	struct tally all;
	struct tally tcp, udp, other;
	struct tally ipv4, ipv6, non_ip;
	__u64 delivered;	/* went into a ring */
	__u64 ring_full;	/* found no room there */
	__u64 error;		/* could not be copied, or came on a CPU without a ring */
	__u64 sampled_out;	/* was none of those that are kept */
	__u64 flow_cut;		/* its flow had as many as are kept */
	__u64 rate_limited;	/* was one too many at that time */
	__u64 only_counted;	/* no records are wanted */
	__u64 triggers;		/* of delivered: they are what is waited for */
	/* of all.packets, where flows are looked at: */
	__u64 flow_none;	/* have none */
	__u64 flow_no_room;	/* there was no room for theirs in the table */
};

parse_inline void tally_add(struct tally *t, __u32 len)
{
	t->packets++;
	t->bytes += len;
}

parse_inline void tally_join(struct tally *t, const struct tally *more)
{
	t->packets += more->packets;
	t->bytes += more->bytes;
}

/*
 * Counts a packet of @len bytes on the wire by protocol; what became of it is for the caller to
 * add.
 */
parse_inline void count_packet(struct counters *c, const struct parsed *p, __u32 len)
{
	tally_add(&c->all, len);
	tally_add(p->ip_version && p->ip_proto == PROTO_TCP ? &c->tcp :
		  p->ip_version && p->ip_proto == PROTO_UDP ? &c->udp : &c->other, len);
	tally_add(p->eth_type == ETH_TYPE_IPV4	 ? &c->ipv4
		  : p->eth_type == ETH_TYPE_IPV6 ? &c->ipv6
						 : &c->non_ip,
		  len);
}

/* All that count_packet() has counted in @more. */
parse_inline void counters_join(struct counters *c, const struct counters *more)
{
	tally_join(&c->all, &more->all);
	tally_join(&c->tcp, &more->tcp);
	tally_join(&c->udp, &more->udp);
	tally_join(&c->other, &more->other);
	tally_join(&c->ipv4, &more->ipv4);
	tally_join(&c->ipv6, &more->ipv6);
	tally_join(&c->non_ip, &more->non_ip);
}

/* Packets seen, whether the filter accepts them or not. */
parse_inline __u64 count_seen(const struct counters *c)
{
	return c->filtered.packets + c->all.packets;
}

/*
 * What a program that is watched has said of its packets. Per CPU, of all that it was given, also
 * those that are filtered out.
 */
enum { VERDICT_OTHER = 5, VERDICT_KINDS };	/* 0 to 4: those of enum xdp_action */
struct program_verdicts {
	struct tally by[VERDICT_KINDS];	/* bytes are those on the wire, before it */
	struct tally not_called;	/* the call has failed, and the packet has passed */
	struct tally no_call_left;	/* it has made all the tail calls that it could make */
};

/*
 * Which programs that one calls, of its prog array: the other one, and one that says no more than
 * that.
 */
enum { FRONT_TARGET, FRONT_PROBE, FRONT_CALLS };
enum { CALL_LEFT = 0x78666c76 };

/* Where a packet is captured, by a program that watches another one. */
enum { POINT_ENTRY, POINT_EXIT, POINTS_MAX };

/* What the driver of a device is asked about each frame; places as in linux/netdev.h. */
enum { DEVICE_TIME = 1, DEVICE_HASH = 2, DEVICE_TAG = 4 };

/*
 * An interface of a program, in the place of its number modulo SLOTS; one that has a program of its
 * own is in the first place. While there are packets only a loss writes here, so reading it for
 * each of them costs little.
 */
enum { SLOTS = 256 };
struct slot {
	__u32 ifindex;		/* 0: of none; and of one that has a program of its own */
	__u16 iface;		/* its number, for its records */
	__u16 flow_iface;	/* and for its flows */
	__u32 lost[POINTS_MAX];	/* packets on all CPUs so far, at each point */
};

_Static_assert(sizeof(struct slot) * SLOTS == 4096, "they are mapped, and take a page anyway");

/* The map that holds nothing but them. */
#define PROGRAM_SLOTS		".data.slots"

/*
 * What a program is to do: set before it is loaded, so that the verifier sees constants. 1 or 0
 * stand for yes and no.
 */
struct program_settings {
	__u64 ring_size;	/* of each CPU: a power of two */
	__u32 snap;		/* bytes copied of a frame, 1 to EVENT_SNAP_MAX */
	__u16 iface;
	__u8 hook;		/* enum event_hook */
	__u8 headers_only;	/* nothing is copied from behind the last header */
	__u8 has_filter;	/* filter() has been replaced; else it is not called */
	__u8 drop;		/* XDP only: frames are not passed on, on a mirror port */
	__u8 never;		/* 0 */
	/* of a program that watches another one, else 0: */
	__u8 at;		/* 1 << POINT_... */
	__u16 exit_iface;	/* number of the interface, for what comes out of it */
	/* 1 << verdict, by which packets are wanted; 1 << VERDICT_OTHER: of any other; 0: all */
	__u8 verdicts;
	__u8 has_exit_filter;
	__u8 tail_calls;	/* it makes some: those that are left to it are watched */
	/*
	 * XDP only: there are no frames in pieces, so the end of the first buffer is that of the
	 * frame
	 */
	__u8 linear;
	/* at tc, else 0: */
	__u8 raw;		/* packets begin with the IP header */
	__u8 ip_summed_shift;	/* bits */
	/* of skb->ip_summed, two bits, bytes from the start of struct sk_buff; 0: not known */
	__u16 ip_summed_off;
	/* for several interfaces, each with a slot of its own: iface is not of use then */
	__u8 shared;
	__u8 device;		/* of one that is bound to a device, else 0: DEVICE_TIME ... */
	/* of a program that traces another one, else 0: */
	__u32 ifindex;		/* only of this interface, */
	__u32 turn;		/* while that is PROGRAM_TURN it sees what comes in */
	__u64 netns;		/* the cookie of the namespace that it is in */
	/* of frames in several buffers; zeros: the first alone is to be had */
	struct memory memory;
	/*
	 * of so many packets that the filter accepts one is kept, at random, up to SAMPLE_MAX; 0:
	 * all, and what follows is not looked at
	 */
	__u32 sample;
	/* at least, from one that is kept to the next, in the mean; 0: no matter */
	__u32 gap_ns;
	/* packets of each flow and direction, or bytes, that are kept; 0: all */
	__u64 flow_limit;
	__u64 flow_seed[FLOW_SEEDS];	/* of flow_hash() */
	__u32 flow_sample;	/* of so many flows one, up to SAMPLE_MAX; 0: all */
	__u8 flows;		/* enum flow_work; 0: what is above is not looked at */
	__u8 has_trigger;	/* it stands in its places; else they are not come to */
	__u16 flow_iface;	/* number of the interface, for its flows; of use where iface is */
};

_Static_assert(sizeof(struct program_settings) == 128, "all of it is set, padding too");

enum { SAMPLE_MAX = 1000 * 1000 * 1000 };	/* twice that fits into a word */

/*
 * Packets a second, as far as whole nanoseconds between them are exact enough; and what may come at
 * once.
 */
enum { RATE_MAX = 10 * 1000 * 1000, BURST_NS = 100 * 1000 * 1000 };

/* The map that holds nothing but them. */
#define PROGRAM_SETTINGS	".rodata.settings"

/* And the one that holds a number, whose turn it is. */
#define PROGRAM_TURN		".data.turn"

/* What filter() is asked about a frame: that of the entry, or of the exit. */
enum { FILTER_ENTRY, FILTER_EXIT };

/*
 * What the place holders of a filter return, by which they are found: the function, and the places
 * that may hold it in itself; and the bytes on the stack that there are for it there, for 8 words
 * of the memory of classic BPF. (A program that is in front of another one may have 224, see
 * front.bpf.c.)
 */
enum { FILTER_MARK = 0x78666c74, FILTER_PLACE = 0x78666c77, FILTER_ROOM = 64 };

/* And the places of a trigger, for which there is no function. */
enum { TRIGGER_PLACE = 0x78666c7b };

/* The number in the places of the look whether a frame at XDP has more than one buffer, not 0. */
enum { FRAGS_PLACE = 0x78666c7a };

/* And in those of a question to the driver of a device, which is an error as it stands. */
enum { DEVICE_TIME_PLACE = 0x78666c7c, DEVICE_HASH_PLACE, DEVICE_TAG_PLACE };

#endif
