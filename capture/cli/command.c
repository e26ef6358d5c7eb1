// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A process that waits until the capture has begun, and then runs the command. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/base/log.h"
#include "capture/base/util.h"
#include "capture/cli/command.h"
#include "capture/kernel/run_as.h"
#include "capture/write/postrotate.h"

enum { NOT_RUN = 127 };	/* sh(1) */

static int shell_status(int how)
{
	return WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
}

/* It finds what a shell would give it: no signal blocked or ignored, and is who has started us. */
static _Noreturn void become(const char *path, char *const *argv, const struct run_as *user)
{
	sigset_t none;

	sigemptyset(&none);
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (!(user ? run_as_become(user, 0) : run_as_stay()))
		execv(path, argv);
	log_complain("%s: cannot be run: %s", path, strerror(errno));
	_exit(NOT_RUN);
}

/*
 * Our sandbox lets no signal out: when @fd tells that we have ended, the command is told
 * from here.
 */
static _Noreturn void look_after(pid_t pid, int fd)
{
	struct pollfd fds[] = { { .fd = pidfd_open(pid, 0), .events = POLLIN }, { .fd = fd, .events = POLLIN } };
	int how;

	while (poll(fds, array_size(fds), -1) < 0 || !fds[0].revents)
		if (fds[1].revents) {
			kill(pid, SIGTERM);
			_exit(0);
		}
	waitpid(pid, &how, 0);
	_exit(shell_status(how));
}

/*
 * A process between the capture and the command, that holds nothing of ours but stdin, stdout and
 * stderr.
 */
static _Noreturn void wait_and_run(const char *path, char *const *argv, int fd,
				   const struct run_as *user)
{
	sigset_t all;
	pid_t pid;
	char go;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	if (fd != STDERR_FILENO + 1 && dup3(fd, STDERR_FILENO + 1, O_CLOEXEC) < 0)
		_exit(NOT_RUN);
	fd = STDERR_FILENO + 1;
	close_range(fd + 1, ~0u, 0);
	if (read(fd, &go, 1) != 1)
		_exit(NOT_RUN);
	pid = fork();
	if (!pid)
		become(path, argv, user);
	if (pid < 0)
		_exit(NOT_RUN);
	look_after(pid, fd);
}

int command_open(struct command *c, char *const *argv, const struct run_as *user)
{
	char path[PATH_MAX];
	int pair[2], err = postrotate_find(argv[0], path, sizeof(path));

	if (err)
		return err;
	if (pipe2(pair, O_CLOEXEC))
		return -errno;
	c->pid = fork();
	if (!c->pid)
		wait_and_run(path, argv, pair[0], user);
	err = c->pid < 0 ? -errno : 0;
	close(pair[0]);
	c->go_fd = pair[1];
	if (err)
		c->pid = 0;
	else
		c->pid_fd = pidfd_open(c->pid, 0);
	return err ? err : c->pid_fd < 0 ? -errno : 0;
}

void command_go(struct command *c)
{
	if (c->pid && write(c->go_fd, "", 1) < 0)
		log_complain("the command cannot be told to begin: %s", strerror(errno));
}

bool command_ended(struct command *c, int *status)
{
	int how;

	if (!c->pid || waitpid(c->pid, &how, WNOHANG) != c->pid)
		return false;
	c->pid = 0;
	close(c->pid_fd);
	c->pid_fd = -1;
	*status = shell_status(how);
	return true;
}

/* One that waits for its beginning finds the end of the pipe. */
void command_close(struct command *c)
{
	if (c->go_fd >= 0)
		close(c->go_fd);
	if (c->pid_fd >= 0)
		close(c->pid_fd);
	*c = (struct command)COMMAND_INIT;
}
