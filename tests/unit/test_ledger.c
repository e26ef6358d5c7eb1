// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The books of an interface: which of them add up, and what a statistics block says of them. */
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/ledger.h"
#include "capture/packet/packet.h"
#include "tests/unit/unit.h"

/*
 * Seen, filtered, sampled out, cut, rate limited, only counted, ring full, copy failed, delivered;
 * taken, refused, unwritten.
 */
#define BOOKS(...) { __VA_ARGS__, 0, false, { 0 }, false }
#define SETTLED 100, 40, 0, 0, 0, 0, 7, 3, 50, 50, 5, 2
#define SAMPLED 1000, 40, 700, 60, 100, 40, 7, 3, 50, 50, 5, 2

static const struct ledger_case {
	const char *name;
	struct ledger ledger;
	bool adds_up, when_settled;
} cases[] = {
	{ "nothing", { .seen = 0 }, true, true },
	{ "all_of_it", BOOKS(SETTLED), true, true },
	{ "some_are_on_their_way", BOOKS(100, 40, 0, 0, 0, 0, 7, 3, 50, 48, 5, 2), true, false },
	{ "one_is_seen_and_in_no_row_yet", BOOKS(101, 40, 0, 0, 0, 0, 7, 3, 50, 50, 5, 2), true,
	  false },
	{ "one_in_a_row_was_not_seen", BOOKS(99, 40, 0, 0, 0, 0, 7, 3, 50, 50, 5, 2), false,
	  false },
	{ "more_are_filtered_than_seen", BOOKS(100, 41, 0, 0, 0, 0, 7, 3, 50, 50, 5, 2), false,
	  false },
	{ "a_sample", BOOKS(SAMPLED), true, true },
	{ "one_is_too_many_that_was_not_seen",
	  BOOKS(1000, 40, 700, 60, 101, 40, 7, 3, 50, 50, 5, 2), false, false },
	{ "one_is_sampled_out_that_was_not_seen",
	  BOOKS(1000, 40, 701, 60, 100, 40, 7, 3, 50, 50, 5, 2), false, false },
	{ "one_is_cut_that_was_not_seen", BOOKS(1000, 40, 700, 61, 100, 40, 7, 3, 50, 50, 5, 2),
	  false, false },
	{ "one_is_counted_that_was_not_seen", BOOKS(1000, 40, 700, 60, 100, 41, 7, 3, 50, 50, 5, 2),
	  false, false },
	{ "one_was_taken_twice", BOOKS(100, 40, 0, 0, 0, 0, 7, 3, 50, 51, 5, 2), false, false },
	{ "more_are_not_written_than_taken", BOOKS(100, 40, 0, 0, 0, 0, 7, 3, 50, 50, 30, 21),
	  false, false },
	{ "all_that_were_taken_are_not_written", BOOKS(100, 40, 0, 0, 0, 0, 7, 3, 50, 50, 30, 20),
	  true, true },
};

static void is_judged(void **state)
{
	const struct ledger_case *c = *state;

	assert_int_equal(ledger_adds_up(&c->ledger, false), c->adds_up);
	assert_int_equal(ledger_adds_up(&c->ledger, true), c->when_settled);
}

static void sums_add_up_as_well(void **state)
{
	const struct ledger one = { SETTLED, 4, true, { 0 }, false }, other = BOOKS(SETTLED);
	struct ledger sum = { .seen = 0 };

	(void)state;
	ledger_add(&sum, &one);
	ledger_add(&sum, &other);
	assert_true(ledger_adds_up(&sum, true));
	assert_int_equal(ledger_accepted(&sum), 120);
	assert_int_equal(ledger_lost(&sum), 20);
	assert_int_equal(ledger_not_written(&sum), 14);
	assert_int_equal(sum.if_dropped, 4);
	assert_true(sum.knows_if_dropped);
}

