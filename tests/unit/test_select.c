// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Times of the command line, and which packets they, the window of doubles and the number to skip
 * let through.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/stage/dedup.h"
#include "capture/stage/select.h"

#include "tests/unit/unit.h"

#define SEC	1000000000ull
#define MS	1000000ull
/* 2026-11-23 20:20:57 UTC */
#define EVENING	1795465257ull
/* The last microsecond of a file: 2262-04-11 23:47:16.999998 */
#define LAST	9223372036999998000ull

static void in_zone(const char *tz)
{
	setenv("TZ", tz, 1);
	tzset();
}

static struct packet packet_at(uint64_t ts_ns)
{
	return (struct packet){ .ts_ns = ts_ns, .has = PACKET_TIME };
}

/* What @in is for a capture whose first packet is of @first_ns. */
static const struct time_case {
	const char *name, *tz, *in;
	uint64_t first_ns, want;
} times[] = {
	{ "seconds_since_1970", "UTC", "1795465257", 0, EVENING * SEC },
	{ "seconds_with_a_fraction", "UTC", "1795465257.469", 0, EVENING * SEC + 469 * MS },
	{ "seconds_to_the_nanosecond", "UTC", "1795465257.000000001", 0, EVENING * SEC + 1 },
	{ "the_year_1970_begins", "UTC", "0", 0, 0 },
	{ "the_date_on_which_1970_begins", "UTC", "1970-01-01 00:00:00", 0, 0 },
	{ "the_last_second", "UTC", "9223372035.999999999", 0, 9223372035999999999ull },
	{ "a_date_in_utc", "UTC", "2026-11-23 20:20:57.469", 0, EVENING * SEC + 469 * MS },
	{ "a_date_with_a_comma", "UTC", "2026-11-23 20:20:57,469", 0, EVENING * SEC + 469 * MS },
	{ "a_date_with_a_t", "UTC", "2026-11-23T20:20:57", 0, EVENING * SEC },
	{ "a_date_is_local", "EST5", "2026-11-23 15:20:57", 0, EVENING * SEC },
	{ "a_date_with_z_is_not_local", "EST5", "2026-11-23 20:20:57Z", 0, EVENING * SEC },
	{ "a_date_of_a_zone_in_the_east", "EST5", "2026-11-23 21:50:57.5+01:30", 0,
	  EVENING * SEC + 500 * MS },
	{ "a_date_of_a_zone_in_the_west", "UTC", "2026-11-23T12:20:57-0800", 0, EVENING * SEC },
	{ "a_date_without_seconds", "UTC", "2026-11-23 20:20", 0, (EVENING - 57) * SEC },
	{ "a_date_without_a_clock_is_midnight", "UTC", "2026-11-24", 0, (EVENING + 13143) * SEC },
	{ "summer_time_counts", "CET-1CEST,M3.5.0,M10.5.0/3", "2026-07-01 02:00:00", 0,
	  1782864000 * SEC },
	{ "the_29th_of_a_leap_february", "UTC", "2024-02-29 00:00:00", 0, 1709164800 * SEC },
	{ "a_clock_is_on_the_day_of_the_first", "UTC", "20:20:57.25", (EVENING - 7000) * SEC,
	  EVENING * SEC + 250 * MS },
	{ "a_clock_before_the_first_stays_on_its_day", "UTC", "20:20:57", (EVENING + 7000) * SEC,
	  EVENING * SEC },
	{ "a_clock_is_local", "EST5", "15:20:57", EVENING * SEC, EVENING * SEC },
	{ "the_day_is_local", "JST-9", "05:20:57", EVENING * SEC, EVENING * SEC },
	{ "a_clock_with_z", "JST-9", "20:20:57Z", EVENING * SEC, EVENING * SEC },
	{ "the_day_is_that_of_the_zone_of_the_clock", "UTC", "05:20:57+09:00", EVENING * SEC,
	  EVENING * SEC },
	{ "a_clock_at_the_end_of_the_day", "UTC", "23:59:59", EVENING * SEC,
	  (EVENING + 13142) * SEC },
	{ "a_clock_without_seconds", "UTC", "20:21", EVENING * SEC, (EVENING + 3) * SEC },
	{ "seconds_after_the_first", "UTC", "+1.5", EVENING * SEC + 7,
	  (EVENING + 1) * SEC + 500 * MS + 7 },
	{ "minutes_after_the_first", "UTC", "+10m", EVENING * SEC, (EVENING + 600) * SEC },
	{ "hours_and_a_half_after_the_first", "UTC", "+1.5h", EVENING * SEC,
	  (EVENING + 5400) * SEC },
	{ "days_after_the_first", "UTC", "+2d", EVENING * SEC, (EVENING + 172800) * SEC },
	{ "milliseconds_after_the_first", "UTC", "+20ms", EVENING * SEC, EVENING * SEC + 20 * MS },
	{ "half_a_microsecond_after_the_first", "UTC", "+0.5us", EVENING * SEC,
	  EVENING * SEC + 500 },
	{ "nanoseconds_after_the_first", "UTC", "+3ns", EVENING * SEC, EVENING * SEC + 3 },
	{ "the_first_itself", "UTC", "+0", EVENING * SEC, EVENING * SEC },
	{ "a_span_beyond_64_bits_is_never", "UTC", "+9223372036.854775807", LAST, UINT64_MAX },
	{ "a_span_up_to_64_bits", "UTC", "+9223372036.709553615", LAST, UINT64_MAX },
	{ "one_nanosecond_less", "UTC", "+9223372036.709553614", LAST, UINT64_MAX - 1 },
	{ "a_clock_beyond_2262_is_never", "UTC", "23:50", LAST, UINT64_MAX },
	{ "a_clock_on_the_last_day", "UTC", "23:40", LAST, 9223371600 * SEC },
	{ "a_clock_before_1970_is_the_first", "UTC", "00:30+01:00", 0, 0 },
};

