/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Colours of lines of text, as escape sequences of a terminal (ECMA-48, SGR). */
#ifndef XDPDUMP_FORMAT_COLOUR_H
#define XDPDUMP_FORMAT_COLOUR_H

#include <stdbool.h>

struct packet;

enum colour_when { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

/* False: there is no such word. */
bool colour_by_name(enum colour_when *when, const char *name);

/* Are there to be colours in what is written to @fd? A terminal that wants them: NO_COLOR, TERM. */
bool colour_wanted(enum colour_when when, int fd);

enum { COLOUR_MAX = 8 };	/* bytes of either */

/* What comes in front of the line of a packet, NULL: it has no colour; and behind one that has. */
const char *colour_of(const struct packet *p);
#define COLOUR_END "\033[0m"

#endif
