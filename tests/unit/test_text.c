// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Text into bounded buffers: numbers, addresses, and foreign strings that must not steer a
 * terminal.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/text.h"

#include "tests/unit/unit.h"

static void is_text(const struct text *t, const char *want)
{
	if (t->len != strlen(want) || memcmp(t->buf, want, t->len))
		fail_msg("'%.*s' instead of '%s'", (int)t->len, t->buf, want);
}

static const struct escape_case {
	const char *name, *in;
	size_t n;
	const char *want;
} escapes[] = {
	{ "plain_text_stays", "eth0 a-b_c", 10, "eth0 a-b_c" },
	{ "nothing_stays_nothing", "", 0, "" },
	{ "utf8_stays", "\xc3\xa9\xe2\x82\xac\xf0\x9f\xa6\x80", 9,
	  "\xc3\xa9\xe2\x82\xac\xf0\x9f\xa6\x80" },
	{ "escape_is_escaped", "\x1b[31m", 5, "\\x1b[31m" },
	{ "control_characters_are_escaped", "\a\b\n\r\t\0\x1f", 7,
	  "\\x07\\x08\\x0a\\x0d\\x09\\x00\\x1f" },
	{ "delete_is_escaped", "a\x7f", 2, "a\\x7f" },
	{ "c1_in_utf8_is_escaped", "\xc2\x9b" "31m", 5, "\\xc2\\x9b31m" },
	{ "c1_as_a_byte_is_escaped", "\x9b" "31m", 4, "\\x9b31m" },
	{ "bidirectional_controls_are_escaped", "\xe2\x80\xae\xe2\x81\xa6\xd8\x9c\xe2\x80\x8f", 11,
	  "\\xe2\\x80\\xae\\xe2\\x81\\xa6\\xd8\\x9c\\xe2\\x80\\x8f" },
	{ "line_separators_are_escaped", "\xe2\x80\xa8\xe2\x80\xa9", 6,
	  "\\xe2\\x80\\xa8\\xe2\\x80\\xa9" },
	{ "what_stands_beside_bidirectional_controls_stays",
	  "\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa", 12,
	  "\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa" },
	{ "overlong_utf8_is_escaped", "\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf", 9,
	  "\\xc0\\xaf\\xe0\\x80\\xaf\\xf0\\x80\\x80\\xaf" },
	{ "surrogates_are_escaped", "\xed\xa0\x80", 3, "\\xed\\xa0\\x80" },
	{ "beyond_unicode_is_escaped", "\xf4\x90\x80\x80\xf5", 5, "\\xf4\\x90\\x80\\x80\\xf5" },
	{ "the_last_code_point_stays", "\xf4\x8f\xbf\xbf", 4, "\xf4\x8f\xbf\xbf" },
	{ "utf8_cut_at_the_end_is_escaped", "a\xe2\x82", 3, "a\\xe2\\x82" },
	{ "a_lone_continuation_is_escaped", "\x80" "a", 2, "\\x80a" },
	{ "utf8_begun_twice_loses_the_first", "\xe2\xc3\xa9", 3, "\\xe2\xc3\xa9" },
};

static void escapes_as_the_row_wants(void **state)
{
	const struct escape_case *c = *state;
	char buf[256], *exact = malloc(c->n + 1);
	struct text t = text_in(buf, sizeof(buf));

	memcpy(exact, c->in, c->n);
	text_escaped(&t, exact, c->n);
	is_text(&t, c->want);
	free(exact);
}

/* Any two bytes: what comes out is printable ASCII, or valid UTF-8 of two bytes beyond C1. */
static void no_pair_of_bytes_gets_through(void **state)
{
	(void)state;
	for (unsigned pair = 0; pair < 65536; pair++) {
		char in[2] = { pair >> 8, pair & 255 }, buf[16];
		struct text t = text_in(buf, sizeof(buf));

		text_escaped(&t, in, 2);
		for (size_t i = 0; i < t.len; i++) {
			uint8_t b = buf[i];

			if (b >= 0xc2 && b <= 0xdf && i + 1 < t.len &&
			    (uint8_t)buf[i + 1] >> 6 == 2 &&
			    (b > 0xc2 || (uint8_t)buf[i + 1] >= 0xa0))
				i++;
			else if (b < 0x20 || b >= 0x7f)
				fail_msg("%02x %02x leaves %02x", (uint8_t)in[0], (uint8_t)in[1],
					 b);
		}
	}
}

