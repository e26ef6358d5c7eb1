// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "capture/write/detour.h"

enum {
	TRIED	= 16 << 20,		/* bytes, after which it is known */
	OF_LATE	= 64 << 20,		/* what is older counts half */
	GAIN	= 2,
};

#define AGAIN_NS	(10 * 1000000000ull)

void detour_count(struct detour *d, enum detour_way way, uint64_t bytes, uint64_t ns)
{
	if (d->ways[way].bytes >= OF_LATE) {
		d->ways[way].bytes /= 2;
		d->ways[way].ns /= 2;
	}
	d->ways[way].bytes += bytes;
	d->ways[way].ns += ns;
}

/* Bytes in a millisecond. */
static uint64_t speed(const struct detour *d, enum detour_way way)
{
	return d->ways[way].bytes * 1000000 / (d->ways[way].ns + 1);
}

enum detour_way detour_way(struct detour *d, uint64_t now_ns)
{
	if (!d->ways[DETOUR_DISK].bytes)
		return DETOUR_DISK;
	if (!d->tried_ns || now_ns - d->tried_ns >= AGAIN_NS) {
		d->tried_ns = now_ns;
		d->ways[DETOUR_CACHE].bytes = d->ways[DETOUR_CACHE].ns = 0;
	}
	return d->ways[DETOUR_CACHE].bytes < TRIED ||
			       speed(d, DETOUR_CACHE) >= GAIN * speed(d, DETOUR_DISK)
		       ? DETOUR_CACHE
		       : DETOUR_DISK;
}
