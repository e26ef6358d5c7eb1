// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <sched.h>
#include <semaphore.h>

#include "capture/base/thread.h"
#include "capture/base/util.h"

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

unsigned thread_spare_cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 1 : max_of(CPU_COUNT(&set) - 1, 1);
}
