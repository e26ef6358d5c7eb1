// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdio.h>
#include <string.h>

#include "capture/base/nearest.h"
#include "capture/cli/opts_suggest.h"
#include "capture/cli/usage.h"

static void add(struct usage *p, const char *before, const char *name, const char *behind)
{
	size_t len = strlen(p->error);

	snprintf(p->error + len, p->cap - len, "%s--%s%s", before, name, behind);
}

/*
 * All that begin with the @len bytes of @word. getopt_long() takes a single one, so there are none
 * or several.
 */
static bool add_alike(struct usage *p, const char *word, size_t len)
{
	const char *name, *before = "";

	usage_wrong(p, "option %.*s is ambiguous: ", (int)len, word);
	for (size_t i = 0; len > 2 && (name = opts_table_nth_name(i)); i++) {
		if (strncmp(name, word + 2, len - 2))
			continue;
		add(p, before, name, "");
		before = ", ";
	}
	return *before;
}

bool opts_suggest_name(struct usage *p, const char *word, size_t len)
{
	const char *candidate;
	char name[NEAREST_MAX];
	struct nearest n;

	if (add_alike(p, word, len))
		return false;
	usage_wrong(p, "there is no option %.*s", (int)len, word);
	snprintf(name, sizeof(name), "%.*s", (int)len - 2, word + 2);
	n = nearest_to(name);
	for (size_t i = 0; (candidate = opts_table_nth_name(i)); i++)
		nearest_try(&n, candidate);
	if (*n.best)
		add(p, "; did you mean ", n.best, "?");
	return false;
}

void opts_suggest_dashes(struct usage *p, char *const *argv)
{
	const char *name;

	for (; *argv && strcmp(*argv, "--"); argv++)
		for (size_t i = 0; (name = opts_table_nth_name(i)); i++)
			if (argv[0][0] == '-' && strlen(name) > 2 && !strcmp(*argv + 1, name)) {
				add(p, "; did you mean ", name, "?");
				return;
			}
}
