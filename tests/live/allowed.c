// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The numbers of the system calls that a capture into files that follow each other may make, a line
 * each, but for those that no test can make happen.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "capture/base/util.h"
#include "capture/kernel/seccomp.h"

static const struct { unsigned nr; const char *why; } kept[] = {
	{ SYS_brk, "memory, as the C library pleases" },
	{ SYS_mremap, "memory, as the C library pleases" },
	{ SYS_futex, "a thread is waited for that is there still, or another one has the lock" },
	{ SYS_clock_gettime, "where the vDSO cannot tell the time" },
	{ SYS_rt_sigreturn, "behind a call that was refused" },
	{ SYS_sched_yield, "where those who write have no processor of their own" },
	{ SYS_timerfd_settime, "the clock has been set, which a test must not do" },
};

static bool is_kept(unsigned nr)
{
	for (size_t i = 0; i < array_size(kept); i++)
		if (kept[i].nr == nr)
			return true;
	return false;
}

int main(void)
{
	const unsigned needs = SECCOMP_READS | SECCOMP_WRITES | SECCOMP_SYNCS | SECCOMP_ROTATES |
			       SECCOMP_LIVE;

	for (unsigned nr = 0; nr < 1024; nr++)
		if (seccomp_allows(needs, nr) && !is_kept(nr))
			printf("%u\n", nr);
	return 0;
}
