// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <stdlib.h>

#include "capture/base/clock.h"
#include "capture/base/util.h"
#include "capture/write/detour.h"
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
	struct detour detour;
	enum detour_way way;		/* of the step that is taken, */
	uint64_t began_ns;		/* and when that has begun */
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

/* Unasked not where hardly more than a block may wait: then it takes as much memory again. */
static bool is_wanted(const struct direct *d, const struct out *o)
{
	return out_is_direct(o) &&
	       (d->when == DIRECT_ALWAYS || (d->is_fast && d->max > 2 * (size_t)OUT_BLOCK));
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

/* Where half of what may wait does, the disk does not keep up. */
static bool goes_to_disk(struct direct *d, size_t waiting)
{
	return d->when == DIRECT_ALWAYS || waiting < d->max / 2 ||
	       detour_way(&d->detour, d->began_ns) == DETOUR_DISK;
}

bool direct_step(struct direct *d, const struct out *o, size_t have, size_t waiting, size_t *n)
{
	bool is_block;

	d->began_ns = clock_monotonic_ns();
	d->way = DETOUR_CACHE;
	*n = have;
	if (!is_wanted(d, o) || !goes_to_disk(d, waiting))
		return false;
	is_block = !gap(o) && have >= OUT_BLOCK;
	if (gap(o))
		*n = min_of(have, gap(o));
	else if (is_block)
		*n = OUT_BLOCK;
	d->way = is_block ? DETOUR_DISK : DETOUR_CACHE;
	return is_block;
}

uint8_t *direct_block(struct direct *d)
{
	return d->block;
}

void direct_count(struct direct *d, size_t n)
{
	uint64_t now = clock_monotonic_ns(), ns = now - d->since_ns;

	detour_count(&d->detour, d->way, n, now - d->began_ns);
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
