// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Columns of time that grow with it, and the characters that they become. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "capture/base/util.h"
#include "capture/report/plot.h"
#include "capture/report/timeline.h"

#include "tests/unit/unit.h"

#define SEC	1000000000ull
#define DAY	(86400 * SEC)

static const struct {
	const char *name;
	uint64_t times[5];	/* up to the first 0 behind the first; of 10, 20, 30 ... bytes */
	uint64_t step_ns, start_ns;
	unsigned n;
} cases[] = {
	{ "one_packet_is_one_column", { 7 * SEC + 3 }, 1, 7 * SEC + 3, 1 },
	{ "time_zero_is_one_as_well", { 0 }, 1, 0, 1 },
	{ "what_fits_is_not_widened", { 1000, 1599 }, 1, 1000, 600 },
	{ "one_more_is_five_times_as_wide", { 1000, 1600 }, 5, 1000, 121 },
	{ "columns_begin_at_multiples", { 1003, 1604 }, 5, 1000, 121 },
	{ "one_before_the_first", { 1500, 1000 }, 1, 1000, 501 },
	{ "back_and_too_far", { 9 * SEC, 2 * SEC, 5 * SEC }, SEC / 20, 2 * SEC, 141 },
	{ "minutes", { 100 * SEC, 100 * SEC + 3600 * SEC }, 10 * SEC, 100 * SEC, 361 },
	{ "half_a_minute_from_ten_seconds", { 30 * SEC, 7200 * SEC }, 30 * SEC, 30 * SEC, 240 },
	{ "from_1970_to_2026", { 1, 20786 * DAY }, 50 * DAY, 0, 416 },
	{ "all_of_64_bits", { 1, UINT64_MAX }, 500 * DAY, 0, 428 },
	{ "the_last_of_64_bits", { UINT64_MAX, UINT64_MAX - 3 }, 1, UINT64_MAX - 3, 4 },
};

static unsigned n_times(const uint64_t *times)
{
	unsigned n = 1;

	while (n < 5 && times[n])
		n++;
	return n;
}

static void columns_are_as_wide_as_they_have_to_be(void **state)
{
	const __typeof__(cases[0]) *c = *state;
	unsigned n = n_times(c->times);
	struct timeline t = { 0 };
	uint64_t bytes = 0;

	for (unsigned i = 0; i < n; i++)
		timeline_add(&t, c->times[i], 10 * (i + 1));
	assert_int_equal(timeline_step_ns(&t), c->step_ns);
	assert_int_equal(timeline_start_ns(&t), c->start_ns);
	assert_int_equal(t.n, c->n);
	for (unsigned i = 0; i < n; i++) {
		unsigned at = (c->times[i] - c->start_ns) / c->step_ns;

		if (!t.columns[at].packets)
			fail_msg("nothing in column %u, where %" PRIu64 " is", at, c->times[i]);
		bytes += 10 * (i + 1);
	}
	assert_int_equal(timeline_sum(&t, 0, t.n).packets, n);
	assert_int_equal(timeline_sum(&t, 0, UINT32_MAX).bytes, bytes);
	for (unsigned i = t.n; i < TIMELINE_COLUMNS; i++)
		assert_int_equal(t.columns[i].packets, 0);
}

/* In any order: what each column has to hold is counted anew with the width it has in the end. */
static void no_packet_is_in_a_wrong_column(void **state is_unused)
{
	enum { N = 5000 };
	static uint64_t times[N];
	static struct timeline t;
	uint64_t seed = 1;

	for (unsigned i = 0; i < N; i++) {
		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		times[i] = 5 * DAY + (seed >> 20) % (SEC << i / 250);
		timeline_add(&t, times[i], 60);
	}
	for (unsigned k = 0; k < t.n; k++) {
		uint64_t from = timeline_start_ns(&t) + k * timeline_step_ns(&t), n = 0;

		for (unsigned i = 0; i < N; i++)
			n += times[i] - from < timeline_step_ns(&t);
		if (n != t.columns[k].packets)
			fail_msg("%" PRIu64 " packets in column %u, and not %" PRIu64,
				 (uint64_t)t.columns[k].packets, k, n);
	}
	assert_int_equal(timeline_sum(&t, 0, t.n).packets, N);
	assert_true(t.columns[0].packets && t.columns[t.n - 1].packets);
}

static const struct {
	const char *name;
	double v;
	const char *number;
	double axis;
} numbers[] = {
	{ "nothing", 0, "0", 1 },
	{ "less_than_one", 0.25, "0.25", 0.5 },
	{ "a_round_one_is_its_own_axis", 200, "200", 200 },
	{ "nine_hundred", 999.4, "999", 1000 },
	{ "what_rounds_to_a_thousand", 999.6, "1.00 k", 1000 },
	{ "three_digits", 12345, "12.3 k", 20000 },
	{ "what_rounds_to_ten", 9996, "10.0 k", 10000 },
	{ "millions", 300.1e6, "300 M", 500e6 },
	{ "the_largest", 1.8e19, "18.0 E", 2e19 },
};

static void a_number_is_written_so(void **state)
{
	const __typeof__(numbers[0]) *c = *state;
	char out[32];

	plot_number(out, sizeof(out), c->v);
	assert_string_equal(out, c->number);
	if (fabs(plot_axis(c->v) / c->axis - 1) > 1e-9)
		fail_msg("the axis of %g ends at %g, not at %g", c->v, plot_axis(c->v), c->axis);
}

static const struct {
	const char *name;
	uint64_t ns;
	const char *text;
} spans[] = {
	{ "nanoseconds", 50, "50 ns" },	  { "milliseconds", 25 * SEC / 1000, "25 ms" },
	{ "a_second", SEC, "1 s" },	  { "with_a_point", 1625 * SEC / 1000, "1.625 s" },
	{ "minutes", 300 * SEC, "5 min" }, { "a_minute_and_a_half", 90 * SEC, "90 s" },
	{ "hours", 9000 * SEC, "2.5 h" }, { "days", 50 * DAY, "50 d" },
};

static void a_span_is_written_so(void **state)
{
	const __typeof__(spans[0]) *c = *state;
	char out[32];

	plot_span(out, sizeof(out), c->ns);
	assert_string_equal(out, c->text);
}

static void a_column_is_drawn_up_to_its_height(void **state is_unused)
{
	static const struct { double v; const char *cells; } heights[] = {
		{ 0, "    " }, { 0.001, ".   " }, { 0.5, ":   " }, { 1, "#   " }, { 2.4, "##. " },
		{ 2.6, "##: " }, { 4, "####" },
	};

	for (size_t i = 0; i < array_size(heights); i++)
		for (unsigned row = 0; row < 4; row++)
			assert_int_equal(plot_cell(heights[i].v, 4, 4, row), heights[i].cells[row]);
}

int main(void)
{
	struct CMUnitTest tests[64] = {
		cmocka_unit_test(no_packet_is_in_a_wrong_column),
		cmocka_unit_test(a_column_is_drawn_up_to_its_height),
	};
	size_t n = 2;

	unit_of_table(cases, columns_are_as_wide_as_they_have_to_be, tests, n);
	unit_of_table(numbers, a_number_is_written_so, tests, n);
	unit_of_table(spans, a_span_is_written_so, tests, n);
	return unit_run("timeline", tests, n);
}
