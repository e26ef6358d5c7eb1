// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Records become packets, packets are handed on, and each is in the books of its interface. */
#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/kernel/rings.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_source.h"
#include "capture/packet/packet.h"
#include "capture/write/outputs.h"

enum { PACE_MAX_NS = 5 * 1000 * 1000 };	/* a ring of 8 MiB holds the packets that a sender at full speed makes by then */

size_t live_source_look(struct live_source *d, bool all)
{
	uint64_t now = clock_monotonic_ns();

	d->since_ns = now - d->looked_ns;
	d->looked_ns = now;
	d->now_ns = clock_now_ns();
	outputs_now(d->outputs, now);
	return rings_look(d->ring, all ? UINT64_MAX : clock_tai_ns());
}

static void refuse(struct live_source *d, struct live_iface *t)
{
	t->refused++;
	d->outputs->refused++;
}

static void take(struct live_source *d, const struct event *ev, bool hand_on)
{
	struct packet p;
	struct live_iface *t;

	if (ev->iface >= d->n_taps) {
		d->malformed++;
		return;
	}
	t = &d->taps[ev->iface];
	if (hand_on && !d->outputs->done) {
		live_iface_packet(t, ev, &d->clock, d->now_ns, &p);
		outputs_packet(d->outputs, &p);
	} else {
		refuse(d, t);
	}
	t->taken++;	/* only now: the packet may have made a new file begin, and then the old one's statistics are without it */
}

unsigned live_source_batch(struct live_source *d)
{
	const struct event *records[LIVE_SOURCE_BATCH];
	unsigned n = rings_take(d->ring, records, LIVE_SOURCE_BATCH);

	for (unsigned i = 0; i < n; i++)
		take(d, records[i], true);
	rings_release(d->ring);
	return n;
}

void live_source_refuse(struct live_source *d)
{
	const struct event *ev;

	rings_look(d->ring, UINT64_MAX);
	while (rings_take(d->ring, &ev, 1))
		take(d, ev, false);
	rings_release(d->ring);
}

uint64_t live_source_pace(struct live_source *d, size_t used, uint64_t taken)
{
	uint64_t drained = clock_monotonic_ns() - d->looked_ns;
	double quarter = rings_cpu_size(d->ring) / 4;

	if (taken) {
		uint64_t until = min_of((uint64_t)PACE_MAX_NS, (uint64_t)(d->since_ns * quarter / used));

		return until > drained ? until - drained : 0;
	}
	if (used)
		return RING_WINDOW_NS;
	return rings_sleep(d->ring) ? UINT64_MAX : RING_WINDOW_NS;
}
