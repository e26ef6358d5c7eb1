// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* /dev/fd is a link to /proc/self/fd; the same stands in /proc/thread-self and /proc/PID. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
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
		unsigned long n = isdigit((unsigned char)*digits) ? strtoul(digits, NULL, 10)
								  : ULONG_MAX;

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

int descriptors_leave_all_but(int *fd)
{
	const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		return -errno;
	if (*fd != STDERR_FILENO + 1 && dup3(*fd, STDERR_FILENO + 1, O_CLOEXEC) < 0)
		return -errno;
	*fd = STDERR_FILENO + 1;
	return close_range(*fd + 1, ~0u, 0) ? -errno : 0;
}
