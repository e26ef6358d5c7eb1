// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The process that waits takes the signals of a loop (loop.h), and hands them on. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/base/loop.h"
#include "capture/base/util.h"
#include "capture/cli/apart.h"

struct apart {
	struct loop loop;
	pid_t pid;
	bool ended;
};

static void on_end(void *ctx)
{
	struct apart *a = ctx;

	a->ended = true;
}

/* From a terminal it has it as well: one that comes twice asks for no more than an end. */
static void wait_for_end(struct apart *a)
{
	int told = 0;

	while (!a->ended) {
		loop_wait(&a->loop, UINT64_MAX);
		if (a->loop.asked && a->loop.asked != told)
			kill(a->pid, told = a->loop.asked);
	}
	loop_look(&a->loop);
}

/* One that came when it was done, or nearly, is for us. */
static enum status reap(const struct apart *a)
{
	int how;

	if (uninterrupted(waitpid(a->pid, &how, 0)) < 0)
		return log_fail(STATUS_RUNTIME, "cannot wait for a process: %s", strerror(errno));
	if (!WIFEXITED(how))
		return log_fail(STATUS_RUNTIME, "the process that reads was ended by signal %d",
				WTERMSIG(how));
	if (a->loop.asked && WEXITSTATUS(how) != STATUS_SIGNAL + a->loop.asked)
		return log_fail(STATUS_SIGNAL + a->loop.asked, "stopped");
	return WEXITSTATUS(how);
}

/* Nobody would look after it. */
static enum status give_up(const struct apart *a, int err)
{
	kill(a->pid, SIGKILL);
	waitpid(a->pid, NULL, 0);
	return log_fail(STATUS_RUNTIME, "cannot wait for a process: %s", strerror(-err));
}

/* Signals are blocked until there is another loop. */
static _Noreturn void become(struct apart *a, pid_t parent, enum status (*body)(void *ctx),
			     void *ctx)
{
	loop_close(&a->loop);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(STATUS_RUNTIME);
	_exit(body(ctx));
}

static enum status wait_for_it(struct apart *a)
{
	int fd = pidfd_open(a->pid, 0), err = fd < 0 ? -errno : loop_add(&a->loop, fd, on_end, a);

	if (!err)
		wait_for_end(a);
	if (fd >= 0)
		close(fd);
	return err ? give_up(a, err) : reap(a);
}

static enum status fork_and_wait(struct apart *a, enum status (*body)(void *ctx), void *ctx)
{
	const pid_t parent = getpid();

	fflush(NULL);
	a->pid = fork();
	if (!a->pid)
		become(a, parent, body, ctx);
	return a->pid < 0 ? log_fail(STATUS_RUNTIME, "cannot make a process: %s", strerror(errno))
			  : wait_for_it(a);
}

enum status apart_run(enum status (*body)(void *ctx), void *ctx)
{
	struct apart a = { .ended = false };
	int err = loop_open(&a.loop);
	enum status status;

	status = err ? log_fail(STATUS_RUNTIME, "cannot watch for signals: %s", strerror(-err))
		     : fork_and_wait(&a, body, ctx);
	loop_close(&a.loop);
	return status;
}
