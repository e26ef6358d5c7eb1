// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Streams of packets as strings: each letter is a packet of that kind, each place a millisecond;
 * what is a capital came on side 0, the small one on side 1. And many at random beside a search
 * that looks at every pair.
 */
#include <stdio.h>
#include <string.h>

#include "capture/base/numbers.h"
#include "capture/report/delays.h"
#include "capture/report/match.h"

#include "tests/unit/unit.h"

enum { MS = 1000000, N_RANDOM = 2000 };

struct result {
	char alone[128];	/* "A0 b2": of which side, and its number there */
	uint64_t delays;	/* their sum, in ms */
};

static void note_alone(void *ctx, unsigned side, uint64_t number)
{
	struct result *r = ctx;
	size_t len = strlen(r->alone);

	snprintf(r->alone + len, sizeof(r->alone) - len, "%s%c%llu", len ? " " : "",
		 side ? 'b' : 'A', (unsigned long long)number);
}

static void note_delay(void *ctx, int64_t ns)
{
	((struct result *)ctx)->delays += ns / MS;
}

static struct hash128 kind(unsigned k)
{
	return (struct hash128){ k % 7, k };	/* buckets are shared */
}

static const struct stream_case {
	const char *name, *in;
	unsigned window_ms;
	unsigned pairs;
	const char *alone;
	unsigned copies[2];
	int delays;
} streams[] = {
	{ "one_of_each", "Aa", 5, 1, "", { 0, 0 }, 1 },
	{ "side_1_first", "a..A", 5, 1, "", { 0, 0 }, -3 },
	{ "one_is_lost", "AB.a", 5, 1, "A1", { 0, 0 }, 3 },
	{ "one_comes_from_nowhere", "Aab", 5, 1, "b1", { 0, 0 }, 1 },
	{ "at_the_end_of_the_window", "A....a", 5, 1, "", { 0, 0 }, 5 },
	{ "behind_the_window", "A.....a", 5, 0, "A0 b0", { 0, 0 }, 0 },
	{ "doubled_on_the_way", "Aaa", 5, 1, "b1", { 0, 1 }, 1 },
	{ "doubled_before_it", "AAa", 5, 1, "A1", { 1, 0 }, 2 },
	{ "two_alike_and_both_arrive", "AAaa", 5, 2, "", { 0, 0 }, 4 },
	{ "alike_but_long_after", "Aa.......a", 5, 1, "b1", { 0, 0 }, 1 },
	{ "two_alike_and_both_are_lost", "AAb", 5, 0, "A0 A1 b0", { 0, 0 }, 0 },
	{ "in_another_order", "ABCcba", 9, 3, "", { 0, 0 }, 9 },
	{ "nothing_at_all", "", 5, 0, "", { 0, 0 }, 0 },
	{ "only_one_side", "ABC", 1, 0, "A0 A1 A2", { 0, 0 }, 0 },
};

static void is_found(void **state)
{
	const struct stream_case *c = *state;
	struct result r = { .delays = 0 };
	const struct match_hooks hooks = { note_delay, note_alone, &r };
	const struct match_totals *t;
	struct match *m;

	assert_int_equal(match_open(&m, c->window_ms * (uint64_t)MS, &hooks), 0);
	for (size_t i = 0; c->in[i]; i++) {
		unsigned side = c->in[i] >= 'a';
		struct hash128 h = kind(c->in[i] & 31);

		if (c->in[i] != '.')
			assert_int_equal(match_packet(m, side, &h, (1000 + i) * MS), 0);
	}
	match_end(m);
	t = match_totals(m);
	assert_int_equal(t->pairs, c->pairs);
	assert_string_equal(r.alone, c->alone);
	assert_int_equal(t->copies[0], c->copies[0]);
	assert_int_equal(t->copies[1], c->copies[1]);
	assert_int_equal(r.delays, c->delays);
	assert_int_equal(t->crowded, 0);
	match_close(m);
}

static uint32_t below(uint64_t *seed, uint32_t n)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (*seed >> 33) % n;
}

/* The oldest packet of the other side that waits, is the same, and near enough. */
static void as_a_search_of_all_pairs_finds_it(void **state)
{
	struct packet { unsigned kind, side; uint64_t ns; int partner; } all[N_RANDOM];
	uint64_t seed = 1;

	(void)state;
	for (int round = 0; round < 20; round++) {
		const uint64_t window = 1 + below(&seed, 300);
		uint64_t ns = 5, pairs = 0;
		struct match *m;

		assert_int_equal(match_open(&m, window, &(struct match_hooks){ NULL, NULL, NULL }),
				 0);
		for (int i = 0; i < N_RANDOM; i++) {
			struct hash128 h;

			ns += below(&seed, 3);
			all[i] = (struct packet){ below(&seed, 1 + round * 5), below(&seed, 2), ns,
						  -1 };
			for (int k = 0; k < i && all[i].partner < 0; k++)
				if (all[k].partner < 0 && all[k].kind == all[i].kind &&
				    all[k].side != all[i].side && ns - all[k].ns <= window) {
					all[i].partner = k;
					all[k].partner = i;
					pairs++;
				}
			h = kind(all[i].kind);
			assert_int_equal(match_packet(m, all[i].side, &h, ns), 0);
		}
		match_end(m);
		assert_int_equal(match_totals(m)->pairs, pairs);
		assert_int_equal(match_totals(m)->alone[0] + match_totals(m)->alone[1] + 2 * pairs,
				 N_RANDOM);
		match_close(m);
	}
}

