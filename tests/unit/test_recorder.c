// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The flight recorder: a script of packets and triggers goes in, and each packet that a trigger
 * asks for has to be in one file, once, whatever else is around; each other one is counted.
 */
#include "capture/base/clock.h"
#include "capture/write/packet_memory.h"
#include "capture/write/recorder.h"
#include "capture/write/rotate.h"
#include "capture/write/sink.h"

#include "tests/unit/written.h"

enum { BEGAN_SEC = 1600000000, STEP_NS = 10 * 1000 * 1000, LEN = 100 };

#define P(n)	{ REACH_PACKETS, n }
#define B(n)	{ REACH_BYTES, n }
#define MS(n)	{ REACH_TIME, (n) * UINT64_C(1000000) }

/*
 * "p" a packet of 100 bytes, "q" one of the second interface, "t" one that is a trigger, "P" one of
 * 1900 bytes, "z" one without a time, a hundredth of a second behind the one before; "." a second
 * passes, ">" an hour, "<" one back.
 */
static const struct recorder_case {
	const char *name;
	struct recorder_settings set;
	const char *script;
	const char *files;
	uint64_t ignored;
	int result;		/* of the last step */
} cases[] = {
	{ .name = "without_a_trigger_there_is_no_file", .set = { .memory = 1 },
	  .script = "ppp", .files = "" },
	{ .name = "all_from_before_a_trigger", .set = { .memory = 1 },
	  .script = "ppptpp", .files = "inc=1-4" },
	{ .name = "so_many_before_and_behind", .set = { .before = P(2), .after = P(3) },
	  .script = "pppppptppppppp", .files = "inc=5-10" },
	{ .name = "none_before", .set = { .before = P(0), .after = P(1) },
	  .script = "pptpp", .files = "inc=3-4" },
	{ .name = "nothing_but_the_trigger", .set = { .before = P(0), .after = P(0) },
	  .script = "pptpp", .files = "inc=3" },
	{ .name = "more_before_than_there_are", .set = { .before = P(9), .after = P(1) },
	  .script = "ptpp", .files = "inc=1-3" },
	{ .name = "fewer_behind_than_asked_for", .set = { .before = P(1), .after = P(9) },
	  .script = "pptpp", .files = "inc=2-5" },
	{ .name = "bytes", .set = { .before = B(250), .after = B(250) },
	  .script = "ppppptppppp", .files = "inc=4-9" },
	{ .name = "time", .set = { .before = MS(25), .after = MS(30) },
	  .script = "ppppptppppp", .files = "inc=4-9" },
	{ .name = "windows_that_overlap_are_one", .set = { .before = P(2), .after = P(2) },
	  .script = "ppptptpppp", .files = "inc=2-8" },
	{ .name = "with_one_between_they_are_two", .set = { .before = P(2), .after = P(2) },
	  .script = "ppptppppptpppp", .files = "inc=2-6 inc1=8-12" },
	{ .name = "one_that_begins_where_the_other_ends", .set = { .before = P(2), .after = P(2) },
	  .script = "ppptpppptpppp", .files = "inc=2-11" },
	{ .name = "one_that_begins_within_the_other", .set = { .before = P(2), .after = P(2) },
	  .script = "ppptppptpppp", .files = "inc=2-10" },
	{ .name = "windows_apart_are_two", .set = { .before = P(1), .after = P(1) },
	  .script = "pptppppptpp", .files = "inc=2-4 inc1=8-10" },
	{ .name = "nothing_twice_where_all_is_asked_for", .set = { .after = P(1) },
	  .script = "pptpppp.pptpp", .files = "inc=1-4 inc1=5-11" },
	{ .name = "a_trigger_that_comes_soon_goes_on", .set = { .after = P(1) },
	  .script = "pptppppppptpp", .files = "inc=1-12" },
	{ .name = "a_trigger_in_an_open_window_extends_it",
	  .set = { .before = P(1), .after = MS(30) },
	  .script = "pptpptpppppp", .files = "inc=2-9" },
	{ .name = "what_is_old_is_forgotten", .set = { .back_ns = 35 * 1000 * 1000 },
	  .script = "ppppppppt", .files = "inc=6-9" },
	{ .name = "age_and_number", .set = { .back_ns = 35 * 1000 * 1000, .before = P(2) },
	  .script = "ppppppppt", .files = "inc=7-9" },
	{ .name = "the_memory_has_an_end", .set = { .memory = PACKET_MEMORY_MIN },
	  .script = "*t", .files = "inc=1064-1600" },
	{ .name = "what_is_wanted_is_not_forgotten",
	  .set = { .memory = PACKET_MEMORY_MIN, .after = MS(1000000) },
	  .script = "t*", .files = "inc=1-1599" },
	{ .name = "cooldown",
	  .set = { .before = P(0), .after = P(0), .cooldown_ns = 35 * 1000 * 1000 },
	  .script = "tpttptp", .files = "inc=1 inc1=6", .ignored = 2 },
	{ .name = "no_more_triggers", .set = { .before = P(0), .after = P(1), .max_triggers = 2 },
	  .script = "tp.tpptp", .files = "inc=1-2 inc1=3-4", .result = SINK_END },
	{ .name = "the_end_comes_at_once", .set = { .after = P(2), .max_triggers = 1 },
	  .script = "ptppp", .files = "inc=1-4", .result = SINK_END },
	{ .name = "a_packet_without_a_time", .set = { .before = P(1), .after = P(1) },
	  .script = "ppztzp", .files = "inc=3-5" },
	{ .name = "time_that_goes_back_is_no_cooldown",
	  .set = { .before = P(1), .cooldown_ns = 1000 },
	  .script = "ppt<<ppt", .files = "inc=2-3 inc1=5-6" },
	{ .name = "one_from_the_future_makes_no_others_old",
	  .set = { .back_ns = 35 * 1000 * 1000, .after = P(1) },
	  .script = "pp>pp<pptp", .files = "inc=3-8" },
	{ .name = "two_interfaces", .set = { .before = P(2) },
	  .script = "qpqtq", .files = "inc=2-4" },
	{ .name = "larger_ones", .set = { .before = B(2000), .after = B(1901) },
	  .script = "PPpPtPpp", .files = "inc=3-7" },
};

