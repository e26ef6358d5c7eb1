// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* When two packets are the same, and what is said if they are not. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/report/compare.h"

#include "tests/unit/unit.h"

static struct iface ethernet = { .id = 0, .linktype = LINKTYPE_ETHERNET, .name = (char *)"v0" };
static struct iface another = {
	.id = 1, .linktype = LINKTYPE_ETHERNET, .name = (char *)"v1", .snaplen = 96
};
static struct iface raw = { .id = 0, .linktype = LINKTYPE_RAW };

/* The packet that all others are compared with. */
static const struct packet first = {
	.data = (const uint8_t *)"abcdefgh",
	.caplen = 8,
	.len = 8,
	.iface = &ethernet,
	.has = PACKET_TIME | PACKET_ID | PACKET_VERDICT,
	.id = 7,
	.verdict = { VERDICT_XDP, 1 },
	.ts_ns = 5000000000,
};

static const struct compare_case {
	const char *name, *data;
	uint32_t caplen, len;
	struct iface *iface;
	uint64_t ts_ns;		/* 0: not known */
	struct compare_options how;
	enum compare_result want;
	uint32_t offset;
	const char *words;
} cases[] = {
	{ "the_same", "abcdefgh", 8, 8, &ethernet, 5000000000, { 0 }, COMPARE_SAME, 0, "the same" },
	{ "of_another_interface", "abcdefgh", 8, 8, &another, 5000000000, { 0 }, COMPARE_SAME, 0,
	  "the same" },
	{ "of_another_time", "abcdefgh", 8, 8, &ethernet, 7000000000, { 0 }, COMPARE_SAME, 0,
	  "the same" },
	{ "of_no_time", "abcdefgh", 8, 8, &ethernet, 0, { 0 }, COMPARE_SAME, 0, "the same" },
	{ "of_another_link_type", "abcdefgh", 8, 8, &raw, 5000000000, { 0 }, COMPARE_LINK_TYPE, 0,
	  "link types EN10MB and RAW" },
	{ "the_first_byte", "xbcdefgh", 8, 8, &ethernet, 5000000000, { 0 }, COMPARE_BYTES, 0,
	  "byte 0 is 0x61 and 0x78" },
	{ "the_last_byte", "abcdefgx", 8, 8, &ethernet, 5000000000, { 0 }, COMPARE_BYTES, 7,
	  "byte 7 is 0x68 and 0x78" },
	{ "the_last_byte_of_a_shorter_one", "abcdex", 6, 8, &ethernet, 5000000000, { 0 },
	  COMPARE_BYTES, 5, "byte 5 is 0x66 and 0x78" },
	{ "fewer_bytes", "abcde", 5, 8, &ethernet, 5000000000, { 0 }, COMPARE_CAPLEN, 5,
	  "8 and 5 bytes captured" },
	{ "more_bytes", "abcdefghi", 9, 8, &ethernet, 5000000000, { 0 }, COMPARE_CAPLEN, 8,
	  "8 and 9 bytes captured" },
	{ "no_bytes", "", 0, 8, &ethernet, 5000000000, { 0 }, COMPARE_CAPLEN, 0,
	  "8 and 0 bytes captured" },
	{ "another_length", "abcdefgh", 8, 9, &ethernet, 5000000000, { 0 }, COMPARE_LEN, 0,
	  "lengths on the wire 8 and 9" },
	{ "fewer_bytes_but_enough", "abcde", 5, 8, &ethernet, 5000000000, { .snap = 5 },
	  COMPARE_SAME, 0, "the same" },
	{ "fewer_bytes_than_enough", "abcde", 5, 8, &ethernet, 5000000000, { .snap = 6 },
	  COMPARE_CAPLEN, 5, "8 and 5 bytes captured" },
	{ "a_byte_that_does_not_matter", "abcdexgh", 8, 8, &ethernet, 5000000000, { .snap = 5 },
	  COMPARE_SAME, 0, "the same" },
	{ "a_byte_that_just_matters", "abcdexgh", 8, 8, &ethernet, 5000000000, { .snap = 6 },
	  COMPARE_BYTES, 5, "byte 5 is 0x66 and 0x78" },
	{ "the_very_time", "abcdefgh", 8, 8, &ethernet, 5000000000, { .times_matter = true },
	  COMPARE_SAME, 0, "the same" },
	{ "a_nanosecond_later", "abcdefgh", 8, 8, &ethernet, 5000000001, { .times_matter = true },
	  COMPARE_TIME, 8,
	  "times 0.000000001 s apart" },
	{ "earlier_within_tolerance", "abcdefgh", 8, 8, &ethernet, 4999999000,
	  { .times_matter = true, .tolerance_ns = 1000 },
	  COMPARE_SAME, 0, "the same" },
	{ "earlier_beyond_tolerance", "abcdefgh", 8, 8, &ethernet, 3499998999,
	  { .times_matter = true, .tolerance_ns = 1000 },
	  COMPARE_TIME, 8, "times 1.500001001 s apart" },
	{ "no_time_where_it_matters", "abcdefgh", 8, 8, &ethernet, 0,
	  { .times_matter = true, .tolerance_ns = UINT64_MAX },
	  COMPARE_TIME, 8, "only one has a time" },
};

