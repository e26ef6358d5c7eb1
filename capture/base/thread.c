// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <sched.h>

#include "capture/base/thread.h"
#include "capture/base/util.h"

void thread_block_signals(sigset_t *before)
{
	sigset_t all;

	sigfillset(&all);
	sigdelset(&all, SIGSYS);
	pthread_sigmask(SIG_SETMASK, &all, before);
}

void thread_restore_signals(const sigset_t *before)
{
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

int thread_start(pthread_t *thread, void *(*body)(void *ctx), void *ctx)
{
	sigset_t before;
	int err;

	thread_block_signals(&before);
	err = pthread_create(thread, NULL, body, ctx);
	thread_restore_signals(&before);
	return -err;
}

unsigned thread_spare_cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 1 : max_of(CPU_COUNT(&set) - 1, 1);
}
