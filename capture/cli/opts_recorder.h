/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The flight recorder. */
#ifndef XDPDUMP_CLI_OPTS_RECORDER_H
#define XDPDUMP_CLI_OPTS_RECORDER_H

#include <stdbool.h>

struct usage;

/* As opts_take(), and what they mean together. */
bool opts_recorder_take(struct usage *p, int code, const char *arg);
bool opts_recorder_settle(struct usage *p);

#endif
