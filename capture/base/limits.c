// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* setrlimit(2), and prctl(2) for what a limit does not stop: a core dump into a pipe. */
#include <fcntl.h>
#include <sys/prctl.h>
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

void limits_no_core(void)
{
	setrlimit(RLIMIT_CORE, &(struct rlimit){ .rlim_cur = 0, .rlim_max = 0 });
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
