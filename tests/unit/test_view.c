// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The live view without a terminal: who has most, the last seconds, rates, the page at any size,
 * and what keys do.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/packet/source.h"
#include "capture/view/grid.h"
#include "capture/view/history.h"
#include "capture/view/model.h"
#include "capture/view/page.h"
#include "capture/view/tops.h"
#include "capture/view/view.h"
#include "capture/write/sink.h"

#include "tests/unit/unit.h"

#define SEC	1000000000ull

/* ---- who has most ---- */

static union party flow_of(uint32_t n)
{
	union party p = { .version = 4, .proto = 17, .port = { n, n >> 16 } };

	p.addr[0][0] = 10;
	p.addr[1][0] = 20;
	return p;
}

static uint32_t number_of(const struct top *t)
{
	return t->who.port[0] | (uint32_t)t->who.port[1] << 16;
}

static void few_are_counted_exactly_and_come_in_order(void **state is_unused)
{
	struct tops *t = NULL;
	struct top best[40];

	assert_int_equal(tops_open(&t, 4096), 0);
	for (unsigned round = 0; round < 10; round++)
		for (uint32_t n = 1; n <= 30; n++) {
			union party who = flow_of(n);

			tops_add(t, &who, 100 * n, n % 2);
		}
	tops_tick(t, 2, true);
	assert_int_equal(tops_error(t), 0);
	assert_int_equal(tops_best(t, TOPS_BY_BYTES, best, 40), 30);
	for (unsigned i = 0; i < 30; i++) {
		uint32_t n = 30 - i;

		assert_int_equal(number_of(&best[i]), n);
		assert_int_equal(best[i].packets, 10);
		assert_int_equal(best[i].bytes[n % 2], 1000 * n);
		assert_int_equal(best[i].bytes[!(n % 2)], 0);
		assert_int_equal(best[i].error, 0);
		assert_true(best[i].bps > 3999 * n && best[i].bps < 4001 * n && best[i].pps > 4.9 &&
			    best[i].pps < 5.1);
	}
	assert_int_equal(tops_best(t, TOPS_BY_BITS, best, 3), 3);
	assert_int_equal(number_of(&best[2]), 28);
	tops_clear(t);
	tops_tick(t, 1, true);
	assert_int_equal(tops_best(t, TOPS_BY_BYTES, best, 40), 0);
	tops_close(t);
}

/* Large ones among very many that come once; what each had is known here. */
static void what_has_much_stays_and_errors_are_true(void **state is_unused)
{
	enum { LARGE = 10, ROUNDS = 20000 };
	uint64_t real[LARGE] = { 0 }, all = 0;
	struct tops *t = NULL, *ends = NULL;
	struct top best[LARGE], end[2];
	union party who;

	assert_int_equal(tops_open(&t, 256), 0);
	assert_int_equal(tops_open(&ends, 256), 0);
	tops_set_ends(t, ends);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		uint32_t n = i % LARGE;

		who = flow_of(n + 1);
		tops_add(t, &who, 1000 + 10 * n, 0);
		real[n] += 1000 + 10 * n;
		who = flow_of(1000 + i);
		tops_add(t, &who, 60, 1);
		all += 1060 + 10 * n;
	}
	tops_tick(t, 1, true);
	tops_tick(ends, 1, true);
	assert_true(tops_error(t) > 0);
	assert_int_equal(tops_best(t, TOPS_BY_BYTES, best, LARGE), LARGE);
	for (unsigned i = 0; i < LARGE; i++) {
		uint64_t n = number_of(&best[i]) - 1, had = best[i].bytes[0] + best[i].bytes[1];

		if (n >= LARGE || had > real[n] || had + best[i].error < real[n])
			fail_msg("flow %" PRIu64 ": %" PRIu64 " to %" PRIu64 " bytes", n, had,
				 had + best[i].error);
	}
	/* what went was counted for both ends before */
	assert_int_equal(tops_best(ends, TOPS_BY_BYTES, end, 2), 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(end[i].bytes[0] + end[i].bytes[1], all);
		assert_int_equal(end[i].packets, 2 * ROUNDS);
		assert_int_equal(end[i].error, 0);
	}
	assert_int_equal(end[0].bytes[0], end[1].bytes[1]);
	tops_close(t);
	tops_close(ends);
}

