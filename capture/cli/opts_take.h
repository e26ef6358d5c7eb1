/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* One option after another: its value, checked by itself. */
#ifndef XDPDUMP_CLI_OPTS_TAKE_H
#define XDPDUMP_CLI_OPTS_TAKE_H

#include <stdbool.h>

struct usage;

/* With its value or NULL. False: the sentence says what is wrong with it. */
bool opts_take(struct usage *p, int code, const char *arg);

/* A file that is read. */
bool opts_take_read(struct usage *p, const char *path);

#endif
