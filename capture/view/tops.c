// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A packet looks at the tags of its set, which are one word, and at one place, which is a cache
 * line that is mostly far away: so it is asked for first, and used some packets later.
 *
 * Who finds his set full goes into a small table, in which the least makes room, and which is near:
 * so a flood goes through that one. Whoever has more there than the least of his set takes its
 * place with the next tick.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/hash.h"
#include "capture/base/util.h"
#include "capture/view/tops.h"

#define ONES 0x0101010101010101ull

enum { WAYS = 8, LINE = 64, WAITING = 16, SMALLER = 64 };

/* What a packet needs of a place: it is known by its hash, of a key that nobody else has. */
struct place {
	uint64_t hash;
	uint64_t packets, bytes[2];
};

_Static_assert(LINE % sizeof(struct place) == 0, "a place is in one cache line");

struct rest {
	uint64_t error;
	uint64_t packets, bytes[2]; /* at the last tick */
	double pps, bps;
};

/* Packets that are not counted yet. */
struct waiting {
	union party who;
	uint64_t hash;
	uint64_t packets, bytes[2];
};

struct tops {
	struct hash_key key;
	struct waiting waiting[WAITING];
	unsigned n_waiting; /* ever: the last ones wait */
	unsigned n_counted;
	uint64_t *tags; /* of each set, a byte for each place, which is odd; 0: it is empty */
	/* of each place what at_most() was some time ago, so no more than it is */
	uint64_t *floors;
	uint64_t *lost; /* of each set: who had to go from there had no more bytes */
	struct place *places;
	union party *who; /* of each place */
	struct rest *rests;
	uint32_t room;
	struct tops *ends; /* NULL: nobody counts them */
	struct tops *small; /* NULL: this is it */
};

static int open_table(struct tops **tops, uint32_t room)
{
	struct tops *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	hash_key_init(&t->key);
	t->room = room;
	t->tags = calloc(room / WAYS, sizeof(*t->tags));
	t->lost = calloc(room / WAYS, sizeof(*t->lost));
	t->floors = aligned_alloc(LINE, room * sizeof(*t->floors));
	t->places = aligned_alloc(LINE, room * sizeof(*t->places));
	t->who = malloc(room * sizeof(*t->who));
	t->rests = malloc(room * sizeof(*t->rests));
	if (!t->tags || !t->lost || !t->floors || !t->places || !t->who || !t->rests) {
		tops_close(t);
		return -ENOMEM;
	}
	*tops = t;
	return 0;
}

int tops_open(struct tops **tops, uint32_t room)
{
	int err = open_table(tops, room);

	if (!err)
		err = open_table(&(*tops)->small, max_of(room / SMALLER, (uint32_t)WAYS));
	if (err) {
		*tops = tops_close(*tops);
		return err;
	}
	(*tops)->small->key = (*tops)->key;
	return 0;
}

static uint64_t hash_of(const struct tops *t, const union party *who)
{
	const uint64_t *w = who->words, *k = t->key.word;
	uint64_t h = hash_mix(w[0] ^ k[0], w[1] ^ k[1]) + hash_mix(w[2] ^ k[2], w[3] ^ k[3]);

	h = hash_mix(h ^ k[1], w[4] ^ k[3]);
	/*
	 * And by itself: ports that follow each other, times what is the same, crowd for
	 * some keys.
	 */
	return hash_mix(h ^ k[0], (h >> 32 | h << 32) ^ k[2]);
}

/* The highest bit of each byte of @tags that is @tag, and perhaps of some above the first of these.
 */
static uint64_t find_tag(uint64_t tags, uint8_t tag)
{
	uint64_t differ = tags ^ ONES * tag;

	return (differ - ONES) & ~differ & ONES << 7;
}

static uint64_t at_most(const struct tops *t, uint32_t i)
{
	return t->places[i].bytes[0] + t->places[i].bytes[1] + t->rests[i].error;
}

/* The first from @i on that is not empty; if there is none, the room. */
static uint32_t taken_from(const struct tops *t, uint32_t i)
{
	for (; i < t->room; i = (i | (WAYS - 1)) + 1) {
		uint64_t left = (t->tags[i / WAYS] & ONES) >> i % WAYS * 8;

		if (left)
			return i + __builtin_ctzll(left) / 8;
	}
	return t->room;
}

static void wait_to_be_counted(struct tops *t, const union party *who, uint64_t packets,
			       uint64_t first, uint64_t second);

