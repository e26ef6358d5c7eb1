/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Which packets of a capture are wanted, by time, by being the first of their kind, and by number:
 * of those that match the filter first the time decides, then doubles are left out, then the first
 * ones are skipped. -c counts what is left.
 */
#ifndef XDPDUMP_STAGE_SELECT_H
#define XDPDUMP_STAGE_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dedup;
struct numbers;
struct packet;

enum select_kind {
	SELECT_NONE,
	SELECT_DATE,		/* ns since 1970 */
	SELECT_CLOCK,		/* ns since midnight, on the day of the first packet */
	SELECT_LATER,		/* ns after the first packet */
};

/* A time as given on the command line. */
struct select_time {
	enum select_kind kind;
	bool zoned;		/* SELECT_CLOCK: in the zone at zone_sec, else in that of TZ */
	int32_t zone_sec;	/* east of UTC */
	uint64_t ns;
};

/*
 * "1732393257.469" (seconds since 1970), "2026-11-23 20:20:57.469" (local time, or with Z, +01:00
 * or +0100; the T of ISO 8601 will do as well, and clock or seconds may be missing), "20:20:57" on
 * the day of the first packet, "+1.5" or "+10m" after it. False: @error has a sentence.
 */
bool select_parse_time(const char *s, struct select_time *t, char *error, size_t cap);

/* In: start to skip and, if wanted, dedup. The rest starts at 0. */
struct selection {
	struct select_time start, end;	/* start is included, end is not */
	uint64_t skip;			/* packets, after all else */
	struct dedup *dedup;		/* NULL: doubles stay; closed by the owner */
	/* of those that select_packet() sees, from 0; NULL: all. The owner's */
	const struct numbers *only;
	uint64_t start_ns, end_ns;	/* since 1970, valid when based */
	bool based;
	uint64_t n_doubles;		/* packets left out as such */
	uint64_t n_seen;
};

/* Can it be told without any packet that none is from @start on and before @end? */
bool select_is_empty(const struct select_time *start, const struct select_time *end);

/* Is nothing left out? */
bool select_is_all(const struct selection *s);

/*
 * Is to see each packet of the input, before the filter: the first one with a time is what times
 * are relative to. False: by this packet it turned out that none can be from start on and before
 * end.
 */
bool select_base(struct selection *s, const struct packet *p);

/* 1: wanted, 0: not; -ENOMEM. A packet without a time is in no range of time. */
int select_packet(struct selection *s, const struct packet *p);

#endif
