/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What happens beside the packets: signals, a timer, descriptors that become ready. The first
 * signal asks for an end, in which nothing is lost; a second one forces it.
 */
#ifndef XDPDUMP_BASE_LOOP_H
#define XDPDUMP_BASE_LOOP_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

enum { LOOP_WATCHED = 32 };	/* descriptors at most */

typedef void (*loop_fn)(void *ctx);

struct loop {
	int epoll_fd, signal_fd, timer_fd;	/* -1: there is none */
	/* readable while a signal that asks us to stop is pending; loop_look() takes it */
	int stop_fd;
	int end_fd;			/* the same of all but SIGHUP */
	sigset_t stop;			/* the signals that ask us to stop */
	int asked;			/* the one that did, 0: none */
	int forced;			/* the next one after it */
	bool ignores_hangup;		/* loop_ignore_hangup() */
	/* nobody reads what is written to one of loop_add_written() */
	bool unread;
	/* what is to be done when something happens; the caller's to set, and NULL: nothing */
	loop_fn stats;			/* SIGUSR1, and the timer */
	loop_fn flush;			/* SIGUSR2, or there is nothing to read for now */
	int flush_ms;			/* and how often while that is so; 0: once */
	/* SIGHUP before we are asked to stop. False, and it asks for that */
	bool (*hangup)(void *ctx);
	void *ctx;			/* of these */
	struct {
		bool is_taken;
		loop_fn ready;
		void *ctx;
	} watched[LOOP_WATCHED];
};

#define LOOP_INIT { .epoll_fd = -1, .signal_fd = -1, .timer_fd = -1, .stop_fd = -1, .end_fd = -1 }

/*
 * Blocks the signals we handle and makes a descriptor for them: all that people, shells,
 * timeout(1), init systems and containers send to end a program, SIGUSR1 and SIGUSR2. Of those that
 * end us SIGHUP, SIGALRM and SIGXCPU stay ignored if they were; SIGINT and SIGQUIT do not: a script
 * that starts us in the background ignores them for us, and still has to be able to stop us.
 * -errno. Whatever it returns, the loop is to be closed.
 */
int loop_open(struct loop *l);

/*
 * Watches @fd, which stays the caller's: loop_wait() returns when it can be read, and calls @ready.
 * Without that it only wakes us, once for each time that it becomes ready. -errno.
 */
int loop_add(struct loop *l, int fd, loop_fn ready, void *ctx);

/*
 * The same of a socket, with @ready once for each time that it can be read or written, or
 * breaks.
 */
int loop_add_socket(struct loop *l, int fd, loop_fn ready, void *ctx);

/*
 * It is not watched any more; before it is closed. @ctx, which nobody else has, is that of
 * loop_add().
 */
void loop_remove(struct loop *l, int fd, const void *ctx);

/* The same for a pipe or a socket that is written to: nothing is called, see unread. */
int loop_add_written(struct loop *l, int fd);

/* Starts a periodic timer, which asks for statistics. -errno. */
int loop_add_timer(struct loop *l, uint64_t interval_ns);

/* Takes the signals that have come. False: we are to stop. */
bool loop_look(struct loop *l);

/*
 * Waits up to @timeout_ns (UINT64_MAX: for ever) for a signal or a descriptor, and deals with what
 * has come.
 */
void loop_wait(struct loop *l, uint64_t timeout_ns);

/* Is there still something to do? Nobody has asked us to stop, and what is written is read. */
static inline bool loop_goes_on(const struct loop *l)
{
	return !l->asked && !l->unread;
}

/*
 * Waits until @fd can be read, at most @timeout_ms, -1: for ever: 0, or an errno: EINTR when there
 * is nothing to do any more. What else comes meanwhile is dealt with as by loop_wait().
 */
int loop_wait_for(struct loop *l, int fd, int timeout_ms);

/*
 * Nothing is left to complete but what is printed, and whoever reads that may have stopped to: from
 * here on a signal ends the process at once, with the status of one that was forced. And back.
 */
void loop_let_go(const struct loop *l);
void loop_take_back(const struct loop *l);

/* From now on SIGHUP means nothing: who is to be interrupted looks at end_fd. */
void loop_ignore_hangup(struct loop *l);

void loop_close(struct loop *l);

#endif
