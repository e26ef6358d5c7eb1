/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Which records of a batch are refused, by an engine that takes all that it is sent or nothing:
 * what it refuses is sent again in two halves, the larger parts first, until the records that it
 * does not take are alone.
 */
#ifndef XDPDUMP_WRITE_HALVES_H
#define XDPDUMP_WRITE_HALVES_H

#include <stdbool.h>

#include "capture/write/engine.h"

/*
 * Parts of a batch that are sent at most, itself among them: each costs a request, and what is
 * taken is an insert of its own. Two records among some thousands are found with 64 of them. With
 * more that are wrong, parts that have been made by then are refused as they are, and as they are
 * halved one level after the other these are small. Behind a batch of which nothing at all was
 * taken most likely no record fits the table: until something is taken the next ones are not sent
 * in more than 7 parts.
 */
enum { HALVES_PARTS = 64, HALVES_PARTS_IN_VAIN = 7 };

struct halves {
	struct batch parts[HALVES_PARTS];
	unsigned n_parts, next, max_parts;
	unsigned refused;	/* records, of the parts before next */
	bool has_taken;		/* one of those was taken */
	bool in_vain;		/* nothing was, of the last batch that came to its end */
};

/* @h is all zero before the first one. The lines of @b are not copied. */
void halves_begin(struct halves *h, const struct batch *b);

/*
 * The part to be sent; NULL: all has been decided, and h->refused is how many of the records are
 * refused.
 */
const struct batch *halves_next(const struct halves *h);

/* What has become of it. */
void halves_take(struct halves *h, bool refused);

#endif
