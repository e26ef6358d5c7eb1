/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Packets of classic pcap. */
#ifndef XDPDUMP_READ_PCAP_H
#define XDPDUMP_READ_PCAP_H

#include "capture/read/ifaces.h"
#include "capture/read/order.h"
#include "capture/read/stream.h"

enum {
	PCAP_HEADER	= 24,		/* bytes of a file's */
	PCAP_RECORD	= 16,		/* and of a record's, where it is not longer */
	/* more than the file's own snap length and this: no packet */
	PCAP_CAPLEN_MAX	= 256 * 1024,
	PCAP_ZERO_TAIL	= 512,		/* fewer zeros can be records of length 0 */
};

/* How a pcap file is written, as its header tells. */
struct pcap_dialect {
	uint32_t snaplen;
	uint16_t linktype;
	uint8_t record;			/* length of a record header */
	bool swapped, nanoseconds, lengths_swapped;
};

struct pcap {
	struct stream *s;
	struct ifaces *ifaces;		/* of the file */
	struct pcap_dialect dialect;
	struct file_iface *iface;	/* NULL: no capture has begun */
	uint32_t plain;			/* bytes of a packet of which there is nothing to say */
	bool unbegun;			/* the file ends within the file header */
};

/* The header of a record. */
struct pcap_head {
	uint32_t sec, frac, caplen, len;
};

static inline struct pcap_head pcap_head_at(const struct pcap_dialect *d, const uint8_t *h)
{
	return (struct pcap_head){
		.sec = order_u32(d->swapped, h), .frac = order_u32(d->swapped, h + 4),
		.caplen = order_u32(d->swapped, h + (d->lengths_swapped ? 12 : 8)),
		.len = order_u32(d->swapped, h + (d->lengths_swapped ? 8 : 12)),
	};
}

static inline bool pcap_is_zero(const struct pcap_head *h)
{
	return !h->sec && !h->frac && !h->caplen && !h->len;
}

static inline uint32_t pcap_second(const struct pcap_dialect *d)
{
	return d->nanoseconds ? 1000000000 : 1000000;
}

static inline uint32_t pcap_caplen_max(const struct pcap_dialect *d)
{
	return d->snaplen <= PCAP_CAPLEN_MAX  ? PCAP_CAPLEN_MAX
	       : d->snaplen < STREAM_HELD_MAX ? d->snaplen
					      : STREAM_HELD_MAX;
}

/*
 * What the 24 bytes of a file header at @h say. False: they are none, or of a version that is not
 * known.
 */
bool pcap_dialect_of(const uint8_t *h, struct pcap_dialect *d);

/* "pcap", "pcap (nanoseconds)" or "pcap (modified)". */
const char *pcap_name(const struct pcap_dialect *d);

/* Do these four bytes begin a file header? */
bool pcap_is_magic(const uint8_t *h);

/* The file header that begins here, into *d; and goes on behind it. -EBADMSG, -ENOMEM. */
int pcap_read_header(struct pcap *f, struct pcap_dialect *d);
int pcap_begin(struct pcap *f);

/* Goes on with records of this kind, whose interface is a new one. 0 or -ENOMEM. */
int pcap_start(struct pcap *f, const struct pcap_dialect *d);

/* NEXT_END, NEXT_PACKET, NEXT_ANOTHER or -errno. */
int pcap_next(struct pcap *f, struct packet *p);

/*
 * The two halves of that: a record that can be read is in memory, with *h before it; its packet, of
 * which the file has @got bytes.
 */
int pcap_look(struct pcap *f, struct pcap_head *h);
int pcap_deliver(struct pcap *f, struct packet *p, const struct pcap_head *h, uint32_t got);

#endif
