/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Threads beside the one that takes packets. Signals are that one's business, so all are blocked in
 * the others but SIGSYS, by which a system call is told of that is refused (kernel/seccomp.c).
 */
#ifndef XDPDUMP_BASE_THREAD_H
#define XDPDUMP_BASE_THREAD_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* What the calling thread starts until the second has them blocked. @before: what was blocked. */
void thread_block_signals(sigset_t *before);
void thread_restore_signals(const sigset_t *before);

/*
 * As pthread_create(3), with them blocked; the thread is there then, and what the C library asks
 * the kernel for as one begins (rseq(2), set_robust_list(2)) is behind it. 0 or -errno.
 */
int thread_start(pthread_t *thread, void *(*body)(void *ctx), void *ctx);

/* A condition whose waiting no change of the wall clock makes longer or shorter. */
void thread_cond_init(pthread_cond_t *c);

/* As pthread_cond_wait(3), on such a one, for @ns at most. False: they are over. */
bool thread_cond_wait(pthread_cond_t *c, pthread_mutex_t *lock, uint64_t ns);

/* How many have a CPU of their own beside one that is busy: 1 at least. */
unsigned thread_spare_cpus(void);

#endif
