// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Of N packets one is kept, at random, or so many a second at most: how many of many, by whichever
 * hook, what is counted of the others, and how far apart they are. Needs root, for
 * BPF_PROG_TEST_RUN.
 */
#include <bpf/bpf.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/programs.h"
#include "capture/kernel/rings.h"
#include "tests/unit/translated.h"
#include "tests/unit/unit.h"

enum { SNAP = 96, LEN = 60, RUNS = 100000, WANTED = 53, OTHER = 54, BATCH = 256, LO = 1 };

static struct {
	struct rings *rings;
	struct programs *programs;
	struct hook *hook;
} rig;

static int tear_down(void **state is_unused)
{
	rig.hook = hook_close(rig.hook);
	programs_close(rig.programs);
	rig.programs = NULL;
	rig.rings = rings_close(rig.rings);
	return 0;
}

static void set_up(const struct hook_ops *ops, uint32_t sample, uint32_t rate, bool shared,
		   const char *text)
{
	cleanup(to_ebpf_free) struct filter f = { .n = 0 };
	struct hook_settings s = { .snap = SNAP, .sample = sample, .rate = rate,
				   .filter = translate(&f, ops, text) };

	tear_down(NULL);	/* of a test that has failed */
	assert_int_equal(programs_open(&rig.programs), 0);
	assert_int_equal(rings_open(&rig.rings, (size_t)sysconf(_SC_NPROCESSORS_ONLN) << 24,
				    SNAP + 8 * EVENT_META_MAX), 0);
	if (shared) {
		s.programs = rig.programs;
		s.ifindex = LO;		/* from which BPF_PROG_TEST_RUN lets frames come */
	}
	assert_int_equal(hook_open(&rig.hook, ops, rig.rings, &s), 0);
}

/* A frame of UDP to @port with a number, @times through the program. */
static void run(uint16_t port, uint32_t number, unsigned times)
{
	uint8_t frame[LEN] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 46, 0, 0, 0, 0, 64, 17,
			       0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 9, 9, port >> 8, port, 0, 26 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = LEN,
		    .repeat = times);

	memcpy(frame + 42, &number, sizeof(number));
	assert_int_equal(bpf_prog_test_run_opts(hook_program_fd(rig.hook), &opts), 0);
}

static struct counters counters(void)
{
	struct counters c;

	assert_int_equal(hook_counters(rig.hook, POINT_ENTRY, &c), 0);
	return c;
}

/*
 * The numbers of the packets in the rings, the first @cap, and how many there are; none tells of a
 * loss.
 */
static unsigned take(uint32_t *numbers, unsigned cap)
{
	const struct event *ev[BATCH];
	unsigned n = 0;
	size_t got;

	rings_look(rig.rings, UINT64_MAX);
	while ((got = rings_take(rig.rings, ev, BATCH)))
		for (size_t i = 0; i < got; i++, n++) {
			assert_int_equal(ev[i]->lost, 0);
			assert_int_equal(ev[i]->len, LEN);
			if (n < cap)
				memcpy(&numbers[n], ev[i]->data + 42, sizeof(*numbers));
		}
	rings_release(rig.rings);
	return n;
}

/*
 * Within five sigma: between two of them are 1 to 2N-1 packets, which has the variance N(N-1)/3, so
 * of n packets the number of those that are kept has n(N-1)/3N^2.
 */
static void is_likely(uint64_t kept, uint64_t n, uint32_t sample)
{
	const double off = (double)kept * sample - n;

	if (off * off > 25.0 * n * (sample - 1) / 3)
		fail_msg("%llu of %llu packets, where 1 of %u is kept", (unsigned long long)kept,
			 (unsigned long long)n, sample);
}

static const struct sample_case {
	const char *name;
	const struct hook_ops *ops;
	uint32_t sample;
	bool shared;
} cases[] = {
	{ "one_of_two", &hook_xdp, 2, false },
	{ "one_of_ten", &hook_xdp, 10, false },
	{ "one_of_a_thousand", &hook_xdp, 1000, false },
	{ "by_a_program_for_several_interfaces", &hook_xdp, 10, true },
	{ "of_those_that_tc_receives", &hook_tc_in, 10, false },
	{ "of_those_that_are_sent", &hook_tc_out, 7, false },
	{ "of_those_whose_process_is_known", &hook_tc_process, 100, false },
};

/* All are counted, by what they are; and what the filter rejects is no part of it. */
static void so_many_are_kept(void **state)
{
	const struct sample_case *s = *state;
	struct counters c;

	set_up(s->ops, s->sample, 0, s->shared, "udp port 53");
	for (unsigned i = 0; i < 10; i++) {
		run(WANTED, 0, RUNS / 10);
		run(OTHER, 0, RUNS / 10);
	}
	c = counters();
	assert_int_equal(c.filtered.packets, RUNS);
	assert_int_equal(c.all.packets, RUNS);
	assert_int_equal(c.all.bytes, RUNS * LEN);
	assert_int_equal(c.udp.packets, RUNS);
	assert_int_equal(c.ipv4.bytes, RUNS * LEN);
	assert_int_equal(c.ring_full + c.error, 0);
	assert_int_equal(c.sampled_out + c.delivered, RUNS);
	is_likely(c.delivered, RUNS, s->sample);
	assert_int_equal(take(NULL, 0), c.delivered);
}

