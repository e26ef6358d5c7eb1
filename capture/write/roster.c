// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Lists in the order of age, and a table of names, changed in two places. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/write/roster.h"

enum { CHAINS_MIN = 64 };

int roster_init(struct roster *r)
{
	*r = (struct roster){ .names = calloc(CHAINS_MIN, sizeof(*r->names)),
			      .n_chains = CHAINS_MIN };
	return r->names ? 0 : -ENOMEM;
}

void roster_fini(struct roster *r)
{
	free(r->names);
	*r = (struct roster){ .names = NULL };
}

/* ---- names ---- */

/* FNV-1a. */
static struct roster_file **chain_of(const struct roster *r, const char *path)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	while (*path)
		h = (h ^ (uint8_t)*path++) * UINT64_C(0x100000001b3);
	return &r->names[(h ^ h >> 32) & (r->n_chains - 1)];
}

static void chain(struct roster *r, struct roster_file *f)
{
	struct roster_file **head = chain_of(r, f->path);

	f->next = *head;
	*head = f;
	r->n_chained++;
}

static void unchain(struct roster *r, struct roster_file *f)
{
	struct roster_file **pp = chain_of(r, f->path);

	while (*pp != f) {
		assert(*pp);
		pp = &(*pp)->next;
	}
	*pp = f->next;
	r->n_chained--;
}

/* Without memory for it the chains get longer. */
static void grow(struct roster *r)
{
	struct roster old = *r;
	struct roster_file **more = calloc(2 * old.n_chains, sizeof(*more)), *next;

	if (!more)
		return;
	r->names = more;
	r->n_chains *= 2;
	r->n_chained = 0;
	for (size_t i = 0; i < old.n_chains; i++)
		for (struct roster_file *f = old.names[i]; f; f = next) {
			next = f->next;
			chain(r, f);
		}
	free(old.names);
}

struct roster_file *roster_find(const struct roster *r, const char *path)
{
	struct roster_file *f = *chain_of(r, path);

	while (f && strcmp(f->path, path))
		f = f->next;
	return f;
}

/* ---- lists ---- */

static void count(struct roster *r, const struct roster_file *f, int sign)
{
	r->lists[f->state].n += sign;
	if (f->state > CLAIMED)
		return;
	r->n_named += f->has_name ? sign : 0;
	r->n_busy += f->wants_command ? sign : 0;
	r->bytes += sign * f->bytes;
}

void roster_take(struct roster *r, struct roster_file *f, enum file_state from)
{
	struct roster_list *list = &r->lists[from];

	assert(f->state == from && from != NOWHERE);
	count(r, f, -1);
	if (f->has_name)
		unchain(r, f);
	*(f->older ? &f->older->younger : &list->oldest) = f->younger;
	*(f->younger ? &f->younger->older : &list->youngest) = f->older;
	f->older = f->younger = NULL;
	f->state = NOWHERE;
}

/* Nearly always it is the youngest one there. */
void roster_put(struct roster *r, struct roster_file *f, enum file_state to)
{
	struct roster_list *list = &r->lists[to];

	assert(f->state == NOWHERE && to != NOWHERE);
	f->state = to;
	f->older = list->youngest;
	while (f->older && f->older->number > f->number) {
		f->younger = f->older;
		f->older = f->older->older;
	}
	*(f->older ? &f->older->younger : &list->oldest) = f;
	*(f->younger ? &f->younger->older : &list->youngest) = f;
	count(r, f, 1);
	if (r->n_chained >= r->n_chains)
		grow(r);
	if (f->has_name)
		chain(r, f);
}

void roster_move(struct roster *r, struct roster_file *f, enum file_state from, enum file_state to)
{
	roster_take(r, f, from);
	roster_put(r, f, to);
}

struct roster_file *roster_oldest(const struct roster *r)
{
	struct roster_file *first = NULL;

	for (enum file_state s = CURRENT; s <= CLAIMED; s++) {
		struct roster_file *f = r->lists[s].oldest;

		if (f && (!first || f->number < first->number))
			first = f;
	}
	return first;
}

struct roster_file *roster_youngest(const struct roster *r)
{
	struct roster_file *last = NULL;

	for (enum file_state s = CURRENT; s <= CLAIMED; s++) {
		struct roster_file *f = r->lists[s].youngest;

		if (f && (!last || f->number > last->number))
			last = f;
	}
	return last;
}

/* ---- tests ---- */

static const struct roster_list *check_list(const struct roster *r, enum file_state s)
{
	const struct roster_list *list = &r->lists[s];
	unsigned n = 0;

	for (const struct roster_file *f = list->oldest; f; f = f->younger, n++) {
		assert(f->state == s);
		assert(f->younger ? f->younger->older == f && f->younger->number > f->number
				  : list->youngest == f);
	}
	assert(n == list->n && (n || !list->youngest));
	return list;
}

enum { IMAGE_WORDS = 4 };	/* of a file */

static void draw(const struct roster_file *f, uint64_t image[static IMAGE_WORDS])
{
	image[0] = f->number;
	image[1] = f->bytes;
	image[2] = f->has_name ? (uintptr_t)f->path : 0;
	image[3] = f->state | f->wants_command << 8 | f->vanishes << 9 | f->is_claimed << 10 |
		   f->is_displaced << 11 | f->is_lent << 12;
}

size_t roster_check(const struct roster *r, uint64_t *image, size_t cap)
{
	unsigned n_named = 0, n_busy = 0;
	uint64_t bytes = 0;
	size_t at = 0, n_chained = 0;

	for (enum file_state s = CURRENT; s < N_STATES; s++)
		for (const struct roster_file *f = check_list(r, s)->oldest; f; f = f->younger) {
			n_named += s <= CLAIMED && f->has_name;
			n_busy += s <= CLAIMED && f->wants_command;
			bytes += s <= CLAIMED ? f->bytes : 0;
			n_chained += f->has_name;
			assert(!f->has_name || roster_find(r, f->path) == f);
			assert(at + IMAGE_WORDS <= cap);
			draw(f, image + at);
			at += IMAGE_WORDS;
		}
	assert(n_named == r->n_named && n_busy == r->n_busy && bytes == r->bytes &&
	       n_chained == r->n_chained);
	return at;
}
