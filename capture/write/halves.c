// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stddef.h>
#include <string.h>

#include "capture/write/halves.h"

void halves_begin(struct halves *h, const struct batch *b)
{
	h->parts[0] = *b;
	h->n_parts = 1;
	h->next = h->refused = 0;
	h->max_parts = h->in_vain ? HALVES_PARTS_IN_VAIN : HALVES_PARTS;
	h->has_taken = false;
}

const struct batch *halves_next(const struct halves *h)
{
	return h->next < h->n_parts ? &h->parts[h->next] : NULL;
}

/*
 * Behind the first @n lines; NULL: there are no more, as the name of a file of the spool says what
 * it likes.
 */
static const char *behind(const struct batch *b, unsigned n)
{
	const char *s = b->lines, *end = s + b->len;

	for (; n && s; n--) {
		s = memchr(s, '\n', end - s);
		s = s ? s + 1 : NULL;
	}
	return s == end ? NULL : s;
}

static bool halve(struct halves *h, const struct batch *b)
{
	const unsigned n = b->n / 2;
	const char *middle = n && h->n_parts + 2 <= h->max_parts ? behind(b, n) : NULL;

	if (!middle)
		return false;
	h->parts[h->n_parts++] = (struct batch){ b->lines, middle - b->lines, n, b->capture };
	h->parts[h->n_parts++] = (struct batch){ middle, b->lines + b->len - middle, b->n - n,
						 b->capture };
	return true;
}

void halves_take(struct halves *h, bool refused)
{
	const struct batch *b = &h->parts[h->next++];

	h->has_taken |= !refused;
	if (refused && !halve(h, b))
		h->refused += b->n;
	if (h->next == h->n_parts)
		h->in_vain = !h->has_taken;
}
