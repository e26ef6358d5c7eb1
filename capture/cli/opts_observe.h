/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* How the program of somebody else is watched. */
#ifndef XDPDUMP_CLI_OPTS_OBSERVE_H
#define XDPDUMP_CLI_OPTS_OBSERVE_H

#include <stdbool.h>

struct usage;

/* As opts_take(); the value of --at is that of the reading, too. And what they mean together. */
bool opts_observe_take(struct usage *p, int code, const char *arg);
bool opts_observe_settle(struct usage *p);

/* "drop,aborted": the bits of them, as in struct program_settings. */
bool opts_observe_verdicts(const char *list, unsigned *mask);

#endif
