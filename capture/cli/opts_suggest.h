/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Which options may have been meant. */
#ifndef XDPDUMP_CLI_OPTS_SUGGEST_H
#define XDPDUMP_CLI_OPTS_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

struct usage;

/*
 * By the long name @word ("--colour") of @len bytes, which is none; returns false. And, added to
 * the sentence, which one stands behind a single dash among the words of @argv.
 */
bool opts_suggest_name(struct usage *p, const char *word, size_t len);
void opts_suggest_dashes(struct usage *p, char *const *argv);

#endif