static void all_are_kept_where_nothing_else_is_asked_for(void **state is_unused)
{
	for (uint32_t sample = 0; sample <= 1; sample++) {
		struct counters c;

		set_up(&hook_xdp, sample, 0, false, NULL);
		run(WANTED, 0, 1000);
		c = counters();
		assert_int_equal(c.delivered, 1000);
		assert_int_equal(c.sampled_out, 0);
	}
}

/* The countdown of the first CPU, and the bucket of all; to be unmapped. */
static struct cpu_ring *first_ring(void)
{
	struct cpu_ring *r = mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE, MAP_SHARED,
				  rings_map_fd(rig.rings), 0);

	assert_ptr_not_equal(r, MAP_FAILED);
	return r;
}

static void stay_on_a_cpu(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
}

/*
 * From one to the next it is 1 to 2N-1 packets, each of these about as often: no pattern meets
 * another one.
 */
static void they_are_each_distance_apart(void **state is_unused)
{
	enum { N = 5, FRAMES = 20000, EACH = FRAMES / N / (2 * N - 1) };
	static uint32_t numbers[FRAMES];
	unsigned kept, times[2 * N] = { 0 };

	stay_on_a_cpu();
	set_up(&hook_tc_in, N, 0, false, NULL);	/* at XDP the kernel takes some ms for each call */
	for (uint32_t i = 0; i < FRAMES; i++)
		run(WANTED, i, 1);
	kept = take(numbers, FRAMES);
	is_likely(kept, FRAMES, N);
	for (unsigned i = 1; i < kept; i++) {
		const uint32_t apart = numbers[i] - numbers[i - 1];

		assert_in_range(apart, 1, 2 * N - 1);
		times[apart]++;
	}
	for (unsigned i = 1; i < 2 * N; i++)
		if (times[i] < EACH - 5 * 21 || times[i] > EACH + 5 * 21)	/* 21: the root of EACH */
			fail_msg("%u times %u packets apart, where %u are likely", times[i], i,
				 EACH);
}

/* However few packets there are on a CPU: the first is kept as often as any other. */
static void the_first_are_as_likely_as_others(void **state is_unused)
{
	enum { N = 100, ROUNDS = 4000 };
	struct cpu_ring *r;

	stay_on_a_cpu();
	set_up(&hook_tc_in, N, 0, false, NULL);
	r = first_ring();
	for (unsigned i = 0; i < ROUNDS; i++) {
		r->skip = 0;
		run(WANTED, 0, N);
	}
	munmap(r, sizeof(*r));
	/* one in each round, and the variance is less than that of independent ones */
	assert_in_range(counters().delivered, ROUNDS - 5 * 63, ROUNDS + 5 * 63);
}

static void a_full_ring_loses_of_those_that_are_kept(void **state is_unused)
{
	struct counters c;
	unsigned n = 0;

	set_up(&hook_xdp, 3, 0, false, NULL);
	do {
		run(WANTED, 0, RUNS);
		c = counters();
		n += RUNS;
	} while (c.ring_full < RUNS);
	assert_int_equal(c.all.packets, n);
	assert_int_equal(c.sampled_out + c.ring_full + c.delivered, n);
	is_likely(c.ring_full + c.delivered, n, 3);
}

static void another_filter_changes_nothing_of_it(void **state is_unused)
{
	cleanup(to_ebpf_free) struct filter f = { .n = 0 };
	struct counters c;

	set_up(&hook_xdp, 10, 0, false, "udp port 54");
	run(WANTED, 0, RUNS);
	assert_int_equal(counters().filtered.packets, RUNS);
	assert_int_equal(hook_replace(rig.hook, translate(&f, &hook_xdp, "udp port 53"), NULL), 0);
	run(WANTED, 0, RUNS);
	c = counters();
	assert_int_equal(c.sampled_out + c.delivered, RUNS);
	is_likely(c.delivered, RUNS, 10);
}

/* However long the countdown of the one before still is; and each has counted its own. */
static void another_sample_begins_at_once(void **state is_unused)
{
	const struct hook_settings s = { .snap = SNAP, .sample = 2 };
	struct hook *before;

	stay_on_a_cpu();
	set_up(&hook_xdp, SAMPLE_MAX, 0, false, NULL);
	run(WANTED, 0, RUNS);
	assert_int_equal(counters().all.packets, RUNS);
	before = rig.hook;
	rig.hook = NULL;
	assert_int_equal(hook_open_after(&rig.hook, &hook_xdp, before, &s), 0);
	assert_int_equal(hook_pass_on(before, rig.hook), 0);
	hook_close(before);
	assert_int_equal(counters().all.packets, 0);
	run(WANTED, 0, RUNS);
	assert_int_equal(counters().all.packets, RUNS);
	is_likely(counters().delivered, RUNS, 2);
}

