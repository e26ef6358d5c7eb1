/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A file that grows, and those that take its place: what a capture with rotation writes, read while
 * it is written. As tail -F does, by name: a file that is moved away is read to its end, and then
 * the one that has its name by now.
 */
#ifndef XDPDUMP_READ_FOLLOW_H
#define XDPDUMP_READ_FOLLOW_H

#include <stdbool.h>

struct follow;

/*
 * Waits until @fd can be read, or @timeout_ms are over, whichever is first. @fd may be -1. 0, or an
 * errno, and the following ends with it.
 */
typedef int (*follow_wait_fn)(void *ctx, int fd, int timeout_ms);

/*
 * @pattern: the name of a file, or if there is none of this name a pattern as of a shell, see
 * glob(7). It has to live as long as the result. -errno.
 */
int follow_open(struct follow **f, const char *pattern, follow_wait_fn wait, void *ctx);

/* Is there a file to begin with? */
bool follow_has_next(struct follow *f);

/*
 * The file that comes next, of those that were not read yet the one that was made first; waits
 * until there is one.
 * *path lives until the next call. 0, or an errno of the waiting.
 */
int follow_next(struct follow *f, const char **path);

/*
 * Waits until @fd, the file of follow_next(), has more bytes than were read of it, or has come to
 * its end because there is a later one, so that a read() returns what is true by now. @whole:
 * nothing is missing of what was read so far; else an end is waited for a little longer. 0, or an
 * errno of the waiting.
 */
int follow_more(struct follow *f, int fd, bool whole);

/* Returns NULL. */
struct follow *follow_close(struct follow *f);

#endif
