/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What is in the files of a directory that its index does not tell of. */
#ifndef XDPDUMP_CLI_LEARN_H
#define XDPDUMP_CLI_LEARN_H

struct catalog;
struct opts;

/*
 * Reads them, of the directory @path, and writes the index. Of those that stay unknown it will be
 * seen when they are read. Warns.
 */
void learn_folder(const struct opts *o, const char *path, struct catalog *c);

#endif
