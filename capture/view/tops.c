// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A packet looks at the tags of its set, which are one word, and at one place, which is a cache
 * line that is mostly far away: so it is asked for first, and used some packets later.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/hash.h"
#include "capture/base/util.h"
#include "capture/view/tops.h"

#define ONES 0x0101010101010101ull

enum { WAYS = 8, LINE = 64, WAITING = 16 };

struct place {
	union party who;
	uint64_t packets, bytes[2];
};

_Static_assert(sizeof(struct place) == LINE, "a place is a cache line");

struct rest {
	uint64_t error;
	uint64_t packets, bytes[2]; /* at the last tick */
	double pps, bps;
};

/* A packet that is not counted yet. */
struct waiting {
	union party who;
	uint64_t hash;
	uint32_t len, end;
};

struct tops {
	struct hash_key key;
	struct waiting waiting[WAITING];
	unsigned n_waiting; /* ever: the last ones wait */
	unsigned n_counted;
	uint64_t *tags; /* of each set, a byte for each place; 0: it is empty */
	struct place *places;
	struct rest *rests;
	uint32_t room;
	uint64_t error;
	struct tops *ends; /* NULL: nobody counts them */
};

int tops_open(struct tops **tops, uint32_t room)
{
	struct tops *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	hash_key_init(&t->key);
	t->room = room;
	t->tags = calloc(room / WAYS, sizeof(*t->tags));
	t->places = aligned_alloc(LINE, room * sizeof(*t->places));
	t->rests = calloc(room, sizeof(*t->rests));
	if (!t->tags || !t->places || !t->rests) {
		tops_close(t);
		return -ENOMEM;
	}
	tops_clear(t);
	*tops = t;
	return 0;
}

static uint64_t hash_of(const struct tops *t, const union party *who)
{
	const uint64_t *w = who->words, *k = t->key.word;
	uint64_t h = hash_mix(w[0] ^ k[0], w[1] ^ k[1]) + hash_mix(w[2] ^ k[2], w[3] ^ k[3]);

	h = hash_mix(h ^ k[1], w[4] ^ k[3]);
	/* And by itself: ports that follow each other, times what is the same, crowd for some keys. */
	return hash_mix(h ^ k[0], (h >> 32 | h << 32) ^ k[2]);
}

/* The highest bit of each byte of @tags that is @tag, and perhaps of some above the first of these.
 */
static uint64_t find_tag(uint64_t tags, uint8_t tag)
{
	uint64_t differ = tags ^ ONES * tag;

	return (differ - ONES) & ~differ & ONES << 7;
}

static bool is_same(const union party *a, const union party *b)
{
	uint64_t differ = 0;

	for (unsigned i = 0; i < array_size(a->words); i++)
		differ |= a->words[i] ^ b->words[i];
	return !differ;
}

static uint64_t at_most(const struct tops *t, uint32_t i)
{
	return t->places[i].bytes[0] + t->places[i].bytes[1] + t->rests[i].error;
}

static struct place *place(struct tops *t, const union party *who, uint64_t h);

/* To its ends, what they have not had yet of it. */
static void give(struct tops *t, uint32_t i)
{
	const struct place *p = &t->places[i];
	const struct rest *r = &t->rests[i];
	uint64_t bytes[] = { p->bytes[0] - r->bytes[0], p->bytes[1] - r->bytes[1] };

	if (!t->ends || p->packets == r->packets)
		return;
	for (unsigned end = 0; end < 2; end++) {
		union party one = { .version = p->who.version };
		struct place *to;

		memcpy(one.addr[0], p->who.addr[end], sizeof(one.addr[0]));
		to = place(t->ends, &one, hash_of(t->ends, &one));
		to->packets += p->packets - r->packets;
		to->bytes[0] += bytes[end];
		to->bytes[1] += bytes[!end];
	}
}

/* For one that is not in its set, which is full: the least makes room. */
static uint32_t make_room(struct tops *t, uint32_t set)
{
	uint32_t least = set;
	uint64_t had;

	for (uint32_t i = set + 1; i < set + WAYS; i++)
		if (at_most(t, i) < at_most(t, least))
			least = i;
	had = at_most(t, least);
	give(t, least);
	t->error = max_of(t->error, had);
	t->rests[least] = (struct rest){ .error = had };
	return least;
}

static struct place *add(struct tops *t, const union party *who, uint32_t set, uint8_t tag)
{
	uint64_t *tags = &t->tags[set / WAYS], empty = find_tag(*tags, 0);
	uint32_t i = empty ? set + __builtin_ctzll(empty) / 8 : make_room(t, set);
	unsigned shift = i % WAYS * 8;

	*tags = (*tags & ~(0xffull << shift)) | (uint64_t)tag << shift;
	t->places[i] = (struct place){ .who = *who };
	return &t->places[i];
}

