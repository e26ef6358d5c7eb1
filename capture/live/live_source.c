// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Records become packets, and each is in the books of its interface. */
#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/kernel/rings.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_source.h"

enum { PACE_MAX_NS = 5 * 1000 * 1000 };	/* a ring of 8 MiB holds the packets that a sender at full speed makes by then */

size_t live_source_look(struct live_source *s, bool all)
{
	uint64_t now = clock_monotonic_ns();

	s->since_ns = now - s->looked_ns;
	s->looked_ns = now;
	s->now_ns = clock_now_ns();
	return rings_look(s->rings, all ? UINT64_MAX : clock_tai_ns());
}

unsigned live_source_batch(struct live_source *s)
{
	s->at = 0;
	return s->n = rings_take(s->rings, s->records, LIVE_SOURCE_BATCH);
}

bool live_source_end(struct live_source *s)
{
	rings_release(s->rings);
	return false;
}

uint64_t live_source_pace(struct live_source *s, size_t used, uint64_t taken)
{
	uint64_t drained = clock_monotonic_ns() - s->looked_ns;
	double quarter = rings_cpu_size(s->rings) / 4;

	if (taken) {
		uint64_t until = min_of((uint64_t)PACE_MAX_NS,
					(uint64_t)(s->since_ns * quarter / used));

		return until > drained ? until - drained : 0;
	}
	if (used)
		return RING_WINDOW_NS;
	return rings_sleep(s->rings) ? UINT64_MAX : RING_WINDOW_NS;
}
