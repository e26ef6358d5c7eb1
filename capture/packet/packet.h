/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The one value that travels from a source (ring or file) to the sinks (file and text). */
#ifndef XDPDUMP_PACKET_PACKET_H
#define XDPDUMP_PACKET_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"

/* https://www.tcpdump.org/linktypes.html: those that are decoded. */
enum {
	LINKTYPE_NULL		= 0,	/* BSD loopback */
	LINKTYPE_ETHERNET	= 1,
	LINKTYPE_RAW_BSD	= 12,	/* DLT_RAW, as some systems wrote it */
	LINKTYPE_RAW_OPENBSD	= 14,
	LINKTYPE_RAW		= 101,
	LINKTYPE_LOOP		= 108,	/* OpenBSD loopback */
	LINKTYPE_LINUX_SLL	= 113,
	LINKTYPE_IPV4		= 228,
	LINKTYPE_IPV6		= 229,
	LINKTYPE_LINUX_SLL2	= 276,
};

/* And some whose packets may be long. */
enum {
	LINKTYPE_DBUS		= 231,
	LINKTYPE_USBPCAP	= 249,
	LINKTYPE_EBHSCR		= 279,
};

/* And some that have words of their own in the language of filters. */
enum {
	LINKTYPE_IEEE802_11	= 105,
	LINKTYPE_PFLOG		= 117,
	LINKTYPE_SUNATM		= 123,
	LINKTYPE_MTP2		= 140,
};

/*
 * Options of a pcapng block that have no field here and are carried from file to file: code,
 * length, padded value, in host order, without an end. capture/options.h looks into them.
 */
struct raw_options {
	uint8_t *bytes;
	size_t len;
};

/*
 * What a section says of where the packets come from. Strings may be NULL; nothing in it is owned.
 */
struct origin {
	const char *hardware, *os, *appl;
	struct raw_options options;
};

/*
 * What an interface statistics block says; pcapng_isb() lists the meaning. A counter is valid if
 * its bit is in has.
 */
enum stat_field {
	STAT_RECEIVED,
	STAT_IF_DROP,
	STAT_ACCEPTED,
	STAT_OS_DROP,
	STAT_DELIVERED,
	STAT_START,
	STAT_END,
	N_STATS
};
struct iface_stats {
	/* times in ns since 1970, the rest in packets since the start of the capture */
	uint64_t value[N_STATS];
	uint64_t ts_ns;
	unsigned has;			/* 1 << STAT_... */
	char comment[256];		/* "": none */
	struct raw_options options;
};

/* An interface as the file describes it. Strings belong to the struct and may be NULL. */
struct iface {
	/* counts from 0 through all sections of all files that are read together */
	uint32_t id;
	uint32_t snaplen;	/* bytes; 0: no limit */
	uint16_t linktype;
	/* times are not those of this machine's clock, but of another one as it is */
	bool other_clock;
	bool swapped;		/* read from a file in the other byte order than ours */
	/* what is received is of queue 0, and a file need not say it of each packet */
	bool one_queue;
	bool has_mac;
	uint8_t mac[6];
	uint64_t speed_bps;	/* 0: unknown */
	char *name;		/* UTF-8 */
	char *description;
	char *os;
	char *hardware;
	char *comment;
	char *filter;		/* pcap-filter(7): what did not match it was not captured */
	/* the name of the one that it is read from, not owned; NULL: none */
	const char *file;
	struct raw_options options;
};

/* What a program decided about a packet; of hardware, type 0, the words are its own: no field. */
enum verdict_type { VERDICT_HARDWARE = 0, VERDICT_TC = 1, VERDICT_XDP = 2 };

struct verdict {
	enum verdict_type type;
	uint64_t action;	/* TC_ACT_... (UNSPEC is -1) or enum xdp_action */
};

enum { PACKET_HASH_MAX = 20 };	/* bytes of the longest one that pcapng names, SHA-1 */

/*
 * What somebody has computed over it, or, as a device does, over some of its addresses
 * and ports.
 */
struct packet_hash {
	uint8_t algorithm;	/* EPB_HASH_... */
	uint8_t len;		/* bytes, 1 to PACKET_HASH_MAX */
	uint8_t value[PACKET_HASH_MAX];
};

/* packet.has */
enum {
	PACKET_TIME	= 1,
	PACKET_FLAGS	= 2,
	PACKET_QUEUE	= 4,
	PACKET_ID	= 8,
	PACKET_VERDICT	= 16,
	PACKET_HASH	= 32,
	PACKET_PROCESS	= 64,
	/* no block of the input has the name of the process: an output that can tells it itself */
	PACKET_NAMES	= 128,
	/* the trigger has been tried in the kernel, on all of the frame; and it is it */
	PACKET_TRIED	= 256,
	PACKET_TRIGGERS	= 512,
};

struct packet {
	uint64_t ts_ns;		/* since 1970; valid with PACKET_TIME */
	uint64_t dropped;	/* packets of this interface lost since its previous one */
	uint64_t id;		/* valid with PACKET_ID */
	/*
	 * where its record or block begins in a file, as if that was unpacked; only if it is read
	 * from one
	 */
	uint64_t offset;
	/* caplen bytes, only until the source is asked for the next packet */
	const uint8_t *data;
	uint32_t caplen;	/* bytes captured */
	uint32_t len;		/* bytes on the wire; below caplen only if a file says so */
	uint32_t flags;		/* epb_flags of pcapng; valid with PACKET_FLAGS */
	uint32_t queue;		/* valid with PACKET_QUEUE */
	const struct iface *iface;
	struct parsed hdr;	/* of the captured bytes */
	struct verdict verdict;	/* valid with PACKET_VERDICT; TC or XDP */
	struct packet_hash hash;	/* valid with PACKET_HASH */
	uint32_t pid, tid;	/* who has sent it; 0: not known; valid with PACKET_PROCESS */
	/* the name of that process, any bytes; NULL: not known; lives as long as data */
	const char *process;	/* valid with PACKET_PROCESS */
	unsigned has;		/* PACKET_TIME ... */
	struct raw_options options;	/* live as long as data */
};

/* All but what each packet has, and its headers, which link_decode() clears. */
static inline void packet_clear(struct packet *p)
{
	p->ts_ns = p->dropped = p->id = 0;
	p->flags = p->queue = p->has = 0;
	p->options = (struct raw_options){ 0 };
}

#endif
