// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Entries wait in a queue, numbered as they came, and stand in chains by their key, the oldest
 * first. Who leaves the queue is the first of its chain, so nothing is searched for.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/hash.h"
#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_options.h"
#include "capture/report/pairs.h"

enum {
	SIZE_FIRST	= 256,
	/* interfaces on either side among which the other one is looked for */
	NEAR		= 256,
};

#define NOWHERE	UINT32_MAX

/*
 * What is known of an interface, made when it is seen first; it may be gone when its
 * entry leaves.
 */
struct place {
	bool known;
	bool is_exit;
	uint16_t linktype;
	uint32_t entry;		/* where the entries of its exits are, or NOWHERE */
	char *name;		/* NULL: none */
};

struct waiting {
	struct packet packet;	/* its data is ours; NULL: does not wait any more */
	uint32_t iface;
	uint64_t next;		/* of the chain; 0: none */
};

struct chain {
	uint64_t first, last;	/* numbers; first 0: empty */
};

struct pairs {
	struct pairs_hooks hooks;
	struct pairs_totals totals;
	struct hash_key key;
	struct place *places;		/* by id */
	uint32_t n_places;
	uint64_t oldest, next;		/* numbers; those in [oldest, next) are in the queue */
	uint64_t size;			/* of both arrays, a power of two */
	struct waiting *queue;
	struct chain *chains;
	size_t bytes;			/* of the data */
	void *found;			/* data of the entry that was given away last */
	struct iface iface;		/* its interface */
};

/* ---- interfaces ---- */

static bool ends_with(const char *s, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && !memcmp(s + len - n, end, n);
}

/* Bytes of a name without the end by which xdp-tools tells entry and exit apart. */
static size_t base_of(const char *name)
{
	size_t len = name ? strlen(name) : 0;

	if (name && ends_with(name, len, "@fentry"))
		return len - strlen("@fentry");
	return name && ends_with(name, len, "@fexit") ? len - strlen("@fexit") : len;
}

static bool is_exit(const struct iface *i)
{
	if (i->name && ends_with(i->name, strlen(i->name), "@fexit"))
		return true;
	return i->description && !strncmp(i->description, "after ", strlen("after "));
}

static bool is_entry_of(const struct iface *entry, const struct iface *exit)
{
	size_t n = base_of(exit->name);

	return entry && !is_exit(entry) && base_of(entry->name) == n &&
	       (!n || !memcmp(entry->name, exit->name, n));
}

/*
 * In a file it stands in front, usually; in that of another one, which is read with it,
 * is another.
 */
static uint32_t find_entry(const struct pairs *s, const struct iface *exit)
{
	const uint32_t id = exit->id;

	for (uint32_t n = 1; n <= NEAR && n <= id; n++)
		if (is_entry_of(s->hooks.iface(s->hooks.ctx, id - n), exit))
			return id - n;
	for (uint32_t n = 1; n <= NEAR; n++)
		if (is_entry_of(s->hooks.iface(s->hooks.ctx, id + n), exit))
			return id + n;
	return NOWHERE;
}

static bool has_place(struct pairs *s, uint32_t id)
{
	uint32_t n = id + 1 + id / 2;
	struct place *more;

	if (id < s->n_places)
		return true;
	more = reallocarray(s->places, n, sizeof(*more));
	if (!more)
		return false;
	memset(more + s->n_places, 0, (n - s->n_places) * sizeof(*more));
	s->places = more;
	s->n_places = n;
	return true;
}

static struct place *place_of(struct pairs *s, const struct iface *i)
{
	struct place *at;

	if (!has_place(s, i->id))
		return NULL;
	at = &s->places[i->id];
	if (at->known)
		return at;
	at->name = i->name ? strdup(i->name) : NULL;
	if (i->name && !at->name)
		return NULL;
	at->known = true;
	at->linktype = i->linktype;
	at->is_exit = is_exit(i);
	at->entry = at->is_exit ? find_entry(s, i) : i->id;
	return at;
}

/* ---- the queue ---- */

static struct waiting *at(const struct pairs *s, uint64_t number)
{
	return &s->queue[number & (s->size - 1)];
}

static struct chain *chain(const struct pairs *s, uint64_t id, uint32_t iface)
{
	return &s->chains[hash_words(&s->key, id, iface) & (s->size - 1)];
}

static void link_in(struct pairs *s, uint64_t number)
{
	struct waiting *w = at(s, number);
	struct chain *c = chain(s, w->packet.id, w->iface);

	w->next = 0;
	if (c->first)
		at(s, c->last)->next = number;
	else
		c->first = number;
	c->last = number;
}

static int resize(struct pairs *s, uint64_t size)
{
	struct pairs bigger = *s;

	bigger.size = size;
	bigger.queue = calloc(size, sizeof(*bigger.queue));
	bigger.chains = calloc(size, sizeof(*bigger.chains));
	if (!bigger.queue || !bigger.chains) {
		free(bigger.queue);
		free(bigger.chains);
		return -ENOMEM;
	}
	for (uint64_t i = s->oldest; i < s->next; i++) {
		*at(&bigger, i) = *at(s, i);
		if (at(s, i)->packet.data)
			link_in(&bigger, i);
	}
	free(s->queue);
	free(s->chains);
	*s = bigger;
	return 0;
}

