// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <stdlib.h>

#include "capture/base/clock.h"
#include "capture/base/util.h"
#include "capture/write/direct.h"
#include "capture/write/out.h"

enum {
	RATE_MIN	= 50,			/* bytes in a microsecond */
	WINDOW_NS	= 100 * 1000 * 1000,	/* in which they are counted */
};

struct direct {
	enum direct_when when;
	size_t max;
	uint8_t *block;
	uint64_t since_ns, bytes;
	bool is_fast;
};

int direct_open(struct direct **direct, enum direct_when when, size_t max)
{
	struct direct *d = calloc(1, sizeof(*d));

	if (!d)
		return -ENOMEM;
	d->when = when;
	d->max = max;
	d->block = aligned_alloc(OUT_BLOCK_ALIGN, OUT_BLOCK);
	if (!d->block) {
		free(d);
		return -ENOMEM;
	}
	*direct = d;
	return 0;
}

static bool is_wanted(const struct direct *d, const struct out *o)
{
	return out_is_direct(o) && (d->when == DIRECT_ALWAYS || d->is_fast);
}

/* Bytes that are written before a block can be. */
static size_t gap(const struct out *o)
{
	return -out_size(o) % OUT_BLOCK;
}

size_t direct_enough(const struct direct *d, const struct out *o)
{
	if (!is_wanted(d, o))
		return 1;
	return gap(o) ? gap(o) : OUT_BLOCK;
}

/*
 * A disk that does not keep up has the page cache to help it, which is larger than what
 * waits here.
 */
static bool keeps_up(const struct direct *d, size_t waiting)
{
	return d->when == DIRECT_ALWAYS || waiting < d->max / 2;
}

bool direct_step(struct direct *d, const struct out *o, size_t have, size_t waiting, size_t *n)
{
	*n = have;
	if (!is_wanted(d, o) || !keeps_up(d, waiting))
		return false;
	if (gap(o))
		*n = min_of(have, gap(o));
	else if (have >= OUT_BLOCK)
		*n = OUT_BLOCK;
	return !gap(o) && have >= OUT_BLOCK;
}

uint8_t *direct_block(struct direct *d)
{
	return d->block;
}

void direct_count(struct direct *d, size_t n)
{
	uint64_t now = clock_monotonic_ns(), ns = now - d->since_ns;

	d->bytes += n;
	if (ns < WINDOW_NS)
		return;
	d->is_fast = d->bytes / (ns / 1000) >= RATE_MIN;
	d->bytes = 0;
	d->since_ns = now;
}

struct direct *direct_close(struct direct *d)
{
	if (!d)
		return NULL;
	free(d->block);
	free(d);
	return NULL;
}
