// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A packet of a run beside the expected one: when they are the same, and in what words
 * they differ.
 */
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/report/expect.h"

#include "tests/unit/unit.h"

enum { IN = -1 };	/* a packet that comes in, without a verdict */

static struct iface ethernet = { .linktype = LINKTYPE_ETHERNET };
static struct iface after = { .id = 1, .linktype = LINKTYPE_ETHERNET, .name = (char *)"v0" };
static struct iface raw = { .linktype = LINKTYPE_RAW };

static const struct expect_case {
	const char *name;
	int wanted, found;		/* verdicts, or IN */
	const char *expected, *data;	/* bytes of both */
	const char *words;		/* NULL: the same */
} cases[] = {
	{ "the_same_comes_in", IN, IN, "abcdef", "abcdef", NULL },
	{ "the_same_comes_out", XDP_TX, XDP_TX, "abcdef", "abcdef", NULL },
	{ "another_verdict", XDP_PASS, XDP_DROP, "abcdef", "abcdef",
	  "verdict DROP, expected PASS" },
	{ "another_verdict_and_other_bytes", XDP_TX, XDP_PASS, "abcdef", "xbcdef",
	  "verdict PASS, expected TX" },
	{ "a_verdict_without_a_name", XDP_PASS, 77, "abcdef", "abcdef",
	  "verdict 77, expected PASS" },
	{ "an_action_without_a_name_that_was_expected", 77, 77, "abcdef", "abcdef", NULL },
	{ "a_byte_of_what_comes_out", XDP_PASS, XDP_PASS, "abcdef", "abcdeg",
	  "byte 5 of what comes out is 0x67, expected 0x66" },
	{ "a_byte_of_what_comes_in", IN, IN, "abcdef", "xbcdef",
	  "byte 0 of what comes in is 0x78, expected 0x61" },
	{ "more_comes_out", XDP_TX, XDP_TX, "abcd", "abcdef",
	  "what comes out has 6 bytes, expected 4" },
	{ "less_comes_in", IN, IN, "abcdef", "abcd", "what comes in has 4 bytes, expected 6" },
	{ "what_is_left_of_a_dropped_packet", XDP_DROP, XDP_DROP, "abcdef", "xyz", NULL },
	{ "what_is_left_of_an_aborted_packet", XDP_ABORTED, XDP_ABORTED, "abcdef", "xyz", NULL },
	{ "what_is_redirected_matters", XDP_REDIRECT, XDP_REDIRECT, "abc", "abd",
	  "byte 2 of what comes out is 0x64, expected 0x63" },
	{ "it_was_not_run", XDP_PASS, IN, "abcdef", "abcdef",
	  "a packet that comes in, expected one with verdict PASS" },
	{ "it_was_run", IN, XDP_PASS, "abcdef", "abcdef",
	  "verdict PASS, expected a packet that comes in" },
};

static struct packet packet(int verdict, const char *data)
{
	struct packet p = { .data = (const uint8_t *)data, .caplen = strlen(data), .len = strlen(data),
			    .iface = verdict == IN ? &ethernet : &after };

	if (verdict != IN) {
		p.has |= PACKET_VERDICT;
		p.verdict = (struct verdict){ VERDICT_XDP, verdict };
	}
	return p;
}

static void as_the_row_wants(void **state)
{
	const struct expect_case *c = *state;
	struct packet wanted = packet(c->wanted, c->expected), found = packet(c->found, c->data);
	char words[160];

	memset(words, 'x', sizeof(words));
	assert_int_equal(expect_packet(&wanted, &found, words, sizeof(words)), !c->words);
	if (c->words)
		assert_string_equal(words, c->words);
}

static void times_ids_and_interfaces_do_not_matter(void **state is_unused)
{
	struct packet wanted = packet(XDP_PASS, "abc"), found = wanted;
	char words[160];

	found.has |= PACKET_TIME | PACKET_ID | PACKET_QUEUE;
	found.ts_ns = found.id = found.queue = 5;
	found.iface = &ethernet;
	assert_true(expect_packet(&wanted, &found, words, sizeof(words)));
}

static void lengths_and_link_types_do(void **state is_unused)
{
	struct packet wanted = packet(IN, "abc"), found = wanted;
	char words[160];

	found.caplen = 2;
	assert_false(expect_packet(&wanted, &found, words, sizeof(words)));
	assert_string_equal(words, "of what comes in there are 2 bytes, expected 3");
	found = wanted;
	found.iface = &raw;
	assert_false(expect_packet(&wanted, &found, words, sizeof(words)));
	assert_string_equal(words, "what comes in has another link type than expected");
}

/* Of TC, as of another capture beside a program, it is none of ours. */
static void a_verdict_of_tc_is_none(void **state is_unused)
{
	struct packet wanted = packet(IN, "abc"), found = wanted;
	char words[160];

	wanted.has |= PACKET_VERDICT;
	wanted.verdict = (struct verdict){ VERDICT_TC, 2 };
	assert_true(expect_packet(&wanted, &found, words, sizeof(words)));
}

int main(void)
{
	struct CMUnitTest tests[64] = {
		cmocka_unit_test(times_ids_and_interfaces_do_not_matter),
		cmocka_unit_test(lengths_and_link_types_do),
		cmocka_unit_test(a_verdict_of_tc_is_none),
	};
	size_t n = 3;

	unit_of_table(cases, as_the_row_wants, tests, n);
	return unit_run("expect", tests, n);
}