/* It waits no more; its data is the caller's. @before: in the chain, 0: it is the first. */
static void *unlink_one(struct pairs *s, struct chain *c, uint64_t before, uint64_t number)
{
	struct waiting *w = at(s, number);
	void *data = (void *)(uintptr_t)w->packet.data;

	if (before)
		at(s, before)->next = w->next;
	else
		c->first = w->next;
	if (c->last == number)
		c->last = before;
	w->packet.data = NULL;
	s->bytes -= w->packet.caplen;
	return data;
}

/* What an image looked like when it came. */
static struct iface iface_of(const struct pairs *s, uint32_t id)
{
	const struct place *p = &s->places[id];

	return (struct iface){ .id = id, .linktype = p->linktype, .name = p->name };
}

static void be_alone(struct pairs *s, enum pairs_alone why, const struct packet *p)
{
	if (why == PAIRS_EXIT && s->hooks.some)
		return;
	s->totals.alone[why]++;
	if (s->hooks.alone)
		s->hooks.alone(s->hooks.ctx, why, p);
}

/* An entry with a verdict is an exit whose entry did not come, on an interface that has both. */
static void leave(struct pairs *s)
{
	const uint64_t number = s->oldest++;
	struct waiting *w = at(s, number);
	struct iface i = iface_of(s, w->iface);
	struct packet p = w->packet;

	if (!p.data)
		return;
	unlink_one(s, chain(s, p.id, w->iface), 0, number);
	p.iface = &i;
	be_alone(s, p.has & PACKET_VERDICT ? PAIRS_EXIT : PAIRS_ENTRY, &p);
	free((void *)(uintptr_t)p.data);
}

static void leave_early(struct pairs *s)
{
	s->totals.crowded += at(s, s->oldest)->packet.data != NULL;
	leave(s);
}

static int make_room(struct pairs *s, uint32_t bytes)
{
	while (s->oldest < s->next && !at(s, s->oldest)->packet.data)
		s->oldest++;
	while (s->oldest < s->next && s->bytes + bytes > PAIRS_BYTES)
		leave_early(s);
	if (s->next - s->oldest < s->size)
		return 0;
	if (s->size < PAIRS_WINDOW)
		return resize(s, 2 * s->size);
	leave_early(s);
	return 0;
}

/* The oldest entry with that id on that interface: it is taken out. */
static bool take(struct pairs *s, uint64_t id, uint32_t iface, struct packet *entry)
{
	struct chain *c = chain(s, id, iface);

	for (uint64_t before = 0, n = c->first; n; before = n, n = at(s, n)->next) {
		struct waiting *w = at(s, n);

		if (w->packet.id != id || w->iface != iface)
			continue;
		*entry = w->packet;
		free(s->found);
		s->found = unlink_one(s, c, before, n);
		s->iface = iface_of(s, iface);
		entry->iface = &s->iface;
		return true;
	}
	return false;
}

static int wait_for_exit(struct pairs *s, const struct packet *p)
{
	struct waiting *w;
	uint8_t *data;
	int err = make_room(s, p->caplen);

	if (err)
		return err;
	data = malloc(p->caplen ? p->caplen : 1);
	if (!data)
		return -ENOMEM;
	memcpy(data, p->data, p->caplen);
	w = at(s, s->next);
	*w = (struct waiting){ .packet = *p, .iface = p->iface->id };
	w->packet.data = data;
	if (pcapng_options_verdict(p, &w->packet.verdict))
		w->packet.has |= PACKET_VERDICT;
	w->packet.options = (struct raw_options){ 0 };
	s->bytes += p->caplen;
	link_in(s, s->next++);
	return 0;
}

/* ---- */

int pairs_open(struct pairs **pairs, const struct pairs_hooks *hooks)
{
	struct pairs *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->hooks = *hooks;
	s->oldest = s->next = 1;
	hash_key_init(&s->key);
	if (resize(s, SIZE_FIRST)) {
		free(s);
		return -ENOMEM;
	}
	*pairs = s;
	return 0;
}

int pairs_packet(struct pairs *s, const struct packet *p, bool wanted, struct packet *entry)
{
	const struct place *place = place_of(s, p->iface);
	struct verdict v;

	if (!place)
		return -ENOMEM;
	if (!(p->has & PACKET_ID)) {
		if (wanted)
			be_alone(s, PAIRS_NO_ID, p);
		return 0;
	}
	if ((place->is_exit || pcapng_options_verdict(p, &v)) && place->entry != NOWHERE &&
	    take(s, p->id, place->entry, entry)) {
		s->totals.pairs++;
		return 1;
	}
	if (!wanted)
		return 0;
	if (!place->is_exit)
		return wait_for_exit(s, p);
	be_alone(s, PAIRS_EXIT, p);
	return 0;
}

void pairs_end(struct pairs *s)
{
	while (s->oldest < s->next)
		leave(s);
}

const struct pairs_totals *pairs_totals(const struct pairs *s)
{
	return &s->totals;
}

struct pairs *pairs_close(struct pairs *s)
{
	if (!s)
		return NULL;
	for (; s->oldest < s->next; s->oldest++)
		free((void *)(uintptr_t)at(s, s->oldest)->packet.data);
	for (uint32_t i = 0; i < s->n_places; i++)
		free(s->places[i].name);
	free(s->places);
	free(s->queue);
	free(s->chains);
	free(s->found);
	free(s);
	return NULL;
}
