// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Of how many packets one was kept, and how many a second, by what a comment says. */
#include "bpf/event.h"
#include "capture/packet/sample.h"

#include "tests/unit/unit.h"

static const struct comment_case {
	const char *name, *comment;
	uint32_t n;
} comments[] = {
	{ "none", NULL, 1 },
	{ "an_empty_one", "", 1 },
	{ "of_other_things", "vlan_offload=on clock=adapter_unsynced", 1 },
	{ "the_only_word", "sample=1/100", 100 },
	{ "the_first_word", "sample=1/2 clock=adapter_unsynced", 2 },
	{ "the_last_word", "vlan_offload=on sample=1/1000000000", 1000000000 },
	{ "of_several_the_first", "sample=1/3 sample=1/4", 3 },
	{ "behind_some_blanks", "  a   sample=1/5  ", 5 },
	{ "all", "sample=1/1", 1 },
	{ "more_than_there_can_be", "sample=1/1000000001", 1 },
	{ "a_number_that_is_too_long", "sample=1/00000000000000000000000000000002", 1 },
	{ "none_of_none", "sample=1/0", 1 },
	{ "two_of_three", "sample=2/3", 1 },
	{ "no_number", "sample=", 1 },
	{ "a_number_and_more", "sample=1/5x", 1 },
	{ "the_end_of_another_word", "resample=1/5", 1 },
	{ "the_word_of_somebody_else_before_ours", "sample=yes sample=1/6", 6 },
};

static const struct rate_case {
	const char *name, *comment;
	uint32_t n;
} rates[] = {
	{ "no_rate", NULL, 0 },
	{ "no_rate_but_a_sample", "sample=1/100", 0 },
	{ "a_rate", "rate_limit=100/s", 100 },
	{ "a_rate_behind_a_sample", "sample=1/100 rate_limit=10000000/s", 10000000 },
	{ "a_rate_that_cannot_be", "rate_limit=10000001/s", 0 },
	{ "a_rate_of_nothing", "rate_limit=0/s", 0 },
	{ "a_rate_of_another_time", "rate_limit=100/m", 0 },
	{ "a_rate_without_a_number", "rate_limit=/s", 0 },
	{ "a_rate_without_a_time", "rate_limit=100", 0 },
	{ "a_rate_that_is_too_long", "rate_limit=0000000000000000000000000100/s", 0 },
};

static const struct flow_case {
	const char *name, *comment;
	uint32_t sample;
	uint64_t limit;
	bool bytes;
	const char *again;	/* what is said of it */
} flow_cases[] = {
	{ "nothing", NULL, 1, 0, false, "" },
	{ "no_flows", "sample=1/5", 1, 0, false, " sample=1/5" },
	{ "one_of_16", "flow_sample=1/16", 16, 0, false, " flow_sample=1/16" },
	{ "a_limit", "flow_limit=20", 1, 20, false, " flow_limit=20" },
	{ "a_limit_of_bytes", "x flow_limit=4096b", 1, 4096, true, " flow_limit=4096b" },
	{ "all", "sample=1/2 flow_sample=1/3 flow_limit=4k rate_limit=5/s", 3, 4096, true,
	  " sample=1/2 flow_sample=1/3 flow_limit=4096b rate_limit=5/s" },
	{ "a_limit_that_is_none",
	  "flow_limit=0 flow_limit=x flow_limit=-1 flow_limit=1s flow_limit=p", 1, 0, false,
	  "" },
	{ "a_limit_beyond", "flow_limit=9223372036854775808", 1, 0, false, "" },
};

static void it_is_of_flows(void **state)
{
	const struct flow_case *c = *state;
	const struct sampling s = sample_of_comment(c->comment);
	char words[256];

	assert_int_equal(s.flow.sample, c->sample);
	assert_int_equal(s.flow.limit, c->limit);
	assert_int_equal(s.flow.limit_bytes, c->bytes);
	assert_int_equal(sample_to_words(&s, words, sizeof(words)), strlen(c->again));
	assert_string_equal(words, c->again);
}

static void it_is_so_many_a_second(void **state)
{
	const struct rate_case *c = *state;

	assert_int_equal(sample_of_comment(c->comment).rate, c->n);
}

static void it_is_one_of_so_many(void **state)
{
	const struct comment_case *c = *state;

	assert_int_equal(sample_of_comment(c->comment).sample, c->n);
}

static void sums_end_at_the_largest_number(void **state)
{
	(void)state;
	assert_true(sample_scale(5, 7, 3) == 26);
	assert_true(sample_scale(UINT64_MAX - 20, 4, 5) == UINT64_MAX);
	assert_true(sample_scale(UINT64_MAX - 19, 4, 5) == UINT64_MAX);
	assert_true(sample_scale(0, UINT64_MAX, SAMPLE_MAX) == UINT64_MAX);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(comments) / sizeof(comments[0]) +
				sizeof(rates) / sizeof(rates[0]) +
				sizeof(flow_cases) / sizeof(flow_cases[0]) + 1] = {
		cmocka_unit_test(sums_end_at_the_largest_number),
	};
	size_t n = 1;

	unit_of_table(comments, it_is_one_of_so_many, tests, n);
	unit_of_table(rates, it_is_so_many_a_second, tests, n);
	unit_of_table_as(flow_cases, "flows_%s", it_is_of_flows, tests, n);
	return unit_run("sample", tests, n);
}
