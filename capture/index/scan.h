/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A file is read for its entry in the index. */
#ifndef XDPDUMP_INDEX_SCAN_H
#define XDPDUMP_INDEX_SCAN_H

#include <stdio.h>

struct entry;
struct entry_file;

/*
 * Reads @f, which was found to be @is, from its beginning and fills *e, which is to be closed. Of
 * what is changed meanwhile, as it is being written, not more is known than whether it is a
 * capture. -ESTALE: another file has got its name since. -errno, of @look as well, which is called
 * now and then.
 */
int scan_entry(struct entry *e, FILE *f, const struct entry_file *is, int (*look)(void *ctx),
	       void *ctx);

#endif
