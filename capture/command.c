// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Programs by posix_spawn(3), which does not stop the other threads; a pidfd tells when one has ended. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/command.h"
#include "capture/util.h"

enum { NICE = 19 };

static int check(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EACCES;
	return eaccess(path, X_OK) ? -errno : 0;
}

/* The directory of @len bytes at @dir, and the name. An empty one is the current directory. */
static int check_in(const char *dir, size_t len, const char *name, char *path, size_t cap)
{
	int n = snprintf(path, cap, "%.*s%s%s", (int)len, dir, len ? "/" : "", name);

	return n < 0 || (size_t)n >= cap ? -ENAMETOOLONG : check(path);
}

int command_find(const char *name, char *path, size_t cap)
{
	const char *dirs = getenv("PATH");
	int found = -ENOENT;

	if (!*name || strchr(name, '/'))
		return check_in("", 0, name, path, cap);
	if (!dirs)
		dirs = "/bin:/usr/bin";
	for (;;) {
		size_t len = strcspn(dirs, ":");
		int err = check_in(dirs, len, name, path, cap);

		if (!err || err == -ENAMETOOLONG)
			return err;
		if (err == -EACCES)	/* there may be a better one further on */
			found = err;
		if (!dirs[len])
			return found;
		dirs += len + 1;
	}
}

/* What the program finds: no signal blocked or ignored, three descriptors, a process group of its own. */
static int spawn(pid_t *pid, const char *path, char *const argv[])
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int err;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setpgroup(&attr, 0);
	err = posix_spawnattr_setflags(&attr,
				       POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	if (!err)
		err = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
	if (!err)
		err = posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	if (!err)
		err = posix_spawn(pid, path, &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return -err;
}

int command_start(struct command *c, const char *path, const char *name, const char *arg)
{
	char *argv[] = { (char *)name, (char *)arg, NULL };
	int status, err = spawn(&c->pid, path, argv);

	if (err) {
		c->pid = 0;
		return err;
	}
	setpriority(PRIO_PGRP, c->pid, NICE);
	c->fd = pidfd_open(c->pid, 0);
	if (c->fd >= 0)
		return 0;
	err = -errno;	/* out of descriptors: we could not learn when it ends */
	command_kill(c, SIGKILL);
	waitpid(c->pid, &status, 0);
	c->pid = 0;
	return err;
}

bool command_ended(struct command *c, int *status)
{
	if (waitpid(c->pid, status, WNOHANG) != c->pid)
		return false;
	close(c->fd);
	*c = (struct command)COMMAND_INIT;
	return true;
}

void command_kill(const struct command *c, int sig)
{
	if (c->pid)
		kill(-c->pid, sig);
}

const char *command_result(int status, char *buf, size_t cap)
{
	buf[0] = '\0';
	if (WIFSIGNALED(status))
		snprintf(buf, cap, "was killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		snprintf(buf, cap, "ended with status %d", WEXITSTATUS(status));
	return buf;
}