struct run {
	struct rotate *rotate;
	struct recorder *recorder;
	struct sink *sink;
	struct written_source from;
	uint32_t number;
	uint64_t ts_ns;
};

static int give(struct run *run, char what)
{
	const unsigned iface = what == 'q';
	struct packet p = written_packet(++run->number, run->ts_ns += STEP_NS,
					 what == 'P' ? 1900 : LEN, iface);

	if (what == 'z')
		p.has = 0;
	run->from.given[iface]++;
	if (what == 't')
		recorder_trigger_next(run->recorder, "a case");
	return run->sink->ops->packet(run->sink, &p);
}

static int step(struct run *run, char what)
{
	int err = 0;

	if (what == '.' || what == '>')
		run->ts_ns += what == '.' ? WRITTEN_SEC : 3600 * WRITTEN_SEC;
	if (what == '<')
		run->ts_ns -= 3600 * WRITTEN_SEC;
	if (strchr(".<>", what))
		return 0;
	if (what != '*')
		return give(run, what);
	for (int i = 0; !err && run->number < 1599; i++)
		err = give(run, 'P');
	return err;
}

static void open_recorder(struct run *run, struct recorder_settings set)
{
	const struct rotate_settings files = {
		.path = "inc", .when.on_demand = true, .live = set.live, .n_threads = 1,
	};

	*run = (struct run){ .from = written_source(), .ts_ns = BEGAN_SEC * WRITTEN_SEC };
	if (set.memory < PACKET_MEMORY_MIN)
		set.memory = 8 << 20;
	assert_int_equal(rotate_open(&run->rotate, &files, -1), 0);
	assert_int_equal(recorder_open(&run->recorder, &set, run->rotate), 0);
	run->sink = recorder_sink(run->recorder);
	assert_int_equal(run->sink->ops->start(run->sink), 0);
	assert_int_equal(run->sink->ops->begin(run->sink, &run->from.source, 1, BEGAN_SEC * WRITTEN_SEC), 0);
}

/*
 * What is in no file is in the statistics of the last one, at least as long as it was not
 * forgotten.
 */
static void end(struct run *run, const char *files)
{
	struct recorder_counts c;

	assert_int_equal(run->sink->ops->finish(run->sink), 0);
	rotate_wait(run->rotate, -1);
	c = recorder_counts(run->recorder);
	run->sink->ops->close(run->sink);
	written_said();
	assert_string_equal(written_files(0), files);
	assert_int_equal(c.in_memory + c.bytes, 0);
	assert_int_equal(c.written + c.forgotten, run->number);
}