static void a_time_is_understood(void **state)
{
	const struct time_case *c = *state;
	const struct packet first = packet_at(c->first_ns);
	struct selection s = { 0 };
	char error[256] = "";

	in_zone(c->tz);
	if (!select_parse_time(c->in, &s.start, error, sizeof(error)))
		fail_msg("'%s': %s", c->in, error);
	select_base(&s, &first);
	if (s.start_ns != c->want)
		fail_msg("'%s' is %" PRIu64 " instead of %" PRIu64, c->in, s.start_ns, c->want);
}

static const struct bad_case { const char *name, *in; } bad[] = {
	{ "nothing", "" },
	{ "a_word", "yesterday" },
	{ "a_blank_in_front", " 5" },
	{ "something_behind", "5 " },
	{ "a_sign", "-5" },
	{ "a_plus_alone", "+" },
	{ "an_unknown_unit", "+5w" },
	{ "a_point_without_digits", "5." },
	{ "ten_digits_behind_the_point", "5.0000000001" },
	{ "seconds_beyond_2262", "9223372036" },
	{ "seconds_beyond_64_bits", "18446744073709551617" },
	{ "days_beyond_2262", "+106752d" },
	{ "a_thirteenth_month", "2026-13-01" },
	{ "the_month_0", "2026-00-01" },
	{ "the_30th_of_february", "2026-02-30 00:00:00" },
	{ "the_29th_of_a_common_february", "2026-02-29" },
	{ "a_date_before_1970", "1969-12-31 23:59:59" },
	{ "a_date_beyond_2262", "2300-01-01" },
	{ "a_date_of_two_digits", "26-11-23" },
	{ "a_24th_hour", "24:00:00" },
	{ "a_60th_minute", "20:60:00" },
	{ "a_60th_second", "20:20:60" },
	{ "an_hour_of_one_digit", "9:20:57" },
	{ "an_hour_alone", "20:" },
	{ "a_zone_of_one_digit", "20:20:57+1" },
	{ "a_zone_beyond_a_day", "20:20:57+24:00" },
	{ "a_named_zone", "2026-11-23 20:20:57 CET" },
	{ "a_t_without_a_clock", "2026-11-23T" },
};

