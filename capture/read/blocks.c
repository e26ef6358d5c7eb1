// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/read/blocks.h"

int blocks_append(struct blocks *to, const void *bytes, size_t n)
{
	if (n > to->cap - to->len) {
		size_t cap = max_of(to->len + n, 2 * to->cap);
		uint8_t *more = realloc(to->bytes, cap);

		if (!more)
			return -ENOMEM;
		to->bytes = more;
		to->cap = cap;
	}
	memcpy(to->bytes + to->len, bytes, n);
	to->len += n;
	return 0;
}
