/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* --help: all options, or those of one section of the manual. */
#ifndef XDPDUMP_CLI_OPTS_HELP_H
#define XDPDUMP_CLI_OPTS_HELP_H

#include <stdbool.h>
#include <stddef.h>

struct usage;

/* Options that belong together, as a section of the manual tells of them. */
struct topic {
	const char *name, *section;
	const int *codes;	/* a 0 behind the last */
};

const struct topic *opts_help_topics(size_t *n);

/* What stands behind --help; NULL: nothing. */
bool opts_help_take_topic(struct usage *p, const char *name);

/* The usage text on stdout; @topic, if not NULL: of the options about it. */
void opts_help(const char *topic);

#endif