/*
 * All places are taken by those that have come once, and more of them come: who has much then is
 * shown.
 */
static void who_comes_in_a_flood_is_shown(void **state is_unused)
{
	enum { LARGE = 10, ROUNDS = 20000, TICKS = 20 };
	uint64_t real[LARGE] = { 0 };
	struct top best[LARGE];
	struct tops *t = NULL;
	union party who;

	assert_int_equal(tops_open(&t, 256), 0);
	for (uint32_t i = 0; i < TICKS * ROUNDS; i++) {
		uint32_t n = i % LARGE;

		who = flow_of(1000 + i);
		tops_add(t, &who, 60, 1);
		if (i / ROUNDS % 2) {
			who = flow_of(n + 1);
			tops_add(t, &who, 1000 + 10 * n, 0);
			real[n] += 1000 + 10 * n;
		}
		if (i % ROUNDS == ROUNDS - 1)
			tops_tick(t, 1, true);
	}
	assert_int_equal(tops_best(t, TOPS_BY_BYTES, best, LARGE), LARGE);
	for (unsigned i = 0; i < LARGE; i++) {
		uint64_t n = number_of(&best[i]) - 1, had = best[i].bytes[0] + best[i].bytes[1];

		if (n >= LARGE || had > real[n] || had + best[i].error < real[n] ||
		    had < real[n] / 2)
			fail_msg("flow %" PRIu64 ": %" PRIu64 " to %" PRIu64 " of %" PRIu64
				 " bytes",
				 n, had, had + best[i].error, n < LARGE ? real[n] : 0);
	}
	tops_close(t);
}

/* The flows of a busy link are, but for some whose sets are full. */
static void nearly_all_of_twenty_thousand_are_counted_exactly(void **state is_unused)
{
	enum { N = 20000 };
	static struct top best[N];
	struct tops *t = NULL;
	unsigned exact = 0, n;

	assert_int_equal(tops_open(&t, MODEL_ROOM), 0);
	for (unsigned round = 0; round < 3; round++)
		for (uint32_t i = 1; i <= N; i++) {
			union party who = flow_of(i);

			tops_add(t, &who, i, 0);
		}
	tops_tick(t, 1, true);
	n = tops_best(t, TOPS_BY_BYTES, best, N);
	for (unsigned i = 0; i < n; i++)
		exact += best[i].bytes[0] == 3 * number_of(&best[i]);
	assert_true(exact > N * 95 / 100);
	tops_close(t);
}

/* A tag is seven bits, so that many that differ have the same one. */
static void nobody_is_taken_for_another(void **state is_unused)
{
	enum { N = 2000 };
	static struct top best[N];
	struct tops *t = NULL;
	union party who;
	unsigned n;

	assert_int_equal(tops_open(&t, 4096), 0);
	for (unsigned round = 0; round < 3; round++)
		for (uint32_t i = 1; i <= N; i++) {
			who = flow_of(i);
			tops_add(t, &who, i, 0);
		}
	tops_tick(t, 1, true);
	n = tops_best(t, TOPS_BY_BYTES, best, N);
	assert_true(n > N * 9 / 10);
	for (unsigned i = 0; i < n; i++)
		if (!best[i].error && best[i].bytes[0] != 3 * number_of(&best[i]))
			fail_msg("%u: %" PRIu64 " bytes", number_of(&best[i]), best[i].bytes[0]);
	tops_close(t);
}

static void a_rate_goes_down_to_nothing(void **state is_unused)
{
	union party who = flow_of(1);
	struct tops *t = NULL;
	struct top best[1];

	assert_int_equal(tops_open(&t, 64), 0);
	for (unsigned i = 0; i < 1000; i++)
		tops_add(t, &who, 125, 0);
	tops_tick(t, 0.5, false);
	assert_int_equal(tops_best(t, TOPS_BY_BITS, best, 1), 1);
	assert_true(best[0].pps > 900 && best[0].pps < 2100);
	for (unsigned i = 0; i < 20; i++)
		tops_tick(t, 0.5, false);
	assert_int_equal(tops_best(t, TOPS_BY_BITS, best, 1), 1);
	assert_true(best[0].pps < 1 && best[0].bps < 1);
	assert_int_equal(best[0].bytes[0], 125000);
	tops_close(t);
}