static void a_wrong_time_is_refused(void **state)
{
	const struct bad_case *c = *state;
	struct select_time t;
	char error[256] = "";

	in_zone("UTC");
	if (select_parse_time(c->in, &t, error, sizeof(error)))
		fail_msg("'%s' is accepted as %d, %" PRIu64, c->in, t.kind, t.ns);
	assert_int_equal(t.kind, SELECT_NONE);
	if (!strstr(error, "is no time") || error[strlen(error) - 1] != ')')
		fail_msg("'%s': the sentence is '%s'", c->in, error);
}

/*
 * Which of ten packets, 100 ms apart, come through: a digit each. @times, if not NULL: digits of
 * their times instead.
 */
static const struct range_case {
	const char *name, *start, *end;
	uint64_t skip;
	const char *times, *want;
} ranges[] = {
	{ "all_without_a_wish", NULL, NULL, 0, NULL, "0123456789" },
	{ "the_start_is_included", "+0.3", NULL, 0, NULL, "3456789" },
	{ "the_end_is_not", NULL, "+0.3", 0, NULL, "012" },
	{ "a_range", "+0.2", "+0.5", 0, NULL, "234" },
	{ "an_empty_range", "+0.5", "+0.2", 0, NULL, "" },
	{ "the_first_are_skipped", NULL, NULL, 8, NULL, "89" },
	{ "more_than_all_are_skipped", NULL, NULL, 80, NULL, "" },
	{ "skipped_are_those_in_the_range", "+0.4", "+0.8", 3, NULL, "7" },
	{ "behind_the_end_comes_one_of_before", NULL, "+0.3", 0, "0123456120", "012789" },
};

static void selects_by_time_and_number(void **state)
{
	const struct range_case *c = *state;
	struct selection s = { .skip = c->skip };
	char got[16] = "", error[256];
	size_t n = 0;

	assert_true(!c->start || select_parse_time(c->start, &s.start, error, sizeof(error)));
	assert_true(!c->end || select_parse_time(c->end, &s.end, error, sizeof(error)));
	for (unsigned i = 0; i < 10; i++) {
		struct packet p = packet_at(
			EVENING * SEC + (c->times ? (unsigned)(c->times[i] - '0') : i) * 100 * MS);

		select_base(&s, &p);
		if (select_packet(&s, &p))
			got[n++] = '0' + i;
	}
	assert_string_equal(got, c->want);
}

/* Known from the options, known with a first packet of 20:20:57 UTC, or not empty. */
static const struct empty_case {
	const char *name, *start, *end;
	enum { NEVER, ON_THIS_DAY, POSSIBLE } is;
} empties[] = {
	{ "a_clock_past_midnight", "23:55", "00:05", NEVER },
	{ "a_clock_past_midnight_in_a_zone", "23:55+01:00", "00:05+01:00", NEVER },
	{ "the_same_clock", "20:20", "20:20", NEVER },
	{ "clocks_in_order", "00:05", "23:55", POSSIBLE },
	{ "dates_reversed", "2026-11-24", "2026-11-23", NEVER },
	{ "the_same_date", "2026-11-24", "2026-11-24Z", NEVER },
	{ "dates_in_order", "2026-11-23", "2026-11-24", POSSIBLE },
	{ "spans_reversed", "+10m", "+5m", NEVER },
	{ "spans_in_order", "+5m", "+10m", POSSIBLE },
	{ "nothing_before_1970", NULL, "0", NEVER },
	{ "a_start_alone", "+9223372036", NULL, POSSIBLE },
	{ "a_date_behind_the_clock", "2026-11-24", "23:55", ON_THIS_DAY },
	{ "a_date_before_the_clock", "2026-11-23", "23:55", POSSIBLE },
	{ "a_clock_before_the_span", "20:25", "+1m", ON_THIS_DAY },
	{ "clocks_of_two_zones", "20:00", "04:00+09:00", ON_THIS_DAY },
	{ "clocks_of_two_zones_in_order", "10:00", "18:00+09:00", POSSIBLE },
};

