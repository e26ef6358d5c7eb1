/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The files of a directory, not of those below it, and what is known of each: by the index, one
 * file in it, where that file is of the very state that the entry was made of; else it has to be
 * scanned. One index for all and not one beside each capture: it is read at once, and takes one
 * file to delete.
 */
#ifndef XDPDUMP_INDEX_CATALOG_H
#define XDPDUMP_INDEX_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/index/entry.h"

struct blocks;
struct catalog;

struct catalog_file {
	char *name;
	struct entry_file is;		/* as it was found */
	bool known;			/* the entry is of that */
	bool indexed;			/* and is in the index */
	struct entry entry;		/* its sketch is the catalog's */
};

/* Lists it, in the order of names, and takes what its index knows. -errno; *c is to be closed. */
int catalog_open(struct catalog **c, const char *path);

struct catalog_file *catalog_files(struct catalog *c, size_t *n);

/* Does its name still stand for it, as it was found? */
bool catalog_stands(const struct catalog *c, const struct catalog_file *file);

/* Files of which nothing is known, and their bytes. */
size_t catalog_unknown(const struct catalog *c, uint64_t *bytes);

/* Calls look() with the bytes and packets of those that were read so far; EINTR ends the scan. */
struct catalog_scan {
	int (*look)(void *ctx, uint64_t bytes, uint64_t packets);
	void *ctx;
};

/*
 * Scans the files of which nothing is known; what is found out is appended to @out. -EINTR,
 * -ENOMEM.
 */
int catalog_scan(struct catalog *c, const struct catalog_scan *how, struct blocks *out);

/* Takes what such bytes, which are in @fd, say of files as they are. Once. -errno. */
int catalog_take(struct catalog *c, int fd);

/*
 * Writes the index, if there is something to be told that it does not tell, of the files that have
 * not been changed in the last moments: a second change might not show. -errno, and the old one is
 * still there.
 */
int catalog_save(struct catalog *c);

struct catalog *catalog_close(struct catalog *c);

#endif