/* ---- the last seconds ---- */

static struct history past;

/* @sum packets of 10 bytes so far, at @ms. */
static void at(uint64_t ms, uint64_t sum)
{
	struct tally t = { sum, 10 * sum };

	history_update(&past, ms * 1000000, &t);
}

static void is_column(unsigned width, unsigned back, uint64_t packets, unsigned sec)
{
	struct tally sum;
	unsigned of = 0;
	bool is = history_column(&past, width, back, &sum, &of);

	if (is != (sec > 0) || of != sec || sum.packets != packets || sum.bytes != 10 * packets)
		fail_msg("column %u of %u s: %" PRIu64 " packets in %u s", back, width,
			 (uint64_t)sum.packets, of);
}

static void each_second_has_what_came_in_it(void **state is_unused)
{
	past = (struct history){ .now = 0 };
	is_column(1, 0, 0, 0);
	at(100000, 0);
	is_column(1, 0, 0, 0);	/* it is not over */
	at(100500, 5);
	at(100999, 7);
	at(101000, 8);		/* of the next one already */
	is_column(1, 0, 7, 1);
	is_column(1, 1, 0, 0);	/* before the first */
	at(104000, 20);		/* nobody has looked for three seconds: all came in the last */
	is_column(1, 0, 0, 1);
	is_column(1, 2, 1, 1);
	is_column(1, 3, 7, 1);
	at(105000, 20);
	is_column(1, 0, 12, 1);
	/* seconds count from one: 101 to 105 are over, and columns of two begin with even ones */
	is_column(2, 0, 12, 2);
	is_column(2, 1, 1, 2);
	is_column(2, 2, 7, 1);
	is_column(2, 3, 0, 0);
}

static void an_hour_is_kept(void **state is_unused)
{
	past = (struct history){ .now = 0 };
	for (uint64_t sec = 0; sec <= HISTORY_SEC + 100; sec++)
		at(sec * 1000 + 500, sec + 1);
	for (unsigned back = 0; back < HISTORY_SEC - 1; back++)
		is_column(1, back, 1, 1);
	is_column(1, HISTORY_SEC - 1, 0, 0);
	/* asleep for a day */
	at((HISTORY_SEC + 100) * 1000 + 90000 * 1000ull, HISTORY_SEC + 101);
	for (unsigned back = 0; back < HISTORY_SEC - 1; back++)
		is_column(1, back, 0, 1);
}

/* ---- packets ---- */

#define MACS	"020000000002020000000001"
#define UDP	MACS "08004500001c000100004011" "0000c0000201c0000202" "0035d43100080000"
#define BACK	MACS "08004500001c000100004011" "0000c0000202c0000201" "d431003500080000"
#define ARP	MACS "0806" "0001080006040001"

#define FRAGMENT(flags_and_offset) \
	"0200000000020200000000010800" "4500001c0000" flags_and_offset "40110000" "0a0000010a000002" "0035003600080000"

static const struct iface ethernet = { .id = 0, .linktype = LINKTYPE_ETHERNET };

struct taker {
	void (*fn)(void *ctx, const struct packet *p);
	void *ctx;
};

static void give(const struct taker *to, const char *hex, uint32_t len, uint64_t ts_ns)
{
	struct packet p = { .iface = &ethernet, .len = len, .ts_ns = ts_ns, .has = PACKET_TIME | PACKET_QUEUE,
			    .queue = len % 100, .dropped = 1 };
	size_t n;
	uint8_t *frame = unit_bytes(hex, &n);

	p.data = frame;
	p.caplen = n;
	link_decode(&p);
	to->fn(to->ctx, &p);
	free(frame);
}

static void to_model(void *ctx, const struct packet *p)
{
	model_packet(ctx, p);
}

