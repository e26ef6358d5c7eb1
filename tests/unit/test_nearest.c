// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Words with slips of the finger, and which of a list of names was meant. */
#include <stdio.h>
#include <string.h>

#include "capture/base/nearest.h"

#include "tests/unit/unit.h"

static const char *const names[] = { "eth0",  "eth1",	     "wlan0", "lo", "snapshot-length",
				     "print", "print-format" };

static const struct word_case {
	const char *name, *word, *meant;
} words[] = {
	{ "the_word_itself", "eth1", "eth1" },
	{ "two_letters_changed_places", "eht1", "eth1" },
	{ "another_letter", "etz1", "eth1" },
	{ "a_letter_too_many", "etth1", "eth1" },
	{ "a_letter_missing", "et1", "eth1" },
	{ "of_two_equally_near_the_first", "eth2", "eth0" },
	{ "two_slips_in_a_short_word_are_too_many", "ebh9", "" },
	{ "two_slips_in_a_long_one_are_not", "snapsot-lenght", "snapshot-length" },
	{ "three_slips_are", "snpsot-lenght", "" },
	{ "nothing_is_left_of_the_word", "x", "" },
	{ "another_word_altogether", "ppp0x", "" },
	{ "an_empty_word", "", "" },
	{ "too_long_a_word",
	  "print-formatprint-formatprint-formatprint-formatprint-formatprint-format", "" },
};

static void is_meant(void **state)
{
	const struct word_case *c = *state;
	struct nearest n = nearest_to(c->word);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		nearest_try(&n, names[i]);
	assert_string_equal(n.best, c->meant);
}

static void candidates_of_any_length_do_no_harm(void **state)
{
	char candidate[3 * NEAREST_MAX];
	struct nearest n = nearest_to("aaaaaa");

	(void)state;
	for (size_t len = 0; len < sizeof(candidate); len++) {
		memset(candidate, 'a', len);
		candidate[len] = '\0';
		nearest_try(&n, candidate);
	}
	assert_string_equal(n.best, "aaaaaa");
}

int main(void)
{
	struct CMUnitTest tests[32] = { cmocka_unit_test(candidates_of_any_length_do_no_harm) };
	size_t n = 1;

	unit_of_table(words, is_meant, tests, n);
	return unit_run("nearest", tests, n);
}