static const struct clean_case {
	const char *name, *in;
	size_t n, cap;
	const char *want;
} cleans[] = {
	{ "a_clean_string_stays", "eth0", 4, 16, "eth0" },
	{ "nul_ends_a_string", "eth0\0secret", 11, 16, "eth0" },
	{ "a_string_needs_no_nul", "eth0xx", 4, 16, "eth0" },
	{ "an_invalid_byte_becomes_one_replacement", "a\xff" "b", 3, 16, "a\xef\xbf\xbd" "b" },
	{ "a_cut_sequence_becomes_replacements", "\xe2\x82", 2, 16, "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "control_characters_stay_in_files", "a\x1b\n", 3, 16, "a\x1b\n" },
	{ "ascii_is_cut_at_the_room", "abcdef", 6, 5, "abcd" },
	{ "two_bytes_are_not_split", "abc\xc3\xa9", 5, 5, "abc" },
	{ "two_bytes_that_fit_are_kept", "ab\xc3\xa9", 4, 5, "ab\xc3\xa9" },
	{ "four_bytes_are_not_split", "a\xf0\x9f\xa6\x80", 5, 5, "a" },
	{ "a_replacement_is_not_split", "ab\xff", 3, 5, "ab" },
	{ "room_for_the_nul_alone", "abc", 3, 1, "" },
};

static void cleans_as_the_row_wants(void **state)
{
	const struct clean_case *c = *state;
	char *exact = malloc(c->n), *out = malloc(c->cap);

	memcpy(exact, c->in, c->n);
	assert_int_equal(text_utf8_clean(out, c->cap, exact, c->n), strlen(c->want));
	assert_string_equal(out, c->want);
	free(exact);
	free(out);
}

static void a_string_is_cut_between_code_points(void **state)
{
	static const struct { const char *s; size_t max, want; } rows[] = {
		{ "", 0, 0 }, { "", 5, 0 }, { "abc", 0, 0 }, { "abc", 2, 2 }, { "abc", 3, 3 },
		{ "abc", 9, 3 },
		{ "a\xc3\xa9" "b", 1, 1 }, { "a\xc3\xa9" "b", 2, 1 }, { "a\xc3\xa9" "b", 3, 3 },
		{ "a\xc3\xa9" "b", 4, 4 },
		{ "\xe2\x82\xac", 1, 0 }, { "\xe2\x82\xac", 2, 0 }, { "\xe2\x82\xac", 3, 3 },
		{ "a\xf0\x9f\xa6\x80", 4, 1 }, { "a\xf0\x9f\xa6\x80", 5, 5 },
		{ "\x80\x80\x80\x80\x80\x80", 5, 2 },		/* not UTF-8 */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *exact = strdup(rows[i].s);

		if (text_utf8_cut(exact, rows[i].max) != rows[i].want)
			fail_msg("row %zu: %zu", i, text_utf8_cut(exact, rows[i].max));
		free(exact);
	}
}

static void numbers_are_written_with_their_padding(void **state)
{
	char buf[256];
	struct text t = text_in(buf, sizeof(buf));

	(void)state;
	text_u64(&t, 0);
	text_char(&t, ' ');
	text_u64(&t, UINT64_MAX);
	text_char(&t, ' ');
	text_zeros(&t, 7, 9);
	text_char(&t, ' ');
	text_zeros(&t, 1234, 2);
	text_char(&t, ' ');
	text_blanks(&t, 12, 5);
	text_char(&t, ' ');
	text_hex(&t, 0xabc, 4);
	text_char(&t, ' ');
	text_hex(&t, UINT64_MAX, 16);
	is_text(&t, "0 18446744073709551615 000000007 1234    12 0abc ffffffffffffffff");
}

/* Where the number of digits changes, and each number of up to five digits, ports among them. */
static void an_offset_has_four_digits_or_more(void **state)
{
	static const uint32_t rows[] = { 0,	  0x10,	    0xfff0,    0x10000,
					 0xfffff, 0x100000, 0x3fffff0, 0xfffffff0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char buf[16], want[16];
		struct text t = text_in(buf, sizeof(buf) - 1);

		text_offset(&t, rows[i]);
		buf[t.len] = '\0';
		snprintf(want, sizeof(want), "0x%04x", rows[i]);	/* as tcpdump */
		assert_string_equal(buf, want);
	}
}

static void numbers_are_those_of_printf(void **state)
{
	char buf[64], want[64];

	(void)state;
	for (unsigned shift = 0; shift < 64; shift++) {
		for (unsigned v = 0; v < (shift ? 10 : 100000); v++) {
			uint64_t n = ((uint64_t)v << shift) - (v & 1);
			struct text t = text_in(buf, sizeof(buf));

			text_u64(&t, n);
			text_char(&t, ' ');
			text_nanoseconds(&t, n % 1000000000);
			snprintf(want, sizeof(want), "%" PRIu64 " %09" PRIu64, n, n % 1000000000);
			is_text(&t, want);
		}
	}
	for (uint64_t n = 10; n < UINT64_MAX / 10; n *= 10) {
		struct text t = text_in(buf, sizeof(buf));

		text_u64(&t, n - 1);
		text_u64(&t, n);
		snprintf(want, sizeof(want), "%" PRIu64 "%" PRIu64, n - 1, n);
		is_text(&t, want);
	}
}

/* All ways in which the words of an address can be zero, short or long. */
static void ipv6_is_as_inet_ntop_has_it(void **state)
{
	static const uint16_t words[] = { 0, 0xf, 0x10, 0xabc, 0xffff };

	(void)state;
	for (unsigned pick = 0; pick < 390625; pick++) {	/* 5^8 */
		char buf[64], want[INET6_ADDRSTRLEN];
		struct text t = text_in(buf, sizeof(buf));
		uint8_t addr[16];

		for (unsigned i = 0, rest = pick; i < 8; i++, rest /= 5) {
			addr[2 * i] = words[rest % 5] >> 8;
			addr[2 * i + 1] = words[rest % 5];
		}
		text_ipv6(&t, addr);
		is_text(&t, inet_ntop(AF_INET6, addr, want, sizeof(want)));
	}
}

static const struct addr_case {
	const char *name, *hex, *want;
} addresses[] = {
	{ "ipv6_zeros_are_shortened_once", "20010db8000000000001000000000001",
	  "2001:db8::1:0:0:1" },
	{ "ipv6_unspecified", "00000000000000000000000000000000", "::" },
	{ "ipv6_loopback", "00000000000000000000000000000001", "::1" },
	{ "ipv6_mapped_ipv4", "00000000000000000000ffffc0000201", "::ffff:192.0.2.1" },
	{ "ipv6_compatible_with_ipv4", "000000000000000000000000c0000201", "::192.0.2.1" },
	{ "ipv6_of_full_length", "11112222333344445555666677778888",
	  "1111:2222:3333:4444:5555:6666:7777:8888" },
	{ "ipv6_in_lower_case", "fe80000000000000000000000000abcd", "fe80::abcd" },
};

static void writes_ipv6_after_rfc_5952(void **state)
{
	const struct addr_case *c = *state;
	char buf[64];
	struct text t = text_in(buf, sizeof(buf));
	size_t n;
	uint8_t *addr = unit_bytes(c->hex, &n);

	text_ipv6(&t, addr);
	is_text(&t, c->want);
	free(addr);
}

static void mac_and_ipv4_are_written_in_full(void **state)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0xab, 0, 1 }, ip[4] = { 255, 0, 10, 1 };
	char buf[64];
	struct text t = text_in(buf, sizeof(buf));

	(void)state;
	text_mac(&t, mac);
	text_char(&t, ' ');
	text_ipv4(&t, ip);
	is_text(&t, "02:00:00:ab:00:01 255.0.10.1");
}

