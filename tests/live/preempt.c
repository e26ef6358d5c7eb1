// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * For LD_PRELOAD: a scheduler that takes the CPU from every thread but the first, for up to 8 ms,
 * whenever it has let a lock go. What another thread may do in such a moment, it does.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int pthread_mutex_unlock(pthread_mutex_t *m)
{
	static __thread unsigned seed = 1;
	int err = ((int (*)(pthread_mutex_t *))dlsym(RTLD_NEXT, "pthread_mutex_unlock"))(m);

	if (syscall(SYS_gettid) != getpid())
		usleep(rand_r(&seed) % 8000);
	return err;
}
