// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Misra-Gries with weights: what an address may have had at most is what was counted plus its
 * error. When the table is full the median of that becomes the error of all who come later, and
 * whoever is not above it goes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/hash.h"
#include "capture/base/util.h"
#include "capture/report/talkers.h"

struct talkers {
	struct hash_key key;
	struct talker *table;	/* 2 * room places, probed one after the other */
	uint32_t room, n;
	uint64_t error;
};

int talkers_open(struct talkers **talkers, uint32_t room)
{
	struct talkers *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	hash_key_init(&t->key);
	t->room = room;
	t->table = calloc(2 * (size_t)room, sizeof(*t->table));
	if (!t->table) {
		free(t);
		return -ENOMEM;
	}
	*talkers = t;
	return 0;
}

/* Where @k is, or the empty place where it would be: there always is one. */
static struct talker *place(const struct talkers *t, const struct talker *k)
{
	uint32_t mask = 2 * t->room - 1;

	for (uint32_t i = hash_words(&t->key, k->words[0], k->words[1]);; i++) {
		struct talker *at = &t->table[i & mask];

		if (!at->version || (at->version == k->version && at->words[0] == k->words[0] &&
				     at->words[1] == k->words[1]))
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

static bool make_room(struct talkers *t)
{
	struct talkers smaller = *t;
	uint64_t *values = malloc(t->n * sizeof(*values));
	uint32_t n = 0;

	smaller.table = calloc(2 * (size_t)t->room, sizeof(*smaller.table));
	if (!values || !smaller.table) {
		free(values);
		free(smaller.table);
		return false;
	}
	for (uint32_t i = 0; i < 2 * t->room; i++)
		if (t->table[i].version)
			values[n++] = at_most(&t->table[i]);
	smaller.error = median(values, n);
	smaller.n = 0;
	for (uint32_t i = 0; i < 2 * t->room; i++) {
		const struct talker *k = &t->table[i];

		if (k->version && at_most(k) > smaller.error) {
			*place(&smaller, k) = *k;
			smaller.n++;
		}
	}
	free(values);
	free(t->table);
	*t = smaller;
	return true;
}

bool talkers_add(struct talkers *t, uint8_t version, const uint8_t *addr, uint32_t len,
		 bool is_source)
{
	struct talker key = { .version = version }, *k;

	memcpy(key.addr, addr, version == 4 ? 4 : 16);
	k = place(t, &key);
	if (!k->version) {
		if (t->n == t->room) {
			if (!make_room(t))
				return false;
			k = place(t, &key);
		}
		*k = key;
		k->error = t->error;
		t->n++;
	}
	k->packets++;
	*(is_source ? &k->sent : &k->received) += len;
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

	for (uint32_t i = 0; i < 2 * t->room; i++) {
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
