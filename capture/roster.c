// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Lists in the order of age, changed in two places. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "capture/roster.h"

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
}

void roster_move(struct roster *r, struct roster_file *f, enum file_state from, enum file_state to)
{
	roster_take(r, f, from);
	roster_put(r, f, to);
}

struct roster_file *roster_find(const struct roster *r, const char *path)
{
	for (enum file_state s = CURRENT; s < N_STATES; s++)
		for (struct roster_file *f = r->lists[s].oldest; f; f = f->younger)
			if (f->has_name && !strcmp(f->path, path))
				return f;
	return NULL;
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
		assert(f->younger ? f->younger->older == f && f->younger->number > f->number : list->youngest == f);
	}
	assert(n == list->n && (n || !list->youngest));
	return list;
}

static size_t draw(const struct roster_file *f, const char *state, char *s, size_t cap)
{
	return snprintf(s, cap, "%llu %s '%s' %llu%s%s%s%s%s; ", (unsigned long long)f->number, state,
			f->has_name ? f->path : "", (unsigned long long)f->bytes, f->wants_command ? " command" : "",
			f->vanishes ? " vanishes" : "", f->is_claimed ? " claimed" : "",
			f->is_displaced ? " displaced" : "", f->is_lent ? " lent" : "");
}

size_t roster_check(const struct roster *r, char *line, size_t cap)
{
	static const char *const names[] = {
		"nowhere", "current", "complete", "closing", "waiting", "running", "kept", "claimed", "doomed",
		"deleting", "displaced",
	};
	unsigned n_named = 0, n_busy = 0;
	uint64_t bytes = 0;
	size_t at = 0;

	for (enum file_state s = CURRENT; s < N_STATES; s++)
		for (const struct roster_file *f = check_list(r, s)->oldest; f; f = f->younger) {
			n_named += s <= CLAIMED && f->has_name;
			n_busy += s <= CLAIMED && f->wants_command;
			bytes += s <= CLAIMED ? f->bytes : 0;
			at += draw(f, names[s], line + at, cap - at);
			assert(at < cap);
		}
	assert(n_named == r->n_named && n_busy == r->n_busy && bytes == r->bytes);
	return at;
}