/* To its ends, what they have not had yet of it. */
static void give(struct tops *t, uint32_t i)
{
	const struct place *p = &t->places[i];
	const struct rest *r = &t->rests[i];
	uint64_t bytes[] = { p->bytes[0] - r->bytes[0], p->bytes[1] - r->bytes[1] };

	if (!t->ends || p->packets == r->packets)
		return;
	for (unsigned end = 0; end < 2; end++) {
		union party one = { .version = t->who[i].version };

		memcpy(one.addr[0], t->who[i].addr[end], sizeof(one.addr[0]));
		wait_to_be_counted(t->ends, &one, p->packets - r->packets, bytes[end], bytes[!end]);
	}
}

/* It is the least whose floor is the least, once that is what it has. */
static uint32_t least_of(struct tops *t, uint32_t set)
{
	uint64_t *floors = t->floors + set;
	unsigned least;
	bool is_raised;

	do {
		uint64_t has;

		least = 0;
		for (unsigned i = 1; i < WAYS; i++)
			least = floors[i] < floors[least] ? i : least;
		has = at_most(t, set + least);
		is_raised = floors[least] != has;
		floors[least] = has;
	} while (is_raised);
	return set + least;
}

/* For one that is not in its set, which is full: the least goes. */
static uint32_t make_room(struct tops *t, uint32_t set)
{
	uint32_t least = least_of(t, set);
	uint64_t *lost = &t->lost[set / WAYS];

	give(t, least);
	*lost = max_of(*lost, t->floors[least]);
	return least;
}

static uint32_t set_of(const struct tops *t, uint64_t h)
{
	return h & (t->room - WAYS);
}

static uint8_t tag_of(uint64_t h)
{
	return h >> 56 | 1;
}

static uint64_t empty_in(const struct tops *t, uint32_t set)
{
	return find_tag(t->tags[set / WAYS], 0);
}

static void set_tag(struct tops *t, uint32_t i, uint8_t tag)
{
	unsigned shift = i % WAYS * 8;

	t->tags[i / WAYS] = (t->tags[i / WAYS] & ~(0xffull << shift)) | (uint64_t)tag << shift;
}

/* @error: so many bytes it may have had elsewhere. */
static struct place *add(struct tops *t, const struct waiting *w, uint64_t error)
{
	uint32_t set = set_of(t, w->hash);
	uint64_t empty = empty_in(t, set);
	uint32_t i = empty ? set + __builtin_ctzll(empty) / 8 : make_room(t, set);

	error = max_of(error, t->lost[set / WAYS]);
	set_tag(t, i, tag_of(w->hash));
	t->places[i] = (struct place){ .hash = w->hash };
	t->who[i] = w->who;
	t->rests[i] = (struct rest){ .error = error };
	t->floors[i] = error + w->bytes[0] + w->bytes[1];
	return &t->places[i];
}

/* NULL: it is not there. */
static struct place *find(const struct tops *t, const struct waiting *w)
{
	uint32_t set = set_of(t, w->hash);
	uint64_t found = find_tag(t->tags[set / WAYS], tag_of(w->hash));

	for (; found; found &= found - 1) {
		struct place *p = &t->places[set + __builtin_ctzll(found) / 8];

		if (p->hash == w->hash)
			return p;
	}
	return NULL;
}

/* Where it is; it is there from now on. */
static struct place *place(struct tops *t, const struct waiting *w)
{
	uint32_t set = set_of(t, w->hash);
	struct place *p = find(t, w);

	if (p)
		return p;
	if (empty_in(t, set))
		return add(t, w, 0);
	p = find(t->small, w);
	return p ? p : add(t->small, w, t->lost[set / WAYS]);
}

static void count(struct tops *t)
{
	const struct waiting *w = &t->waiting[t->n_counted++ % WAITING];
	struct place *p = place(t, w);

	p->packets += w->packets;
	p->bytes[0] += w->bytes[0];
	p->bytes[1] += w->bytes[1];
}

static void wait_to_be_counted(struct tops *t, const union party *who, uint64_t packets,
			       uint64_t first, uint64_t second)
{
	struct waiting *w = &t->waiting[t->n_waiting++ % WAITING];
	uint64_t h = hash_of(t, who), found;
	uint32_t set = set_of(t, h);

	*w = (struct waiting){ *who, h, packets, { first, second } };
	found = find_tag(t->tags[set / WAYS], tag_of(h));
	if (found)
		__builtin_prefetch(&t->places[set + __builtin_ctzll(found) / 8], 1);
	else if (empty_in(t, set))
		__builtin_prefetch(&t->places[set + __builtin_ctzll(empty_in(t, set)) / 8], 1);
	if (t->n_waiting - t->n_counted == WAITING)
		count(t);
}

