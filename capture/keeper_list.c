// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The keeper's files, oldest first. All of this with its lock held. */
#include <string.h>

#include "capture/keeper_impl.h"

void keeper_append(struct kept **list, struct kept *f)
{
	f->next = NULL;
	while (*list)
		list = &(*list)->next;
	*list = f;
}

bool keeper_may_go(const struct keeper *k, const struct kept *f)
{
	return f != k->current && !f->out && f->command == COMMAND_NONE && f->folder;
}

void keeper_take(struct keeper *k, struct kept *f)
{
	struct kept **pp = &k->first, *before = NULL;

	while (*pp != f) {
		before = *pp;
		pp = &before->next;
	}
	*pp = f->next;
	if (k->last == f)
		k->last = before;
	k->n_files -= f->name != NULL;
	k->bytes -= f->bytes;
}

void keeper_unname(struct keeper *k, struct kept *f)
{
	k->n_files -= f->name != NULL;
	f->name = NULL;
}

static void doom(struct keeper *k, struct kept *f)
{
	keeper_take(k, f);
	keeper_append(&k->dying, f);
}

bool keeper_doom_oldest(struct keeper *k)
{
	struct kept *f = k->first;

	while (f && !keeper_may_go(k, f))
		f = f->next;
	if (!f || f == k->last)	/* the youngest stays in any case */
		return false;
	doom(k, f);
	return true;
}

/* One too many is no matter: the command of the file before the current one has hardly begun. */
bool keeper_trim(struct keeper *k)
{
	bool said = k->crowded;

	while (k->o.n_files && k->n_files > k->o.n_files && keeper_doom_oldest(k))
		;
	while (k->o.max_disk && k->bytes + k->current_bytes > k->o.max_disk && keeper_doom_oldest(k))
		;
	k->crowded |= k->o.n_files && k->n_files > k->o.n_files + 1 && k->first->command != COMMAND_NONE;
	return k->crowded && !said;
}

bool keeper_displace(struct keeper *k, const char *path)
{
	struct kept *f = k->first;

	while (f && (!f->name || strcmp(f->path, path)))
		f = f->next;
	if (!f)
		return false;
	keeper_unname(k, f);
	if (keeper_may_go(k, f))
		doom(k, f);
	if (f->command != COMMAND_WAITS)
		return false;
	f->command = COMMAND_NONE;
	k->n_busy--;
	if (k->unrun == f)
		keeper_next_unrun(k);
	return true;
}

void keeper_add(struct keeper *k, struct kept *f)
{
	if (k->last)
		k->last->next = f;
	else
		k->first = f;
	k->last = k->current = f;
	k->n_files++;
}

void keeper_next_unrun(struct keeper *k)
{
	while (k->unrun && k->unrun->command != COMMAND_WAITS)
		k->unrun = k->unrun->next;
}
