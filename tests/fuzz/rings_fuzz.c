// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libFuzzer target for the records in the rings: whatever stands there, and wherever the heads are,
 * what is taken lies within its ring and its lengths fit, each record is taken once, and the taking
 * ends.
 *
 *	make fuzz-rings		make check replays tests/fuzz/rings
 *
 * Input: three bytes for each of the lanes in turn, how far its head goes on and how many bytes of
 * what follows stand before it; again and again.
 */
#include <string.h>

#include "capture/kernel/rings.c"	/* to know where its mapping is */

#include "tests/fuzz/fuzz.h"
#include "tests/unit/played_rings.h"

enum { SNAP = 256, STEP = 3, RUN = 8, LANES = 2 };

static void check_record(const struct rings *r, const struct event *ev)
{
	const char *at = (const char *)ev, *map = r->map;
	size_t offset = (at - map) % played.stride;
	size_t n = 8 * event_meta_words(ev->meta) + (size_t)ev->caplen;

	must(at >= map && at < map + played.n_lanes * played.stride);
	must(offset >= sizeof(struct cpu_ring) && offset < sizeof(struct cpu_ring) + r->cpu_size);
	must(n <= SNAP && ev->caplen <= ev->len && ev->hook < EVENT_HOOKS);
}

static void take_all(struct rings *r, char *map)
{
	const struct event *records[RUN];
	uint64_t room = 0, bytes = 0;
	unsigned n;

	for (unsigned i = 0; i < min_of(played.n_lanes, (unsigned)LANES); i++)
		room += rings_cpu_size(r);
	rings_look(r, UINT64_MAX);
	while ((n = rings_take(r, records, RUN)) > 0)
		for (unsigned i = 0; i < n; i++) {
			check_record(r, records[i]);
			bytes += event_size(records[i]);
			must(bytes <= room);
		}
	rings_release(r);
	for (unsigned i = 0; i < played.n_lanes; i++)
		must(played_lane(map, i)->tail == (played_lane(map, i)->head & ~7ull));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rings *r = NULL;
	char *map;

	must(!rings_open(&r, 1, SNAP));
	map = played_map(r);
	must(map);
	for (unsigned round = 0; size > STEP; round++) {
		struct cpu_ring *lane = played_lane(map, round % min_of(played.n_lanes,
									(unsigned)LANES));
		size_t n = min_of((size_t)data[2], size - STEP), mask = rings_cpu_size(r) - 1;
		int32_t step = (int8_t)data[1] * 256 + data[0];

		for (size_t i = 0; i < n; i++)
			lane->data[(lane->head + i) & mask] = data[STEP + i];
		lane->head += step;
		data += STEP + n;
		size -= STEP + n;
		if (round & 1)
			take_all(r, map);
	}
	take_all(r, map);
	munmap(map, played.stride * played.n_lanes);
	rings_close(r);
	return 0;
}