static void a_range_without_packets_is_known(void **state)
{
	const struct empty_case *c = *state;
	const struct packet first = packet_at(EVENING * SEC);
	struct selection s = { 0 };
	char error[256];

	in_zone("UTC");
	assert_true(!c->start || select_parse_time(c->start, &s.start, error, sizeof(error)));
	assert_true(!c->end || select_parse_time(c->end, &s.end, error, sizeof(error)));
	assert_int_equal(select_is_empty(&s.start, &s.end), c->is == NEVER);
	assert_int_equal(select_base(&s, &first), c->is == POSSIBLE);
	assert_true(select_base(&s, &first));	/* which is told once */
}

static void a_packet_without_a_time_is_in_no_range(void **state is_unused)
{
	struct packet timed = packet_at(EVENING * SEC), untimed = { 0 };
	struct selection all = { 0 }, some = { .start = { .kind = SELECT_DATE } };

	select_base(&some, &untimed);
	assert_false(some.based);
	select_base(&some, &timed);
	assert_int_equal(select_packet(&some, &timed), 1);
	assert_int_equal(select_packet(&some, &untimed), 0);
	assert_int_equal(select_packet(&all, &untimed), 1);
}

/* Packets of one letter each, 1 ms apart; "want" has a - for each that is a double. */
static const struct dedup_case {
	const char *name;
	uint32_t n_packets;
	uint64_t window_ns;
	const char *in, *want;
} doubles[] = {
	{ "a_window_of_one_holds_the_neighbour", 1, 0, "aabab", "a-bab" },
	{ "a_window_of_four", 4, 0, "abcdabcdea", "abcd----ea" },
	{ "a_window_of_three", 3, 0, "abcda", "abcda" },
	{ "doubles_take_room_in_the_window", 2, 0, "abbba", "ab--a" },
	{ "a_double_renews", 2, 0, "abacada", "ab-c-d-" },
	{ "a_window_of_time_includes_its_end", 0, 3 * MS, "abca", "abc-" },
	{ "a_window_of_time_ends", 0, 3 * MS, "abcda", "abcda" },
	{ "a_double_renews_its_time", 0, 2 * MS, "abacada", "ab-c-d-" },
};

static void doubles_as_the_row_wants(void **state)
{
	const struct dedup_case *c = *state;
	struct dedup *d = NULL;
	char got[32] = "";

	assert_int_equal(dedup_open(&d, c->n_packets, c->window_ns, 0), 0);
	for (size_t i = 0; c->in[i]; i++) {
		struct packet p = packet_at(EVENING * SEC + i * MS);

		p.data = (const uint8_t *)c->in + i;
		p.caplen = p.len = 1;
		got[i] = dedup_packet(d, &p) ? '-' : c->in[i];
	}
	dedup_close(d);
	assert_string_equal(got, c->want);
}

static void packets_are_doubles_only_with_all_their_bytes_and_both_lengths(void **state is_unused)
{
	uint8_t bytes[80] = { 0 };
	struct packet p = packet_at(EVENING * SEC);
	struct dedup *d = NULL;

	assert_int_equal(dedup_open(&d, 1000, 0, 0), 0);
	p.data = bytes;
	p.len = 2000;
	/* zeros: only the length tells */
	for (p.caplen = 0; p.caplen <= sizeof(bytes); p.caplen++)
		assert_int_equal(dedup_packet(d, &p), 0);
	p.caplen = sizeof(bytes);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		bytes[i] = 1;
		assert_int_equal(dedup_packet(d, &p), 0);
		assert_int_equal(dedup_packet(d, &p), 1);
		bytes[i] = 0;
	}
	p.len = 2001;
	assert_int_equal(dedup_packet(d, &p), 0);
	dedup_close(d);
}

/*
 * More than the table holds at first: nothing is lost when it grows, and nothing beyond the window
 * is found.
 */
