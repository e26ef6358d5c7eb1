// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <fnmatch.h>
#include <string.h>

#include "capture/kernel/netif.h"
#include "capture/live/pattern.h"

static bool is_any(const char *name)
{
	return !strcmp(name, "any");
}

bool pattern_is(const char *name)
{
	return name && (is_any(name) || strpbrk(name, "*?["));
}

bool pattern_fits(const char *pattern, const struct netif *n)
{
	if (netif_is_bond(n))
		return false;
	return is_any(pattern) ? n->up : !fnmatch(pattern, n->name, 0);
}

bool pattern_fits_bond(const char *pattern, const struct netif *bond)
{
	return bond && !is_any(pattern) && !fnmatch(pattern, bond->name, 0);
}
