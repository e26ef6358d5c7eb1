/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the options mean together, and which of them contradict each other. */
#ifndef XDPDUMP_CLI_OPTS_SETTLE_H
#define XDPDUMP_CLI_OPTS_SETTLE_H

#include <stdbool.h>

struct usage;

/* False: the sentence says what does. */
bool opts_settle(struct usage *p);

#endif
