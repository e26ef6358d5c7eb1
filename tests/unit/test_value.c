// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Values of options: what they mean, and what is refused. */
#include <inttypes.h>
#include <stdio.h>

#include "capture/base/util.h"
#include "capture/base/value.h"

#include "tests/unit/unit.h"

#define REFUSED UINT64_MAX

static const struct { const char *s; uint64_t bytes; } sizes[] = {
	{ "1", 1000000 }, { "10", 10000000 }, { "10k", 10240 }, { "10K", 10240 }, { "3m", 3 << 20 },
	{ "2G", 2ull << 30 },
	{ "1t", 1ull << 40 }, { "0", REFUSED }, { "0k", REFUSED }, { "", REFUSED },
	{ "k", REFUSED }, { "1kk", REFUSED },
	{ "1kb", REFUSED }, { "1.5m", REFUSED }, { "-1", REFUSED }, { "+1", REFUSED },
	{ " 1", REFUSED }, { "1x", REFUSED },
	{ "0x10", REFUSED }, { "9223372036854", 9223372036854000000 }, { "9223372036855", REFUSED },
	{ "18446744073709551616", REFUSED }, { "8388607t", 8388607ull << 40 },
	{ "8388608t", REFUSED },
};

static void sizes_are_millions_or_powers_of_two(void **state is_unused)
{
	for (size_t i = 0; i < array_size(sizes); i++) {
		uint64_t v = 0;
		bool ok = value_size(sizes[i].s, 1000000, &v);

		if ((ok ? v : REFUSED) != sizes[i].bytes)
			fail_msg("'%s': %" PRIu64, sizes[i].s, ok ? v : REFUSED);
	}
}

static const struct { const char *s; uint64_t ns; } spans[] = {
	{ "5", 5000000000 }, { "5s", 5000000000 }, { "0.5", 500000000 }, { "500ms", 500000000 },
	{ "1.5m", 90000000000 },
	{ "2h", 7200000000000 }, { "1d", 86400000000000 }, { "10us", 10000 }, { "7ns", 7 },
	{ "1.9ns", 1 }, { "0", 0 },
	{ "0.0000000019", 1 }, { "1.0000000001", 1000000000 }, { "", REFUSED }, { "s", REFUSED },
	{ ".5", REFUSED }, { "5.", REFUSED },
	{ "1.2.3", REFUSED }, { "5 s", REFUSED }, { "5x", REFUSED }, { "-5", REFUSED },
	{ "5S", REFUSED }, { "1e3", REFUSED },
	{ "9223372036", 9223372036000000000 }, { "9223372037", REFUSED },
	{ "99999999999999999999", REFUSED },
	{ "106751d", 9223286400000000000 }, { "106752d", REFUSED },
};

static void spans_are_seconds_or_have_a_unit(void **state is_unused)
{
	for (size_t i = 0; i < array_size(spans); i++) {
		uint64_t v = 0;
		bool ok = value_span(spans[i].s, &v);

		if ((ok ? v : REFUSED) != spans[i].ns)
			fail_msg("'%s': %" PRIu64, spans[i].s, ok ? v : REFUSED);
	}
}

static void numbers_keep_their_limits(void **state is_unused)
{
	uint64_t v;

	assert_true(value_number("3", 3, 5, &v) && v == 3);
	assert_true(value_number("5", 3, 5, &v) && v == 5);
	assert_false(value_number("2", 3, 5, &v));
	assert_false(value_number("6", 3, 5, &v));
	assert_false(value_number("3k", 3, 5, &v));
}

static void hex_is_two_digits_a_byte(void **state is_unused)
{
	uint8_t out[4] = { 0 };

	assert_true(value_hex("09afAF90", 8, out));
	assert_memory_equal(out, "\x09\xaf\xaf\x90", 4);
	assert_true(value_hex("", 0, out));
	assert_true(value_hex("ffg", 2, out) && out[0] == 0xff);
	assert_false(value_hex("fff", 3, out));
	assert_false(value_hex("fg", 2, out));
	assert_false(value_hex("gf", 2, out));
	assert_false(value_hex("@0", 2, out));
	assert_false(value_hex("0x", 2, out));
	assert_false(value_hex("0\0", 2, out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_millions_or_powers_of_two),
		cmocka_unit_test(spans_are_seconds_or_have_a_unit),
		cmocka_unit_test(numbers_keep_their_limits),
		cmocka_unit_test(hex_is_two_digits_a_byte),
	};

	return unit_run("value", tests, array_size(tests));
}