static void is_recorded(void **state)
{
	const struct recorder_case *c = *state;
	struct run run;
	int err = 0;

	written_set_up(NULL);
	written_listen();
	open_recorder(&run, c->set);
	for (const char *s = c->script; *s && !err; s++)
		err = step(&run, *s);
	assert_int_equal(err, c->result);
	assert_int_equal(recorder_counts(run.recorder).ignored, c->ignored);
	end(&run, c->files);
	written_tear_down(NULL);
}

/* ---- beside the packets ---- */

static int at_time(struct run *run, uint64_t ts_ns)
{
	struct packet p = written_packet(++run->number, ts_ns, LEN, 0);

	return run->sink->ops->packet(run->sink, &p);
}

/* Those of before that are still on their way belong to it, and those of after do not. */
static void packets_on_their_way_are_of_before(void **state)
{
	uint64_t before;
	struct run run;

	(void)state;
	written_set_up(NULL);
	written_listen();
	open_recorder(&run, (struct recorder_settings){ .live = true, .before = P(2) });
	before = clock_now_ns();
	for (int i = 0; i < 3; i++)
		assert_int_equal(at_time(&run, before), 0);
	recorder_trigger(run.recorder, "somebody");
	assert_int_equal(at_time(&run, before), 0);
	assert_int_equal(recorder_counts(run.recorder).triggers, 0);
	assert_int_equal(at_time(&run, clock_now_ns() + WRITTEN_SEC), 0);
	assert_int_equal(recorder_counts(run.recorder).triggers, 1);
	end(&run, "inc=3-4");
	written_tear_down(NULL);
}

static void without_packets_time_is_enough(void **state)
{
	struct run run;

	(void)state;
	written_set_up(NULL);
	written_listen();
	open_recorder(&run, (struct recorder_settings){ .live = true });
	assert_int_equal(at_time(&run, clock_now_ns()), 0);
	recorder_trigger(run.recorder, "somebody");
	assert_int_equal(run.sink->ops->due(run.sink), 1);
	while (!recorder_counts(run.recorder).triggers)
		assert_int_equal(run.sink->ops->tick(run.sink, 1), 0);
	while (run.sink->ops->due(run.sink) == 1)	/* it is written */
		assert_int_equal(run.sink->ops->tick(run.sink, 1), 0);
	end(&run, "inc=1");
	written_tear_down(NULL);
}

static void the_last_one_is_the_end(void **state)
{
	struct run run;
	int err = 0;

	(void)state;
	written_set_up(NULL);
	written_listen();
	open_recorder(&run, (struct recorder_settings){ .live = true,
							.cooldown_ns = 3600 * WRITTEN_SEC });
	recorder_trigger_next(run.recorder, "a packet");
	assert_int_equal(at_time(&run, clock_now_ns()), 0);
	recorder_trigger_last(run.recorder, "the end");
	while (!err)
		err = run.sink->ops->tick(run.sink, 1);
	assert_int_equal(err, SINK_LAST);
	assert_int_equal(recorder_counts(run.recorder).triggers, 2);
	end(&run, "inc=1");
	written_tear_down(NULL);
}

/*
 * The file tells why there is one, the trigger that it is that; the rest is in the statistics as
 * not written.
 */
static void the_file_tells_why(void **state)
{
	uint64_t received, lost;
	struct run run;

	(void)state;
	written_set_up(NULL);
	written_listen();
	open_recorder(&run, (struct recorder_settings){ .before = P(1) });
	for (const char *s = "pppttt"; *s; s++)
		step(&run, *s);
	assert_int_equal(run.sink->ops->finish(run.sink), 0);
	run.sink->ops->close(run.sink);
	assert_string_equal(written_said(), "inc: trigger: a case\n");
	assert_true(written_holds("inc", "\x01\x00\x0f\x00trigger: a case", 19));
	assert_true(written_told("inc", 0, &received, &lost));
	assert_int_equal(received, 6);
	assert_int_equal(lost, 2);
	written_tear_down(NULL);
}

static void a_directory_that_is_not_there_is_found_out_at_once(void **state)
{
	const struct rotate_settings files = { .path = "none/inc", .when.on_demand = true, .n_threads = 1 };
	struct rotate *r;

	(void)state;
	assert_int_equal(rotate_open(&r, &files, -1), -ENOENT);
	rotate_close(r);
}

/*
 * It is what is read, under a name that nobody knew before: not a byte of it is touched, however
 * often it is tried.
 */
