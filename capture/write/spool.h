/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Batches of records on the disk, until they are delivered: a file each in a directory of their
 * own, the oldest first; those of runs before as well. One process at a time has the directory.
 */
#ifndef XDPDUMP_WRITE_SPOOL_H
#define XDPDUMP_WRITE_SPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/write/engine.h"

struct spool;

/*
 * Opens, and makes, the directory below @dir that belongs to @target, the word of --to. All files
 * in it take @limit bytes at most, those that are there beside. -EWOULDBLOCK: another process has
 * it; other -errno.
 */
int spool_open(struct spool **s, const char *dir, const char *target, uint64_t limit);

/* Where that is. */
const char *spool_path(const struct spool *s);

/* Records, and those of them that were there when it was opened. */
uint64_t spool_records(const struct spool *s);
uint64_t spool_former(const struct spool *s);

/*
 * Behind all that is there, and on the disk when it returns; @first: the number of its first
 * record. -ENOSPC: it would be more than the limit, or the disk has no room; other -errno. Nothing
 * is there of it then.
 */
int spool_put(struct spool *s, uint64_t first, const struct batch *b);

/*
 * The oldest one, until the spool is called again. 1; *@former: it was there when the spool was
 * opened. 0: it is empty. One that cannot be read is left where it is, and not counted as there any
 * more: -errno, and @said tells.
 */
int spool_oldest(struct spool *s, struct batch *b, bool *former, char said[static ENGINE_SAID_MAX]);

/* Which is not needed any more. */
void spool_remove(struct spool *s);

struct spool *spool_close(struct spool *s);	/* returns NULL */

#endif
