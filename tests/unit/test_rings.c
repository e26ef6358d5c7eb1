// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Records that a program would not write: none of their lengths is believed, whatever they add up
 * to.
 */
#include <stdint.h>
#include <string.h>

#include "capture/base/util.h"

#include "tests/unit/played_rings.h"

#include "tests/unit/unit.h"

enum { SNAP = 100, SHARE = 4096 };

static const struct record_case {
	const char *name;
	uint32_t caplen, len;
	uint8_t meta, hook, offload;
	uint64_t head;		/* of the ring; 0: behind a record of 60 bytes */
	bool sound;
} cases[] = {
	{ "R5: a record as a program writes it", 60, 60, .sound = true },
	{ "R5: all that there is room for", SNAP, 1500, .head = 48 + 104, .sound = true },
	{ "R5: words before the packet", 52, 52, .meta = META_ID, .sound = true },
	{ "R5: no bytes", 0, 0, .head = 48, .sound = true },
	{ "R5: more bytes than are ever copied", SNAP + 1, 1500, .head = 48 + 104 },
	{ "R5: more with its words", SNAP - 7, 1500, .meta = META_ID, .head = 48 + 104 },
	{ "R5: more bytes than the frame has", 60, 59, .sound = false },
	{ "R5: it goes on behind the head", 60, 60, .head = 48 + 56 },
	{ "R5: its words go on behind the head", 0, 0, .meta = META_ID, .head = 48 },
	{ "R5: a length that its words carry round", UINT32_MAX, UINT32_MAX, .meta = META_ID },
	{ "R5: round to nothing", UINT32_MAX - 7, UINT32_MAX, .meta = META_ID },
	{ "R5: round to a small record", UINT32_MAX - 1, UINT32_MAX,
	  .meta = META_PROCESS | META_ID },
	{ "R5: a length that rounding carries round", UINT32_MAX - 3, UINT32_MAX, .sound = false },
	{ "R5: a kind of word that there is not", 0, 0, .meta = META_KNOWN + 1 },
	{ "R5: a hook that there is not", 60, 60, .hook = EVENT_HOOKS },
	{ "R5: an offload that there is not", 60, 60, .offload = EVENT_OFFLOAD + 1 },
	{ "R5: a head beyond the ring", 60, 60, .head = SHARE + 8 },
	{ "R5: a head that is no multiple of 8", 60, 60, .head = 48 + 64 + 5, .sound = true },
	{ "R5: a head that has gone back", 60, 60, .head = UINT64_MAX - 63 },
};

static struct event record_of(const struct record_case *c)
{
	return (struct event){
		.len = c->len,
		.caplen = c->caplen,
		.meta = c->meta,
		.hook = c->hook,
		.flags = c->offload,
	};
}

static void is_taken_if_it_is_sound(void **state)
{
	const struct record_case *c = *state;
	const struct event record = record_of(c), next = record_of(&cases[0]), *ev = NULL;
	struct rings *r = NULL;
	struct cpu_ring *lane;
	char *map;

	assert_int_equal(rings_open(&r, 1, SNAP), 0);
	map = played_map(r);
	assert_non_null(map);
	lane = played_lane(map, played.n_lanes - 1);
	memcpy(lane->data, &record, sizeof(record));
	lane->head = c->head ? c->head : 48 + 64;
	rings_look(r, UINT64_MAX);
	assert_int_equal(rings_take(r, &ev, 1), c->sound);
	assert_int_equal(rings_broken(r), !c->sound);
	if (c->sound)
		assert_memory_equal(ev, &record, sizeof(record));
	rings_release(r);
	/* what is behind it is taken again */
	assert_int_equal(lane->tail, lane->head & ~7ull);
	lane->head = lane->tail;
	memcpy(&lane->data[lane->head & (SHARE - 1)], &next, sizeof(next));
	lane->head += 48 + 64;
	rings_look(r, UINT64_MAX);
	assert_int_equal(rings_take(r, &ev, 1), 1);
	munmap(map, played.stride * played.n_lanes);
	rings_close(r);
}

int main(void)
{
	struct CMUnitTest tests[array_size(cases)];
	size_t n = 0;

	unit_of_table(cases, is_taken_if_it_is_sound, tests, n);
	return unit_run("rings", tests, n);
}
