// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdlib.h>

#include "capture/live/live_attach.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_set.h"

struct live_iface *live_set_add(struct live_set *s)
{
	struct live_iface **v, *t;

	if (s->n == LIVE_SET_MAX)
		return NULL;
	v = realloc(s->v, (s->n + 1) * sizeof(struct live_iface *));
	if (!v)
		return NULL;
	s->v = v;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->promiscuous_fd = -1;
	v[s->n++] = t;
	return t;
}

void live_set_drop(struct live_set *s)
{
	struct live_iface *t = s->v[--s->n];

	live_attach_close(t);
	free(t);
}

void live_set_close(struct live_set *s)
{
	while (s->n)
		live_set_drop(s);
	free(s->v);
	s->v = NULL;
}
