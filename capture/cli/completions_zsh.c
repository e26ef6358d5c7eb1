// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* For zsh: specifications of _arguments, zshcompsys(1). */
#include <stdio.h>
#include <string.h>

#include "capture/cli/completions_shells.h"
#include "capture/cli/ctl.h"

static const char head[] =
	"#compdef xdpdump\n"
	"# zsh completion for xdpdump: xdpdump --completions zsh\n"
	"\n"
	"_xdpdump_interfaces()\n"
	"{\n"
	"\tlocal -a found\n"
	"\n"
	"\tfound=(${(f)\"$(" COMPLETIONS_INTERFACES ")\"})\n"
	"\tcompadd -a found\n"
	"}\n"
	"\n"
	"_xdpdump_namespaces()\n"
	"{\n"
	"\tlocal -a found\n"
	"\n"
	"\tfound=(${(f)\"$(" COMPLETIONS_NETNS ")\"})\n"
	"\tcompadd -a found\n"
	"}\n"
	"\n"
	"_xdpdump()\n"
	"{\n"
	"\tif [[ $words[2] == ctl ]] && (( CURRENT > 2 )); then\n"
	"\t\tcase $CURRENT in\n"
	"\t\t3) _files ;;\n"
	"\t\t4) compadd -- " CTL_COMMANDS(" ") " ;;\n"
	"\t\tesac\n"
	"\t\treturn\n"
	"\tfi\n"
	"\t_arguments -s -S \\\n";

static const char end[] =
	"\t\t'*:expression:{ (( CURRENT == 2 )) && compadd ctl; (( ${words[(I)--compare]} )) && _files }'\n"
	"}\n"
	"\n"
	"_xdpdump \"$@\"\n";

/* Inside of '[...]', or of what stands between two colons. */
static void put_escaped(const char *s)
{
	for (; *s; s++) {
		if (*s == '\'')
			fputs("'\\'", stdout);
		else if (*s == '[' || *s == ']' || *s == ':' || *s == '\\')
			putchar('\\');
		putchar(*s);
	}
}

static void put_action(const struct value_of *v)
{
	static const char *const actions[VALUE_KINDS] = {
		[VALUE_FREE] = " ", [VALUE_FILE] = "_files", [VALUE_USER] = "_users",
		[VALUE_COMMAND] = "_command_names -e", [VALUE_INTERFACE] = "_xdpdump_interfaces",
		[VALUE_NETNS] = "_xdpdump_namespaces",
	};

	if (v->kind == VALUE_LIST) {
		printf("_values -s , word %s", v->words);
	} else if (v->kind == VALUE_WORDS && strchr(v->words, ':')) {
		fputs("{ compadd -S \"\" -- ", stdout);
		put_escaped(v->words);
		fputs(" }", stdout);
	} else if (v->kind == VALUE_WORDS) {
		printf("(%s)", v->words);
	} else {
		fputs(actions[v->kind], stdout);
	}
}

/* @letter: in its short form. Any option may come again: what that means is told when it is run. */
static void put_spec(const struct option_row *r, bool letter)
{
	struct value_of v = completions_value(r);

	printf("\t\t'*");
	if (letter)
		printf("-%c%s", r->code, v.kind == VALUE_NONE ? "" : "+");
	else
		printf("--%s%s", r->name, v.kind == VALUE_NONE ? "" : v.optional ? "=-" : "=");
	putchar('[');
	put_escaped(r->help);
	putchar(']');
	if (v.kind != VALUE_NONE) {
		fputs(v.optional ? "::" : ":", stdout);
		put_escaped(r->arg);
		putchar(':');
		put_action(&v);
	}
	printf("' \\\n");
}

void completions_zsh(const struct option_row *rows, size_t n)
{
	fputs(head, stdout);
	for (size_t i = 0; i < n; i++) {
		if (rows[i].code < 256)
			put_spec(&rows[i], true);
		put_spec(&rows[i], false);
	}
	fputs(end, stdout);
}
