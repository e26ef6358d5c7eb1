// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* epoll, signalfd, timerfd. */
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "capture/base/log.h"
#include "capture/base/loop.h"
#include "capture/base/util.h"
#include "capture/base/wait.h"

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

/* As long as they are blocked it is not called. */
static void end_by(int sig)
{
	_exit(STATUS_SIGNAL + sig);
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
		signal(sig, handled[i].ends ? end_by : SIG_DFL);
		sigaddset(set, sig);
		if (handled[i].ends)
			sigaddset(stop, sig);
	}
}

static int add(struct loop *l, int fd, uint32_t events, loop_fn ready, void *ctx)
{
	struct epoll_event e = { .events = events };

	while (e.data.u32 < LOOP_WATCHED && l->watched[e.data.u32].is_taken)
		e.data.u32++;
	if (e.data.u32 == LOOP_WATCHED)
		return -ENOSPC;
	if (epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &e))
		return -errno;
	l->watched[e.data.u32].is_taken = true;
	l->watched[e.data.u32].ready = ready;
	l->watched[e.data.u32].ctx = ctx;
	return 0;
}

/* An event that has come already finds nobody, or another one who finds nothing. */
void loop_remove(struct loop *l, int fd, const void *ctx)
{
	epoll_ctl(l->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
	for (unsigned i = 0; i < LOOP_WATCHED; i++)
		if (l->watched[i].is_taken && l->watched[i].ctx == ctx) {
			l->watched[i].is_taken = false;
			l->watched[i].ready = NULL;
		}
}

static void on_signal(void *loop)
{
	loop_look(loop);
}

static void on_timer(void *loop)
{
	struct loop *l = loop;
	uint64_t expirations;
	ssize_t ignored is_unused = read(l->timer_fd, &expirations, sizeof(expirations));

	if (l->stats)
		l->stats(l->ctx);
}

int loop_open(struct loop *l)
{
	sigset_t set, end;

	*l = (struct loop)LOOP_INIT;
	take_signals(&set, &l->stop);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll_fd < 0)
		return -errno;
	l->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	l->stop_fd = signalfd(-1, &l->stop, SFD_CLOEXEC | SFD_NONBLOCK);
	end = l->stop;
	sigdelset(&end, SIGHUP);
	l->end_fd = signalfd(-1, &end, SFD_CLOEXEC | SFD_NONBLOCK);
	if (l->signal_fd < 0 || l->stop_fd < 0 || l->end_fd < 0)
		return -errno;
	return add(l, l->signal_fd, EPOLLIN, on_signal, l);
}

int loop_add(struct loop *l, int fd, loop_fn ready, void *ctx)
{
	return add(l, fd, ready ? EPOLLIN : EPOLLIN | EPOLLET, ready, ctx);
}

int loop_add_socket(struct loop *l, int fd, loop_fn ready, void *ctx)
{
	return add(l, fd, EPOLLIN | EPOLLOUT | EPOLLET, ready, ctx);
}

static void on_unread(void *loop)
{
	((struct loop *)loop)->unread = true;
}

/* EPOLLERR and EPOLLHUP are not to be asked for. */
int loop_add_written(struct loop *l, int fd)
{
	return add(l, fd, 0, on_unread, l);
}

int loop_add_timer(struct loop *l, uint64_t interval_ns)
{
	const struct timespec t = { interval_ns / 1000000000, interval_ns % 1000000000 };
	const struct itimerspec its = { .it_interval = t, .it_value = t };

	l->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (l->timer_fd < 0 || timerfd_settime(l->timer_fd, 0, &its, NULL))
		return -errno;
	return add(l, l->timer_fd, EPOLLIN, on_timer, l);
}

/* A terminal that goes can send two SIGHUP, so that one does not force the end. */
static void take_stop(struct loop *l, int sig)
{
	if (sig == SIGHUP && (l->ignores_hangup || (!l->asked && l->hangup && l->hangup(l->ctx))))
		return;
	if (!l->asked)
		l->asked = sig;
	else if (sig != SIGHUP)
		l->forced = sig;
}

bool loop_look(struct loop *l)
{
	struct signalfd_siginfo info;

	while (read(l->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		int sig = info.ssi_signo;

		if (sig != SIGUSR1 && sig != SIGUSR2)
			take_stop(l, sig);
		else if (sig == SIGUSR1 && l->stats)
			l->stats(l->ctx);
		else if (sig == SIGUSR2 && l->flush)
			l->flush(l->ctx);
	}
	return !l->asked;
}

void loop_wait(struct loop *l, uint64_t timeout_ns)
{
	const struct timespec t = { timeout_ns / 1000000000, timeout_ns % 1000000000 };
	struct epoll_event events[LOOP_WATCHED];
	int n = epoll_pwait2(l->epoll_fd, events, LOOP_WATCHED,
			     timeout_ns == UINT64_MAX ? NULL : &t, NULL);

	for (int i = 0; i < n; i++)
		if (l->watched[events[i].data.u32].ready)
			l->watched[events[i].data.u32].ready(l->watched[events[i].data.u32].ctx);
}

int loop_wait_for(struct loop *l, int fd, int timeout_ms)
{
	struct pollfd fds[] = { { .fd = fd, .events = POLLIN },
				{ .fd = l->epoll_fd, .events = POLLIN } };
	bool waited = false, again = timeout_ms < 0 && l->flush_ms;

	while (loop_look(l) && loop_goes_on(l)) {
		int n = wait_ready(fds, 2, !waited ? 0 : again ? l->flush_ms : timeout_ms);

		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0 && fds[1].revents)
			loop_wait(l, 0);
		if ((n > 0 && fds[0].revents) || (n == 0 && ((waited && !again) || !timeout_ms)))
			return 0;
		if (n == 0 && l->flush)
			l->flush(l->ctx);
		waited = true;
	}
	return EINTR;
}

void loop_let_go(const struct loop *l)
{
	sigprocmask(SIG_UNBLOCK, &l->stop, NULL);
}

void loop_take_back(const struct loop *l)
{
	sigprocmask(SIG_BLOCK, &l->stop, NULL);
}

void loop_ignore_hangup(struct loop *l)
{
	l->ignores_hangup = true;
}

void loop_close(struct loop *l)
{
	const int fds[] = { l->signal_fd, l->stop_fd, l->end_fd, l->timer_fd, l->epoll_fd };

	for (size_t i = 0; i < array_size(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}