static void to_view(void *ctx, const struct packet *p)
{
	view_packet(ctx, p);
}

/* The first one, which has ports, as well. */
static void all_fragments_are_one_flow(void **state is_unused)
{
	struct model m;
	const struct taker to = { to_model, &m };
	struct top best[4];

	assert_int_equal(model_open(&m, false), 0);
	give(&to, FRAGMENT("2000"), 100, 10 * SEC);
	give(&to, FRAGMENT("2003"), 100, 10 * SEC);
	give(&to, FRAGMENT("0006"), 50, 10 * SEC);
	model_tick(&m, 0);
	assert_int_equal(tops_best(m.flows, TOPS_BY_BYTES, best, 4), 1);
	assert_int_equal(best[0].bytes[0] + best[0].bytes[1], 250);
	assert_int_equal(best[0].who.port[0] + best[0].who.port[1], 0);
	model_close(&m);
}

static void both_ways_are_one_flow(void **state is_unused)
{
	struct model m;
	const struct taker to = { to_model, &m };
	struct top best[4];

	assert_int_equal(model_open(&m, false), 0);
	give(&to, UDP, 1000, 10 * SEC);
	give(&to, BACK, 100, 12 * SEC);
	give(&to, UDP, 1000, 14 * SEC);
	give(&to, ARP, 60, 12 * SEC);
	model_tick(&m, 0);
	assert_int_equal(tops_best(m.flows, TOPS_BY_BYTES, best, 4), 1);
	assert_int_equal(best[0].packets, 3);
	assert_int_equal(best[0].bytes[0] + best[0].bytes[1], 2100);
	assert_int_equal(max_of(best[0].bytes[0], best[0].bytes[1]), 2000);
	assert_int_equal(best[0].who.port[best[0].bytes[1] == 2000], 0x35);
	assert_int_equal(tops_best(m.talkers, TOPS_BY_BYTES, best, 4), 2);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(best[i].bytes[0] + best[i].bytes[1], 2100);
	assert_int_equal(best[0].bytes[0], best[1].bytes[1]);
	assert_int_equal(m.rows[INFO_ARP].packets, 1);
	assert_int_equal(m.protocols[INFO_UDP].sum.bytes, 2100);
	assert_int_equal(m.n_dropped, 4);
	assert_int_equal(m.queues[60].sum.packets, 1);
	assert_int_equal(model_span_ns(&m), 4 * SEC);
	assert_true(m.all.pps > 0.99 && m.all.pps < 1.01);
	model_tick(&m, 0);	/* of files all counts, again and again */
	assert_true(m.all.pps > 0.99 && m.all.pps < 1.01);
	model_clear(&m);
	model_tick(&m, 0);
	assert_int_equal(m.all.sum.packets, 0);
	assert_int_equal(tops_best(m.flows, TOPS_BY_BYTES, best, 4), 0);
	model_close(&m);
}

static void a_live_rate_is_that_since_the_last_tick(void **state is_unused)
{
	struct model m;
	const struct taker to = { to_model, &m };

	assert_int_equal(model_open(&m, true), 0);
	model_tick(&m, 5 * SEC);
	for (unsigned i = 0; i < 50; i++)
		give(&to, UDP, 1000, 0);
	model_tick(&m, 5 * SEC + SEC / 2);
	assert_true(m.all.pps > 99.9 && m.all.pps < 100.1 && m.all.bps > 799000 &&
		    m.all.bps < 801000);
	model_tick(&m, 6 * SEC);
	assert_true(m.all.pps < 0.1);
	assert_int_equal(m.all.sum.packets, 50);
	assert_int_equal(model_span_ns(&m), SEC);
	model_close(&m);
}

/* ---- pages ---- */

static struct grid page;

static const char *row(unsigned n)
{
	static char text[GRID_COLS_MAX + 1];
	int len = page.cols;

	memcpy(text, page.text[n], len);
	while (len && text[len - 1] == ' ')
		len--;
	text[len] = '\0';
	return text;
}