/* ---- so many a second ---- */

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static const struct limit_case {
	const char *name;
	const struct hook_ops *ops;
	uint32_t rate;
	bool shared;
} limits[] = {
	{ "a_thousand_a_second", &hook_xdp, 1000, false },
	{ "less_than_come_at_once", &hook_xdp, 5, false },
	{ "a_thousand_a_second_by_a_program_for_several_interfaces", &hook_xdp, 1000, true },
	{ "a_thousand_of_those_that_tc_receives", &hook_tc_in, 1000, false },
	{ "a_hundred_of_those_that_are_sent", &hook_tc_out, 100, false },
	{ "a_hundred_of_those_whose_process_is_known", &hook_tc_process, 100, false },
};

/*
 * A tenth of a second's packets may come at once, or one; then so many as it has seconds, however
 * long it takes here. As long as it goes on more of them are kept.
 */
static void so_many_are_kept_in_that_time(void **state)
{
	const struct limit_case *l = *state;
	const uint64_t gap = 1000000000 / l->rate, burst = gap > BURST_NS ? 1 : BURST_NS / gap,
		       begin = now_ns();
	uint64_t elapsed, n = 0;
	struct counters c;

	set_up(l->ops, 0, l->rate, l->shared, "udp port 53");
	do {
		run(OTHER, 0, 1000);
		run(WANTED, 0, 1000);
		n += 1000;
		c = counters();
		elapsed = now_ns() - begin;
		if (n == 1000)
			assert_true(c.delivered >= burst);
	} while (c.delivered < burst + 3 && elapsed < 60000000000);
	assert_true(c.delivered >= burst + 3);
	assert_true(c.delivered <= burst + elapsed / gap + 1);
	assert_int_equal(c.filtered.packets, n);
	assert_int_equal(c.all.packets, n);
	assert_int_equal(c.udp.bytes, n * LEN);
	assert_int_equal(c.ring_full + c.error + c.sampled_out, 0);
	assert_int_equal(c.delivered + c.rate_limited, n);
	assert_int_equal(take(NULL, 0), c.delivered);
}

static void the_limit_is_one_for_all(void **state is_unused)
{
	struct hook_settings s = { .snap = SNAP, .rate = 1 };
	struct hook *first;
	struct cpu_ring *r;

	set_up(&hook_xdp, 0, 1, false, NULL);
	first = rig.hook;
	r = first_ring();
	r->due_ns = now_ns() + 3600000000000;
	run(WANTED, 0, 100);
	assert_int_equal(counters().rate_limited, 100);
	assert_int_equal(hook_open(&rig.hook, &hook_tc_out, rig.rings, &s), 0);
	run(WANTED, 0, 100);
	assert_int_equal(counters().rate_limited, 100);
	r->due_ns = 0;
	run(WANTED, 0, 1);
	assert_int_equal(counters().delivered, 1);
	munmap(r, sizeof(*r));
	hook_close(first);
}

static void what_the_filter_rejects_is_not_too_many(void **state is_unused)
{
	struct cpu_ring *r;

	set_up(&hook_xdp, 0, 1, false, "udp port 53");
	r = first_ring();
	run(OTHER, 0, 1000);
	assert_true(r->due_ns == 0);
	run(WANTED, 0, 1);
	assert_true(r->due_ns > now_ns());
	assert_int_equal(counters().delivered, 1);
	munmap(r, sizeof(*r));
}

/* What is not in the sample is not too many either. */
static void a_limit_is_behind_the_sample(void **state is_unused)
{
	struct counters c;
	uint64_t n = 0;

	set_up(&hook_xdp, 100, 1, false, NULL);
	for (unsigned i = 0; i < 10; i++, n += RUNS / 10)
		run(WANTED, 0, RUNS / 10);
	c = counters();
	assert_int_equal(c.sampled_out + c.rate_limited + c.delivered, n);
	assert_true(c.delivered && c.rate_limited);
	is_likely(c.rate_limited + c.delivered, n, 100);
}

int main(void)
{
	struct CMUnitTest tests[array_size(cases) + array_size(limits) + 8] = {
		cmocka_unit_test(all_are_kept_where_nothing_else_is_asked_for),
		cmocka_unit_test(they_are_each_distance_apart),
		cmocka_unit_test(the_first_are_as_likely_as_others),
		cmocka_unit_test(a_full_ring_loses_of_those_that_are_kept),
		cmocka_unit_test(another_filter_changes_nothing_of_it),
		cmocka_unit_test(another_sample_begins_at_once),
		cmocka_unit_test(the_limit_is_one_for_all),
		cmocka_unit_test(what_the_filter_rejects_is_not_too_many),
		cmocka_unit_test(a_limit_is_behind_the_sample),
	};
	struct rings *rings;
	size_t n = 8;

	if (rings_open(&rings, 0, SNAP)) {
		puts("1..0 # SKIP needs root");
		return 77;
	}
	rings_close(rings);
	unit_of_table(cases, so_many_are_kept, tests, n);
	unit_of_table(limits, so_many_are_kept_in_that_time, tests, n);
	return unit_run("sample", tests, n);
}
