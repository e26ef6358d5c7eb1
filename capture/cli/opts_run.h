/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The program that packets are run through. */
#ifndef XDPDUMP_CLI_OPTS_RUN_H
#define XDPDUMP_CLI_OPTS_RUN_H

#include <stdbool.h>

struct usage;

/* As opts_take(), and what they mean together. */
bool opts_run_take(struct usage *p, int code, const char *arg);
bool opts_run_settle(struct usage *p);

#endif