static void a_file_that_is_read_is_not_written(void **state)
{
	struct stat st;
	struct run run;

	(void)state;
	written_set_up(NULL);
	written_listen();
	fclose(fopen("inc", "w"));
	assert_int_equal(truncate("inc", 5), 0);
	assert_int_equal(stat("inc", &st), 0);
	open_recorder(&run, (struct recorder_settings){ .before = P(1) });
	assert_int_equal(run.sink->ops->spare(run.sink, &st), -EEXIST);
	run.sink->ops->finish(run.sink);
	run.sink->ops->close(run.sink);
	written_said();
	assert_int_equal(stat("inc", &st), 0);
	assert_int_equal(st.st_size, 5);
	written_tear_down(NULL);
}

static void a_file_that_cannot_begin_is_not_tried_again(void **state)
{
	struct stat st;
	struct run run;
	int err;

	(void)state;
	written_set_up(NULL);
	written_listen();
	fclose(fopen("other", "w"));
	assert_int_equal(truncate("other", 5), 0);
	assert_int_equal(stat("other", &st), 0);
	open_recorder(&run, (struct recorder_settings){ .before = P(1) });
	assert_int_equal(run.sink->ops->spare(run.sink, &st), 0);
	assert_int_equal(link("other", "inc"), 0);
	recorder_trigger_next(run.recorder, "a case");
	err = give(&run, 'p');
	assert_int_equal(err, -EEXIST);
	run.sink->error = err;	/* as the outputs do */
	assert_int_equal(give(&run, 'p'), -EEXIST);
	assert_int_equal(run.sink->ops->flush(run.sink), -EEXIST);
	assert_int_equal(run.sink->ops->tick(run.sink, 1), -EEXIST);
	run.sink->ops->finish(run.sink);
	run.sink->ops->close(run.sink);
	written_said();
	assert_int_equal(stat("other", &st), 0);
	assert_int_equal(st.st_size, 5);
	written_tear_down(NULL);
}

/* As any other -w does. */
static void a_file_of_an_earlier_run_is_overwritten(void **state)
{
	struct run run;

	(void)state;
	written_set_up(NULL);
	written_listen();
	fclose(fopen("inc", "w"));
	fclose(fopen("inc1", "w"));
	open_recorder(&run, (struct recorder_settings){ .before = P(0) });
	for (const char *s = "tp.ppt"; *s; s++)
		assert_int_equal(step(&run, *s), 0);
	end(&run, "inc=1 inc1=5");
	written_tear_down(NULL);
}

/*
 * The clock is set back by an hour: the next trigger counts, and what is open ends when it would
 * have.
 */
static void the_clock_may_be_set(void **state)
{
	const struct recorder_settings set = { .live = true, .before = P(1), .after = MS(1), .cooldown_ns = 1 };
	const uint64_t hour = 3600 * WRITTEN_SEC;
	uint64_t now = clock_now_ns();
	struct run run;

	(void)state;
	written_set_up(NULL);
	written_listen();
	open_recorder(&run, set);
	run.sink->ops->begin(run.sink, &run.from.source, 1, now + hour);
	recorder_trigger_next(run.recorder, "a packet");
	assert_int_equal(at_time(&run, now + hour), 0);
	run.sink->ops->clock_set(run.sink, 1, now);
	assert_int_equal(at_time(&run, now + 2 * 1000 * 1000), 0);
	while (run.sink->ops->pending(run.sink))
		assert_int_equal(run.sink->ops->flush(run.sink), 0);
	assert_int_equal(at_time(&run, clock_now_ns()), 0);
	recorder_trigger_next(run.recorder, "another one");
	assert_int_equal(at_time(&run, clock_now_ns()), 0);
	assert_int_equal(recorder_counts(run.recorder).triggers, 2);
	assert_int_equal(recorder_counts(run.recorder).ignored, 0);
	end(&run, "inc=1 inc1=3-4");
	written_tear_down(NULL);
}

int main(void)
{
	struct CMUnitTest tests[64] = {
		cmocka_unit_test(packets_on_their_way_are_of_before),
		cmocka_unit_test(without_packets_time_is_enough),
		cmocka_unit_test(the_last_one_is_the_end),
		cmocka_unit_test(the_file_tells_why),
		cmocka_unit_test(a_directory_that_is_not_there_is_found_out_at_once),
		cmocka_unit_test(a_file_of_an_earlier_run_is_overwritten),
		cmocka_unit_test(the_clock_may_be_set),
		cmocka_unit_test(a_file_that_is_read_is_not_written),
		cmocka_unit_test(a_file_that_cannot_begin_is_not_tried_again),
	};
	size_t n = 9;

	unit_of_table(cases, is_recorded, tests, n);
	return unit_run("recorder", tests, n);
}