/* Is there a row with @words? */
static bool shows(const char *words)
{
	for (unsigned n = 0; n < page.rows; n++)
		if (strstr(row(n), words))
			return true;
	return false;
}

static void must_show(const char *words)
{
	if (shows(words))
		return;
	for (unsigned n = 0; n < page.rows; n++)
		printf("# %s\n", row(n));
	fail_msg("'%s' is not on the page", words);
}

static void draw(struct view *v, unsigned rows, unsigned cols, uint64_t now)
{
	view_draw(v, &page, rows, cols, now);
}

static struct view *with_packets(bool live)
{
	struct view *v = NULL;
	const struct taker to = { to_view, NULL };
	struct taker mine = to;

	assert_int_equal(view_open(&v, live), 0);
	view_facts(v)->what = "eth0 (native)";
	view_facts(v)->has_ledger = live;
	mine.ctx = v;
	view_begin(v, NULL);
	if (live)
		draw(v, 24, 80, 100 * SEC);
	for (unsigned i = 0; i < 100; i++) {
		give(&mine, UDP, 1000, i * SEC);
		give(&mine, i % 2 ? BACK : ARP, 100, i * SEC);
	}
	return v;
}

static void a_page_says_all_of_it(void **state is_unused)
{
	struct view *v = with_packets(true);
	struct page_cpu cpus[] = { { 150, 75, 0.25 }, { 0, 0, 0 }, { 50, 25, 0 } };
	struct page_facts *f = view_facts(v);

	f->filter = "udp or arp";
	f->ledger = (struct ledger){ .seen = 300, .filtered = 90, .ring_full = 10, .delivered = 200,
				     .taken = 200, .unwritten = 3 };
	f->cpus = cpus;
	f->n_cpus = 3;
	f->verdicts.by[1].packets = 77;
	draw(v, 24, 80, 102 * SEC);
	assert_string_equal(row(0), " xdpdump --top  eth0 (native)  0:00:02");
	assert_string_equal(row(1), "Now 100 pps  440 kbit/s       200 packets, 110 kB, 550 B each         lost 13");
	assert_string_equal(row(2), "Filter udp or arp");
	must_show("UDP          75.0%       75");
	must_show("UDP 192.0.2.1:53 <-> 192.0.2.2:54321");
	must_show("packets/s of the last");
	view_key(v, '2');
	draw(v, 24, 80, 104 * SEC);
	must_show("192.0.2.1  100 k sent, 5.00 k received");
	view_key(v, '3');
	draw(v, 24, 80, 106 * SEC);
	must_show("ARP");
	view_key(v, '4');
	draw(v, 24, 80, 108 * SEC);
	must_show("queue 0");
	must_show("CPU 0, its ring 25 % full");
	must_show("CPU 2");
	assert_false(shows("CPU 1"));
	view_key(v, '5');
	draw(v, 24, 80, 110 * SEC);
	must_show("                  10  lost: the ring was full");
	must_show("                  90  filtered out");
	must_show("                   3  not written");
	must_show("                  77  DROP, said by");
	assert_false(shows("sample"));
	f->ledger.asked.sample = 100;
	f->ledger.sampled_out = 990;
	f->ledger.asked.rate = 50;
	f->ledger.rate_limited = 5;
	draw(v, 24, 80, 112 * SEC);
	assert_string_equal(row(2), "Filter udp or arp   sample 1/100   limit 50/s");
	must_show("                 990  sampled out");
	must_show("                   5  left out by the rate limit");
	view_close(v);
}

static void a_page_fits_whatever_the_size_is(void **state is_unused)
{
	struct view *v = with_packets(true);

	for (unsigned rows = 0; rows <= 60; rows++)
		for (unsigned cols = 0; cols <= 130; cols += 1 + cols / 8)
			for (char list = '1'; list <= '5'; list++) {
				view_key(v, list);
				draw(v, rows, cols, 102 * SEC);
				assert_true(page.rows == rows && page.cols == cols);
			}
	draw(v, 100000, 100000, 103 * SEC);
	assert_int_equal(page.rows, GRID_ROWS_MAX);
	assert_int_equal(page.cols, GRID_COLS_MAX);
	view_close(v);
}