static void as_the_row_wants(void **state)
{
	const struct compare_case *c = *state;
	uint8_t *exact = malloc(c->caplen + 1);
	struct packet p = { .data = memcpy(exact, c->data, c->caplen),
			    .caplen = c->caplen,
			    .len = c->len,
			    .iface = c->iface };
	enum compare_result got;
	uint32_t offset = 0;
	char words[160];

	if (c->ts_ns) {
		p.ts_ns = c->ts_ns;
		p.has = PACKET_TIME;
	}
	got = compare_packets(&c->how, &first, &p, &offset);
	assert_int_equal(got, c->want);
	if (got == COMPARE_BYTES || got == COMPARE_CAPLEN)
		assert_int_equal(offset, c->offset);
	compare_words(got, &first, &p, offset, words, sizeof(words));
	assert_string_equal(words, c->words);
	free(exact);
}

static const struct verdict_case {
	const char *name, *data;
	struct verdict verdict;		/* type 0: none */
	struct compare_options how;
	enum compare_result want;
	const char *words;
} verdicts[] = {
	{ "of_no_verdict", "abcdefgh", { 0 }, { 0 }, COMPARE_SAME, "the same" },
	{ "of_the_same_verdict", "abcdefgh", { VERDICT_XDP, 1 }, { 0 }, COMPARE_SAME, "the same" },
	{ "of_another_verdict", "abcdefgh", { VERDICT_XDP, 2 }, { 0 }, COMPARE_VERDICT,
	  "verdicts XDP DROP and XDP PASS" },
	{ "of_a_verdict_without_a_name", "abcdefgh", { VERDICT_XDP, 77 }, { 0 }, COMPARE_VERDICT,
	  "verdicts XDP DROP and XDP 77" },
	{ "of_the_verdict_of_tc", "abcdefgh", { VERDICT_TC, 1 }, { 0 }, COMPARE_VERDICT,
	  "verdicts XDP DROP and TC RECLASSIFY" },
	{ "other_bytes_are_found_before_another_verdict", "xbcdefgh", { VERDICT_XDP, 2 }, { 0 },
	  COMPARE_BYTES, "byte 0 is 0x61 and 0x78" },
	{ "another_verdict_is_found_before_another_time", "abcdefgh", { VERDICT_XDP, 3 },
	  { .times_matter = true }, COMPARE_VERDICT,
	  "verdicts XDP DROP and XDP TX" },
};

/* Time and id are others as well. */
static void verdicts_matter_where_there_are_two(void **state)
{
	const struct verdict_case *c = *state;
	struct packet p = first;
	enum compare_result got;
	uint32_t offset = 0;
	char words[160];

	p.data = (const uint8_t *)c->data;
	p.ts_ns++;
	p.id++;
	p.verdict = c->verdict;
	if (!c->verdict.type)
		p.has &= ~PACKET_VERDICT;
	got = compare_packets(&c->how, &first, &p, &offset);
	assert_int_equal(got, c->want);
	compare_words(got, &first, &p, offset, words, sizeof(words));
	assert_string_equal(words, c->words);
}

int main(void)
{
	struct CMUnitTest tests[64];
	size_t n = 0;

	unit_of_table(cases, as_the_row_wants, tests, n);
	unit_of_table(verdicts, verdicts_matter_where_there_are_two, tests, n);
	return unit_run("compare", tests, n);
}
