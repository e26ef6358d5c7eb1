// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What triggers: the words for it, packets, rates. */
#include <errno.h>
#include <stdlib.h>

#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/stage/triggers.h"

#include "tests/unit/unit.h"

#define S	UINT64_C(1000000000)

/* "drop": the one word that is known here. */
static bool drop(const char *list, unsigned *mask)
{
	*mask = 1 << 1;
	return !strcmp(list, "drop");
}

static void words_are_understood(void **state)
{
	static const struct {
		const char *words;
		bool good;
		enum trigger_kind kind;
		uint64_t bound;
		bool below;
	} all[] = {
		{ "signal", true, TRIGGER_SIGNAL, 0, false },
		{ "down", true, TRIGGER_DOWN, 0, false },
		{ "rate:>1000/s", true, TRIGGER_RATE, 1000, false },
		{ "rate:1000/s", true, TRIGGER_RATE, 1000, false },
		{ "rate:<1000/s", true, TRIGGER_RATE, 1000, true },
		{ "rate:<1000", true, TRIGGER_RATE, 1000, true },
		{ "drops:100/s", true, TRIGGER_DROPS, 100, false },
		{ "verdict:drop", true, TRIGGER_VERDICT, 0, false },
		{ "tcp[tcpflags] & tcp-rst != 0 and port 5432", true, TRIGGER_FILTER, 0, false },
		{ "rate", true, TRIGGER_FILTER, 0, false },
		{ "rate:", false, 0, 0, false },
		{ "rate:0/s", false, 0, 0, false },
		{ "rate:>/s", false, 0, 0, false },
		{ "rate:<>1/s", false, 0, 0, false },
		{ "rate:1000/m", false, 0, 0, false },
		{ "rate:-1/s", false, 0, 0, false },
		{ "drops:x/s", false, 0, 0, false },
		{ "drops:99999999999999999999999999/s", false, 0, 0, false },
		{ "verdict:dropped", false, 0, 0, false },
		{ "", false, 0, 0, false },
		{ "  ", false, 0, 0, false },
	};
	struct trigger t;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		bool good = triggers_parse(all[i].words, drop, &t);

		if (good != all[i].good ||
		    (good &&
		     (t.kind != all[i].kind || t.bound != all[i].bound || t.below != all[i].below)))
			fail_msg("'%s': %d, kind %d, bound %zu", all[i].words, good, (int)t.kind,
				 (size_t)t.bound);
	}
}

static struct triggers *open_one(const char *words)
{
	static struct trigger t;
	struct triggers *all;

	assert_true(triggers_parse(words, drop, &t));
	assert_int_equal(triggers_open(&all, &t, 1, true, true), 0);
	assert_true(triggers_has(all, t.kind));
	return all;
}

