/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The command line: letters as in tcpdump, numbers checked to the last character, contradictions
 * refused.
 */
#ifndef XDPDUMP_CLI_OPTS_PARSE_H
#define XDPDUMP_CLI_OPTS_PARSE_H

#include <stdbool.h>
#include <stddef.h>

struct opts;

/*
 * False: @error has one sentence about what is wrong. Strings point into @argv, which getopt_long()
 * puts into another order. Whatever it returns, @o is to be closed.
 */
bool opts_parse(struct opts *o, int argc, char **argv, char *error, size_t cap);

#endif