/*
 * A million alike take as long as a million that differ: nothing is searched. And none is forgotten
 * within what there is room for.
 */
static void many_that_are_all_the_same(void **state)
{
	const uint64_t n = MATCH_ROOM;
	struct hash128 h = kind(1);
	struct match *m;

	(void)state;
	assert_int_equal(match_open(&m, UINT64_MAX / 2, &(struct match_hooks){ NULL, NULL, NULL }),
			 0);
	for (uint64_t i = 0; i < n; i++)
		assert_int_equal(match_packet(m, 0, &h, i), 0);
	assert_int_equal(match_totals(m)->crowded, 0);
	assert_int_equal(match_packet(m, 1, &h, n), 0);
	assert_int_equal(match_totals(m)->crowded, 1);
	assert_int_equal(match_totals(m)->alone[0], 1);
	for (uint64_t i = 1; i < 1000; i++)
		assert_int_equal(match_packet(m, 1, &h, n + i), 0);
	match_end(m);
	assert_int_equal(match_totals(m)->pairs, 1000 - match_totals(m)->alone[1]);
	assert_int_equal(match_totals(m)->alone[0], n - match_totals(m)->pairs);
	match_close(m);
}

static void times_that_step_back_do_no_harm(void **state)
{
	uint64_t seed = 7;
	struct match *m;

	(void)state;
	assert_int_equal(match_open(&m, 50, &(struct match_hooks){ NULL, NULL, NULL }), 0);
	for (unsigned i = 0; i < 20000; i++) {
		struct hash128 h = kind(below(&seed, 40));

		assert_int_equal(match_packet(m, below(&seed, 2), &h,
					      below(&seed, 4) ? i : below(&seed, 20000)),
				 0);
	}
	match_end(m);
	assert_int_equal(2 * match_totals(m)->pairs + match_totals(m)->alone[0] +
				 match_totals(m)->alone[1],
			 20000);
	match_close(m);
}

static void delays_are_told_to_half_a_percent(void **state)
{
	static const int64_t values[] = { 0, 1, 255, 256, 257, 999, 1000000, 123456789, INT64_MAX };
	struct delays *d;

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		for (int sign = -1; sign <= 1; sign += 2) {
			double v = (double)sign * values[i], median;

			assert_int_equal(delays_open(&d), 0);
			for (int k = 0; k < 3; k++)
				delays_add(d, sign * values[i]);
			delays_add(d, INT64_MIN);
			delays_add(d, INT64_MAX);
			median = delays_percentile(d, 50);
			assert_true(median - v <= 0.005 * v * sign &&
				    v - median <= 0.005 * v * sign);
			assert_true(delays_percentile(d, 0) == INT64_MIN &&
				    delays_percentile(d, 100) == INT64_MAX);
			assert_int_equal(delays_count(d), 5);
			delays_close(d);
		}
	assert_int_equal(delays_open(&d), 0);
	for (int i = 1; i <= 200; i++)
		delays_add(d, i);
	assert_int_equal(delays_percentile(d, 50), 100);
	assert_int_equal(delays_percentile(d, 99), 198);
	assert_int_equal(delays_percentile(d, 0), 1);
	assert_int_equal(delays_percentile(d, 100), 200);
	delays_close(d);
}

static void numbers_are_kept(void **state)
{
	struct numbers *n;

	(void)state;
	assert_int_equal(numbers_open(&n), 0);
	assert_false(numbers_has(n, 0));
	for (uint64_t i = 0; i < 100000; i += 7)
		assert_int_equal(numbers_add(n, i), 0);
	for (uint64_t i = 0; i < 100000; i++)
		assert_int_equal(numbers_has(n, i), i % 7 == 0);
	assert_false(numbers_has(n, UINT64_MAX));
	numbers_close(n);
}

int main(void)
{
	struct CMUnitTest tests[32] = {
		cmocka_unit_test(as_a_search_of_all_pairs_finds_it),
		cmocka_unit_test(many_that_are_all_the_same),
		cmocka_unit_test(times_that_step_back_do_no_harm),
		cmocka_unit_test(delays_are_told_to_half_a_percent),
		cmocka_unit_test(numbers_are_kept),
	};
	size_t n = 5;

	unit_of_table(streams, is_found, tests, n);
	return unit_run("match", tests, n);
}
