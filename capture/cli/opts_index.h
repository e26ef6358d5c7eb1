/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The index of a directory: of what -w writes there, or alone. */
#ifndef XDPDUMP_CLI_OPTS_INDEX_H
#define XDPDUMP_CLI_OPTS_INDEX_H

#include <stdbool.h>

struct usage;

/* Which of the two, and what goes with the second. */
bool opts_index_choose(struct usage *p);
bool opts_index_settle(struct usage *p);

#endif
