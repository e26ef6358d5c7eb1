// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdlib.h>

#include "capture/write/pieces.h"

void pieces_init(struct pieces *list)
{
	*list = (struct pieces){ .last = &list->first };
}

void pieces_free(struct piece **list)
{
	while (*list) {
		struct piece *p = *list;

		*list = p->next;
		free(p->buffer.bytes);
		free(p);
	}
}

struct piece *pieces_take_free(struct pieces *list, size_t cap)
{
	struct piece *p = list->free;
	uint8_t *bytes;

	if (p)
		list->free = p->next;
	else
		p = calloc(1, sizeof(*p));
	if (!p || p->buffer.cap >= cap)
		return p;
	bytes = realloc(p->buffer.bytes, cap);
	if (!bytes) {
		free(p->buffer.bytes);
		free(p);
		return NULL;
	}
	p->buffer.bytes = bytes;
	p->buffer.cap = cap;
	return p;
}

void pieces_append(struct pieces *list, struct piece *p)
{
	p->next = NULL;
	*list->last = p;
	list->last = &p->next;
	list->waiting += p->buffer.used;
}

struct piece *pieces_take_first(struct pieces *list)
{
	struct piece *p = list->first;

	list->first = p->next;
	if (!list->first)
		list->last = &list->first;
	list->waiting -= p->buffer.used;
	return p;
}

void pieces_give_back(struct pieces *list, struct piece *p)
{
	p->buffer.used = p->done = 0;
	p->next = list->free;
	list->free = p;
}

size_t pieces_have(const struct pieces *list)
{
	return list->waiting - list->first->done;
}
