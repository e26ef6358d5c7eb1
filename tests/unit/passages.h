/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Frames that went through somebody else's program while one of ours watched it: what the records
 * and the books say of them, in whichever way it was watched.
 */
#ifndef XDPDUMP_TESTS_PASSAGES_H
#define XDPDUMP_TESTS_PASSAGES_H

#include <linux/bpf.h>
#include <string.h>

#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/rings.h"
#include "tests/unit/translated.h"
#include "tests/unit/unit.h"

enum { SNAP = 96, FRAME = 128, ENTRY_IFACE = 4, EXIT_IFACE = 5, RECORDS_MAX = 8 };
enum { ENTRY = 1 << POINT_ENTRY, EXIT = 1 << POINT_EXIT, BOTH = ENTRY | EXIT };

static struct {
	struct rings *rings;
	struct hook *hook;
	const struct event *records[RECORDS_MAX];
	unsigned n;
	uint8_t frame[FRAME], out[FRAME + 256];	/* that goes in, and what has come out */
	uint32_t out_len;
} seen;

static void make_frame(void)
{
	for (unsigned i = 0; i < FRAME; i++)
		seen.frame[i] = i + 1;
	memcpy(seen.frame + 12, "\x08\x06", 2);
}

static void take_records(void)
{
	rings_look(seen.rings, UINT64_MAX);
	seen.n = rings_take(seen.rings, seen.records, RECORDS_MAX);
	assert_int_equal(rings_broken(seen.rings), 0);
}

static void check_record(const struct event *ev, unsigned point, const uint8_t *bytes, uint32_t len,
			 unsigned verdict)
{
	assert_int_equal(ev->hook, point == POINT_EXIT ? EVENT_XDP_AFTER : EVENT_XDP);
	assert_int_equal(ev->iface, point == POINT_EXIT ? EXIT_IFACE : ENTRY_IFACE);
	assert_int_equal(ev->len, len);
	assert_int_equal(ev->caplen, min_of(len, (uint32_t)SNAP));
	assert_int_equal(ev->meta, META_ID);
	assert_int_equal(ev->verdict, verdict);
	assert_memory_equal(ev->data + 8, bytes, ev->caplen);
}

static struct counters counters_at(unsigned point)
{
	struct counters c;

	assert_int_equal(hook_counters(seen.hook, point, &c), 0);
	return c;
}

static unsigned byte_of(uint32_t verdict)
{
	return verdict < 254 ? verdict + 1 : 255;
}

/* The two records of a frame. */
static void check_both(uint32_t verdict)
{
	assert_int_equal(seen.n, 2);
	check_record(seen.records[0], POINT_ENTRY, seen.frame, FRAME, 0);
	check_record(seen.records[1], POINT_EXIT, seen.out, seen.out_len, byte_of(verdict));
	assert_memory_equal(seen.records[0]->data, seen.records[1]->data, 8);
	assert_true(seen.records[0]->tai_ns <= seen.records[1]->tai_ns);
}

/* After @n frames, all captured at both points, and of the same verdict. */
static void check_books(uint32_t verdict, unsigned n)
{
	unsigned kind = min_of(verdict, (uint32_t)VERDICT_OTHER);
	struct program_verdicts v;

	assert_int_equal(hook_verdicts(seen.hook, &v), 0);
	assert_int_equal(v.by[kind].packets, n);
	assert_int_equal(v.by[kind].bytes, n * FRAME);
	assert_int_equal(v.not_called.packets, 0);
	for (unsigned point = 0; point < POINTS_MAX; point++) {
		struct counters c = counters_at(point);

		assert_int_equal(c.all.packets, n);
		assert_int_equal(c.delivered, n);
	}
}

/*
 * After @n frames of which one of @sample is captured: the same at both points, as often as is
 * likely (see test_sample_live.c), and all are counted.
 */
