// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * TAI to wall clock: which offset a record gets that was taken around the moment when the offset
 * was set.
 */
#include <time.h>
#include <unistd.h>

#include "capture/base/clock.h"

#include "tests/unit/unit.h"

#define S	1000000000ull
#define NOW	(1704164645 * S)

static const struct wall_case {
	const char *name;
	int64_t before_s, offset_s;
	uint64_t tai_ns, want_ns;
} walls[] = {
	{ "without_an_offset_tai_is_the_wall_clock", 0, 0, NOW - 5, NOW - 5 },
	{ "the_offset_is_subtracted", 37, 37, NOW + 37 * S - 5, NOW - 5 },
	{ "a_record_after_the_offset_was_set_takes_the_new_one", 0, 37, NOW + 37 * S - 5, NOW - 5 },
	{ "a_record_from_before_takes_the_old_one", 0, 37, NOW - 5, NOW - 5 },
	{ "a_record_from_before_that_waited_takes_the_old_one", 0, 37, NOW - 10 * S, NOW - 10 * S },
	{ "a_leap_second_is_told_apart_if_the_record_is_young", 37, 38, NOW + 37 * S - S / 4,
	  NOW - S / 4 },
};

static void wall_clock_is_as_the_row_wants(void **state)
{
	const struct wall_case *w = *state;
	struct clock c = { .offset_ns = w->offset_s * (int64_t)S,
			   .before_ns = w->before_s * (int64_t)S };

	assert_true(clock_wall_ns(&c, w->tai_ns, NOW) == w->want_ns);
}

static void the_offset_of_this_machine_fits_its_clocks(void **state)
{
	struct clock c;
	struct timespec tai;
	uint64_t before, wall;

	(void)state;
	clock_init(&c);
	before = clock_now_ns();
	clock_gettime(CLOCK_TAI, &tai);
	wall = clock_wall_ns(&c, tai.tv_sec * S + tai.tv_nsec, clock_now_ns());
	assert_true(before <= wall && wall <= clock_now_ns());
	assert_int_equal(clock_refresh(&c), 0);
	assert_true(c.offset_ns == c.before_ns);
}

/* As if it had been set since: the machine's own is left alone. */
static void a_step_is_told_once_and_with_its_sign(void **state)
{
	static const int64_t steps_ms[] = { 3600000, -3600000, 20, -20 };

	(void)state;
	for (size_t i = 0; i < sizeof(steps_ms) / sizeof(steps_ms[0]); i++) {
		struct clock c;
		int64_t us;

		clock_init(&c);
		c.boot_ns -= steps_ms[i] * 1000000;
		us = clock_refresh(&c) / 1000 - 1000 * steps_ms[i];
		assert_in_range(us + 5000, 0, 10000);
		assert_int_equal(clock_refresh(&c), 0);
	}
}

static void the_watch_is_quiet_while_nobody_sets_the_clock(void **state)
{
	int fd = clock_watch();
	uint64_t n;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(read(fd, &n, sizeof(n)), -1);
	assert_int_equal(clock_watch_again(fd), 0);
	close(fd);
}

static void monotonic_time_does_not_go_back(void **state)
{
	uint64_t last = clock_monotonic_ns();

	(void)state;
	for (int i = 0; i < 1000; i++) {
		uint64_t now = clock_monotonic_ns();

		assert_true(now >= last);
		last = now;
	}
}

/* Never too soon, or who waits so long would have to wait again. */
static void what_is_left_is_rounded_up(void **state)
{
	const uint64_t now = clock_monotonic_ns();
	int ms;

	(void)state;
	assert_int_equal(clock_ms_until(UINT64_MAX), -1);
	assert_int_equal(clock_ms_until(0), 0);
	assert_int_equal(clock_ms_until(now), 0);
	assert_int_equal(clock_ms_until(UINT64_MAX - 1), INT32_MAX);
	ms = clock_ms_until(now + UINT64_C(3600000000001));
	assert_in_range(ms, 1, 3600001);
	assert_true(now + UINT64_C(1000000) * ms + (clock_monotonic_ns() - now) >=
		    now + UINT64_C(3600000000001));
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(what_is_left_is_rounded_up),
		cmocka_unit_test(the_offset_of_this_machine_fits_its_clocks),
		cmocka_unit_test(a_step_is_told_once_and_with_its_sign),
		cmocka_unit_test(the_watch_is_quiet_while_nobody_sets_the_clock),
		cmocka_unit_test(monotonic_time_does_not_go_back),
	};
	struct CMUnitTest tests[16];
	size_t n = 0;

	unit_of_table(walls, wall_clock_is_as_the_row_wants, tests, n);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		tests[n++] = others[i];
	return unit_run("clock", tests, n);
}