static void nothing_steers_a_terminal(void **state is_unused)
{
	struct view *v = with_packets(true);

	view_facts(v)->what = "e\033[2Jth\233" "0\n";
	view_facts(v)->filter = "\a\x7f%s%n";
	view_say(v, "a\tb\r\xc3\xa4", false);
	draw(v, 24, 80, 102 * SEC);
	for (unsigned n = 0; n < page.rows; n++)
		for (unsigned c = 0; c < page.cols; c++)
			assert_true(page.text[n][c] >= ' ' && page.text[n][c] <= '~');
	must_show("e?[2Jth?0?");
	must_show("??%s%n");
	must_show("a?b???");
	view_close(v);
}

/* ---- keys ---- */

static enum view_wish type(struct view *v, const char *keys)
{
	enum view_wish wish = VIEW_NOTHING;

	for (; *keys; keys++)
		wish = view_key(v, *keys);
	return wish;
}

static void a_filter_is_typed_and_counts_begin_anew(void **state is_unused)
{
	struct view *v = with_packets(true);
	const struct taker to = { to_view, v };

	type(v, "fxyz");
	draw(v, 24, 80, 102 * SEC);
	must_show("expression as that of the capture): xyz_");
	view_key(v, VIEW_CLEAR);
	type(v, "arq\177p");
	assert_int_equal(type(v, "\n"), VIEW_NOTHING);
	give(&to, ARP, 60, 0);
	give(&to, UDP, 60, 0);
	draw(v, 24, 80, 104 * SEC);
	must_show("shown arp");
	must_show("  1 packets,");
	type(v, "/\025port\r");		/* none: what was there stays, and it says why */
	draw(v, 24, 80, 106 * SEC);
	must_show("shown arp");
	must_show("syntax error");
	type(v, "f");
	view_key(v, VIEW_ESCAPE);
	assert_int_equal(type(v, "q"), VIEW_QUIT);
	type(v, "f\025\n");
	draw(v, 24, 80, 108 * SEC);
	assert_false(shows("shown"));
	view_close(v);
}

static const struct iface *raw_iface(struct source *s is_unused, uint32_t id)
{
	static const struct iface raw = { .linktype = LINKTYPE_RAW };

	return id ? NULL : &raw;
}

static void a_filter_is_one_for_what_is_captured(void **state is_unused)
{
	static const struct source_ops ops = { .iface = raw_iface };
	struct source from = { .ops = &ops };
	struct view *v = with_packets(true);

	view_begin(v, &from);
	type(v, "fether host 02:00:00:00:00:01\n");
	draw(v, 24, 80, 102 * SEC);
	assert_false(shows("shown"));
	must_show("ethernet addresses supported only on ethernet");
	type(v, "f\025ip\n");
	draw(v, 24, 80, 104 * SEC);
	must_show("shown ip");
	view_close(v);
}

static void keys_choose_what_is_shown(void **state is_unused)
{
	static const struct { const char *keys, *shows; } steps[] = {
		{ "", "by bit/s" }, { "s", "by packets/s" }, { "s", "by bytes" },
		{ "s", "by packets" },
		{ "s", "by bit/s" }, { "\t", "address" }, { "\t", "protocol" },
		{ "\t\t\t", "flow" }, { "5", "what became" }, { "1", "flow" },
		{ "+", "a column is 5 s" }, { "++++++", "a column is 30 s" },
		{ "-------", "a column is 1 s" },
		{ "p", "PAUSED" }, { "z", "PAUSED" }, { "c", "0 packets," },
	};
	struct view *v = with_packets(true);
	uint64_t now = 101 * SEC;

	for (size_t i = 0; i < array_size(steps); i++) {
		assert_int_equal(type(v, steps[i].keys), VIEW_NOTHING);
		draw(v, 24, 80, now += SEC);
		must_show(steps[i].shows);
	}
	assert_true(view_due_ns(v) == UINT64_MAX);
	view_key(v, ' ');
	draw(v, 24, 80, now += SEC);
	assert_false(shows("PAUSED"));
	assert_true(view_due_ns(v) == now + VIEW_REDRAW_NS);
	view_close(v);
}

