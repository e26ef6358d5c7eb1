// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The first signal asks for an end, in which nothing is lost; a second one forces it. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "capture/base/log.h"
#include "capture/base/watch.h"

int watch_open(struct watch *w, bool printing)
{
	*w = (struct watch){ .waiter = LOOP_INIT };
	progress_init(&w->progress, printing);
	return loop_open(&w->waiter);
}

bool watch_look(struct watch *w)
{
	int sig;

	while ((sig = loop_signal(&w->waiter))) {
		if (sig == SIGUSR1 && w->stats)
			w->stats(w->ctx);
		else if (sig == SIGUSR2 && w->flush)
			w->flush(w->ctx);
		else if (sig != SIGUSR1 && sig != SIGUSR2)
			*(w->asked ? &w->forced : &w->asked) = sig;
	}
	return !w->asked;
}

int watch_check(void *watch)
{
	return watch_look(watch) ? 0 : EINTR;
}

static void end_by(int sig)
{
	_exit(STATUS_SIGNAL + sig);
}

void watch_let_go(struct watch *w)
{
	const struct sigaction action = { .sa_handler = end_by };

	for (int sig = 1; sig < NSIG; sig++)
		if (sigismember(&w->waiter.stop, sig) == 1)
			sigaction(sig, &action, NULL);
	sigprocmask(SIG_UNBLOCK, &w->waiter.stop, NULL);
}

void watch_take_back(struct watch *w)
{
	sigprocmask(SIG_BLOCK, &w->waiter.stop, NULL);
}

int watch_wait(void *watch, int fd, int timeout_ms)
{
	struct watch *w = watch;
	struct pollfd fds[] = { { .fd = fd, .events = POLLIN },
				{ .fd = w->waiter.fds[ON_SIGNAL], .events = POLLIN } };
	bool waited = false;

	while (watch_look(w)) {
		int n = poll(fds, 2, waited ? timeout_ms : 0);

		if (n < 0 && errno != EINTR)
			return errno;
		if ((n > 0 && fds[0].revents) || (n == 0 && (waited || !timeout_ms)))
			return 0;
		if (n == 0 && w->flush)
			w->flush(w->ctx);
		waited = true;
	}
	return EINTR;
}

void watch_close(struct watch *w)
{
	progress_erase(&w->progress);
	loop_close(&w->waiter);
}
