// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A queue of hashes, numbered in the order of arrival, with chains from the newest to the oldest of
 * a bucket. What has left the queue is not unlinked: a chain ends at the first number that is no
 * longer in it.
 */
#include <errno.h>
#include <stdlib.h>

#include "capture/base/util.h"
#include "capture/packet/imprint.h"
#include "capture/packet/packet.h"
#include "capture/stage/dedup.h"

struct seen {
	struct hash128 hash;
	uint64_t ts_ns;
	uint64_t older;		/* number of the next one of the bucket, 0: none */
};

struct dedup {
	struct hash_key key;
	uint32_t n_packets;	/* 0: a window of time */
	uint64_t window_ns;
	unsigned ignored;	/* IMPRINT_... */
	uint64_t oldest, next;	/* numbers; those in [oldest, next) are remembered */
	uint64_t size;		/* of both arrays, a power of two */
	struct seen *queue;
	uint64_t *newest;	/* by bucket: a number, 0: none */
};

enum { SIZE_FIRST = 256, SIZE_MAX_PACKETS = 1 << 20 };

static struct seen *at(const struct dedup *d, uint64_t number)
{
	return &d->queue[number & (d->size - 1)];
}

static uint64_t *bucket(const struct dedup *d, const struct hash128 *h)
{
	return &d->newest[h->a & (d->size - 1)];
}

static void link_in(struct dedup *d, uint64_t number)
{
	uint64_t *b = bucket(d, &at(d, number)->hash);

	at(d, number)->older = *b;
	*b = number;
}

static int resize(struct dedup *d, uint64_t size)
{
	struct dedup bigger = *d;

	bigger.size = size;
	bigger.queue = calloc(size, sizeof(*bigger.queue));
	bigger.newest = calloc(size, sizeof(*bigger.newest));
	if (!bigger.queue || !bigger.newest) {
		free(bigger.queue);
		free(bigger.newest);
		return -ENOMEM;
	}
	for (uint64_t i = d->oldest; i < d->next; i++) {
		*at(&bigger, i) = *at(d, i);
		link_in(&bigger, i);
	}
	free(d->queue);
	free(d->newest);
	*d = bigger;
	return 0;
}

int dedup_open(struct dedup **dedup, uint32_t n_packets, uint64_t window_ns, unsigned ignored)
{
	struct dedup *d = calloc(1, sizeof(*d));
	int err;

	if (!d)
		return -ENOMEM;
	hash_key_init(&d->key);
	d->n_packets = n_packets;
	d->window_ns = window_ns;
	d->ignored = ignored;
	d->oldest = d->next = 1;
	err = resize(d, SIZE_FIRST);
	if (err)
		free(d);
	else
		*dedup = d;
	return err;
}

static uint64_t apart(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/*
 * Out of the window with those that have left it. Where times step back some stay, which is_seen()
 * finds too far away.
 */
static void leave_behind(struct dedup *d, uint64_t ts_ns)
{
	if (d->n_packets) {
		if (d->next - d->oldest > d->n_packets)
			d->oldest = d->next - d->n_packets;
		return;
	}
	while (d->oldest < d->next && apart(at(d, d->oldest)->ts_ns, ts_ns) > d->window_ns)
		d->oldest++;
	if (d->next - d->oldest >= DEDUP_WINDOW_MAX)
		d->oldest++;
}

static bool is_seen(const struct dedup *d, const struct hash128 *h, uint64_t ts_ns)
{
	for (uint64_t i = *bucket(d, h); i >= d->oldest; i = at(d, i)->older)
		if (at(d, i)->hash.a == h->a && at(d, i)->hash.b == h->b &&
		    (d->n_packets || apart(at(d, i)->ts_ns, ts_ns) <= d->window_ns))
			return true;
	return false;
}

int dedup_packet(struct dedup *d, const struct packet *p)
{
	struct hash128 h;
	bool seen;

	if (!d->n_packets && !(p->has & PACKET_TIME))
		return 0;
	h = imprint(&d->key, p, d->ignored);
	leave_behind(d, p->ts_ns);
	if (d->next - d->oldest == d->size && d->size < SIZE_MAX_PACKETS) {
		int err = resize(d, 2 * d->size);

		if (err)
			return err;
	}
	seen = is_seen(d, &h, p->ts_ns);
	*at(d, d->next) = (struct seen){ .hash = h, .ts_ns = p->ts_ns };
	link_in(d, d->next++);
	return seen;
}

struct dedup *dedup_close(struct dedup *d)
{
	if (!d)
		return NULL;
	free(d->queue);
	free(d->newest);
	free(d);
	return NULL;
}
