// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Most values of a packet are those of one shortly before it, and need not be added again. */
#include <errno.h>
#include <stdlib.h>

#include "capture/base/util.h"
#include "capture/filter/noted.h"
#include "capture/index/entry.h"
#include "capture/index/notes.h"
#include "capture/packet/packet.h"

enum { RECENT = 4096 };

struct notes {
	struct entry *e;
	struct noted noted[ENTRY_LINKS];	/* of each of its link types */
	uint64_t recent[RECENT];		/* a value, and its kind + 1 in front */
};

static bool add_value(void *ctx, enum noted_kind kind, uint32_t value)
{
	struct notes *n = ctx;
	const uint64_t both = (uint64_t)(kind + 1) << 32 | value;
	uint64_t *recent = &n->recent[(value ^ value >> 10 ^ value >> 20 ^ kind << 4) % RECENT];

	if (*recent == both)
		return false;
	*recent = both;
	sketch_add(&n->e->sketch, kind, value);
	return true;
}

/* The place of a link type among those that are known; ENTRY_LINKS: no place is left. */
static unsigned link_of(struct notes *n, uint16_t linktype)
{
	struct entry *e = n->e;
	unsigned i = 0;

	while (i < min_of(e->n_links, (unsigned)ENTRY_LINKS) && e->links[i] != linktype)
		i++;
	if (i == ENTRY_LINKS)
		e->n_links = ENTRY_LINKS + 1;
	else if (i == e->n_links) {
		noted_of_link(&n->noted[i], linktype);
		e->links[e->n_links++] = linktype;
	}
	return i;
}

void notes_packet(struct notes *n, const struct packet *p)
{
	struct entry *e = n->e;
	const unsigned link = link_of(n, p->iface->linktype);

	e->n_packets++;
	if (link < ENTRY_LINKS)
		noted_packet(&n->noted[link], p->data, p->caplen, add_value, n);
	if (!(p->has & PACKET_TIME))
		return;
	if (!e->n_timed++)
		e->first_ns = e->min_ns = e->max_ns = p->ts_ns;
	e->min_ns = min_of(e->min_ns, p->ts_ns);
	e->max_ns = max_of(e->max_ns, p->ts_ns);
}

int notes_open(struct notes **notes, struct entry *e)
{
	struct notes *n = *notes = calloc(1, sizeof(*n));

	if (!n)
		return -ENOMEM;
	n->e = e;
	return sketch_open(&e->sketch);
}

struct notes *notes_close(struct notes *n)
{
	free(n);
	return NULL;
}
