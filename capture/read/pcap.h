/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the parts of the pcap reader share. Only for reader*.c. */
#ifndef XDPDUMP_READ_PCAP_H
#define XDPDUMP_READ_PCAP_H

#include <sys/types.h>

#include "capture/read/capfile_impl.h"

enum {
	PCAP_HEADER	= 24,		/* bytes of a file's */
	PCAP_RECORD	= 16,		/* and of a record's, where it is not longer */
	/* more than the file's own snap length and this: no packet */
	PCAP_CAPLEN_MAX	= 256 * 1024,
	PCAP_ZERO_TAIL	= 512,		/* fewer zeros can be records of length 0 */
};

/* The header of a record. */
struct pcap_head {
	uint32_t sec, frac, caplen, len;
};

static inline uint32_t pcap_word(const struct pcap_dialect *d, const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return d->swapped ? __builtin_bswap32(v) : v;
}

static inline struct pcap_head pcap_head_at(const struct pcap_dialect *d, const uint8_t *h)
{
	return (struct pcap_head){
		.sec = pcap_word(d, h), .frac = pcap_word(d, h + 4),
		.caplen = pcap_word(d, h + (d->lengths_swapped ? 12 : 8)),
		.len = pcap_word(d, h + (d->lengths_swapped ? 8 : 12)),
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
	return d->snaplen <= PCAP_CAPLEN_MAX   ? PCAP_CAPLEN_MAX
	       : d->snaplen < CAPFILE_HELD_MAX ? d->snaplen
					       : CAPFILE_HELD_MAX;
}

/*
 * What the 24 bytes of a file header at @h say. False: they are none, or of a version that is not
 * known.
 */
bool pcap_dialect_of(const uint8_t *h, struct pcap_dialect *d);

/* Goes on with records of this kind, whose interface is a new one. 0 or -ENOMEM. */
int pcap_start(struct capfile *r, const struct pcap_dialect *d);

/*
 * How far records stand in a row, whose lengths lead from one to the next. Nothing tells them from
 * other bytes, so it depends on what is asked of them:
 */
enum pcap_demand {
	PCAP_READABLE,		/* what reading without recovery delivers */
	PCAP_NONZERO,		/* but no zeros */
	PCAP_LIKELY,		/* they say nothing odd, or nothing that is odd in this file */
	PCAP_NEAR,		/* and their times are near each other */
};

enum pcap_stop {
	PCAP_ENOUGH,		/* as many as wanted, or past the place that was wanted */
	PCAP_END,		/* the file ends behind the last, or another capture begins */
	PCAP_CUT,		/* it ends within one */
	PCAP_ODD,		/* the next one is not as demanded */
};

struct pcap_row {
	unsigned n;
	size_t pos;		/* behind them */
	uint32_t sec;		/* of the last; before the first, if timed, of the one before */
	bool timed;
	bool torn;		/* PCAP_CUT, and the beginning that is there is as demanded */
	enum pcap_stop stop;
};

/* Is it the file that has ended? */
static inline bool pcap_has_ended(const struct pcap_row *row)
{
	return row->stop == PCAP_END || row->stop == PCAP_CUT;
}

/* Records in memory: those of a reader, which reads on as needed, or a copy of them. */
struct pcap_view {
	struct capfile *r;
	const uint8_t *copy;	/* NULL: what is at stream_bytes() */
	size_t n_copy;
	const struct pcap_dialect *dialect;
	const struct pcap_habits *habits;
	uint32_t near_sec;	/* apart, which is near in this file */
	/* of a byte that is not zero, though those before it are: not to be looked for again */
	size_t nonzero;
};

struct pcap_view pcap_view_of(struct capfile *r);

/* With other habits. */
void pcap_view_habits(struct pcap_view *v, const struct pcap_habits *habits);

/*
 * Goes on behind @row with further ones, up to @most, and as long as they begin before @past. Where
 * it begins, only pos, sec and timed matter.
 */
void pcap_walk(struct pcap_view *v, struct pcap_row *row, enum pcap_demand demand, unsigned most,
	       size_t past);

/* A row that begins at @pos. */
static inline struct pcap_row pcap_row_at(struct pcap_view *v, size_t pos, enum pcap_demand demand,
					  unsigned most)
{
	struct pcap_row row = { .pos = pos };

	pcap_walk(v, &row, demand, most, SIZE_MAX);
	return row;
}

/* The header at @pos, which is in memory. */
struct pcap_head pcap_view_head(const struct pcap_view *v, size_t pos);

bool pcap_is_likely(const struct pcap_view *v, const struct pcap_head *h);
/*
 * Is it cut, though not to the snap length, where others are not? Then the length may be damaged.
 */
bool pcap_is_cut_oddly(const struct pcap_view *v, const struct pcap_head *h);
bool pcap_is_near(const struct pcap_view *v, uint32_t a, uint32_t b);

/* Counts a record among those that show what is usual. @before: the one before it, or NULL. */
void pcap_learn(struct pcap_habits *habits, const struct pcap_dialect *d, const struct pcap_head *h,
		const uint32_t *before);

/* How much speaks for a record. */
enum pcap_likeness {
	PCAP_NOTHING,
	PCAP_WEAK,		/* only that lengths lead on for long */
	PCAP_FAR,		/* a row that is as one should be */
	PCAP_NEARBY,		/* and it is near the time that is expected */
};

enum { PCAP_NEAR_ROW = 3, PCAP_ANY_ROW = 16 };	/* so many records, near each other or not even likely, are a row */

/*
 * Of what begins at @pos, whose header is in memory. @sec: of a record before, or NULL. Nothing
 * that is not better than @than is looked for.
 */
enum pcap_likeness recover_pcap_likeness(struct pcap_view *v, size_t pos, const uint32_t *sec,
					 enum pcap_likeness than);

struct pcap_place {
	size_t pos;		/* 0: none */
	enum pcap_likeness likeness;
};

/* The best place from @from on, within the window. */
struct pcap_place recover_pcap_look_for(struct pcap_view *v, size_t from, const uint32_t *sec);

/* Does the header of another capture stand at @pos, which leads past @past? */
bool recover_pcap_is_header(struct capfile *r, size_t pos, size_t past);

/*
 * Where to go on rather than at @pos: at a file header right before it, perhaps before us and still
 * in memory.
 */
ssize_t recover_pcap_with_header(struct capfile *r, size_t pos);

/*
 * Recovery. May the record that begins here be delivered, whose header is @h and which is in
 * memory? What reading without recovery delivers is, unless there is at least as much that is
 * better in its place.
 */
bool trust_pcap_may(struct capfile *r, const struct pcap_head *h);

/* Knows nothing of the records so far, for a new capture. */
void trust_pcap_anew(struct capfile *r);

/* How long the file header is that stands here: it may have lost some bytes. */
size_t recover_pcap_header_len(struct capfile *r, const struct pcap_dialect *d);

/*
 * Do records of this kind stand in a row from @pos on that leads past @past, or to the end of the
 * file?
 */
bool recover_pcap_leads(struct capfile *r, const struct pcap_dialect *d, size_t pos, size_t past);

bool recover_pcap_resync(struct capfile *r);

/*
 * The first place, from @from to @to, where records begin without a file header, and what they look
 * like; SIZE_MAX: there is none. Where a header is spoilt, at most, the place is the one behind it.
 */
size_t recover_pcap_find(struct capfile *r, size_t from, size_t to, struct pcap_dialect *dialect);

#endif
