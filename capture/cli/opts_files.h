/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The files that are written: when the next one begins, when the last one ends, what becomes of
 * them.
 */
#ifndef XDPDUMP_CLI_OPTS_FILES_H
#define XDPDUMP_CLI_OPTS_FILES_H

#include <stdbool.h>

struct usage;

/* As opts_take(). */
bool opts_files_take(struct usage *p, int code, const char *arg);

#endif
