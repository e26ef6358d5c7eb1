// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* /dev/fd is a link to /proc/self/fd; the same stands in /proc/thread-self and /proc/PID. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/descriptors.h"
#include "capture/base/util.h"

#define FOLDER "/fd/"

/* The first number at or above @from that a path in @word names, or @next if that is lower. */
static unsigned next_in(const char *word, unsigned from, unsigned next)
{
	for (const char *at = strstr(word, FOLDER); at; at = strstr(at + 1, FOLDER)) {
		const char *digits = at + strlen(FOLDER);
		unsigned long n = isdigit((unsigned char)*digits) ? strtoul(digits, NULL, 10) : ULONG_MAX;

		if (n >= from && n < next)
			next = n;
	}
	return next;
}

int descriptors_keep_named(char *const *words, const char *const *more, unsigned n)
{
	unsigned from = STDERR_FILENO + 1;

	for (;;) {
		unsigned next = UINT_MAX;

		for (unsigned i = 0; words[i]; i++)
			next = next_in(words[i], from, next);
		for (unsigned i = 0; i < n; i++)
			next = next_in(more[i], from, next);
		if (next > from && close_range(from, next == UINT_MAX ? next : next - 1, 0))
			return -errno;
		if (next == UINT_MAX)
			return 0;
		from = next + 1;
	}
}
