// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Bytes that are given back come again in their order, once, and cost no more memory than
 * they are.
 */
#include <stdio.h>
#include <string.h>

#include "capture/read/budget.h"
#include "capture/read/pushback.h"

#include "tests/unit/unit.h"

static struct budget budget;
static struct budget_share share;
static struct pushback b;

static int set_up(void **state)
{
	(void)state;
	budget = (struct budget)BUDGET_INIT;
	share = (struct budget_share){ .budget = &budget };
	b = (struct pushback){ .bytes = NULL };
	return 0;
}

/* Nothing is left behind. */
static int tear_down(void **state)
{
	(void)state;
	pushback_drop(&b, &share);
	assert_int_equal(share.taken, 0);
	assert_int_equal(budget.bytes, BUDGET_BYTES);
	return 0;
}

static bool give(const char *bytes)
{
	return pushback_give(&b, &share, (const uint8_t *)bytes, strlen(bytes));
}

/* @n at once */
static void comes(size_t n, const char *wanted)
{
	char buf[64] = "";

	assert_int_equal(pushback_take(&b, &share, buf, n), strlen(wanted));
	assert_string_equal(buf, wanted);
}

static void what_was_given_back_comes_once(void **state)
{
	(void)state;
	comes(4, "");
	assert_true(give("abcdef"));
	comes(4, "abcd");
	comes(4, "ef");
	comes(4, "");
	assert_null(b.bytes);
	assert_int_equal(share.taken, 0);
}

static void what_is_given_back_later_comes_before(void **state)
{
	(void)state;
	assert_true(give("abcdef"));
	comes(3, "abc");
	assert_true(give("123456789"));		/* "abc" is not to come again */
	assert_int_equal(share.taken, 12);
	comes(12, "123456789def");
	comes(1, "");
}

static void what_is_still_there_takes_no_memory(void **state)
{
	const uint8_t *before;

	(void)state;
	assert_true(give("abcdef"));
	before = b.bytes;
	comes(4, "abcd");
	assert_true(give("cd"));
	assert_ptr_equal(b.bytes, before);
	assert_int_equal(share.taken, 6);
	comes(9, "cdef");
	assert_true(give("abcdef"));
	comes(9, "abcdef");
	assert_true(give(""));
	comes(9, "");
}

static void without_memory_all_is_as_it_was(void **state)
{
	(void)state;
	assert_true(give("abcdef"));
	comes(2, "ab");
	budget.bytes = 6;
	assert_false(give("123"));
	assert_int_equal(share.poor, BUDGET_NO_BYTES);
	assert_int_equal(share.taken, 6);
	comes(9, "cdef");
	budget.bytes = BUDGET_BYTES - 6;
}

static void many_come_a_few_at_a_time(void **state)
{
	enum { MANY = 100000, STEP = 16 * 1024 };
	static uint8_t many[MANY], buf[MANY];
	size_t n, all = 0;

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		many[i] = i * 31 >> 3;
	assert_true(pushback_give(&b, &share, many, MANY));
	while ((n = pushback_take(&b, &share, buf + all, MANY))) {
		assert_true(n <= STEP);
		all += n;
	}
	assert_int_equal(all, MANY);
	assert_memory_equal(buf, many, MANY);
}

#define test(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		test(what_was_given_back_comes_once),
		test(what_is_given_back_later_comes_before),
		test(what_is_still_there_takes_no_memory),
		test(without_memory_all_is_as_it_was),
		test(many_come_a_few_at_a_time),
	};

	return unit_run("pushback", tests, sizeof(tests) / sizeof(*tests));
}
