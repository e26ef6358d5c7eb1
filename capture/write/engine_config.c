// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/write/engine_config.h"

#define BLANKS	" \t\r\n"

static void fclosep(FILE **f)
{
	if (*f)
		fclose(*f);
}

/* In place; returns where it begins. */
static char *trim(char *s)
{
	size_t n;

	s += strspn(s, BLANKS);
	for (n = strlen(s); n && strchr(BLANKS, s[n - 1]); n--)
		;
	s[n] = '\0';
	return s;
}

static bool take_line(char *line, engine_config_fn take, void *ctx,
		      char said[static ENGINE_SAID_MAX])
{
	char *key = trim(line), *value = strchr(key, '=');

	if (!*key || *key == '#')
		return true;
	snprintf(said, ENGINE_SAID_MAX, "'%.100s' is not KEY=VALUE", key);
	if (!value)
		return false;
	*value++ = '\0';
	key = trim(key);
	snprintf(said, ENGINE_SAID_MAX, "'%.100s' is no key that is known", key);
	return take(ctx, key, trim(value), said);
}

bool engine_config_read(const char *path, engine_config_fn take, void *ctx,
			char said[static ENGINE_SAID_MAX])
{
	cleanup(fclosep) FILE *f = path ? fopen(path, "re") : NULL;
	cleanup(freep) char *line = NULL;
	char why[ENGINE_SAID_MAX];
	size_t cap = 0;

	if (path && !f)
		snprintf(said, ENGINE_SAID_MAX, "%s: cannot be read: %s", path, strerror(errno));
	if (!f)
		return !path;
	for (unsigned n = 1; getline(&line, &cap, f) >= 0; n++) {
		if (take_line(line, take, ctx, why))
			continue;
		snprintf(said, ENGINE_SAID_MAX, "%.200s:%u: %.180s", path, n, why);
		return false;
	}
	if (!ferror(f))
		return true;
	snprintf(said, ENGINE_SAID_MAX, "%s: cannot be read: %s", path, strerror(errno));
	return false;
}