static void a_statistics_block_says_it(void **state)
{
	const struct ledger l = { SETTLED, 4, true, { 0 }, false };
	struct iface_stats s = { .ts_ns = 0 };
	unsigned len;

	(void)state;
	len = ledger_to_stats(&l, &s);
	assert_int_equal(len, strlen(s.comment));
	assert_string_equal(s.comment, "ring_full=7 error=3 not_written=7");
	assert_int_equal(s.value[STAT_RECEIVED], 100);
	assert_int_equal(s.value[STAT_ACCEPTED], 60);
	assert_int_equal(s.value[STAT_OS_DROP], 10);
	assert_int_equal(s.value[STAT_DELIVERED], 50);
	assert_int_equal(s.value[STAT_IF_DROP], 4);
	assert_true(s.has & 1u << STAT_IF_DROP);
}

/* It was accepted, and is no loss. */
static void what_is_left_out_on_purpose_is_told(void **state)
{
	const struct flow_choice flow = { .sample = 3, .limit = 9000, .limit_bytes = true };
	const struct ledger l = { SAMPLED, 0, false, { .sample = 20, .rate = 5000, .flow = flow }, false };
	struct ledger sum = { .seen = 0 };
	struct iface_stats s = { .ts_ns = 0 };
	unsigned len;

	(void)state;
	len = ledger_to_stats(&l, &s);
	assert_int_equal(len, strlen(s.comment));
	assert_string_equal(s.comment, "ring_full=7 error=3 not_written=7 sample=1/20 flow_sample=1/3 sampled_out=700 "
				       "flow_limit=9000b flow_cut=60 rate_limit=5000/s rate_limited=100");
	assert_int_equal(s.value[STAT_ACCEPTED], 960);
	assert_int_equal(s.value[STAT_OS_DROP], 10);
	assert_int_equal(s.value[STAT_DELIVERED], 50);
	ledger_add(&sum, &l);
	ledger_add(&sum, &l);
	assert_true(ledger_adds_up(&sum, true));
	assert_int_equal(sum.sampled_out, 1400);
	assert_int_equal(sum.flow_cut, 120);
	assert_int_equal(sum.only_counted, 80);
	assert_int_equal(sum.rate_limited, 200);
	assert_int_equal(sum.asked.sample, 20);
	assert_int_equal(sum.asked.rate, 5000);
	assert_false(sum.resampled);
}

/*
 * A sum of several samples is of none of them, and is known as such; to ask for all of it is the
 * same as not to ask.
 */
static void another_sample_is_told_of(void **state is_unused)
{
	const struct ledger first = { SETTLED, 0, false, { .sample = 1 }, false }, same = BOOKS(SETTLED),
			    other = { SAMPLED, 0, false, { .sample = 10 }, false };
	struct ledger sum = { .seen = 0 };

	ledger_add(&sum, &first);
	ledger_add(&sum, &same);
	assert_false(sum.resampled);
	ledger_add(&sum, &other);
	assert_true(sum.resampled);
	ledger_add(&sum, &other);
	assert_true(sum.resampled);
	assert_int_equal(sum.asked.sample, 10);
}

static void what_a_device_does_not_count_is_not_said(void **state)
{
	const struct ledger l = BOOKS(SETTLED);
	struct iface_stats s = { .ts_ns = 0 };

	(void)state;
	ledger_to_stats(&l, &s);
	assert_false(s.has & 1u << STAT_IF_DROP);
	assert_true(s.has & 1u << STAT_RECEIVED);
}

int main(void)
{
	struct CMUnitTest tests[array_size(cases) + 4] = {
		cmocka_unit_test(sums_add_up_as_well),
		cmocka_unit_test(a_statistics_block_says_it),
		cmocka_unit_test(what_is_left_out_on_purpose_is_told),
		cmocka_unit_test(another_sample_is_told_of),
		cmocka_unit_test(what_a_device_does_not_count_is_not_said),
	};
	size_t n = 4;

	unit_of_table(cases, is_judged, tests, n);
	return unit_run("ledger", tests, n);
}
