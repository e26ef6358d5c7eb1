// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* How many files a capture needs, for what is asked of it. */
#include <sys/resource.h>

#include "capture/cli/file_limit.h"
#include "capture/cli/opts.h"
#include "capture/live/live_way.h"

#include "tests/unit/written.h"

enum { HARD = 1000 };

static int set_up(void **state)
{
	const struct rlimit l = { 100, HARD };

	return written_set_up(state) || setrlimit(RLIMIT_NOFILE, &l);
}

/* The most interfaces for which there is room. */
static unsigned room(const struct opts *o)
{
	unsigned n = 1;

	written_listen();
	while (n < HARD && file_limit_raise(o, n, false) == STATUS_OK)
		n++;
	written_said();
	return n - 1;
}

static void more_of_each_interface_is_less_of_them(void **state)
{
	const struct opts plain = { .directions = LIVE_RECEIVED },
			  both = { .directions = LIVE_RECEIVED | LIVE_SENT },
			  front = { .directions = LIVE_RECEIVED, .observe.way = OBSERVE_FRONT },
			  flows = { .directions = LIVE_RECEIVED, .flows = true },
			  flows_both = { .directions = LIVE_RECEIVED | LIVE_SENT, .flows = true },
			  metrics = { .directions = LIVE_RECEIVED, .metrics = ":9100" };
	const unsigned most = room(&plain);

	(void)state;
	assert_in_range(most, 90, 96);
	assert_in_range(room(&both), most / 2 - 1, most / 2 + 1);
	assert_in_range(room(&front), most / 2, most * 2 / 3);
	assert_in_range(room(&flows), most / 2, most * 4 / 5);
	assert_in_range(room(&flows_both), room(&flows) / 2 - 1, room(&flows) / 2 + 1);
	assert_in_range(room(&metrics), most / 2, most - 1);
}

static void what_is_allowed_is_raised_to_what_is_needed(void **state)
{
	const struct opts o = { .directions = LIVE_RECEIVED };
	struct rlimit l;

	(void)state;
	assert_int_equal(file_limit_raise(&o, 20, false), STATUS_OK);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &l), 0);
	assert_in_range(l.rlim_cur, 250, 600);
	assert_int_equal(file_limit_raise(&o, 20, true), STATUS_OK);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &l), 0);
	assert_int_equal(l.rlim_cur, HARD);
}

static void too_few_are_told_of_with_what_helps(void **state)
{
	const struct opts o = { .directions = LIVE_RECEIVED };

	(void)state;
	written_listen();
	assert_int_equal(file_limit_raise(&o, 1000, false), STATUS_RUNTIME);
	assert_string_equal(written_said(),
			    "xdpdump: only 1000 open files are allowed, and 10057 are needed: ulimit -n 10057\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_allowed_is_raised_to_what_is_needed, set_up, written_tear_down),
		cmocka_unit_test_setup_teardown(more_of_each_interface_is_less_of_them, set_up, written_tear_down),
		cmocka_unit_test_setup_teardown(too_few_are_told_of_with_what_helps, set_up, written_tear_down),
	};

	return unit_run("file_limit", tests, array_size(tests));
}
