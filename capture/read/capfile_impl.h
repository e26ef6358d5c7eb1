/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the two formats share. Only for reader*.c and their fuzzer. */
#ifndef XDPDUMP_READ_CAPFILE_IMPL_H
#define XDPDUMP_READ_CAPFILE_IMPL_H

#include <string.h>

#include "capture/base/codec.h"
#include "capture/packet/packet.h"
#include "capture/read/budget.h"
#include "capture/read/capfile.h"
#include "capture/read/text_mode.h"

enum {
	/* bytes of a block that is held in memory */
	CAPFILE_HELD_MAX		= 64 << 20,
	CAPFILE_IFACES_MAX	= BUDGET_IFACES,
	/* of interfaces, each as large as those before and one more */
	CAPFILE_CHUNKS		= 21,
};

/* Each is said once a file. */
enum capfile_warning {
	WARN_CAPLEN_SNAPLEN,
	WARN_CAPLEN_LEN,
	WARN_OPTION,
	WARN_VERSION,
	WARN_RESOLUTION,
	WARN_FRACTION,
	WARN_TIME,
	WARN_KEPT,
	WARN_COPY,
	WARN_COPY_TYPE,
	WARN_COPY_LONG,
	WARN_COPY_BAD,
	WARN_IFACE_LOST,
	WARN_TRAILER,
	WARN_LOCAL,
	WARN_TEXT,
};

/* How the times of an interface are counted. */
struct time_unit {
	int64_t offset_sec;	/* if_tsoffset */
	uint32_t ns_per_tick;	/* 0: not a whole number */
	uint8_t resolution;	/* if_tsresol: bit 7 clear: 10^-n s, set: 2^-n s */
	bool unknown;		/* beyond what can be counted: times are left out */
};

struct capfile_iface {
	struct iface iface;
	struct time_unit unit;
	struct iface_stats *stats;	/* NULL: none seen */
};

/* Bytes [begin, end) that were taken from the file too early. */
struct given_back {
	uint8_t *bytes;
	size_t begin, end, cap;
};

/* How a pcap file is written, as its header tells. */
struct pcap_dialect {
	uint32_t snaplen;
	uint16_t linktype;
	uint8_t record;			/* length of a record header */
	bool swapped, nanoseconds, lengths_swapped;
};

/* What its records have been like so far, see pcap_learn(). */
struct pcap_habits {
	uint32_t n, odd[5];		/* records, and those that are odd in a way */
	/* by the number of bits of the seconds to the record before */
	uint32_t n_gaps, gaps[33];
};

struct capfile {
	FILE *file;
	struct given_back back;
	struct decompress *unpack;		/* NULL: not compressed */
	uint64_t packed_at;		/* where that begins in the file */
	const char *compression;	/* the first one; NULL: none */
	struct capfile_hooks hooks;
	unsigned warned;		/* 1 << enum capfile_warning */

	uint8_t *buf;			/* bytes [begin, end) are read and not consumed */
	size_t begin, end, cap;
	size_t base;			/* bytes that it had at first */
	uint64_t offset;		/* of buf[begin] in the file, or in what is unpacked */
	/* of a byte that stream_zero_tail() found: not to be looked for again */
	uint64_t not_zero;
	int io_error;			/* errno; EBADMSG: decompress_error() */
	struct text_lines raw_lines, lines;	/* of the file, and of what is unpacked */
	struct text_undo raw_text, text;	/* what is undone on the way */
	unsigned n_text_tries;
	bool is_undone;			/* what stands at buf[begin] is another record now */
	size_t since_look;		/* bytes that have come since hooks.look() */
	bool ended;			/* no more bytes come behind buf[end] */
	struct budget *budget, own_budget;
	size_t taken, kept;		/* bytes of it: all but descriptions, and those */
	size_t unpack_bytes;		/* those taken that unpack has */
	enum { ENOUGH, NO_BYTES, NO_IFACES } poor;	/* what there was not enough of */