static const struct json_case {
	const char *name;
	const char *in;
	size_t n;
	const char *out;
} jsons[] = {
	{ "json_of_letters_is_the_same", "a \xe2\x82\xac \xf0\x9f\x98\x80", 10,
	  "a \xe2\x82\xac \xf0\x9f\x98\x80" },
	{ "json_has_a_backslash_before_quotes_and_backslashes", "\"\\/", 3, "\\\"\\\\/" },
	{ "json_has_codes_for_controls", "\0\n\x1b\x7f\xc2\x9b", 6,
	  "\\u0000\\u000a\\u001b\\u007f\\u009b" },
	{ "json_has_codes_for_bidirectional_controls", "\xe2\x80\xae\xd8\x9c", 5,
	  "\\u202e\\u061c" },
	{ "json_has_replacements_for_invalid_bytes", "a\xff\xc3(\xe2\x82", 6,
	  "a\\ufffd\\ufffd(\\ufffd\\ufffd" },
	{ "json_has_replacements_for_surrogates", "\xed\xa0\x80", 3, "\\ufffd\\ufffd\\ufffd" },
};

static void json_is_as_the_row_wants(void **state)
{
	const struct json_case *c = *state;
	char buf[128];
	struct text t = text_in(buf, sizeof(buf));

	text_json(&t, c->in, c->n);
	is_text(&t, c->out);
}

