// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * When files begin and end. A case is a row of events, one letter each, and what comes of each of
 * them: '.' it goes on, 'n' a new file, 'x' the end. Packets carry their time in tenths of a second
 * since the start.
 */
#include <stdio.h>
#include <string.h>

#include "capture/write/schedule.h"

#include "tests/unit/unit.h"

#define S	1000000000ull
#define TENTH	(S / 10)
#define NOW	(50 * S)		/* of the run's own clock */
#define WALL	(1795465257 * S)	/* an odd second, 3 s before a multiple of 10 s */

/*
 * What happens: "p12" a packet of 1.2 s, "z" one without a time, "t12" the timer at 1.2 s, "f" the
 * packet at hand does not fit, "h" a new file is asked for, "+36000" the clock is set an hour
 * forward, "@12" it is 1.2 s now and what comes has been waited for.
 */
static const struct schedule_case {
	const char *name;
	struct rotate_options o;
	bool offline;
	const char *events, *want;
} cases[] = {
	{ "without_options_nothing_ends", { 0 }, false, "p0 p10 t100 p100000", "...." },
	{ "packets_n_minus_1_n_n_plus_1", { .file_packets = 3 }, false, "p0 p0 p0 p0 p0 p0 p0",
	  "...n..n" },
	{ "a_packet_a_file", { .file_packets = 1 }, false, "p0 p0 p0", ".nn" },
	{ "files_stop_it_with_the_last_packet", { .file_packets = 2, .stop_files = 2 }, false,
	  "p0 p0 p0 p0", "..nX" },
	{ "what_does_not_fit_goes_into_the_next_file", { .file_bytes = 100 }, false, "p0 p0 f p0",
	  "..n." },
	{ "without_rotation_it_is_the_end", { .stop_bytes = 100 }, false, "p0 f", ".x" },
	{ "with_rotation_it_is_not", { .stop_bytes = 100, .file_packets = 9 }, false, "p0 f",
	  ".n" },
	{ "number_of_files_and_size", { .file_bytes = 100, .stop_files = 2 }, false, "p0 f p0 f",
	  ".n.x" },
	{ "a_count_with_size_alone_does_not_stop", { .file_bytes = 100, .n_files = 2 }, false,
	  "p0 f p0 f", ".n.n" },
	{ "a_count_with_slices_alone_stops", { .file_ns = S, .n_files = 2 }, false, "t10 t20",
	  "nx" },
	{ "a_count_with_both_does_not", { .file_ns = S, .file_bytes = 9, .n_files = 2 }, false,
	  "t10 t20", "nn" },
	{ "nor_with_the_names_of_a_ring", { .file_ns = S, .n_files = 2, .ring_names = true }, false,
	  "t10 t20", "nn" },

	{ "a_slice_ends_at_its_last_moment", { .file_ns = S }, false, "t9 t10 t19 t20", ".n.n" },
	{ "packets_end_it_by_their_own_time", { .file_ns = S }, false, "@30 p9 p10 p11 p19 p20",
	  ".n..n" },
	{ "the_timer_comes_after_the_packet", { .file_ns = S }, false, "@15 p10 t12 t19 t20",
	  "n..n" },
	{ "slices_that_were_slept_through_are_left_out", { .file_ns = S }, false,
	  "@50 p5 p35 p39 p40", ".n.n" },
	{ "a_timer_that_comes_late_makes_one_file", { .file_ns = S }, false, "t35 t39 t40", "n.n" },
	{ "a_full_file_does_not_move_the_slice", { .file_ns = S, .file_bytes = 9 }, false,
	  "@9 p5 f t10", ".nn" },
	{ "a_full_file_of_a_ring_does", { .file_ns = S, .file_bytes = 9, .ring_names = true },
	  false, "@5 p5 f t10 t15", ".n.n" },
	{ "an_asked_for_file_does_not_either", { .file_ns = S }, false, "@5 h t10", "nn" },
	{ "it_is_asked_for_without_rotation", { 0 }, false, "h h", "nn" },
	{ "not_beyond_the_last_file", { .stop_files = 1 }, false, "h", "x" },

	{ "intervals_end_at_multiples", { .interval_ns = 10 * S }, false, "t29 t30 t129 t130",
	  ".n.n" },
	{ "slices_and_intervals", { .interval_ns = 10 * S, .file_ns = 4 * S }, false,
	  "t29 t30 t69 t70 t110 t129 t130", ".n.nn.n" },
	{ "time_stops_it", { .stop_ns = S }, false, "@9 p9 t9 @11 p10", "..x" },
	{ "a_timer_stops_it", { .stop_ns = S }, false, "t9 t10", ".x" },
	{ "the_stop_goes_before_the_slice", { .stop_ns = S, .file_ns = S }, false, "t10", "x" },

	{ "an_hour_forward_leaves_a_slice_its_second", { .file_ns = S }, false,
	  "@5 p5 p36005 +36000 t9 t10", "...n" },
	{ "packets_follow_the_clock_that_was_set", { .file_ns = S }, false,
	  "@5 +36000 p36005 p36009 @20 p36010", "..n" },
	{ "an_hour_back_leaves_it_its_second_too", { .file_ns = S }, false, "@5 -36000 p5 t9 t10",
	  "..n" },
	{ "another_interval_begins_at_once", { .interval_ns = 10 * S }, false,
	  "@5 +36000 t5 t29 t30", "n.n" },
	{ "the_same_interval_goes_on", { .interval_ns = 10 * S }, false, "@5 -10 t5 t30 t39 t40",
	  "...n" },
	{ "an_interval_back_is_another_one", { .interval_ns = 10 * S }, false, "@5 -100 t5", "n" },

	{ "offline_time_is_that_of_the_packets", { .file_ns = S }, true, "p0 p9 p10 p55 p59 p60",
	  "..nn.n" },
	{ "offline_it_stops_by_packets", { .stop_ns = S }, true, "p0 p9 p10", "..x" },
	{ "offline_packets_may_be_out_of_order", { .file_ns = S }, true, "p0 p10 p9 p0 p19 p20",
	  ".n...n" },
	{ "offline_it_begins_with_the_first_that_has_a_time", { .file_ns = S }, true,
	  "z z p-990 p-981 p-980 z p-970", "....n.n" },
	{ "and_so_do_intervals", { .interval_ns = 10 * S }, true, "z p-990 p-971 p-970 p-870",
	  "...nn" },
	{ "and_so_does_its_end", { .stop_ns = S }, true, "z p990 p999 p1000", "...x" },
	{ "offline_packets_without_a_time_are_counted", { .file_packets = 2 }, true, "z z z p0 p1",
	  "..n.n" },
	{ "a_packet_without_a_time_is_of_now", { .file_ns = S }, false, "@5 z @10 z z", ".n." },
};

