// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The names of files, one after the other: tcpdump's and dumpcap's, and none twice. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "capture/write/filenames.h"

#include "tests/unit/unit.h"

#define S	1000000000ull
#define T	(1795465257 * S)	/* 2026-11-23 20:20:57 UTC */
#define SUMMER	(1792890000 * S)	/* 2026-10-25 03:00:00 in Berlin, where it is then 02:00:00 */

static const struct series_case {
	const char *name, *pattern;
	struct rotate_options o;
	unsigned begin_sec[6];		/* since T */
	const char *want;
} cases[] = {
	{ "one_name_then_numbers", "f", { 0 }, { 0, 0, 1, 2, 3, 4 }, "f f1 f2 f3 f4 f5" },
	{ "by_size",
	  "d/f.pcap",
	  { .file_bytes = 1 },
	  { 0 },
	  "d/f.pcap d/f.pcap1 d/f.pcap2 d/f.pcap3 d/f.pcap4 d/f.pcap5" },
	{ "by_size_a_percent_is_one", "%Y", { .file_bytes = 1 }, { 0 }, "%Y %Y1 %Y2 %Y3 %Y4 %Y5" },
	{ "round_1", "f", { .file_bytes = 1, .n_files = 1 }, { 0 }, "f f f f f f" },
	{ "round_2", "f", { .file_bytes = 1, .n_files = 2 }, { 0 }, "f0 f1 f0 f1 f0 f1" },
	{ "round_5", "f", { .file_bytes = 1, .n_files = 5 }, { 0 }, "f0 f1 f2 f3 f4 f0" },
	{ "round_10_has_one_digit",
	  "f",
	  { .file_bytes = 1, .n_files = 10 },
	  { 0 },
	  "f0 f1 f2 f3 f4 f5" },
	{ "round_11_has_two",
	  "f",
	  { .file_bytes = 1, .n_files = 11 },
	  { 0 },
	  "f00 f01 f02 f03 f04 f05" },
	{ "round_100_has_two",
	  "f",
	  { .file_bytes = 1, .n_files = 100 },
	  { 0 },
	  "f00 f01 f02 f03 f04 f05" },
	{ "round_101_has_three",
	  "f",
	  { .file_bytes = 1, .n_files = 101 },
	  { 0 },
	  "f000 f001 f002 f003 f004 f005" },
	{ "by_time",
	  "f-%H%M%S",
	  { .file_ns = S },
	  { 0, 1, 2, 3, 4, 60 },
	  "f-202057 f-202058 f-202059 f-202100 f-202101 f-202157" },
	{ "by_time_a_count_changes_nothing",
	  "f-%S",
	  { .file_ns = S, .n_files = 20 },
	  { 0, 1, 2, 3, 4, 5 },
	  "f-57 f-58 f-59 f-00 f-01 f-02" },
	{ "by_time_in_directories",
	  "%Y/%m/f%%%S",
	  { .file_ns = S },
	  { 0, 1, 2, 3, 4, 5 },
	  "2026/11/f%57 2026/11/f%58 2026/11/f%59 2026/11/f%00 2026/11/f%01 2026/11/f%02" },
	{ "by_time_without_conversions",
	  "f",
	  { .file_ns = S },
	  { 0, 1, 2, 3, 4, 5 },
	  "f f1 f2 f3 f4 f5" },
	{ "by_time_with_coarse_ones",
	  "f%M.",
	  { .file_ns = S },
	  { 0, 1, 2, 3, 4, 63 },
	  "f20. f20.1 f20.2 f21. f21.1 f22." },
	{ "by_time_and_size_counts_in_a_slice",
	  "f%S.",
	  { .file_ns = S, .file_bytes = 1 },
	  { 0, 0, 0, 1, 1, 2 },
	  "f57. f57.1 f57.2 f58. f58.1 f59." },
	{ "by_time_and_size_and_number",
	  "f%S.",
	  { .file_ns = S, .file_bytes = 1, .n_files = 11 },
	  { 0, 0, 0, 1, 1, 2 },
	  "f57.00 f57.01 f57.02 f58.00 f58.01 f59.00" },
	{ "the_same_hour_of_the_next_day",
	  "f%H",
	  { .file_ns = S },
	  { 0, 3600, 86400, 86400, 90000, 90001 },
	  "f20 f21 f20 f201 f21 f211" },
	{ "of_a_ring",
	  "d.d/f.pcapng",
	  { .file_packets = 1, .ring_names = true },
	  { 0, 0, 1, 2, 2, 2 },
	  "d.d/f_00001_20261123202057.pcapng d.d/f_00002_20261123202057.pcapng d.d/f_00003_20261123202058.pcapng "
	  "d.d/f_00004_20261123202059.pcapng d.d/f_00005_20261123202059.pcapng d.d/f_00006_20261123202059.pcapng" },
	{ "of_a_ring_number_first",
	  "f.pcap",
	  { .ring_names = true, .name_order = 1 },
	  { 0 },
	  "f_00001_20261123202057.pcap" },
	{ "of_a_ring_time_first",
	  "f.pcap.gz",
	  { .ring_names = true, .name_order = 2 },
	  { 0, 1, 1 },
	  "f_20261123202057_00001.pcap.gz f_20261123202058_00002.pcap.gz f_20261123202058_00003.pcap.gz" },
	{ "of_a_ring_time_first_by_any_larger_number",
	  "f",
	  { .ring_names = true, .name_order = 9 },
	  { 0 },
	  "f_20261123202057_00001" },
	{ "of_a_ring_without_suffix",
	  "d.d/f",
	  { .ring_names = true },
	  { 0 },
	  "d.d/f_00001_20261123202057" },
	{ "of_a_ring_hidden", ".f", { .ring_names = true }, { 0 }, ".f_00001_20261123202057" },
	{ "of_a_ring_hidden_in_a_folder",
	  "d.d/.f",
	  { .ring_names = true },
	  { 0 },
	  "d.d/.f_00001_20261123202057" },
	{ "of_a_ring_packed",
	  "a.b.pcapng.zst",
	  { .ring_names = true },
	  { 0 },
	  "a.b_00001_20261123202057.pcapng.zst" },
	{ "of_a_ring_packed_hidden",
	  ".f.gz",
	  { .ring_names = true },
	  { 0 },
	  ".f_00001_20261123202057.gz" },
	{ "of_a_ring_with_another_dot",
	  "a.b.pcapng",
	  { .ring_names = true },
	  { 0 },
	  "a.b_00001_20261123202057.pcapng" },
	{ "dated_of_a_size_do_not_begin_again",
	  "f%S",
	  { .file_bytes = 1, .file_ns = S, .n_files = 2 },
	  { 0, 0, 0 },
	  "f570 f571 f572" },
	{ "of_a_ring_packed_only",
	  "f.gz",
	  { .ring_names = true },
	  { 0 },
	  "f_00001_20261123202057.gz" },
	{ "of_a_ring_a_percent_is_one",
	  "%Y",
	  { .file_ns = S, .ring_names = true },
	  { 0 },
	  "%Y_00001_20261123202057" },
};