	/* as capfile_next(), or CAPFILE_ANOTHER */
	int (*next)(struct capfile *r, struct packet *p);
	uint32_t n_tried;		/* places where it was tried to unpack something */

	struct recovery recovery;
	bool (*resync)(struct capfile *r);
	uint64_t block_at;		/* where the block or record begins that is read */
	/* bytes of the next block or packet, whatever it says itself; 0: it is right */
	uint32_t mended_len;
	bool torn;			/* which has lost its end */
	bool rest_lost;			/* the file is compressed, and damaged from here on */
	struct pcap_habits habits;	/* pcap */
	uint32_t last_sec;		/* of the last record that shows what is usual; 0: none */
	/* records that begin before this offset are delivered without a look at them */
	uint64_t trusted;
	uint64_t usual;			/* and those before this one show what is usual */
	uint64_t doubtful;		/* what stands there is not: go_on is better. 0: none */
	/* where to, once no more can be delivered; it may be before us. 0: not known */
	uint64_t go_on;
	uint64_t promised;		/* what is trusted from there on */
	bool rejoins;			/* go_on leads back to what is read without recovery */
	bool plain_ended;		/* where that has ended */
	uint64_t looked_at;		/* places, headers and blocks: all the work of recovery */
	/* see recover_grant_looks(); up to that offset they are */
	uint64_t looks_granted, granted_at;

	const char *format;
	bool unbegun;			/* see capfile_is_unbegun() */
	bool is_pcapng;			/* or pcap */
	bool swapped;			/* the capture, or this section, has the other byte order */
	char error[400];

	struct capfile_iface *ifaces[CAPFILE_CHUNKS];	/* see capfile_iface_at() */
	uint32_t n_ifaces;
	uint32_t first_iface;		/* pcapng: of this section */
	uint32_t n_lost_ifaces;		/* whose descriptions were lost */
	uint32_t n_sections;
	uint32_t first_section;		/* of this capture */
	char *section[3];		/* pcapng: SHB_HARDWARE ... of the first section */
	struct raw_options section_options;

	struct pcap_dialect pcap;	/* pcap */
	struct capfile_iface *pcap_iface;
	uint32_t pcap_plain;		/* bytes of a packet of which there is nothing to say */
};

/*
 * What next() of a format returns where another capture begins: at stream_bytes(), or behind what
 * is compressed.
 */
enum { CAPFILE_ANOTHER = 2 };

/* Or where it is to be asked again. */
enum { CAPFILE_AGAIN = 3 };

/*
 * Does another capture begin here, where a packet, block or compressed data begins or has ended?
 * One of the same format, and in pcapng another section, is none. For places where magic_may_be()
 * says so.
 */
bool another_is_here(struct capfile *r);

/* As next() of the format, and on with the next capture where one begins, or without it. */
int another_next(struct capfile *r, struct packet *p);

/* Begins the capture that stands at stream_bytes(). As capfile_open(). */
int capfile_begin(struct capfile *r);

/* The stream is compressed from here on. -ENOMEM. */
int stream_decompress(struct capfile *r, enum codec_kind kind);

/* Is what was compressed at its end, and another capture behind it? And goes on there. -ENOMEM. */
bool stream_is_behind(const struct capfile *r);
int stream_leave(struct capfile *r);

/* Reads until there are @n bytes at stream_bytes(): for stream_need(). */
bool stream_fill(struct capfile *r, size_t n);

/*
 * At least @n bytes at stream_bytes(), read in if needed. False at the end of the file or after an
 * error.
 */
static inline bool stream_need(struct capfile *r, size_t n)
{
	return r->end - r->begin >= n || stream_fill(r, n);
}

static inline const uint8_t *stream_bytes(const struct capfile *r)
{
	return r->buf + r->begin;
}

