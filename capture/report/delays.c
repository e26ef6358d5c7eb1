// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A counter for each value up to 255, and 128 for each power of two above: none is wider than a
 * 128th of its values.
 */
#include <errno.h>
#include <stdlib.h>

#include "capture/base/util.h"
#include "capture/report/delays.h"

enum {
	EXACT		= 256,
	/* counters of a power of two, of which the first is that of EXACT */
	FINE		= 128,
	COUNTERS	= EXACT + (64 - 8) * FINE,	/* for each sign */
};

struct delays {
	uint64_t n;
	int64_t least, greatest;
	/* of negative ones, by their amount, and of the others */
	uint64_t below[COUNTERS], above[COUNTERS];
};

int delays_open(struct delays **d)
{
	*d = calloc(1, sizeof(**d));
	return *d ? 0 : -ENOMEM;
}

static unsigned counter_of(uint64_t v)
{
	unsigned shift;

	if (v < EXACT)
		return v;
	shift = 56 - __builtin_clzll(v);	/* leaves a number from 128 to 255 */
	return EXACT + (shift - 1) * FINE + (unsigned)((v >> shift) - FINE);
}

/* In the middle of what is counted there. */
static uint64_t value_of(unsigned counter)
{
	unsigned shift;

	if (counter < EXACT)
		return counter;
	shift = (counter - EXACT) / FINE + 1;
	return ((uint64_t)(FINE + (counter - EXACT) % FINE) << shift) +
	       (UINT64_C(1) << (shift - 1));
}

void delays_add(struct delays *d, int64_t ns)
{
	if (ns < 0)
		d->below[counter_of(-(uint64_t)ns)]++;
	else
		d->above[counter_of(ns)]++;
	d->least = d->n ? min_of(d->least, ns) : ns;
	d->greatest = d->n ? max_of(d->greatest, ns) : ns;
	d->n++;
}

uint64_t delays_count(const struct delays *d)
{
	return d->n;
}

/* The value at @rank, from 1, of all in order. */
static int64_t at_rank(const struct delays *d, uint64_t rank)
{
	uint64_t so_far = 0;

	for (unsigned i = COUNTERS; i-- > 0;) {
		so_far += d->below[i];
		if (so_far >= rank)
			return -(int64_t)value_of(i);
	}
	for (unsigned i = 0; i < COUNTERS; i++) {
		so_far += d->above[i];
		if (so_far >= rank)
			return value_of(i);
	}
	return d->greatest;
}

int64_t delays_percentile(const struct delays *d, double percent)
{
	uint64_t rank = percent / 100 * d->n;
	int64_t v;

	if (rank * 100.0 < percent * d->n)
		rank++;
	v = at_rank(d, max_of(rank, (uint64_t)1));
	if (percent <= 0 || v < d->least)
		return d->least;
	return percent >= 100 || v > d->greatest ? d->greatest : v;
}

struct delays *delays_close(struct delays *d)
{
	free(d);
	return NULL;
}
