// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* setrlimit(2). */
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "capture/base/limits.h"
#include "capture/base/util.h"

uint64_t limits_open_files(uint64_t n)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return UINT64_MAX;
	if (limit.rlim_cur < n) {
		limit.rlim_cur = min_of((rlim_t)n, limit.rlim_max);
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	return limit.rlim_cur;
}

/* The lowest that is free is the next one, and there are few gaps. */
bool limits_has_files(uint64_t n)
{
	struct rlimit limit;
	int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0 && !getrlimit(RLIMIT_NOFILE, &limit) && fd + n <= limit.rlim_cur;
}
