// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Distance of strings by Damerau and Levenshtein, in which no letter is touched twice. */
#include <string.h>

#include "capture/base/nearest.h"
#include "capture/base/util.h"

struct nearest nearest_to(const char *word)
{
	return (struct nearest){ .word = word, .slips = strlen(word) > 4 ? 3 : 2 };
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned both = min_of(a, b);

	return min_of(both, c);
}

/*
 * Three rows of the table are enough: d[i][j] is the distance of the first i letters of @a from the
 * first j of @b.
 */
static unsigned distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned rows[3][NEAREST_MAX];

	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3],
			 *two_above = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			row[j] = least(above[j] + 1, row[j - 1] + 1,
				       above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min_of(row[j], two_above[j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

void nearest_try(struct nearest *n, const char *candidate)
{
	size_t word_len = strlen(n->word), len = strlen(candidate);
	unsigned slips;

	if (word_len >= NEAREST_MAX || len >= NEAREST_MAX || !word_len)
		return;
	slips = distance(n->word, word_len, candidate, len);
	if (slips >= n->slips || slips >= word_len)
		return;
	n->slips = slips;
	strcpy(n->best, candidate);
}
