// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A packet is mostly in the column of the one before; when it is beyond all, they are put
 * together.
 */
#include <string.h>

#include "capture/base/util.h"
#include "capture/report/timeline.h"

#define US	1000ull
#define MS	(1000 * US)
#define SEC	(1000 * MS)
#define HOUR	(3600 * SEC)
#define DAY	(24 * HOUR)

/* What people count in. Each divides the next; with the last one all of 64 bits have room. */
static const uint64_t steps[] = {
	1,	  5,	   10,	     50,       100,	 500,
	US,	  5 * US,  10 * US,  50 * US,  100 * US, 500 * US,
	MS,	  5 * MS,  10 * MS,  50 * MS,  100 * MS, 500 * MS,
	SEC,	  5 * SEC, 10 * SEC, 30 * SEC, 60 * SEC, 300 * SEC, 600 * SEC, 1800 * SEC,
	HOUR,	  3 * HOUR, 6 * HOUR, 12 * HOUR,
	DAY,	  5 * DAY, 10 * DAY, 50 * DAY, 100 * DAY, 500 * DAY,
};

static void widen(struct timeline *t)
{
	uint64_t factor = steps[t->level + 1] / steps[t->level], first = t->first / factor;
	unsigned n = (t->first + t->n - 1) / factor - first + 1;

	for (unsigned i = 0; i < t->n; i++) {
		struct tally one = t->columns[i], *sum;

		t->columns[i] = (struct tally){ 0 };
		sum = &t->columns[(t->first + i) / factor - first];
		tally_join(sum, &one);
	}
	t->first = first;
	t->n = n;
	t->level++;
}

static void seek(struct timeline *t, uint64_t ts_ns)
{
	uint64_t k = ts_ns / steps[t->level];

	if (!t->n) {
		t->first = k;
		t->n = 1;
	}
	while (max_of(k, t->first + t->n - 1) - min_of(k, t->first) >= TIMELINE_COLUMNS) {
		widen(t);
		k = ts_ns / steps[t->level];
	}
	if (k < t->first) {
		unsigned more = t->first - k;

		memmove(t->columns + more, t->columns, t->n * sizeof(*t->columns));
		memset(t->columns, 0, more * sizeof(*t->columns));
		t->first = k;
		t->n += more;
	}
	t->at = k - t->first;
	t->n = max_of(t->n, t->at + 1);
	t->at_ns = k * steps[t->level];
}

/* At their width at least: that of @t can but be as wide, or a multiple of it. */
static void join(struct timeline *t, const struct timeline *more)
{
	while (t->level < more->level)
		widen(t);
	for (unsigned i = 0; i < more->n; i++) {
		if (!more->columns[i].packets)
			continue;
		seek(t, (more->first + i) * steps[more->level]);
		tally_join(&t->columns[t->at], &more->columns[i]);
	}
}

void timeline_add(struct timeline *t, uint64_t ts_ns, uint32_t len)
{
	/* before its beginning is far behind it as well */
	if (!t->n || ts_ns - t->at_ns >= steps[t->level])
		seek(t, ts_ns);
	tally_add(&t->columns[t->at], len);
}

void timeline_join(struct timeline *t, const struct timeline *more)
{
	if (!t->n)
		*t = *more;
	else if (more->n)
		join(t, more);
}

uint64_t timeline_step_ns(const struct timeline *t)
{
	return steps[t->level];
}

uint64_t timeline_start_ns(const struct timeline *t)
{
	return t->first * steps[t->level];
}

struct tally timeline_sum(const struct timeline *t, unsigned at, unsigned n)
{
	struct tally sum = { 0 };

	for (unsigned i = at; i < t->n && i - at < n; i++)
		tally_join(&sum, &t->columns[i]);
	return sum;
}