/* How many of the wanted bytes there were when stream_need() said no. */
static inline size_t stream_have(const struct capfile *r)
{
	return r->end - r->begin;
}

/* Steps over @n bytes without holding them. False if the file ends before. */
bool stream_skip(struct capfile *r, uint64_t n);

/*
 * Are the bytes from here on, not fewer than @least, to the end of the file (or for 256 KiB) all
 * zero?
 */
bool stream_zero_tail(struct capfile *r, size_t least);

/* Numbers in the byte order of the file. */
static inline uint16_t capfile_u16(const struct capfile *r, const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, 2);
	return r->swapped ? __builtin_bswap16(v) : v;
}

static inline uint32_t capfile_u32(const struct capfile *r, const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return r->swapped ? __builtin_bswap32(v) : v;
}

static inline uint64_t capfile_u64(const struct capfile *r, const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return r->swapped ? __builtin_bswap64(v) : v;
}

/* Sets the sentence; returns -EBADMSG, or the error of the last read if there was one. */
int capfile_fail(struct capfile *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void capfile_warn(struct capfile *r, enum capfile_warning kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* May @n bytes more be kept for as long as the file is read? Counts them; says so once if not. */
bool capfile_may_keep(struct capfile *r, size_t n);

/*
 * Takes @n bytes of the budget. False: there are not so many; then a failure will be told as that.
 */
bool capfile_take(struct capfile *r, size_t n);
void capfile_give(struct capfile *r, size_t n);

/*
 * A new interface, numbered on. NULL: there is no memory, or not enough of the budget. They stay
 * where they are.
 */
struct capfile_iface *capfile_add_iface(struct capfile *r);

static inline struct capfile_iface *capfile_iface_at(const struct capfile *r, uint32_t n)
{
	unsigned chunk = 31 - __builtin_clz(n + 1);

	return r->ifaces[chunk] + (n + 1 - (1u << chunk));
}

/*
 * @resolution: as if_tsresol. It is exact down to 10^-19 and 2^-63, the ends of 64 bits; below,
 * times are unknown.
 */
void capfile_set_unit(struct time_unit *u, uint8_t resolution);

/* Ticks of a unit in ns since 1970. False: not known, or not to be expressed in 64 bits of ns. */
bool capfile_time(const struct time_unit *u, uint64_t ticks, uint64_t *ts_ns);

/* The formats: the magic number is at stream_bytes(). */
int pcap_begin(struct capfile *r);
int pcapng_begin(struct capfile *r);

/*
 * Recovery. A format's resync() is called where r->next() failed and consumed nothing. It steps on
 * to where reading can go on, or sets r->mended_len and stays; false: nothing more can be read, and
 * it has stepped to the end.
 */
enum {
	/* bytes that are held while we look for a block or record */
	RECOVER_WINDOW	= 1 << 20,
	/* bytes behind one that fits in which we look for one that fits better */
	RECOVER_AHEAD	= 128 * 1024,
	RECOVER_LEN_MAX	= 16 << 20,	/* bytes of a block or packet that others would read */
};

int recover_next(struct capfile *r, struct packet *p);

/*
 * A file whose beginning is damaged; the reason is in r->error. 0, or -EBADMSG with the same
 * reason.
 */
int recover_begin(struct capfile *r);

/*
 * Does the header of a capture stand @pos bytes from here, whose records or blocks lead on past
 * @past, or to the end of the file?
 */
bool recover_header_leads(struct capfile *r, size_t pos, size_t past);

/*
 * Something better than what was found may be looked for as long as the work stays in a proportion
 * to the bytes that were passed. These are counted by recover_grant_looks(), the work in
 * r->looked_at.
 */
void recover_grant_looks(struct capfile *r);

static inline bool capfile_may_look(const struct capfile *r)
{
	return r->looked_at < r->looks_granted;
}

static inline void stream_step(struct capfile *r, size_t n)
{
	r->begin += n;
	r->offset += n;
}

#endif