static char outcome(struct schedule *s, enum step step)
{
	if (step == STEP_NEW_FILE)
		schedule_began(s);
	return step == STEP_ON ? '.' : step == STEP_NEW_FILE ? 'n' : 'x';
}

static char happens(struct schedule *s, char what, long tenths, int64_t *set)
{
	uint64_t now = NOW + tenths * TENTH;
	enum step step;

	switch (what) {
	case 'p':
		step = schedule_packet(s, WALL + tenths * TENTH);
		if (step == STEP_STOP)
			return 'x';
		now = outcome(s, step);
		return schedule_written(s) ? 'X' : (char)now;
	case 'z':
		step = schedule_untimed(s);
		now = outcome(s, step);
		return schedule_written(s) ? 'X' : (char)now;
	case 't':
		schedule_now(s, now);
		return outcome(s, schedule_tick(s, now));
	case 'f':
		return outcome(s, schedule_full(s));
	case 'h':
		return outcome(s, schedule_ask(s));
	case '+':
	case '-':
		*set += tenths * (int64_t)TENTH * (what == '+' ? 1 : -1);
		schedule_clock_set(s, s->now, WALL + (s->now - NOW) + *set);
		return 0;
	case '@':
		schedule_now(s, now);
		return 0;
	}
	return '?';
}

static void it_happens_as_the_row_wants(void **state)
{
	const struct schedule_case *c = *state;
	char events[128], got[64] = "", *word, *save = NULL;
	struct schedule s;
	int64_t set = 0;
	size_t n = 0;

	schedule_init(&s, &c->o, !c->offline);
	schedule_start(&s, c->offline ? WALL : NOW, WALL);
	strcpy(events, c->events);
	for (word = strtok_r(events, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		char out = happens(&s, *word, strtol(word + 1, NULL, 10), &set);

		if (out)
			got[n++] = out;
	}
	if (strcmp(got, c->want))
		fail_msg("%s: '%s' instead of '%s'", c->events, got, c->want);
}

/* A file begins where its slice does, by the wall clock. */
static void a_file_has_the_time_of_its_slice(void **state)
{
	const struct rotate_options slices = { .file_ns = S },
				    ring = { .file_packets = 1, .ring_names = true };
	struct schedule s;

	(void)state;
	schedule_init(&s, &slices, true);
	schedule_start(&s, NOW, WALL);
	assert_true(schedule_next_wall(&s) == WALL);
	schedule_now(&s, NOW + 5 * S);
	assert_int_equal(schedule_packet(&s, WALL + 3 * S + 1), STEP_NEW_FILE);
	assert_true(schedule_next_wall(&s) == WALL + 3 * S);
	schedule_began(&s);
	assert_true(schedule_due(&s) == NOW + 4 * S);
	schedule_init(&s, &ring, true);
	schedule_start(&s, NOW, WALL);
	schedule_written(&s);
	schedule_now(&s, NOW + 5 * S);
	assert_int_equal(schedule_packet(&s, WALL + 3 * S + 1), STEP_NEW_FILE);
	assert_true(schedule_next_wall(&s) == WALL + 3 * S + 1);
	assert_true(schedule_due(&s) == UINT64_MAX);
}

static void the_end_of_time_is_no_trouble(void **state)
{
	const struct rotate_options o = { .file_ns = S, .interval_ns = S, .stop_ns = INT64_MAX };
	struct schedule s;

	(void)state;
	schedule_init(&s, &o, false);
	schedule_start(&s, UINT64_MAX - 1, UINT64_MAX - 1);
	assert_int_equal(schedule_packet(&s, UINT64_MAX - 1), STEP_ON);
	assert_int_equal(schedule_packet(&s, UINT64_MAX), STEP_ON);
	assert_int_equal(schedule_packet(&s, 0), STEP_ON);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(cases) / sizeof(*cases) + 2];
	size_t n = 0;

	unit_of_table(cases, it_happens_as_the_row_wants, tests, n);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_file_has_the_time_of_its_slice);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(the_end_of_time_is_no_trouble);
	return unit_run("schedule", tests, n);
}