void tops_add(struct tops *t, const union party *who, uint32_t len, unsigned end)
{
	wait_to_be_counted(t, who, 1, end ? 0 : len, end ? len : 0);
}

void tops_set_ends(struct tops *t, struct tops *ends)
{
	t->ends = t->small->ends = ends;
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

/* Its set is full, as it was when that in the small table at @i came. */
static void move(struct tops *t, uint32_t i)
{
	struct tops *small = t->small;
	const struct place *p = &small->places[i];
	uint32_t set = set_of(t, p->hash), to = least_of(t, set);

	if (p->bytes[0] + p->bytes[1] <= t->floors[to])
		return;
	make_room(t, set);
	set_tag(t, to, tag_of(p->hash));
	t->places[to] = *p;
	t->who[to] = small->who[i];
	t->rests[to] = small->rests[i];
	t->floors[to] = at_most(t, to);
	set_tag(small, i, 0);
}

void tops_tick(struct tops *t, double sec, bool all)
{
	struct tops *small = t->small;

	while (t->n_counted != t->n_waiting)
		count(t);
	for (uint32_t i = taken_from(small, 0); i < small->room; i = taken_from(small, i + 1))
		move(t, i);
	for (; t; t = t->small)
		for (uint32_t i = taken_from(t, 0); i < t->room; i = taken_from(t, i + 1))
			tick(t, i, sec, all);
}

static double value_of(enum tops_order order, uint64_t packets, const uint64_t bytes[static 2],
		       double pps, double bps)
{
	switch (order) {
	case TOPS_BY_BITS: return bps;
	case TOPS_BY_PPS: return pps;
	case TOPS_BY_PACKETS: return packets;
	default: return bytes[0] + bytes[1];
	}
}

/* Of equals those with more bytes; and what is the same in all does not depend on the hash. */
static bool is_above(const struct top *a, const struct top *b, enum tops_order order)
{
	const enum tops_order orders[] = { order, TOPS_BY_BYTES };

	for (unsigned i = 0; i < array_size(orders); i++) {
		double x = value_of(orders[i], a->packets, a->bytes, a->pps, a->bps);
		double y = value_of(orders[i], b->packets, b->bytes, b->pps, b->bps);

		if (x > y || x < y)
			return x > y;
	}
	return memcmp(&a->who, &b->who, sizeof(a->who)) < 0;
}

/* Among the best, if it is. @n_best: how many there are, @n at most. */
static void choose(const struct tops *t, uint32_t i, enum tops_order order, struct top *best,
		   unsigned *n_best, unsigned n)
{
	const struct place *p = &t->places[i];
	const struct rest *r = &t->rests[i];
	const struct top *last = *n_best == n ? &best[n - 1] : NULL;
	struct top one;
	unsigned at;

	if (last && value_of(order, p->packets, p->bytes, r->pps, r->bps) <
			    value_of(order, last->packets, last->bytes, last->pps, last->bps))
		return;
	one = (struct top){ t->who[i], p->packets, { p->bytes[0], p->bytes[1] },
			    r->error,  r->pps,	   r->bps };
	if (last && !is_above(&one, last, order))
		return;
	*n_best = min_of(*n_best + 1, n);
	for (at = *n_best - 1; at && is_above(&one, &best[at - 1], order); at--)
		best[at] = best[at - 1];
	best[at] = one;
}

unsigned tops_best(const struct tops *t, enum tops_order order, struct top *best, unsigned n)
{
	unsigned n_best = 0;

	for (; t && n; t = t->small)
		for (uint32_t i = taken_from(t, 0); i < t->room; i = taken_from(t, i + 1))
			choose(t, i, order, best, &n_best, n);
	return n_best;
}

uint64_t tops_error(const struct tops *t)
{
	uint64_t error = 0;

	for (; t; t = t->small)
		for (uint32_t set = 0; set < t->room / WAYS; set++)
			error = max_of(error, t->lost[set]);
	return error;
}

void tops_clear(struct tops *t)
{
	memset(t->tags, 0, t->room / WAYS * sizeof(*t->tags));
	memset(t->lost, 0, t->room / WAYS * sizeof(*t->lost));
	t->n_counted = t->n_waiting;
	if (t->small)
		tops_clear(t->small);
}

struct tops *tops_close(struct tops *t)
{
	if (!t)
		return NULL;
	free(t->tags);
	free(t->lost);
	free(t->floors);
	free(t->places);
	free(t->who);
	free(t->rests);
	tops_close(t->small);
	free(t);
	return NULL;
}
