// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Whether the page cache is a help where a disk does not keep up: for disks and caches of given
 * speeds, how much goes which way.
 */
#include "capture/base/util.h"
#include "capture/write/detour.h"

#include "tests/unit/unit.h"

#define MIB	(1ull << 20)
#define GIB	(1ull << 30)
#define SEC	1000000000ull

static const struct detour_case {
	const char *name;
	unsigned disk, cache;		/* MiB in a second */
	unsigned full_after, full;	/* MiB, and what the cache does from then on */
	unsigned sec;			/* how long */
	unsigned least, most;		/* percent of the bytes that go through the cache */
} cases[] = {
	{ "a_slow_disk", 100, 2000, 0, 0, 20, 99, 100 },
	{ "a_disk_that_is_half_as_fast", 1000, 2000, 0, 0, 20, 99, 100 },
	{ "a_disk_that_is_nearly_as_fast", 1500, 2000, 0, 0, 20, 0, 1 },
	{ "a_disk_that_is_faster", 1500, 500, 0, 0, 20, 0, 1 },
	{ "a_cache_that_fills", 1000, 4000, 4000, 300, 20, 17, 30 },
	{ "a_cache_that_is_full_at_once", 1000, 4000, 1, 100, 20, 0, 1 },
	{ "a_cache_that_fills_before_a_slow_disk", 100, 4000, 8000, 50, 100, 44, 47 },
};

/* MiB by MiB, as they are written where there is always more. */
static void it_goes_there(void **state)
{
	const struct detour_case *c = *state;
	struct detour d = { .tried_ns = 0 };
	uint64_t now = SEC, by[2] = { 0, 0 };

	while (now < (1 + c->sec) * SEC) {
		enum detour_way way = detour_way(&d, now);
		bool is_full = c->full_after && by[DETOUR_CACHE] >= c->full_after * MIB;
		uint64_t speed = way == DETOUR_DISK ? c->disk : is_full ? c->full : c->cache,
			 ns = SEC / speed;

		detour_count(&d, way, MIB, ns);
		by[way] += MIB;
		now += ns;
	}
	assert_in_range(100 * by[DETOUR_CACHE] / (by[0] + by[1]), c->least, c->most);
}

/* It is not known to be slower before the disk is known. */
static void the_disk_is_first(void **state)
{
	struct detour d = { .tried_ns = 0 };

	(void)state;
	assert_int_equal(detour_way(&d, SEC), DETOUR_DISK);
	detour_count(&d, DETOUR_CACHE, GIB, SEC);
	assert_int_equal(detour_way(&d, SEC), DETOUR_DISK);
	detour_count(&d, DETOUR_DISK, MIB, SEC / 100);
	assert_int_equal(detour_way(&d, SEC), DETOUR_CACHE);
}

int main(void)
{
	struct CMUnitTest tests[16];
	size_t n = 0;

	unit_of_table(cases, it_goes_there, tests, n);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(the_disk_is_first);
	return unit_run("detour", tests, n);
}
