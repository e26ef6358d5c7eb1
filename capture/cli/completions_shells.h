/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the scripts for the shells are made of, and the shells. */
#ifndef XDPDUMP_CLI_COMPLETIONS_SHELLS_H
#define XDPDUMP_CLI_COMPLETIONS_SHELLS_H

#include "capture/cli/opts_table.h"

/* What can stand as the value of an option. */
enum value_kind {
	VALUE_NONE,		/* it takes none */
	VALUE_FREE,		/* nobody knows */
	VALUE_WORDS,
	VALUE_LIST,		/* words with commas between them */
	VALUE_FILE,
	VALUE_INTERFACE,
	VALUE_NETNS,
	VALUE_USER,
	VALUE_COMMAND,
	VALUE_KINDS
};

struct value_of {
	enum value_kind kind;
	bool optional;		/* and only behind "=" */
	/* with blanks between them, "" if there are none; one that ends with : is a beginning */
	const char *words;
};

struct value_of completions_value(const struct option_row *row);

/* Prints the names of interfaces, a line each. */
#define COMPLETIONS_INTERFACES \
	"xdpdump --extcap-interfaces 2>/dev/null | sed -n \"s/^interface {value=xdp:\\([^}]*\\)}.*/\\1/p\""
#define COMPLETIONS_NETNS "ls /run/netns 2>/dev/null"

void completions_bash(const struct option_row *rows, size_t n);
void completions_zsh(const struct option_row *rows, size_t n);
void completions_fish(const struct option_row *rows, size_t n);

#endif