/* Every function with every amount of room left: not a byte behind the end. */
static void nothing_is_written_past_the_end(void **state)
{
	static const uint8_t addr[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };

	(void)state;
	for (size_t cap = 0; cap < 220; cap++) {
		char *buf = malloc(cap + 1);
		struct text t = text_in(buf, cap);

		buf[cap] = '$';
		for (int i = 0; i < 3; i++) {
			text_char(&t, 'x');
			text_bytes(&t, "bytes", 5);
			text_str(&t, "string");
			text_u64(&t, UINT64_MAX);
			text_nanoseconds(&t, 1);
			text_zeros(&t, 1, 9);
			text_blanks(&t, 1, 5);
			text_hex(&t, 1, 8);
			text_mac(&t, addr);
			text_ipv4(&t, addr);
			text_ipv6(&t, addr);
			text_escaped(&t, "\x1b\xe2\x82\xac", 4);
			text_json(&t, "\x1b\xe2\x82\xac\"\xff", 6);
		}
		assert_int_equal(t.len, cap);
		assert_int_equal(buf[cap], '$');
		free(buf);
	}
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(no_pair_of_bytes_gets_through),
		cmocka_unit_test(a_string_is_cut_between_code_points),
		cmocka_unit_test(numbers_are_written_with_their_padding),
		cmocka_unit_test(an_offset_has_four_digits_or_more),
		cmocka_unit_test(numbers_are_those_of_printf),
		cmocka_unit_test(ipv6_is_as_inet_ntop_has_it),
		cmocka_unit_test(mac_and_ipv4_are_written_in_full),
		cmocka_unit_test(nothing_is_written_past_the_end),
	};
	struct CMUnitTest tests[64];
	size_t n = 0;

	unit_of_table(escapes, escapes_as_the_row_wants, tests, n);
	unit_of_table(cleans, cleans_as_the_row_wants, tests, n);
	unit_of_table(jsons, json_is_as_the_row_wants, tests, n);
	unit_of_table(addresses, writes_ipv6_after_rfc_5952, tests, n);
	memcpy(tests + n, others, sizeof(others));
	return unit_run("text", tests, n + sizeof(others) / sizeof(others[0]));
}
