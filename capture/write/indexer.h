/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Complete files into the index of their directory. In one thread, for it reads and writes and may
 * wait.
 */
#ifndef XDPDUMP_WRITE_INDEXER_H
#define XDPDUMP_WRITE_INDEXER_H

struct disk_file;
struct indexer;

/* -ENOMEM. */
int indexer_open(struct indexer **x);

/*
 * Before it is shut. -errno: it is not in the index, and will be looked into when the directory is
 * read.
 */
int indexer_add(struct indexer *x, struct disk_file *f);

/* No more files come: what has gone since is left out. */
void indexer_finish(struct indexer *x);

/* Returns NULL. */
struct indexer *indexer_close(struct indexer *x);

#endif
