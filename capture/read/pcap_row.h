/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Records of pcap in a row, and what is usual among those of a file. */
#ifndef XDPDUMP_READ_PCAP_ROW_H
#define XDPDUMP_READ_PCAP_ROW_H

#include "capture/read/pcap.h"

/* What its records have been like so far, see pcap_row_learn(). */
struct pcap_habits {
	uint32_t n, odd[5];		/* records, and those that are odd in a way */
	/* by the number of bits of the seconds to the record before */
	uint32_t n_gaps, gaps[33];
};

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
static inline bool pcap_row_has_ended(const struct pcap_row *row)
{
	return row->stop == PCAP_END || row->stop == PCAP_CUT;
}

/* Records in memory: those of a reader, which reads on as needed, or a copy of them. */
struct pcap_view {
	struct stream *s;
	const uint8_t *copy;	/* NULL: what is at stream_bytes() */
	size_t n_copy;
	const struct pcap_dialect *dialect;
	const struct pcap_habits *habits;
	uint32_t near_sec;	/* apart, which is near in this file */
	/* of a byte that is not zero, though those before it are: not to be looked for again */
	size_t nonzero;
};

/* What is in the stream. @habits: of the file; NULL: they are not known. */
struct pcap_view pcap_row_view(struct stream *s, const struct pcap_dialect *d,
			       const struct pcap_habits *habits);

/* The same in a copy of it. */
struct pcap_view pcap_row_view_copy(struct stream *s, const struct pcap_dialect *d,
				    const uint8_t *copy, size_t n);

/* With other habits. */
void pcap_row_habits(struct pcap_view *v, const struct pcap_habits *habits);

/*
 * Goes on behind @row with further ones, up to @most, and as long as they begin before @past. Where
 * it begins, only pos, sec and timed matter.
 */
void pcap_row_walk(struct pcap_view *v, struct pcap_row *row, enum pcap_demand demand,
		   unsigned most, size_t past);

/* A row that begins at @pos. */
static inline struct pcap_row pcap_row_at(struct pcap_view *v, size_t pos, enum pcap_demand demand,
					  unsigned most)
{
	struct pcap_row row = { .pos = pos };

	pcap_row_walk(v, &row, demand, most, SIZE_MAX);
	return row;
}

/* The header at @pos, which is in memory. */
struct pcap_head pcap_row_head(const struct pcap_view *v, size_t pos);

bool pcap_row_is_likely(const struct pcap_view *v, const struct pcap_head *h);
/*
 * Is it cut, though not to the snap length, where others are not? Then the length may be damaged.
 */
bool pcap_row_is_cut_oddly(const struct pcap_view *v, const struct pcap_head *h);
bool pcap_row_is_near(const struct pcap_view *v, uint32_t a, uint32_t b);

/* Counts a record among those that show what is usual. @before: the one before it, or NULL. */
void pcap_row_learn(struct pcap_habits *habits, const struct pcap_dialect *d,
		    const struct pcap_head *h, const uint32_t *before);

/*
 * Do records of this kind stand in a row from @pos on that leads past @past, or to the end of the
 * file?
 */
bool pcap_row_leads(struct stream *s, const struct pcap_dialect *d, size_t pos, size_t past);

/* so many records, near each other or not even likely, are a row */
enum { PCAP_NEAR_ROW = 3, PCAP_ANY_ROW = 16 };

#endif
