// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <sched.h>
#include <semaphore.h>
#include <time.h>

#include "capture/base/clock.h"
#include "capture/base/thread.h"
#include "capture/base/util.h"

enum { NS_PER_SEC = 1000000000 };

struct start {
	void *(*body)(void *ctx);
	void *ctx;
	sem_t has_begun;
};

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

static void *begin(void *start)
{
	struct start *s = start;
	void *(*body)(void *ctx) = s->body;
	void *ctx = s->ctx;

	sem_post(&s->has_begun);
	return body(ctx);
}

int thread_start(pthread_t *thread, void *(*body)(void *ctx), void *ctx)
{
	struct start s = { .body = body, .ctx = ctx };
	sigset_t before;
	int err;

	sem_init(&s.has_begun, 0, 0);
	thread_block_signals(&before);
	err = pthread_create(thread, NULL, begin, &s);
	while (!err && sem_wait(&s.has_begun))
		;
	thread_restore_signals(&before);
	sem_destroy(&s.has_begun);
	return -err;
}

void thread_cond_init(pthread_cond_t *c)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(c, &attr);
	pthread_condattr_destroy(&attr);
}

bool thread_cond_wait(pthread_cond_t *c, pthread_mutex_t *lock, uint64_t ns)
{
	const uint64_t end = clock_monotonic_ns() + ns;
	const struct timespec until = { end / NS_PER_SEC, end % NS_PER_SEC };

	return pthread_cond_timedwait(c, lock, &until) != ETIMEDOUT;
}

unsigned thread_spare_cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 1 : max_of(CPU_COUNT(&set) - 1, 1);
}
