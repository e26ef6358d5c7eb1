// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdarg.h>
#include <stdio.h>

#include "capture/base/value.h"
#include "capture/cli/usage.h"

bool usage_wrong(struct usage *p, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(p->error, p->cap, fmt, args);
	va_end(args);
	return false;
}

bool usage_number(struct usage *p, const char *what, const char *s, uint64_t min, uint64_t max,
		  uint64_t *v)
{
	if (value_number(s, min, max, v))
		return true;
	return usage_wrong(p, "%s '%s' is not a number from %llu to %llu", what, s,
			   (unsigned long long)min, (unsigned long long)max);
}

bool usage_span(struct usage *p, const char *what, const char *s, uint64_t *ns)
{
	if (value_span(s, ns) && *ns)
		return true;
	return usage_wrong(
		p,
		"%s '%s' is not a span of time: seconds, or a number with ns, us, ms, s, m, h or d behind",
		what, s);
}

int usage_first_given(const struct usage *p, const int *codes)
{
	while (*codes && !p->times[*codes])
		codes++;
	return *codes;
}

bool usage_has_library(struct usage *p, int code, enum library l)
{
	if (library_version(l))
		return true;
	return usage_wrong(p, library_built(l) ?
			   "%s: there is no %s here: install %s (Debian)" :
			   "%s: this xdpdump was built without %s: install %s (Debian) and build it again",
			   opts_table_name(code), library_name(l), library_package(l));
}
