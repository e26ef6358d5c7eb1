// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * All packets of the window stand in a queue, numbered as they came. Those with the same imprint
 * share a group, which knows the ones that wait for another: all of one side, for else they would
 * have found each other.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "capture/base/util.h"
#include "capture/report/match.h"

enum { SIZE_FIRST = 256, NO_GROUP = UINT32_MAX };

struct group {
	struct hash128 imprint;
	uint32_t next;			/* of the bucket, or of the free ones; NO_GROUP */
	uint32_t refs;			/* packets in the queue */
	uint64_t first, last;		/* those that wait: numbers in the queue, first 0: none */
	unsigned side;			/* theirs */
	bool paired;			/* some have found another */
};

struct node {
	uint64_t ns;
	uint64_t number;		/* on its side */
	uint64_t next;			/* that waits in the group; 0: none */
	uint32_t group;
	uint8_t side;
	bool waits;
};

struct match {
	uint64_t window_ns;
	struct match_hooks hooks;
	struct match_totals totals;
	uint64_t now_ns;		/* the latest time so far */
	uint64_t oldest, next;		/* numbers; those in [oldest, next) are in the queue */
	uint64_t size;			/* of all three arrays, a power of two */
	struct node *queue;
	struct group *groups;
	uint32_t *buckets;
	uint32_t free_group;
};

static struct node *node(const struct match *m, uint64_t n)
{
	return &m->queue[n & (m->size - 1)];
}

static uint32_t *bucket(const struct match *m, const struct hash128 *h)
{
	return &m->buckets[h->a & (m->size - 1)];
}

/* There are no more groups than packets in the queue, so as many places will do. */
static int resize(struct match *m, uint64_t size)
{
	struct match bigger = *m;

	bigger.size = size;
	bigger.queue = malloc(size * sizeof(*bigger.queue));
	bigger.groups = malloc(size * sizeof(*bigger.groups));
	bigger.buckets = malloc(size * sizeof(*bigger.buckets));
	if (!bigger.queue || !bigger.groups || !bigger.buckets) {
		free(bigger.queue);
		free(bigger.groups);
		free(bigger.buckets);
		return -ENOMEM;
	}
	for (uint64_t i = 0; i < size; i++)
		bigger.buckets[i] = NO_GROUP;
	for (uint64_t n = m->oldest; n < m->next; n++)
		*node(&bigger, n) = *node(m, n);
	for (uint64_t i = 0; i < m->size; i++) {
		struct group *g = &bigger.groups[i];

		*g = m->groups[i];
		if (!g->refs)
			continue;
		g->next = *bucket(&bigger, &g->imprint);
		*bucket(&bigger, &g->imprint) = i;
	}
	for (uint64_t i = m->size; i < size; i++)
		bigger.groups[i] = (struct group){ .next = i + 1 < size ? i + 1 : m->free_group };
	bigger.free_group = m->size;
	free(m->queue);
	free(m->groups);
	free(m->buckets);
	*m = bigger;
	return 0;
}

int match_open(struct match **match, uint64_t window_ns, const struct match_hooks *hooks)
{
	struct match *m = calloc(1, sizeof(*m));
	int err;

	if (!m)
		return -ENOMEM;
	m->window_ns = window_ns;
	m->hooks = *hooks;
	m->oldest = m->next = 1;
	m->free_group = NO_GROUP;
	err = resize(m, SIZE_FIRST);
	if (err)
		free(m);
	else
		*match = m;
	return err;
}

static uint32_t find_group(struct match *m, const struct hash128 *h)
{
	uint32_t *b = bucket(m, h), i = *b;

	while (i != NO_GROUP && (m->groups[i].imprint.a != h->a || m->groups[i].imprint.b != h->b))
		i = m->groups[i].next;
	if (i != NO_GROUP)
		return i;
	i = m->free_group;
	m->free_group = m->groups[i].next;
	m->groups[i] = (struct group){ .imprint = *h, .next = *b };
	return *b = i;
}

static void leave_group(struct match *m, uint32_t i)
{
	struct group *g = &m->groups[i];
	uint32_t *at;

	if (--g->refs)
		return;
	for (at = bucket(m, &g->imprint); *at != i; at = &m->groups[*at].next)
		;
	*at = g->next;
	g->next = m->free_group;
	m->free_group = i;
}

/* The one that has waited longest in the group does not wait any more. */
static struct node *take_first(struct match *m, struct group *g)
{
	struct node *n = node(m, g->first);

	n->waits = false;
	g->first = n->next;
	return n;
}

static void stay_alone(struct match *m, struct group *g)
{
	const struct node *n = take_first(m, g);

	m->totals.alone[n->side]++;
	m->totals.copies[n->side] += g->paired;
	if (m->hooks.alone)
		m->hooks.alone(m->hooks.ctx, n->side, n->number);
}

/* In a group they wait in the order of the queue, so it is its first one. */
static void leave_queue(struct match *m)
{
	const struct node *n = node(m, m->oldest++);

	if (n->waits)
		stay_alone(m, &m->groups[n->group]);
	leave_group(m, n->group);
}

static uint64_t apart(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

static int make_room(struct match *m)
{
	while (m->oldest < m->next && m->now_ns > node(m, m->oldest)->ns &&
	       m->now_ns - node(m, m->oldest)->ns > m->window_ns)
		leave_queue(m);
	if (m->next - m->oldest < m->size)
		return 0;
	if (m->size < MATCH_ROOM)
		return resize(m, 2 * m->size);
	m->totals.crowded++;
	leave_queue(m);
	return 0;
}

/*
 * Finds the other one. Those in front that are too far away, since times step back, will not come
 * nearer.
 */
static bool pair(struct match *m, struct group *g, unsigned side, uint64_t ns)
{
	while (g->first && g->side != side) {
		const struct node *other;

		if (apart(node(m, g->first)->ns, ns) > m->window_ns) {
			stay_alone(m, g);
			continue;
		}
		other = take_first(m, g);
		g->paired = true;
		m->totals.pairs++;
		if (m->hooks.pair)
			m->hooks.pair(m->hooks.ctx, side ? ns - other->ns : other->ns - ns);
		return true;
	}
	return false;
}

int match_packet(struct match *m, unsigned side, const struct hash128 *imprint, uint64_t ns)
{
	struct node n = { .ns = ns, .number = m->totals.packets[side]++, .side = side };
	struct group *g;
	int err;

	m->now_ns = max_of(m->now_ns, ns);
	err = make_room(m);
	if (err)
		return err;
	n.group = find_group(m, imprint);
	g = &m->groups[n.group];
	g->refs++;
	n.waits = !pair(m, g, side, ns);
	*node(m, m->next) = n;
	if (n.waits) {
		if (g->first)
			node(m, g->last)->next = m->next;
		else
			g->first = m->next;
		g->last = m->next;
		g->side = side;
	}
	m->next++;
	return 0;
}

void match_end(struct match *m)
{
	while (m->oldest < m->next)
		leave_queue(m);
}

const struct match_totals *match_totals(const struct match *m)
{
	return &m->totals;
}

struct match *match_close(struct match *m)
{
	if (!m)
		return NULL;
	free(m->queue);
	free(m->groups);
	free(m->buckets);
	free(m);
	return NULL;
}
