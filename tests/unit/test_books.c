// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What a capture has counted, and whether that adds up. */
#include <bpf/bpf.h>

#include "capture/cli/books.h"
#include "capture/cli/books_report.h"
#include "capture/cli/recording.h"
#include "capture/kernel/programs.h"
#include "capture/kernel/rings.h"
#include "capture/live/live_attach.h"
#include "capture/live/live_program.h"
#include "capture/live/live_set.h"
#include "capture/live/live_source.h"
#include "capture/report/state.h"
#include "capture/report/stats.h"
#include "capture/write/outputs.h"

#include "tests/unit/played_kernel.h"
#include "tests/unit/played_rings.h"

/* ---- the kernel, as far as it is not played yet ---- */

static uint64_t strays;

int hook_verdicts(const struct hook *h is_unused, struct program_verdicts *sum is_unused)
{
	return -ENOENT;
}

int programs_strays(const struct programs *p is_unused, uint64_t *n)
{
	*n = strays;
	return 0;
}

/* ---- a capture of two interfaces, of each of which 31 packets were seen as received, and 9 as sent ---- */

static const struct live_iface_settings settings = {
	.snap = 100, .way = LIVE_NATIVE, .directions = LIVE_RECEIVED | LIVE_SENT, .linktype = -1,
};
static const struct live_filters none;

static struct capture_of_two {
	struct live_set ifaces;
	struct live_source source;
	struct outputs outputs;
	struct recording recording;
	struct rings *rings;
	struct books books;
} of;

/* @all: but for those that are filtered. */
static struct counters counts(uint64_t all, uint64_t filtered, uint64_t ring_full, uint64_t delivered)
{
	return (struct counters){
		.all = { .packets = all, .bytes = all * 100 }, .filtered = { .packets = filtered },
		.ring_full = ring_full, .delivered = delivered,
	};
}

static int set_up(void **state)
{
	kernel_reset();
	strays = 0;
	of = (struct capture_of_two){ .recording = RECORDING_INIT };
	of.books = (struct books){
		.ifaces = &of.ifaces, .source = &of.source, .outputs = &of.outputs, .recording = &of.recording,
		.has_sent = true,
	};
	if (written_set_up(state) || rings_open(&of.rings, 0, 200))
		return -1;
	of.books.rings = of.rings;
	for (unsigned i = 0; i < 2; i++) {
		struct live_iface *t = live_set_add(&of.ifaces);

		if (!t || live_attach_describe(t, "v0", i, &settings) ||
		    live_program_load(t, of.rings, &settings, &none) || live_attach_begin(t, &settings))
			return -1;
		t->taken = 28;		/* and one is not, of each */
	}
	kernel.counters[0] = kernel.counters[1] = counts(26, 5, 2, 24);
	kernel.sent_counters = counts(5, 4, 0, 5);
	return 0;
}

static int tear_down(void **state)
{
	live_set_close(&of.ifaces);
	rings_close(of.rings);
	return written_tear_down(state);
}

static void all_interfaces_and_directions_are_one_sum(void **state)
{
	struct totals t = { .ledger = NULL };
	struct ledger sum;

	(void)state;
	of.source.malformed = 3;
	kernel.netif.rx_missed = 104;
	sum = books_sum(&of.books, &t);
	assert_int_equal(sum.seen, 2 * (31 + 9));
	assert_int_equal(sum.filtered, 2 * (5 + 4));
	assert_int_equal(sum.ring_full, 2 * 2);
	assert_int_equal(sum.delivered, 2 * (24 + 5));
	assert_int_equal(sum.taken, 2 * 28);
	assert_int_equal(sum.unwritten, 3);
	assert_int_equal(sum.if_dropped, 2 * 4);
	assert_int_equal(t.c.all.packets, 2 * (26 + 5));
	assert_int_equal(t.sent.packets, 2 * 5);
	assert_int_equal(t.sent.bytes, 2 * 500);
	assert_int_equal(books_lost(&of.books), 2 * 2 + 3 + 2 * 4);
}

