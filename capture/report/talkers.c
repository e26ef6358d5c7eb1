// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Misra-Gries with weights: what an address may have had at most is what was counted plus its
 * error. When the table is full the median of that becomes the error of all who come later, and
 * whoever is not above it goes.
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/hash.h"
#include "capture/base/util.h"
#include "capture/report/talkers.h"

enum { PLACES_FIRST = 4096 };

struct talkers {
	struct hash_key key;
	struct talker *table;
	/* of the table, probed one after the other: at least twice as many as are taken */
	uint32_t places;
	uint32_t room, n;
	uint64_t error;
};

/* A line of the cache each. */
static struct talker *make_table(uint32_t places)
{
	_Static_assert(sizeof(struct talker) == CACHE_LINE, "a place is a line of the cache");
	return calloc_lines(places * sizeof(struct talker));
}

int talkers_open(struct talkers **talkers, uint32_t room)
{
	struct talkers *t = calloc_lines(sizeof(*t));

	if (!t)
		return -ENOMEM;
	hash_key_init(&t->key);
	t->room = room;
	t->places = min_of(2 * room, (uint32_t)PLACES_FIRST);
	t->table = make_table(t->places);
	if (!t->table) {
		free(t);
		return -ENOMEM;
	}
	*talkers = t;
	return 0;
}

/*
 * Where the address of these words is, or the empty place where it would be: there always
 * is one.
 */
static inline struct talker *place(const struct talkers *t, uint8_t version, uint64_t first,
				   uint64_t second)
{
	uint32_t mask = t->places - 1;

	for (uint32_t i = hash_words(&t->key, first, second);; i++) {
		struct talker *at = &t->table[i & mask];

		/* one question, whose answer is nearly always yes */
		if (!((at->words[0] ^ first) | (at->words[1] ^ second) | (at->version ^ version)) ||
		    !at->version)
			return at;
	}
}

static uint64_t bytes(const struct talker *k)
{
	return k->sent + k->received;
}

static uint64_t at_most(const struct talker *k)
{
	return bytes(k) + k->error;
}

/* The value that would be in the middle if @v were in order. Changes the order. */
static uint64_t median(uint64_t *v, uint32_t n)
{
	uint32_t from = 0, to = n - 1, middle = n / 2;

	while (from < to) {
		uint64_t pivot = v[from + (to - from) / 2];
		uint32_t i = from, j = to;

		for (;; i++, j--) {
			uint64_t kept;

			while (v[i] < pivot)
				i++;
			while (v[j] > pivot)
				j--;
			if (i >= j)
				break;
			kept = v[i];
			v[i] = v[j];
			v[j] = kept;
		}
		if (middle <= j)
			to = j;
		else
			from = j + 1;
	}
	return v[middle];
}

/* Those who may have had @least bytes, in a table of @places. False: no memory. */
static bool keep(struct talkers *t, uint64_t least, uint32_t places)
{
	struct talkers next = *t;

	next.table = make_table(places);
	if (!next.table)
		return false;
	next.places = places;
	next.n = 0;
	for (uint32_t i = 0; i < t->places; i++) {
		const struct talker *k = &t->table[i];

		if (k->version && at_most(k) >= least) {
			*place(&next, k->version, k->words[0], k->words[1]) = *k;
			next.n++;
		}
	}
	free(t->table);
	*t = next;
	return true;
}

static bool make_room(struct talkers *t)
{
	cleanup(freep) uint64_t *values = malloc(t->n * sizeof(*values));
	uint64_t error;
	uint32_t n = 0;

	if (!values)
		return false;
	for (uint32_t i = 0; i < t->places; i++)
		if (t->table[i].version)
			values[n++] = at_most(&t->table[i]);
	error = median(values, n);
	if (!keep(t, error + 1, t->places))
		return false;
	t->error = error;
	return true;
}

/* For one more. */
static bool settle(struct talkers *t)
{
	if (t->n == t->room)
		return make_room(t);
	return 4 * (t->n + 1) <= t->places || t->places == 2 * t->room ||
	       keep(t, 0, 2 * t->places) || 2 * (t->n + 1) <= t->places;
}

/* Nearly all are there. */
__attribute__((noinline)) static struct talker *add(struct talkers *t, uint8_t version,
						    uint64_t first, uint64_t second)
{
	struct talker *k;

	if (!settle(t))
		return NULL;
	k = place(t, version, first, second);
	*k = (struct talker){ .words = { first, second }, .version = version, .error = t->error };
	t->n++;
	return k;
}

/*
 * Of four bytes as many as there are, in a register: memory to which they were stored could not be
 * loaded at once.
 */
static uint64_t first_word(uint8_t version, const uint8_t *addr)
{
	uint64_t word;
	uint32_t half;

	if (version == 4) {
		memcpy(&half, addr, sizeof(half));
		return htole64(le32toh(half));
	}
	memcpy(&word, addr, sizeof(word));
	return word;
}

bool talkers_add(struct talkers *t, uint8_t version, const uint8_t *addr, uint32_t len,
		 bool is_source)
{
	uint64_t first = first_word(version, addr), second = 0;
	struct talker *k;

	if (version != 4)
		memcpy(&second, addr + 8, sizeof(second));
	k = place(t, version, first, second);
	if (!k->version)
		k = add(t, version, first, second);
	if (!k)
		return false;
	k->packets++;
	*(is_source ? &k->sent : &k->received) += len;
	return true;
}

bool talkers_have_room(const struct talkers *t, uint32_t n)
{
	return !t->error && t->n + n <= t->room;
}

bool talkers_may_join(const struct talkers *t, const struct talkers *more)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < more->places; i++) {
		const struct talker *k = &more->table[i];

		n += k->version && !place(t, k->version, k->words[0], k->words[1])->version;
	}
	return !more->error && talkers_have_room(t, n);
}

bool talkers_join(struct talkers *t, const struct talkers *more)
{
	for (uint32_t i = 0; i < more->places; i++) {
		const struct talker *from = &more->table[i];
		struct talker *k;

		if (!from->version)
			continue;
		k = place(t, from->version, from->words[0], from->words[1]);
		if (!k->version)
			k = add(t, from->version, from->words[0], from->words[1]);
		if (!k)
			return false;
		k->packets += from->packets;
		k->sent += from->sent;
		k->received += from->received;
	}
	return true;
}

/* By bytes; the order of those with equally many does not depend on the hash. */
static bool is_above(const struct talker *a, const struct talker *b)
{
	if (bytes(a) != bytes(b))
		return bytes(a) > bytes(b);
	return memcmp(a, b, offsetof(struct talker, version) + 1) < 0;
}

unsigned talkers_top(const struct talkers *t, struct talker *top, unsigned n)
{
	unsigned n_top = 0;

	for (uint32_t i = 0; i < t->places; i++) {
		const struct talker *k = &t->table[i];
		unsigned at;

		if (!k->version || (n_top == n && !is_above(k, &top[n - 1])))
			continue;
		if (n_top < n)
			n_top++;
		for (at = n_top - 1; at && is_above(k, &top[at - 1]); at--)
			top[at] = top[at - 1];
		top[at] = *k;
	}
	return n_top;
}

uint64_t talkers_error(const struct talkers *t)
{
	return t->error;
}

uint32_t talkers_count(const struct talkers *t)
{
	return t->n;
}

struct talkers *talkers_close(struct talkers *t)
{
	if (!t)
		return NULL;
	free(t->table);
	free(t);
	return NULL;
}
