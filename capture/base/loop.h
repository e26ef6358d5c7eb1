/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * All that a capture waits for, in one epoll set: the ring, signals, the statistics timer, the
 * clock, the interfaces.
 */
#ifndef XDPDUMP_BASE_LOOP_H
#define XDPDUMP_BASE_LOOP_H

#include <signal.h>
#include <stdint.h>

/* What happened; the index of a descriptor as well. */
enum event_source { ON_RING, ON_SIGNAL, ON_TIMER, ON_CLOCK, ON_CHANGE, N_SOURCES };

struct loop {
	int epoll_fd;
	int fds[N_SOURCES];	/* -1: not watched */
	sigset_t stop;		/* the signals that ask us to stop */
	/* readable while a signal that asks us to stop is pending; loop_signal() takes it */
	int stop_fd;
};

#define LOOP_INIT { .epoll_fd = -1, .fds = { -1, -1, -1, -1, -1 }, .stop_fd = -1 }

/*
 * Blocks the signals we handle and makes a descriptor for them: all that people, shells,
 * timeout(1), init systems and containers send to end a program, SIGUSR1 and SIGUSR2. Of those that
 * end us SIGHUP, SIGALRM and SIGXCPU stay ignored if they were; SIGINT and SIGQUIT do not: a script
 * that starts us in the background ignores them for us, and still has to be able to stop us.
 */
int loop_open(struct loop *w);

/* Adds a descriptor that the caller keeps. -errno. */
int loop_add(struct loop *w, enum event_source source, int fd);

/* Starts a periodic timer, a descriptor of its own. */
int loop_add_timer(struct loop *w, uint64_t interval_ns);

/* Waits up to @timeout_ns (UINT64_MAX: for ever). Returns 1 << source for all that are ready. */
unsigned loop_wait(struct loop *w, uint64_t timeout_ns);

/* The next signal that has come, or 0. */
int loop_signal(struct loop *w);

/* From now on SIGHUP means nothing. */
void loop_ignore_hangup(struct loop *w);

void loop_close(struct loop *w);

#endif