static void the_names_are_those_of_the_row(void **state)
{
	const struct series_case *c = *state;
	char name[PATH_MAX], want[512], *word, *save = NULL;
	struct filenames s;
	unsigned i = 0;

	assert_true(filenames_init(&s, c->pattern, &c->o));
	strcpy(want, c->want);
	for (word = strtok_r(want, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		assert_true(filenames_next(&s, T + c->begin_sec[i++] * S, name));
		assert_string_equal(name, word);
	}
}

static void a_date_with_a_slash_is_refused(void **state)
{
	const struct rotate_options dated = { .file_ns = S }, plain = { .file_bytes = 1 };
	struct filenames s;

	(void)state;
	assert_false(filenames_init(&s, "d/%D", &dated));
	assert_false(filenames_init(&s, "%x", &dated));
	assert_true(filenames_init(&s, "d/%F", &dated));
	assert_true(filenames_init(&s, "%D", &plain));
}

static void a_name_that_is_too_long_is_refused(void **state)
{
	const struct rotate_options dated = { .file_ns = S }, ring = { .ring_names = true },
				    plain = { .file_bytes = 1 };
	char pattern[PATH_MAX + 1], name[PATH_MAX];
	struct filenames s;

	(void)state;
	memset(pattern, 'f', PATH_MAX);
	pattern[PATH_MAX] = '\0';
	assert_false(filenames_init(&s, pattern, &plain));
	pattern[PATH_MAX - 1] = '\0';
	assert_true(filenames_init(&s, pattern, &plain));
	assert_true(filenames_next(&s, T, name));
	assert_false(filenames_next(&s, T, name));		/* with a number */
	assert_true(filenames_init(&s, pattern, &ring));
	assert_false(filenames_next(&s, T, name));
	memcpy(pattern, "%F", 2);
	assert_false(filenames_init(&s, pattern, &dated));
}

/* Then names come again whose files are an hour old. */
static void it_knows_when_daylight_saving_time_ends(void **state)
{
	const struct rotate_options o = { .file_ns = 1800 * S };
	static const char *const want[] = { "f0200", "f0230", "f0200", "f0230", "f0300" };
	struct filenames s;
	char name[PATH_MAX];

	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	assert_true(filenames_init(&s, "f%H%M", &o));
	for (unsigned i = 0; i < 5; i++) {
		assert_true(filenames_next(&s, SUMMER - 3600 * S + i * 1800 * S, name));
		assert_string_equal(name, want[i]);
		assert_int_equal(s.back, i == 2 || i == 3);
	}
	assert_true(filenames_next(&s, SUMMER, name));	/* the clock is set back */
	assert_true(s.back);
	assert_true(filenames_next(&s, SUMMER, name));
	assert_true(s.back);
	assert_string_equal(name, "f02001");
	setenv("TZ", "UTC", 1);
	tzset();
}

static void a_second_file_of_the_same_time_is_no_step_back(void **state)
{
	const struct rotate_options o = { .file_ns = S, .file_bytes = 1 };
	struct filenames s;
	char name[PATH_MAX];

	(void)state;
	assert_true(filenames_init(&s, "f%S", &o));
	for (unsigned i = 0; i < 3; i++) {
		assert_true(filenames_next(&s, T, name));
		assert_false(s.back);
	}
}

int main(void)
{
	struct CMUnitTest tests[sizeof(cases) / sizeof(*cases) + 4];
	size_t n = 0;

	setenv("TZ", "UTC", 1);
	unit_of_table(cases, the_names_are_those_of_the_row, tests, n);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_date_with_a_slash_is_refused);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_name_that_is_too_long_is_refused);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(it_knows_when_daylight_saving_time_ends);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		a_second_file_of_the_same_time_is_no_step_back);
	return unit_run("filenames", tests, n);
}