/* Where it comes out of a program it has come in, and is not counted once more. */
static void what_comes_out_of_a_program_has_come_in(void **state)
{
	struct totals t = { .ledger = NULL };

	(void)state;
	of.ifaces.v[1]->entry = of.ifaces.v[0];
	kernel.counters[0].triggers = kernel.counters[1].triggers = 6;
	books_sum(&of.books, &t);
	assert_int_equal(t.c.all.packets, 26 + 5);
	assert_int_equal(t.c.triggers, 2 * 6);
	of.ifaces.v[1]->entry = NULL;
}

static void the_state_is_of_all_and_of_each(void **state)
{
	struct state *s = books_state(&of.books);

	(void)state;
	assert_non_null(s);
	assert_int_equal(s->ledger.seen, 80);
	assert_int_equal(s->n_ifaces, 2);
	assert_int_equal(s->ifaces[1].ledger.delivered, 29);
	assert_int_equal(s->ifaces[1].sent.all.packets, 5);
	assert_true(s->ifaces[1].has_received && s->ifaces[1].has_sent && s->has_sent);
	assert_int_equal(s->ring_bytes, rings_cpu_size(of.rings));
	assert_null(s->directory);
	s = state_close(s);
	/* of one that a pattern has brought and that has gone there is no end */
	of.ifaces.v[0]->gone = true;
	of.ifaces.v[0]->pattern = "any";
	s = books_state(&of.books);
	assert_non_null(s);
	assert_int_equal(s->n_ifaces, 1);
	assert_int_equal(s->ledger.seen, 80);
	state_close(s);
}

static enum status check(bool forced)
{
	struct totals t = { .ledger = NULL };

	written_listen();
	books_sum(&of.books, &t);
	return books_report_check(&of.books, forced);
}

static void books_that_add_up_are_not_spoken_of(void **state)
{
	(void)state;
	of.ifaces.v[0]->taken = of.ifaces.v[1]->taken = 29;
	assert_int_equal(check(false), STATUS_OK);
	assert_string_equal(written_said(), "");
}

static void books_that_do_not_are_an_error_with_all_counts(void **state)
{
	(void)state;
	of.ifaces.v[0]->taken = 29;
	assert_int_equal(check(false), STATUS_RUNTIME);
	assert_string_equal(written_said(),
			    "xdpdump: v0: the counts do not add up: seen 40, filtered 9, lost 2, "
			    "delivered 29, taken 28, not written 0\n");
}

static void of_a_forced_end_that_is_known(void **state)
{
	(void)state;
	assert_int_equal(check(true), STATUS_OK);
	assert_string_equal(written_said(), "");
}

/* What is of no interface of ours: in the rings, and where programs are. */
static void what_is_of_nobody_is_an_error(void **state)
{
	(void)state;
	of.ifaces.v[0]->taken = of.ifaces.v[1]->taken = 29;
	of.source.malformed = 3;
	assert_int_equal(check(false), STATUS_RUNTIME);
	assert_string_equal(written_said(),
			    "xdpdump: 3 records of the rings were of no interface of ours: not written\n");
}

static void what_comes_elsewhere_is_an_error(void **state)
{
	(void)state;
	of.ifaces.v[0]->taken = of.ifaces.v[1]->taken = 29;
	strays = 4;
	assert_int_equal(check(false), STATUS_RUNTIME);
	assert_non_null(strstr(written_said(), "xdpdump: 4 frames came on interfaces other than those captured"));
}

static void counters_that_cannot_be_read_are_an_error(void **state)
{
	(void)state;
	kernel.counters_err = -EIO;
	assert_int_equal(check(false), STATUS_RUNTIME);
	written_said();
}

int main(void)
{
#define with_two(t)	cmocka_unit_test_setup_teardown(t, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		with_two(all_interfaces_and_directions_are_one_sum),
		with_two(what_comes_out_of_a_program_has_come_in),
		with_two(the_state_is_of_all_and_of_each),
		with_two(books_that_add_up_are_not_spoken_of),
		with_two(books_that_do_not_are_an_error_with_all_counts),
		with_two(of_a_forced_end_that_is_known),
		with_two(what_is_of_nobody_is_an_error),
		with_two(what_comes_elsewhere_is_an_error),
		with_two(counters_that_cannot_be_read_are_an_error),
	};

	return unit_run("books", tests, array_size(tests));
}
