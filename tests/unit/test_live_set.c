// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Interfaces of a capture come and go, and their number has an end. */
#include "capture/live/live_iface.h"
#include "capture/live/live_set.h"

#include "tests/unit/unit.h"

static void interfaces_stay_where_they_are_as_others_come(void **state)
{
	struct live_set s = { .n = 0 };
	struct live_iface *first = live_set_add(&s), *last = NULL;

	(void)state;
	assert_non_null(first);
	assert_int_equal(first->promiscuous_fd, -1);
	while (s.n < LIVE_SET_MAX) {
		last = live_set_add(&s);
		assert_non_null(last);
		assert_ptr_equal(s.v[s.n - 1], last);
	}
	assert_ptr_equal(s.v[0], first);
	assert_null(live_set_add(&s));
	assert_int_equal(s.n, LIVE_SET_MAX);
	assert_ptr_equal(s.v[LIVE_SET_MAX - 1], last);
	live_set_drop(&s);
	assert_int_equal(s.n, LIVE_SET_MAX - 1);
	assert_non_null(live_set_add(&s));
	assert_int_equal(s.n, LIVE_SET_MAX);
	live_set_close(&s);
	assert_int_equal(s.n, 0);
	assert_null(s.v);
	live_set_close(&s);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(interfaces_stay_where_they_are_as_others_come),
	};

	return unit_run("live_set", tests, sizeof(tests) / sizeof(*tests));
}