static void a_large_window_finds_what_it_holds(void **state)
{
	bool by_time = *state;
	const uint32_t window = 10000;
	struct dedup *d = NULL;

	assert_int_equal(dedup_open(&d, by_time ? 0 : window, by_time ? window * MS : 0, 0), 0);
	for (uint32_t i = 0; i < 5 * window; i++) {
		/* Of seven numbers the last comes from 9999, 10000 or 10001 packets before. */
		uint32_t past = window - 1 + i / 7 % 3, n = i % 7 == 6 && i >= past ? i - past : i;
		struct packet p = packet_at(EVENING * SEC + i * MS);
		int want = n != i && past <= window;

		p.data = (const uint8_t *)&n;
		p.caplen = p.len = sizeof(n);
		if (dedup_packet(d, &p) != want)
			fail_msg("packet %u, number %u: not %s a double", i, n,
				 want ? "seen as" : "free of being");
	}
	dedup_close(d);
}

/* However many packets come within the time. */
static void a_window_of_time_has_an_end(void **state is_unused)
{
	enum { N = DEDUP_WINDOW_MAX + 10 };
	struct packet p = packet_at(EVENING * SEC);
	struct dedup *d = NULL;
	uint32_t n;

	p.data = (const uint8_t *)&n;
	p.caplen = p.len = sizeof(n);
	assert_int_equal(dedup_open(&d, 0, SEC, 0), 0);
	for (n = 0; n < N; n++)
		assert_int_equal(dedup_packet(d, &p), 0);
	n = N - DEDUP_WINDOW_MAX;
	assert_int_equal(dedup_packet(d, &p), 0);
	n = N + 2 - DEDUP_WINDOW_MAX;
	assert_int_equal(dedup_packet(d, &p), 1);
	dedup_close(d);
}

static void doubles_are_counted_before_packets_are_skipped(void **state is_unused)
{
	const char *in = "aaabcd";
	struct selection s = { .skip = 2 };
	char got[16] = "";
	size_t n = 0;

	assert_int_equal(dedup_open(&s.dedup, 5, 0, 0), 0);
	for (size_t i = 0; in[i]; i++) {
		struct packet p = packet_at(EVENING * SEC);

		p.data = (const uint8_t *)in + i;
		p.caplen = p.len = 1;
		if (select_packet(&s, &p))
			got[n++] = in[i];
	}
	dedup_close(s.dedup);
	assert_string_equal(got, "cd");
	assert_int_equal(s.n_doubles, 2);
}

/* What is not looked at may be passed on in another way: each thing alone is enough. */
static void all_is_when_nothing_is_left_out(void **state is_unused)
{
	const struct select_time time = { .kind = SELECT_CLOCK };
	struct dedup *d = NULL;

	assert_int_equal(dedup_open(&d, 5, 0, 0), 0);
	assert_true(select_is_all(&(struct selection){ .skip = 0 }));
	assert_false(select_is_all(&(struct selection){ .skip = 1 }));
	assert_false(select_is_all(&(struct selection){ .dedup = d }));
	assert_false(select_is_all(&(struct selection){ .only = (const struct numbers *)"" }));
	assert_false(select_is_all(&(struct selection){ .start = time }));
	assert_false(select_is_all(&(struct selection){ .end = time }));
	dedup_close(d);
}

int main(void)
{
	struct CMUnitTest tests[128] = {
		cmocka_unit_test(a_packet_without_a_time_is_in_no_range),
		cmocka_unit_test(packets_are_doubles_only_with_all_their_bytes_and_both_lengths),
		{ "a_large_window_of_packets", a_large_window_finds_what_it_holds, NULL, NULL,
		  NULL },
		{ "a_large_window_of_time", a_large_window_finds_what_it_holds, NULL, NULL,
		  (void *)"time" },
		cmocka_unit_test(doubles_are_counted_before_packets_are_skipped),
		cmocka_unit_test(all_is_when_nothing_is_left_out),
		cmocka_unit_test(a_window_of_time_has_an_end),
	};
	size_t n = 7;

	unit_of_table(times, a_time_is_understood, tests, n);
	unit_of_table(bad, a_wrong_time_is_refused, tests, n);
	unit_of_table(ranges, selects_by_time_and_number, tests, n);
	unit_of_table(empties, a_range_without_packets_is_known, tests, n);
	unit_of_table(doubles, doubles_as_the_row_wants, tests, n);
	return unit_run("select", tests, n);
}
