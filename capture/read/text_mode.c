// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Ends of lines. */
#include <string.h>

#include "capture/read/text_mode.h"

void text_mode_count(struct text_lines *l, const uint8_t *bytes, size_t n)
{
	const uint8_t *end = bytes + n, *lf = bytes;

	while (n && !(l->crlf && l->bare) && (lf = memchr(lf, '\n', end - lf))) {
		bool cr = lf > bytes ? lf[-1] == '\r' : l->cr;

		l->crlf += cr;
		l->bare += !cr;
		lf++;
	}
	if (n)
		l->cr = end[-1] == '\r';
}

/* CRs that an LF has before it after a conversion, at least or else none. */
static unsigned least_run(enum text_kind kind)
{
	return kind == TEXT_LF_TO_CRLF ? 1 : 2;
}

static bool is_possible(enum text_kind kind, unsigned run)
{
	return kind == TEXT_LF_TO_CRLF ? run >= 1 : run != 1;
}

bool text_mode_may_be(enum text_kind kind, const uint8_t *bytes, size_t n)
{
	const uint8_t *end = bytes + n, *lf = bytes;
	bool any = false;

	for (; (lf = memchr(lf, '\n', end - lf)); lf++) {
		unsigned run = 0;

		while (run < 2 && lf - run > bytes && lf[-1 - (int)run] == '\r')
			run++;
		if (!is_possible(kind, run))
			return false;
		any |= run >= least_run(kind);
	}
	return any;
}

/* The rest as it is. */
static size_t copy_rest(struct text_undo *t, uint8_t *to, const uint8_t *from, size_t n)
{
	t->kind = TEXT_SOUND;
	memmove(to, from, n);
	return n;
}

size_t text_mode_undo(struct text_undo *t, uint8_t *to, const uint8_t *from, size_t n)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		const uint8_t c = from[i];
		bool possible = c != '\n' || is_possible(t->kind, t->run);

		if (t->held && !(c == '\n' && possible && t->run >= least_run(t->kind)))
			to[out++] = '\r';
		t->held = c == '\r';
		t->run = t->held ? t->run + 1 : 0;
		if (!t->held)
			to[out++] = c;
		if (!possible)
			return out + copy_rest(t, to + out, from + i + 1, n - i - 1);
	}
	return out;
}

size_t text_mode_undo_end(struct text_undo *t, uint8_t *to)
{
	size_t n = t->held;

	*to = n ? '\r' : *to;
	*t = (struct text_undo){ .kind = TEXT_SOUND };
	return n;
}
