// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * For bash, without the package bash-completion. It takes words apart at "=" and ":", so the option
 * is the word before the one that is being typed, or before the "=" in front of that.
 */
#include <stdio.h>
#include <string.h>

#include "capture/cli/completions_shells.h"
#include "capture/cli/ctl.h"

static const char head[] =
	"# bash completion for xdpdump: xdpdump --completions bash\n"
	"_xdpdump()\n"
	"{\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} head line\n"
	"\n"
	"\tCOMPREPLY=()\n"
	"\tif [[ ${COMP_WORDS[1]} == ctl ]] && ((COMP_CWORD > 1)); then\n"
	"\t\tcase $COMP_CWORD in\n"
	"\t\t2)\n"
	"\t\t\tcompopt -o filenames\n"
	"\t\t\twhile IFS= read -r line; do COMPREPLY+=(\"$line\"); done < <(compgen -f -- \"$cur\") ;;\n"
	"\t\t3)\n"
	"\t\t\twhile IFS= read -r line; do COMPREPLY+=(\"$line\"); done < <(compgen -W '" CTL_COMMANDS(" ")
	"' -- \"$cur\") ;;\n"
	"\t\tesac\n"
	"\t\treturn\n"
	"\tfi\n"
	"\tif [[ $cur == = ]]; then\n"
	"\t\tcur=\n"
	"\telif [[ $option == = ]]; then\n"
	"\t\toption=${COMP_WORDS[COMP_CWORD - 2]}\n"
	"\tfi\n"
	"\tcase $option in\n";

static const char tail[] =
	"\tesac\n"
	"\tif [[ $cur == -* ]]; then\n"
	"\t\twhile IFS= read -r line; do COMPREPLY+=(\"$line\"); done < <(compgen -W '";

static const char end[] =
	"' -- \"$cur\")\n"
	"\telif [[ \" ${COMP_WORDS[*]} \" == *' --compare '* ]]; then\n"
	"\t\tcompopt -o filenames\n"
	"\t\twhile IFS= read -r line; do COMPREPLY+=(\"$line\"); done < <(compgen -f -- \"$cur\")\n"
	"\telif ((COMP_CWORD == 1)); then\n"
	"\t\twhile IFS= read -r line; do COMPREPLY+=(\"$line\"); done < <(compgen -W ctl -- \"$cur\")\n"
	"\tfi\n"
	"} && complete -F _xdpdump xdpdump\n";

/* What compgen is given, and how the shell is to go on. */
static void put_generator(const struct value_of *v)
{
	static const char *const generators[VALUE_KINDS] = {
		[VALUE_FILE] = "compgen -f -- \"$cur\"", [VALUE_USER] = "compgen -u -- \"$cur\"",
		[VALUE_COMMAND] = "compgen -c -- \"$cur\"",
		[VALUE_INTERFACE] = "compgen -W \"$(" COMPLETIONS_INTERFACES ")\" -- \"$cur\"",
		[VALUE_NETNS] = "compgen -W \"$(" COMPLETIONS_NETNS ")\" -- \"$cur\"",
	};

	if (v->kind == VALUE_FILE || v->kind == VALUE_COMMAND)
		printf("\t\tcompopt -o filenames\n");
	if (v->kind == VALUE_WORDS && strchr(v->words, ':'))
		printf("\t\tcompopt -o nospace\n");
	if (v->kind == VALUE_LIST)
		printf("\t\thead=${cur%%\"${cur##*,}\"}\n");
	printf("\t\twhile IFS= read -r line; do COMPREPLY+=(\"$line\"); done < <(");
	if (v->kind == VALUE_WORDS)
		printf("compgen -W '%s' -- \"$cur\"", v->words);
	else if (v->kind == VALUE_LIST)
		printf("compgen -P \"$head\" -W '%s' -- \"${cur##*,}\"", v->words);
	else
		fputs(generators[v->kind], stdout);
	printf(")\n");
}

static void put_case(const struct option_row *r)
{
	struct value_of v = completions_value(r);

	if (v.kind == VALUE_NONE || v.optional)
		return;
	putchar('\t');
	if (r->code < 256)
		printf("-%c | ", r->code);
	printf("--%s)\n", r->name);
	if (v.kind != VALUE_FREE)
		put_generator(&v);
	printf("\t\treturn ;;\n");
}

void completions_bash(const struct option_row *rows, size_t n)
{
	fputs(head, stdout);
	for (size_t i = 0; i < n; i++)
		put_case(&rows[i]);
	fputs(tail, stdout);
	for (size_t i = 0; i < n; i++) {
		if (rows[i].code < 256)
			printf("-%c ", rows[i].code);
		printf("--%s ", rows[i].name);
	}
	fputs(end, stdout);
}
