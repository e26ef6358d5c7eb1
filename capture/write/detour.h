/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A disk that does not keep up has the page cache to help it, which is large; but to fill it takes
 * time as well, more as the memory was not in use before, and once the kernel has as much of it as
 * it lets be written back later (vm.dirty_ratio) it is not faster than the disk. So both ways are
 * measured, and the detour is taken as long as it is twice as fast, since it takes more of the
 * processor and of other programs' memory.
 */
#ifndef XDPDUMP_WRITE_DETOUR_H
#define XDPDUMP_WRITE_DETOUR_H

#include <stdbool.h>
#include <stdint.h>

enum detour_way { DETOUR_DISK, DETOUR_CACHE };

/* All zero: nothing is known. */
struct detour {
	struct { uint64_t bytes, ns; } ways[2];	/* of late */
	uint64_t tried_ns;	/* when the cache was tried the last time; 0: never */
};

/* @bytes have taken @ns that way. */
void detour_count(struct detour *d, enum detour_way way, uint64_t bytes, uint64_t ns);

/*
 * By which way should it go that waits now, at @now_ns (CLOCK_MONOTONIC)? The cache is tried with
 * some MiB, and if it is slower again after some seconds.
 */
enum detour_way detour_way(struct detour *d, uint64_t now_ns);

#endif