static uint32_t set_of(const struct tops *t, uint64_t h)
{
	return h & (t->room - WAYS);
}

static uint8_t tag_of(uint64_t h)
{
	return h >> 56 | 1;
}

/* Where it is; it is there from now on. @h: its hash. */
static struct place *place(struct tops *t, const union party *who, uint64_t h)
{
	uint32_t set = set_of(t, h);
	uint64_t found;

	for (found = find_tag(t->tags[set / WAYS], tag_of(h)); found; found &= found - 1) {
		struct place *p = &t->places[set + __builtin_ctzll(found) / 8];

		if (is_same(&p->who, who))
			return p;
	}
	return add(t, who, set, tag_of(h));
}

static void count(struct tops *t)
{
	const struct waiting *w = &t->waiting[t->n_counted++ % WAITING];
	struct place *p = place(t, &w->who, w->hash);

	p->packets++;
	p->bytes[w->end] += w->len;
}

void tops_add(struct tops *t, const union party *who, uint32_t len, unsigned end)
{
	struct waiting *w = &t->waiting[t->n_waiting++ % WAITING];
	uint64_t h = hash_of(t, who), found;
	uint32_t set = set_of(t, h);

	*w = (struct waiting){ *who, h, len, end };
	found = find_tag(t->tags[set / WAYS], tag_of(h));
	if (found)
		__builtin_prefetch(&t->places[set + __builtin_ctzll(found) / 8], 1);
	if (t->n_waiting - t->n_counted == WAITING)
		count(t);
}

void tops_set_ends(struct tops *t, struct tops *ends)
{
	t->ends = ends;
}

/* Half of it is what was before, so that a number can be read before it is another one. */
static double smooth(double before, double now)
{
	return now > 0 || before > 1 ? (before + now) / 2 : 0;
}

static void tick(struct tops *t, uint32_t i, double sec, bool all)
{
	const struct place *p = &t->places[i];
	struct rest *r = &t->rests[i];
	uint64_t bytes = p->bytes[0] + p->bytes[1], new = bytes - r->bytes[0] - r->bytes[1];

	give(t, i);
	if (sec > 0) {
		r->pps = all ? p->packets / sec : smooth(r->pps, (p->packets - r->packets) / sec);
		r->bps = all ? 8 * bytes / sec : smooth(r->bps, 8 * new / sec);
	}
	r->packets = p->packets;
	memcpy(r->bytes, p->bytes, sizeof(r->bytes));
}

void tops_tick(struct tops *t, double sec, bool all)
{
	while (t->n_counted != t->n_waiting)
		count(t);
	for (uint32_t i = 0; i < t->room; i++)
		if (t->places[i].who.version)
			tick(t, i, sec, all);
}

static double value_of(const struct top *t, enum tops_order order)
{
	switch (order) {
	case TOPS_BY_BITS: return t->bps;
	case TOPS_BY_PPS: return t->pps;
	case TOPS_BY_PACKETS: return t->packets;
	default: return t->bytes[0] + t->bytes[1];
	}
}

/* Of equals those with more bytes; and what is the same in all does not depend on the hash. */
static bool is_above(const struct top *a, const struct top *b, enum tops_order order)
{
	const enum tops_order orders[] = { order, TOPS_BY_BYTES };

	for (unsigned i = 0; i < array_size(orders); i++) {
		double x = value_of(a, orders[i]), y = value_of(b, orders[i]);

		if (x > y || x < y)
			return x > y;
	}
	return memcmp(&a->who, &b->who, sizeof(a->who)) < 0;
}

unsigned tops_best(const struct tops *t, enum tops_order order, struct top *best, unsigned n)
{
	unsigned n_best = 0;

	for (uint32_t i = 0; i < t->room && n; i++) {
		const struct place *p = &t->places[i];
		const struct rest *r = &t->rests[i];
		struct top one = { p->who,   p->packets, { p->bytes[0], p->bytes[1] },
				   r->error, r->pps,	 r->bps };
		unsigned at;

		if (!p->who.version || (n_best == n && !is_above(&one, &best[n - 1], order)))
			continue;
		n_best = min_of(n_best + 1, n);
		for (at = n_best - 1; at && is_above(&one, &best[at - 1], order); at--)
			best[at] = best[at - 1];
		best[at] = one;
	}
	return n_best;
}

uint64_t tops_error(const struct tops *t)
{
	return t->error;
}

void tops_clear(struct tops *t)
{
	memset(t->tags, 0, t->room / WAYS * sizeof(*t->tags));
	memset(t->places, 0, t->room * sizeof(*t->places));
	memset(t->rests, 0, t->room * sizeof(*t->rests));
	t->error = 0;
	t->n_counted = t->n_waiting;
}

struct tops *tops_close(struct tops *t)
{
	if (!t)
		return NULL;
	free(t->tags);
	free(t->places);
	free(t->rests);
	free(t);
	return NULL;
}
