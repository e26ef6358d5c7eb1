/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The index as a file in its directory. It is written anew as a whole, under another name and then
 * renamed, or one record is put behind the others: of thousands of files, of which one is complete
 * each second, the whole would be more than is captured. A record that is there in part is none.
 * Who changes it locks the directory, and who cannot have that soon goes on without: at worst an
 * entry is lost, and its file is looked into again.
 *
 * Who can write it can hide captures from us, so one is believed only that is ours, root's or the
 * directory's owner's.
 */
#ifndef XDPDUMP_INDEX_KEEPER_H
#define XDPDUMP_INDEX_KEEPER_H

#include <stdbool.h>

struct blocks;
struct entry;
struct keeper;

#define KEEPER_INDEX ".xdpdump-index"

/* Of the directory that is open as @dir_fd, which stays the caller's and lives longer. -errno. */
int keeper_open(struct keeper **k, int dir_fd);

/* Opens an index that can be believed, with the flags of open(2); -errno. */
int keeper_open_index(const struct keeper *k, int flags);

/* Records, and whether one of them is in place of another one, which is not to be kept then. */
struct keeper_more {
	const struct blocks *records;
	bool (*replaces)(void *ctx, const char *name, const struct entry *e);
	void *ctx;
};

/* All that is in it, still holds and is not replaced, and @more. -errno: it is as it was. */
int keeper_merge(struct keeper *k, const struct keeper_more *more);

/*
 * Adds the entry of one file; now and then what does not hold any more is left out. As
 * keeper_merge().
 */
int keeper_add(struct keeper *k, const char *name, const struct entry *e);

/* Leaves that out now, if something was added. */
int keeper_tidy(struct keeper *k);

/* Returns NULL. */
struct keeper *keeper_close(struct keeper *k);

#endif
