// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Ends of lines: each conversion that can be undone is undone exactly, whatever the pieces are in
 * which the bytes come.
 */
#include <stdio.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/read/text_mode.h"

#include "tests/unit/unit.h"

/* Texts of CR, LF and another byte: all there are of up to 8 bytes. */
enum { LEN_MAX = 8 };

static size_t text_of(unsigned number, size_t len, uint8_t *text)
{
	for (size_t i = 0; i < len; i++, number /= 3)
		text[i] = "\r\nx"[number % 3];
	return len;
}

static size_t convert(enum text_kind kind, const uint8_t *text, size_t n, uint8_t *to)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] == '\n' && (kind == TEXT_LF_TO_CRLF || (i && text[i - 1] == '\r')))
			to[out++] = '\r';
		to[out++] = text[i];
	}
	return out;
}

static void undone_in_pieces_is_exact(enum text_kind kind, const uint8_t *text, size_t n,
				      size_t step)
{
	uint8_t converted[2 * LEN_MAX + 1], out[2 * LEN_MAX + 2], piece[2 * LEN_MAX + 2];
	size_t n_converted = convert(kind, text, n, converted), n_out = 0;
	struct text_undo t = { .kind = kind };

	for (size_t at = 0; at < n_converted; at += step) {
		size_t len = min_of(step, n_converted - at), got;

		memcpy(piece + 1, converted + at, len);	/* in place, as it is used */
		got = text_mode_undo(&t, piece, piece + 1, len);
		assert_true(n_out + got <= sizeof(out));
		memcpy(out + n_out, piece, got);
		n_out += got;
	}
	n_out += text_mode_undo_end(&t, out + n_out);
	if (n_out != n || memcmp(out, text, n))
		fail_msg("kind %d, %zu bytes, in pieces of %zu: %zu bytes", kind, n, step, n_out);
}

static void any_text_comes_back(void **state is_unused)
{
	uint8_t text[LEN_MAX];

	for (size_t len = 0, n = 1; len <= LEN_MAX; len++, n *= 3)
		for (unsigned number = 0; number < n; number++)
			for (size_t step = 1; step <= 4; step++)
				for (enum text_kind kind = TEXT_LF_TO_CRLF;
				     kind <= TEXT_CRLF_TO_CRCRLF; kind++)
					undone_in_pieces_is_exact(kind, text,
								  text_of(number, len, text), step);
}

/* Exactly the converted texts may be, if the conversion has changed anything. */
static void what_may_have_been_converted_is_known(void **state is_unused)
{
	uint8_t text[LEN_MAX], back[2 * LEN_MAX + 2], again[4 * LEN_MAX];

	for (size_t len = 0, n = 1; len <= LEN_MAX; len++, n *= 3) {
		for (unsigned number = 0; number < n; number++) {
			for (enum text_kind kind = TEXT_LF_TO_CRLF; kind <= TEXT_CRLF_TO_CRCRLF;
			     kind++) {
				struct text_undo t = { .kind = kind };
				size_t n_back, n_again;
				bool is;

				text_of(number, len, text);
				n_back = text_mode_undo(&t, back, text, len);
				n_back += text_mode_undo_end(&t, back + n_back);
				n_again = convert(kind, back, n_back, again);
				is = n_again == len && !memcmp(again, text, len) && n_back != len;
				if (is != text_mode_may_be(kind, text, len))
					fail_msg("kind %d, text %u of %zu bytes: %d", kind, number,
						 len, is);
			}
		}
	}
}

static const struct lines_case {
	const char *name, *text;
	uint32_t crlf, bare;
} lines[] = {
	{ "no_line", "abc", 0, 0 },
	{ "only_lf", "a\nb\n", 0, 2 },
	{ "only_crlf", "a\r\nb\r\n", 2, 0 },
	{ "a_cr_alone", "a\rb\r\n", 1, 0 },
	{ "an_lf_at_the_start", "\n\r\n", 1, 1 },
	{ "both", "a\r\nb\n", 1, 1 },
};

static void lines_are_counted_in_pieces(void **state)
{
	const struct lines_case *c = *state;

	for (size_t step = 1; step <= 4; step++) {
		struct text_lines l = { 0 };

		for (size_t at = 0, n = strlen(c->text); at < n; at += step)
			text_mode_count(&l, (const uint8_t *)c->text + at, min_of(step, n - at));
		assert_int_equal(l.crlf, c->crlf);
		assert_int_equal(l.bare, c->bare);
		assert_int_equal(text_mode_is_crlf(&l), c->crlf && !c->bare);
	}
}

static void where_the_conversion_ends_the_rest_stays(void **state is_unused)
{
	struct text_undo t = { .kind = TEXT_LF_TO_CRLF };
	uint8_t out[64];
	size_t n = text_mode_undo(&t, out, (const uint8_t *)"a\r\nb\r\r\nc\nd\r\n", 12);

	n += text_mode_undo_end(&t, out + n);
	assert_int_equal(n, 10);
	assert_memory_equal(out, "a\nb\r\nc\nd\r\n", 10);
}

int main(void)
{
	struct CMUnitTest tests[16] = {
		cmocka_unit_test(any_text_comes_back),
		cmocka_unit_test(what_may_have_been_converted_is_known),
		cmocka_unit_test(where_the_conversion_ends_the_rest_stays),
	};
	size_t n = 3;

	unit_of_table(lines, lines_are_counted_in_pieces, tests, n);
	return unit_run("text_mode", tests, n);
}