static void check_sampled(uint32_t sample, unsigned n)
{
	const struct counters in = counters_at(POINT_ENTRY), out = counters_at(POINT_EXIT);
	const double off = (double)in.delivered * sample - n;

	assert_int_equal(in.all.packets, n);
	assert_int_equal(out.all.packets, n);
	assert_int_equal(in.non_ip.packets, n);
	assert_int_equal(out.non_ip.packets, n);
	assert_int_equal(in.sampled_out + in.delivered, n);
	assert_int_equal(out.sampled_out, in.sampled_out);
	assert_int_equal(out.delivered, in.delivered);
	assert_true(off * off <= 25.0 * n * (sample - 1) / 3);
	take_records();
	assert_int_equal(seen.n, RECORDS_MAX);
	for (unsigned i = 0; i < seen.n; i++)
		assert_int_equal(seen.records[i]->hook, i % 2 ? EVENT_XDP_AFTER : EVENT_XDP);
	for (unsigned i = 0; i < seen.n; i += 2)
		assert_memory_equal(seen.records[i]->data, seen.records[i + 1]->data, 8);
}

/*
 * ---- what is wanted, of a program that takes 14 bytes off the front and sends the frame
 * back ----
 */

static const struct wish {
	const char *name;
	unsigned at;
	uint8_t verdicts;
	const char *filter, *exit_filter;
	bool wanted;
} wishes[] = {
	{ "the_entry_alone_has_the_verdict", ENTRY, .wanted = true },
	{ "the_exit_alone", EXIT, .wanted = true },
	{ "a_verdict_that_is_wanted", ENTRY, 1 << XDP_DROP | 1 << XDP_TX, .wanted = true },
	{ "a_verdict_that_is_not_wanted", ENTRY, 1 << XDP_DROP, .wanted = false },
	{ "nor_at_the_exit", EXIT, 1 << XDP_DROP, .wanted = false },
	{ "nor_at_both", BOTH, 1 << VERDICT_OTHER, .wanted = false },
	{ "a_filter_sees_what_came_in", BOTH,
	  .filter = "ether dst 01:02:03:04:05:06 and ether[127] = 128 and len = 128", .wanted = true },
	{ "and_rejects_it", BOTH, .filter = "ether[0] = 15", .wanted = false },
	{ "a_byte_behind_the_end_is_none", BOTH,
	  .filter = "ether[126:2] = 0x7f80 and ether[128] >= 0",
	  .wanted = false },
	{ "nor_is_a_word_that_is_cut", BOTH, .filter = "ether[125:4] >= 0", .wanted = false },
	{ "an_exit_filter_sees_what_came_out", BOTH, .exit_filter = "ether[0] = 15 and len = 114",
	  .wanted = true },
	{ "and_rejects_both", BOTH, .exit_filter = "ether[0] = 1", .wanted = false },
	{ "two_filters", EXIT, .filter = "ether[0] = 1", .exit_filter = "ether[0] = 15",
	  .wanted = true },
	{ "of_two_filters_the_first_rejects", EXIT, .filter = "ether[0] = 2",
	  .exit_filter = "ether[0] = 15", .wanted = false },
	{ "of_two_filters_the_second_rejects", ENTRY, .filter = "ether[0] = 1",
	  .exit_filter = "ether[0] = 16", .wanted = false },
};

/* After one frame. */
static void check_wish(const struct wish *w)
{
	struct program_verdicts v;
	unsigned n = 0;

	for (unsigned point = 0; point < POINTS_MAX; point++) {
		struct counters c = counters_at(point);
		bool here = w->at & 1 << point;

		assert_int_equal(c.all.packets, here && w->wanted);
		assert_int_equal(c.delivered, here && w->wanted);
		assert_int_equal(c.filtered.packets, here && !w->wanted);
		if (!here || !w->wanted)
			continue;
		check_record(seen.records[n], point, point == POINT_EXIT ? seen.out : seen.frame,
			     point == POINT_EXIT ? seen.out_len : FRAME,
			     point == POINT_EXIT || w->at == ENTRY ? byte_of(XDP_TX) : 0);
		n++;
	}
	assert_int_equal(seen.n, n);
	assert_int_equal(hook_verdicts(seen.hook, &v), 0);
	assert_int_equal(v.by[XDP_TX].packets, 1);	/* also of what is not wanted */
}

#endif
