// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* epoll, signalfd, timerfd. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "capture/base/loop.h"
#include "capture/base/util.h"

static const struct {
	int sig;
	bool ends;		/* us */
	bool may_be_ignored;	/* stays so, if whoever started us ignores it: nohup(1) */
} handled[] = {
	{ SIGINT, true, false },
	{ SIGTERM, true, false },
	{ SIGQUIT, true, false },
	{ SIGHUP, true, true },
	{ SIGALRM, true, true },	/* of an alarm set before exec, a timeout in many scripts */
	{ SIGXCPU, true, true },	/* of a limit of CPU time */
	{ SIGUSR1, false, false },
	{ SIGUSR2, false, false },
};

static bool is_ignored(int sig)
{
	struct sigaction old;

	return !sigaction(sig, NULL, &old) && old.sa_handler == SIG_IGN;
}

/* Those we take, and of these the ones that ask us to stop. */
static void take_signals(sigset_t *set, sigset_t *stop)
{
	sigemptyset(set);
	sigemptyset(stop);
	for (size_t i = 0; i < array_size(handled); i++) {
		int sig = handled[i].sig;

		if (handled[i].may_be_ignored && is_ignored(sig))
			continue;
		/*
		 * A blocked signal is kept for us even where it is ignored, but not across that
		 * disposition being set anew.
		 */
		signal(sig, SIG_DFL);
		sigaddset(set, sig);
		if (handled[i].ends)
			sigaddset(stop, sig);
	}
}

int loop_open(struct loop *w)
{
	sigset_t set;

	take_signals(&set, &w->stop);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	w->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (w->epoll_fd < 0)
		return -errno;
	w->fds[ON_SIGNAL] = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	w->stop_fd = signalfd(-1, &w->stop, SFD_CLOEXEC | SFD_NONBLOCK);
	if (w->fds[ON_SIGNAL] < 0 || w->stop_fd < 0)
		return -errno;
	return loop_add(w, ON_SIGNAL, w->fds[ON_SIGNAL]);
}

int loop_add(struct loop *w, enum event_source source, int fd)
{
	/* The ring tells of a wake-up once, however long we leave its records lying. */
	struct epoll_event e = { .events = source == ON_RING ? EPOLLIN | EPOLLET : EPOLLIN,
				 .data.u32 = source };

	w->fds[source] = fd;
	return epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, fd, &e) ? -errno : 0;
}

int loop_add_timer(struct loop *w, uint64_t interval_ns)
{
	const struct timespec t = { interval_ns / 1000000000, interval_ns % 1000000000 };
	const struct itimerspec its = { .it_interval = t, .it_value = t };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0 || timerfd_settime(fd, 0, &its, NULL))
		return -errno;
	return loop_add(w, ON_TIMER, fd);
}

unsigned loop_wait(struct loop *w, uint64_t timeout_ns)
{
	const struct timespec t = { timeout_ns / 1000000000, timeout_ns % 1000000000 };
	struct epoll_event events[N_SOURCES];
	unsigned ready = 0;
	int n = epoll_pwait2(w->epoll_fd, events, N_SOURCES, timeout_ns == UINT64_MAX ? NULL : &t,
			     NULL);

	for (int i = 0; i < n; i++)
		ready |= 1u << events[i].data.u32;
	if (ready & 1u << ON_TIMER) {
		uint64_t expirations;
		ssize_t ignored is_unused = read(w->fds[ON_TIMER], &expirations,
						 sizeof(expirations));
	}
	return ready;
}

int loop_signal(struct loop *w)
{
	struct signalfd_siginfo info;

	return read(w->fds[ON_SIGNAL], &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo
									    : 0;
}

void loop_ignore_hangup(struct loop *w)
{
	sigset_t set;

	take_signals(&set, &w->stop);
	sigdelset(&set, SIGHUP);
	sigdelset(&w->stop, SIGHUP);
	signalfd(w->stop_fd, &w->stop, 0);
	signalfd(w->fds[ON_SIGNAL], &set, 0);
}

void loop_close(struct loop *w)
{
	if (w->fds[ON_SIGNAL] >= 0)
		close(w->fds[ON_SIGNAL]);
	if (w->stop_fd >= 0)
		close(w->stop_fd);
	if (w->fds[ON_TIMER] >= 0)
		close(w->fds[ON_TIMER]);
	if (w->epoll_fd >= 0)
		close(w->epoll_fd);
}
