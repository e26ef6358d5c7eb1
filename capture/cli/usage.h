/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What has been given on the command line so far, and the sentence about what is wrong with it. */
#ifndef XDPDUMP_CLI_USAGE_H
#define XDPDUMP_CLI_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/base/library.h"
#include "capture/base/util.h"
#include "capture/cli/opts.h"
#include "capture/cli/opts_table.h"

struct usage {
	struct opts *o;
	char *error;
	size_t cap;
	const char *filter_file;
	uint64_t snap;
	/* as in opts.netns_of: of the -i that come; without one so far; the first that got none */
	unsigned netns, netns_open, netns_empty;
	bool extcap;			/* it is Wireshark that calls */
	unsigned times[N_CODES];	/* that an option was given, by letter or OPT_... */
};

/* Sets the sentence; returns false. */
bool usage_wrong(struct usage *p, const char *fmt, ...) printf_like(2, 3);

/* The number @s of @what, from @min to @max, into *@v. */
bool usage_number(struct usage *p, const char *what, const char *s, uint64_t min, uint64_t max,
		  uint64_t *v);

/* The time @s of @what, more than 0, in nanoseconds into *@ns. */
bool usage_span(struct usage *p, const char *what, const char *s, uint64_t *ns);

/* The first of @codes, which end with 0, that was given; 0: none. */
int usage_first_given(const struct usage *p, const int *codes);

/* Is the library there that option @code is made with? Else the sentence says what to install. */
bool usage_has_library(struct usage *p, int code, enum library l);

#endif