/* A script of how many come in each second: that it triggers at "!", and only there. */
static void rates_trigger_when_they_cross(void **state)
{
	static const struct { const char *words, *packets; } all[] = {
		{ "rate:>3/s", "0 1 2 3 4! 5 9 3 4! 0 9!" },
		{ "rate:<3/s", "0 1 2 3 4 2! 0 0 3 2! 9" },
		{ "rate:<3/s", "9 0! 0 0" },
		{ "drops:2/s", "0 2 3! 0 9!" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct triggers *t = open_one(all[i].words);
		const bool drops = triggers_has(t, TRIGGER_DROPS);
		uint64_t now = 100 * S, n = 7;

		assert_null(triggers_rates(t, now, n, n));
		for (const char *s = all[i].packets; *s; s++) {
			const char *why;

			if (*s < '0')
				continue;
			n += *s - '0';
			why = triggers_rates(t, now += S, drops ? 0 : n, drops ? n : 0);
			if (!why != (s[1] != '!'))
				fail_msg("%s: %s at '%s'", all[i].words, why ? why : "nothing", s);
		}
		triggers_close(t);
	}
}

static void it_tells_the_rate(void **state)
{
	struct triggers *t = open_one("rate:>3/s");

	(void)state;
	assert_null(triggers_rates(t, 5 * S, 100, 0));
	assert_string_equal(triggers_rates(t, 7 * S, 300, 0), "rate:>3/s (100/s)");
	triggers_close(t);
}

static void packets_that_match_trigger(void **state)
{
	static const uint8_t arp[60] = { [12] = 0x08, [13] = 0x06 }, ip[60] = { [12] = 0x08, [14] = 0x45 };
	static const struct iface ethernet = { .linktype = LINKTYPE_ETHERNET };
	struct packet p = { .data = ip, .caplen = 60, .len = 60, .iface = &ethernet };
	struct triggers *t = open_one("arp");

	(void)state;
	assert_null(triggers_packet(t, &p));
	p.data = arp;
	assert_string_equal(triggers_packet(t, &p), "arp");
	triggers_close(t);
}

/* What the kernel has tried on all of the frame is not tried again on the bytes that there are. */
static void what_the_kernel_has_seen_counts(void **state is_unused)
{
	static const uint8_t arp[60] = { [12] = 0x08, [13] = 0x06 };
	static const struct iface ethernet = { .linktype = LINKTYPE_ETHERNET };
	const struct trigger two[] = { { .kind = TRIGGER_FILTER, .words = "tcp" },
				       { .kind = TRIGGER_RATE, .words = "rate:1/s", .bound = 1 },
				       { .kind = TRIGGER_FILTER, .words = "arp or port 53" } };
	struct packet p = { .data = arp, .caplen = 60, .len = 60, .iface = &ethernet, .has = PACKET_TRIED };
	struct triggers *t = open_one("arp");

	assert_null(triggers_packet(t, &p));
	p.has |= PACKET_TRIGGERS;
	assert_string_equal(triggers_packet(t, &p), "arp");
	p.caplen = 1;
	assert_string_equal(triggers_packet(t, &p), "arp");
	assert_int_equal(triggers_matches(t), 0);
	p.has = 0;
	p.caplen = 60;
	assert_string_equal(triggers_packet(t, &p), "arp");
	assert_int_equal(triggers_matches(t), 1);
	triggers_close(t);
	assert_int_equal(triggers_open(&t, two, 3, true, true), 0);
	p.has = PACKET_TRIED | PACKET_TRIGGERS;
	assert_string_equal(triggers_packet(t, &p), "arp or port 53");
	p.caplen = 1;
	assert_string_equal(triggers_packet(t, &p), "tcp");
	p.has = PACKET_TRIED;
	assert_null(triggers_packet(t, &p));
	triggers_close(t);
}

static void all_expressions_are_one(void **state is_unused)
{
	const struct trigger list[] = { { .kind = TRIGGER_DOWN, .words = "down" },
					{ .kind = TRIGGER_FILTER, .words = "tcp or udp" },
					{ .kind = TRIGGER_FILTER, .words = "arp" } };
	char *text;

	assert_int_equal(triggers_expression(list, 1, &text), 0);
	assert_null(text);
	assert_int_equal(triggers_expression(list, 2, &text), 0);
	assert_string_equal(text, "(tcp or udp)");
	free(text);
	assert_int_equal(triggers_expression(list, 3, &text), 0);
	assert_string_equal(text, "(tcp or udp) or (arp)");
	free(text);
}

static void packets_of_a_verdict_trigger(void **state)
{
	struct packet p = { .verdict = { VERDICT_XDP, 1 } };
	struct triggers *t = open_one("verdict:drop");

	(void)state;
	assert_null(triggers_packet(t, &p));
	p.has = PACKET_VERDICT;
	assert_string_equal(triggers_packet(t, &p), "verdict:drop");
	p.verdict.action = 2;
	assert_null(triggers_packet(t, &p));
	p.verdict = (struct verdict){ VERDICT_TC, 1 };
	assert_null(triggers_packet(t, &p));
	triggers_close(t);
}

static void one_for_another_link_type_is_told_of(void **state)
{
	static const struct iface wireless = { .linktype = LINKTYPE_IEEE802_11 };
	struct trigger list = { .kind = TRIGGER_FILTER, .words = "wlan type mgt" };
	struct packet p = { .data = (const uint8_t *)"\200", .caplen = 1, .len = 60, .iface = &wireless };
	struct triggers *t;

	(void)state;
	assert_int_equal(triggers_open(&t, &list, 1, true, true), -EINVAL);
	triggers_close(t);
	assert_int_equal(triggers_open(&t, &list, 1, true, false), 0);
	assert_non_null(triggers_useless(t));
	assert_string_equal(triggers_packet(t, &p), "wlan type mgt");
	assert_null(triggers_useless(t));
	triggers_close(t);
}

static void an_expression_that_is_none_is_refused(void **state)
{
	struct trigger list = { .kind = TRIGGER_FILTER, .words = "tcp port" };
	struct triggers *t;

	(void)state;
	assert_int_equal(triggers_open(&t, &list, 1, true, true), -EINVAL);
	assert_non_null(strstr(triggers_error(t), "tcp port"));
	triggers_close(t);
	assert_int_equal(triggers_open(&t, &list, 1, true, false), -EINVAL);
	triggers_close(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_understood),
		cmocka_unit_test(rates_trigger_when_they_cross),
		cmocka_unit_test(it_tells_the_rate),
		cmocka_unit_test(packets_that_match_trigger),
		cmocka_unit_test(what_the_kernel_has_seen_counts),
		cmocka_unit_test(all_expressions_are_one),
		cmocka_unit_test(packets_of_a_verdict_trigger),
		cmocka_unit_test(one_for_another_link_type_is_told_of),
		cmocka_unit_test(an_expression_that_is_none_is_refused),
	};

	return unit_run("triggers", tests, sizeof(tests) / sizeof(tests[0]));
}
