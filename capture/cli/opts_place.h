/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Where packets are in a file: --at of -r, and --offsets, which tells it. */
#ifndef XDPDUMP_CLI_OPTS_PLACE_H
#define XDPDUMP_CLI_OPTS_PLACE_H

#include <stdbool.h>

struct usage;

/*
 * What they mean with the others; the second one once it is known what is printed and written.
 */
bool opts_place_settle(struct usage *p);
bool opts_place_settle_rows(struct usage *p);

#endif
