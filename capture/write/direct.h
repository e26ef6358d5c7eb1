/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Which of the bytes that wait for a file go past the page cache: blocks of 1 MiB, each at a
 * multiple of that, and so many that it pays. The rest, behind the last block or where little
 * comes, is written as anything else, so that there is nothing in a file that was not given to it.
 */
#ifndef XDPDUMP_WRITE_DIRECT_H
#define XDPDUMP_WRITE_DIRECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct direct;
struct out;

/*
 * When; auto: of 50 MB a second and more, and where the disk does not keep up with them as long as
 * the page cache is not much faster (detour.h).
 */
enum direct_when { DIRECT_NEVER, DIRECT_AUTO, DIRECT_ALWAYS };

/* Of what waits at most @max bytes wait. -ENOMEM. */
int direct_open(struct direct **d, enum direct_when when, size_t max);

/* How many bytes should be there for direct_step(), unless they are to be written at once. */
size_t direct_enough(const struct direct *d, const struct out *o);

/*
 * What to do next with @have bytes, not 0, of which @waiting wait in all: *@n of them are to be
 * written, and true: put into direct_block(), for out_write_block().
 */
bool direct_step(struct direct *d, const struct out *o, size_t have, size_t waiting, size_t *n);
uint8_t *direct_block(struct direct *d);

/* So many bytes were written since direct_step(). */
void direct_count(struct direct *d, size_t n);

/* Returns NULL. */
struct direct *direct_close(struct direct *d);

#endif