/* For what is to be shown, or written, they are read again. */
static void files_are_read_again(void **state is_unused)
{
	struct view *v = with_packets(false);

	view_done(v);
	draw(v, 24, 80, 0);
	must_show("All 2.02 pps");
	must_show("packets/s of");
	assert_int_equal(type(v, "p+-c"), VIEW_NOTHING);
	draw(v, 24, 80, 0);
	must_show("200 packets");
	assert_int_equal(type(v, "fudp\n"), VIEW_AGAIN);
	assert_int_equal(type(v, "wsomewhere\n"), VIEW_AGAIN);
	assert_int_equal(type(v, "w\n"), VIEW_NOTHING);
	view_close(v);
}

static void what_cannot_be_read_again_stays(void **state is_unused)
{
	static const char *const keys[] = { "fudp\n", "/udp\n", "wx\n" };
	struct view *v = with_packets(false);

	view_facts(v)->once = true;
	view_done(v);
	for (size_t i = 0; i < array_size(keys); i++) {
		view_say(v, "", false);
		assert_int_equal(type(v, keys[i]), VIEW_NOTHING);
		draw(v, 24, 80, 0);
		must_show("what has come from stdin cannot be read again");
		must_show("200 packets");
		assert_false(shows("shown"));
	}
	view_close(v);
}

/* What every sink has to have (sink.h): who asks it does not look. */
static void as_a_sink_it_has_what_is_asked_for(void **state is_unused)
{
	struct view *v = with_packets(true);
	struct sink *k = view_sink(v);

	assert_true(k->ops->packet && k->ops->begin && k->ops->report && k->ops->close);
	assert_int_equal(k->ops->reader_fd(k), -1);
	assert_int_equal(k->ops->spare(k, NULL), 0);
	assert_int_equal(k->ops->pending(k), 0);
	assert_int_equal(k->ops->flush(k), 0);
	k->ops->hurry(k, 0);
	assert_int_equal(k->ops->finish(k), 0);
	view_close(v);
}

static void a_file_that_is_there_is_not_written_to(void **state is_unused)
{
	struct view *v = with_packets(true);

	type(v, "w/dev/null\n");
	draw(v, 24, 80, 102 * SEC);
	must_show("/dev/null: cannot write: File exists");
	type(v, "w-\n");
	draw(v, 24, 80, 104 * SEC);
	must_show("-: cannot write: File exists");
	assert_false(shows("writing"));
	assert_int_equal(view_sink(v)->ops->report(view_sink(v), 0), STATUS_OK);
	view_close(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_are_counted_exactly_and_come_in_order),
		cmocka_unit_test(what_has_much_stays_and_errors_are_true),
		cmocka_unit_test(who_comes_in_a_flood_is_shown),
		cmocka_unit_test(nearly_all_of_twenty_thousand_are_counted_exactly),
		cmocka_unit_test(nobody_is_taken_for_another),
		cmocka_unit_test(a_rate_goes_down_to_nothing),
		cmocka_unit_test(each_second_has_what_came_in_it),
		cmocka_unit_test(an_hour_is_kept),
		cmocka_unit_test(all_fragments_are_one_flow),
		cmocka_unit_test(both_ways_are_one_flow),
		cmocka_unit_test(a_live_rate_is_that_since_the_last_tick),
		cmocka_unit_test(a_page_says_all_of_it),
		cmocka_unit_test(a_page_fits_whatever_the_size_is),
		cmocka_unit_test(nothing_steers_a_terminal),
		cmocka_unit_test(a_filter_is_typed_and_counts_begin_anew),
		cmocka_unit_test(a_filter_is_one_for_what_is_captured),
		cmocka_unit_test(keys_choose_what_is_shown),
		cmocka_unit_test(files_are_read_again),
		cmocka_unit_test(what_cannot_be_read_again_stays),
		cmocka_unit_test(as_a_sink_it_has_what_is_asked_for),
		cmocka_unit_test(a_file_that_is_there_is_not_written_to),
	};

	return unit_run("view", tests, array_size(tests));
}
