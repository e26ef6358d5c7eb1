// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * An engine that takes a part, or refuses it as one of its records is wrong: who is refused, in how
 * many parts.
 */
#include <string.h>

#include "capture/base/util.h"
#include "capture/write/halves.h"

#include "tests/unit/unit.h"

enum { RECORDS_MAX = 4096, LINE_MAX = 8 };

static char lines[RECORDS_MAX * LINE_MAX];
static bool wrong[RECORDS_MAX];
static unsigned took[RECORDS_MAX];	/* how often */

static struct batch make(unsigned n)
{
	struct batch b = { .lines = lines, .n = n, .capture = "c" };

	memset(took, 0, sizeof(took));
	for (unsigned i = 0; i < n; i++)
		b.len += sprintf(lines + b.len, "%u\n", i);
	return b;
}

/* Is one of them wrong? If not, all are taken. The part has as many as it says. */
static bool refuses(const struct batch *b)
{
	const char *s = b->lines, *const end = b->lines + b->len;
	unsigned n = 0;
	bool refused = false;

	for (; s < end; s = strchr(s, '\n') + 1, n++)
		refused |= wrong[atoi(s)];
	assert_int_equal(n, b->n);
	assert_string_equal(b->capture, "c");
	for (s = b->lines; !refused && s < end; s = strchr(s, '\n') + 1)
		took[atoi(s)]++;
	return refused;
}

/* How many parts were asked for. */
static unsigned play(struct halves *h, const struct batch *b)
{
	const struct batch *part;
	unsigned asked = 0;

	for (halves_begin(h, b); (part = halves_next(h)); asked++)
		halves_take(h, refuses(part));
	return asked;
}

static unsigned n_taken(unsigned n)
{
	unsigned taken = 0;

	for (unsigned i = 0; i < n; i++) {
		assert_true(took[i] <= !wrong[i]);
		taken += took[i];
	}
	return taken;
}

static const struct {
	const char *name;
	unsigned n;		/* records; those from @from to @to in steps of @step are wrong */
	unsigned from, to, step;
	unsigned refused, asked;
} cases[] = {
	{ "no record at all", 0, 1, 0, 1, 0, 1 },
	{ "none is wrong", 1000, 1, 0, 1, 0, 1 },
	{ "one that is alone", 1, 0, 0, 1, 1, 1 },
	{ "the first one", 8, 0, 0, 1, 1, 7 },
	{ "the last one", 8, 7, 7, 1, 1, 7 },
	{ "one in the middle of an odd number", 7, 3, 3, 1, 1, 7 },
	{ "both of two", 2, 0, 1, 1, 2, 3 },
	{ "one of thousands", 4096, 1234, 1234, 1, 1, 25 },
	{ "two of thousands", 4096, 100, 4000, 3000, 2, 47 },
	{ "more than can be found: what is near them goes with them", 4096, 100, 4095, 600, 352,
	  63 },
	{ "all of a few", 32, 0, 31, 1, 32, 63 },
	{ "all of thousands", 4096, 0, 4095, 1, 4096, 63 },
};

static void records_are_found(void **state is_unused)
{
	for (size_t i = 0; i < array_size(cases); i++) {
		const struct batch b = make(cases[i].n);
		struct halves h = { 0 };
		unsigned asked;

		memset(wrong, 0, sizeof(wrong));
		for (unsigned r = cases[i].from; r <= cases[i].to; r += cases[i].step)
			wrong[r] = true;
		asked = play(&h, &b);
		if (asked != cases[i].asked || h.refused != cases[i].refused ||
		    asked > HALVES_PARTS || n_taken(b.n) + h.refused != b.n)
			fail_msg("%s: %u refused and %u taken of %u, in %u parts", cases[i].name,
				 h.refused, n_taken(b.n), b.n, asked);
	}
}

/* Until one of it fits. */
static void a_table_that_nothing_fits_is_not_asked_for_long(void **state is_unused)
{
	const struct batch b = make(4096);
	struct halves h = { 0 };

	memset(wrong, true, sizeof(wrong));
	assert_int_equal(play(&h, &b), 63);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(play(&h, &b), HALVES_PARTS_IN_VAIN);
		assert_int_equal(h.refused, 4096);
	}
	memset(wrong, false, sizeof(wrong));
	wrong[0] = true;
	assert_int_equal(play(&h, &b), HALVES_PARTS_IN_VAIN);
	assert_int_equal(h.refused, 512);
	assert_int_equal(play(&h, &b), 25);
	assert_int_equal(h.refused, 1);
}

/* The second try of one that was not brought to its end has as many parts as the first one had. */
static void one_that_is_tried_again_is_halved_alike(void **state is_unused)
{
	const struct batch b = make(4096);
	struct halves h = { 0 };

	memset(wrong, false, sizeof(wrong));
	wrong[4095] = true;
	halves_begin(&h, &b);
	halves_take(&h, true);
	assert_int_equal(play(&h, &b), 25);
	assert_int_equal(h.refused, 1);
}

/* Who has named a file of the spool may be wrong. */
static void fewer_or_more_lines_than_are_told_are_no_harm(void **state is_unused)
{
	struct batch b = { "0\n1\n", 4, 100, "c" };
	struct halves h = { 0 };

	halves_begin(&h, &b);
	halves_take(&h, true);
	assert_null(halves_next(&h));
	assert_int_equal(h.refused, 100);
	b.n = 4;	/* the middle would be the end */
	halves_begin(&h, &b);
	halves_take(&h, true);
	assert_null(halves_next(&h));
	b = (struct batch){ "0", 1, 2, "c" };
	halves_begin(&h, &b);
	halves_take(&h, true);
	assert_null(halves_next(&h));
	b = (struct batch){ "0\n1\n2\n", 6, 2, "c" };
	halves_begin(&h, &b);
	halves_take(&h, true);
	assert_int_equal(halves_next(&h)->len, 2);
	halves_take(&h, false);
	assert_string_equal(halves_next(&h)->lines, "1\n2\n");
	assert_int_equal(halves_next(&h)->n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_found),
		cmocka_unit_test(a_table_that_nothing_fits_is_not_asked_for_long),
		cmocka_unit_test(one_that_is_tried_again_is_halved_alike),
		cmocka_unit_test(fewer_or_more_lines_than_are_told_are_no_harm),
	};

	return unit_run("halves", tests, array_size(tests));
}
