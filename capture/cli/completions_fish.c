// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* For fish: a line of complete(1) for each option. */
#include <stdio.h>

#include "capture/cli/completions_shells.h"
#include "capture/cli/ctl.h"

static void put_quoted(const char *s)
{
	putchar('\'');
	for (; *s; s++) {
		if (*s == '\'' || *s == '\\')
			putchar('\\');
		putchar(*s);
	}
	putchar('\'');
}

static void put_value(const struct value_of *v)
{
	switch (v->kind) {
	case VALUE_FREE:
		printf(" -x");
		break;
	case VALUE_WORDS:
		printf(" -x -a '%s'", v->words);
		break;
	case VALUE_LIST:
		printf(" -x -a '(__fish_append , %s)'", v->words);
		break;
	case VALUE_FILE:
		printf(" -r -F");
		break;
	case VALUE_INTERFACE:
		printf(" -x -a '(__xdpdump_interfaces)'");
		break;
	case VALUE_NETNS:
		printf(" -x -a '(" COMPLETIONS_NETNS ")'");
		break;
	case VALUE_USER:
		printf(" -x -a '(__fish_complete_users)'");
		break;
	case VALUE_COMMAND:
		printf(" -x -a '(__fish_complete_command)'");
		break;
	default:
		break;
	}
}

void completions_fish(const struct option_row *rows, size_t n)
{
	printf("# fish completion for xdpdump: xdpdump --completions fish\n"
	       "function __xdpdump_interfaces\n"
	       "    " COMPLETIONS_INTERFACES "\n"
	       "end\n"
	       "function __xdpdump_ctl\n"
	       "    set -l words (commandline -opc)\n"
	       "    test (count $words) -eq $argv[1] -a \"$words[2]\" = ctl\n"
	       "end\n"
	       "complete -c xdpdump -f\n"
	       "complete -c xdpdump -n 'test (count (commandline -opc)) -eq 1' -a ctl\n"
	       "complete -c xdpdump -n '__xdpdump_ctl 2' -F\n"
	       "complete -c xdpdump -n '__xdpdump_ctl 3' -a '" CTL_COMMANDS(" ") "'\n"
	       "complete -c xdpdump -n '__fish_contains_opt compare' -F\n");
	for (size_t i = 0; i < n; i++) {
		struct value_of v = completions_value(&rows[i]);

		printf("complete -c xdpdump");
		if (rows[i].code < 256)
			printf(" -s '%c'", rows[i].code);
		printf(" -l %s", rows[i].name);
		if (!v.optional)
			put_value(&v);
		printf(" -d ");
		put_quoted(rows[i].help);
		putchar('\n');
	}
}
