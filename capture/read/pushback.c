// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/read/budget.h"
#include "capture/read/pushback.h"

enum { STEP = 16 * 1024 };	/* bytes at once: of short pieces most go back again */

void pushback_drop(struct pushback *b, struct budget_share *share)
{
	budget_give(share, b->cap);
	free(b->bytes);
	*b = (struct pushback){ .bytes = NULL };
}

bool pushback_give(struct pushback *b, struct budget_share *share, const uint8_t *p, size_t n)
{
	size_t rest = b->end - b->begin;
	uint8_t *bytes;

	if (n <= b->begin) {	/* they are still there */
		b->begin -= n;
		return true;
	}
	if (!budget_take(share, n + rest))
		return false;
	bytes = malloc(n + rest);
	if (!bytes) {
		budget_give(share, n + rest);
		return false;
	}
	memcpy(bytes, p, n);
	if (rest)
		memcpy(bytes + n, b->bytes + b->begin, rest);
	pushback_drop(b, share);
	*b = (struct pushback){ .bytes = bytes, .end = n + rest, .cap = n + rest };
	return true;
}

size_t pushback_take(struct pushback *b, struct budget_share *share, void *buf, size_t n)
{
	if (b->begin == b->end) {
		pushback_drop(b, share);
		return 0;
	}
	n = min_of(n, (size_t)STEP);
	n = min_of(n, b->end - b->begin);
	memcpy(buf, b->bytes + b->begin, n);
	b->begin += n;
	return n;
}
