// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The process that runs the commands, since ours may not by then. Programs by posix_spawn(3); a
 * pidfd tells when one has ended.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/base/descriptors.h"
#include "capture/base/limits.h"
#include "capture/base/util.h"
#include "capture/kernel/run_as.h"
#include "capture/write/postrotate_messages.h"

enum { NICE = 19 };

struct process {
	int fd;
	const char *command, *path;
	pid_t pid;		/* of its process group as well; 0: none */
	int pid_fd;		/* readable when it has ended; -1 */
};

/*
 * What the program finds: no signal blocked or ignored, three descriptors, a process group of its
 * own.
 */
static int spawn(pid_t *pid, const char *path, char *const argv[])
{
	posix_spawnattr_t attr;
	sigset_t none, all;
	int err;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setpgroup(&attr, 0);
	err = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
						      POSIX_SPAWN_SETPGROUP);
	if (!err)
		err = posix_spawn(pid, path, NULL, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	return -err;
}

/* Out of descriptors: we could not learn when it ends. */
static int give_up(struct process *p, int err)
{
	int status;

	kill(-p->pid, SIGKILL);
	waitpid(p->pid, &status, 0);
	p->pid = 0;
	return err;
}

static int run(struct process *p, const char *file)
{
	char *argv[] = { (char *)p->command, (char *)file, NULL };
	int err = p->pid ? -EBUSY : spawn(&p->pid, p->path, argv);

	if (err)
		return err;
	setpriority(PRIO_PGRP, p->pid, NICE);
	p->pid_fd = pidfd_open(p->pid, 0);
	return p->pid_fd < 0 ? give_up(p, -errno) : 0;
}

static bool tell(const struct process *p, enum postrotate_news news, int value)
{
	const struct postrotate_answer a = { news, value };

	return write(p->fd, &a, sizeof(a)) == sizeof(a);
}

/* False: nobody is there any more. */
static bool obey(struct process *p)
{
	struct postrotate_request r;

	if (read(p->fd, &r, sizeof(r)) != sizeof(r))
		return false;
	r.file[sizeof(r.file) - 1] = '\0';
	if (r.verb == POSTROTATE_RUN)
		return tell(p, POSTROTATE_STARTED, run(p, r.file));
	if (p->pid && (r.sig == SIGTERM || r.sig == SIGKILL))
		kill(-p->pid, r.sig);
	return true;
}

static bool see_end(struct process *p)
{
	int status;

	if (waitpid(p->pid, &status, WNOHANG) != p->pid)
		return true;
	close(p->pid_fd);
	p->pid_fd = -1;
	p->pid = 0;
	return tell(p, POSTROTATE_ENDED, status);
}

/* It ends when we do; what it runs then goes on. That has our stderr as its stdout, too. */
void postrotate_process(int fd, const char *command, const char *path)
{
	struct process p = { .fd = fd, .command = command, .path = path, .pid_fd = -1 };
	bool goes_on;
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	limits_no_core();
	goes_on = !run_as_stay() && !descriptors_leave_all_but(&p.fd);
	while (goes_on) {
		struct pollfd fds[] = { { .fd = p.fd, .events = POLLIN },
					{ .fd = p.pid_fd, .events = POLLIN } };

		if (poll(fds, array_size(fds), -1) < 0)
			continue;
		if (fds[1].revents)
			goes_on = see_end(&p);
		if (goes_on && fds[0].revents)
			goes_on = obey(&p);
	}
	_exit(0);
}
