// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Programs by posix_spawn(3), which does not stop the other threads; a pidfd tells when one has
 * ended.
 */
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

#include "capture/base/util.h"
#include "capture/write/postrotate.h"

enum {
	NICE		= 19,
	GRACE_NS	= 500 * 1000 * 1000,	/* between SIGTERM and SIGKILL */
};

struct postrotate {
	char *command;		/* as it was given */
	uint64_t limit_ns;
	pid_t pid;		/* of its process group as well; 0: none */
	int fd;			/* a pidfd: readable when it has ended; -1 */
	uint64_t until;		/* then it is killed, UINT64_MAX: it was */
	int sig;		/* by this signal */
	const char *why;	/* it was killed */
	char path[PATH_MAX];
};

static void postrotate_closep(struct postrotate **p)
{
	postrotate_close(*p);
}

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

int postrotate_find(const char *name, char *path, size_t cap)
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

/*
 * What the program finds: no signal blocked or ignored, three descriptors, a process group of its
 * own.
 */
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
	err = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
						      POSIX_SPAWN_SETPGROUP);
	if (!err)
		err = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY,
						       0);
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

int postrotate_open(struct postrotate **postrotate, const char *command, uint64_t limit_ns)
{
	cleanup(postrotate_closep) struct postrotate *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	p->fd = -1;
	p->limit_ns = limit_ns ? limit_ns : POSTROTATE_NS;
	p->command = strdup(command);
	err = p->command ? postrotate_find(command, p->path, sizeof(p->path)) : -ENOMEM;
	if (err)
		return err;
	*postrotate = steal(&p);
	return 0;
}

const char *postrotate_command(const struct postrotate *p)
{
	return p->command;
}

/* Out of descriptors: we could not learn when it ends. */
static int give_up(struct postrotate *p, int err)
{
	int status;

	kill(-p->pid, SIGKILL);
	waitpid(p->pid, &status, 0);
	p->pid = 0;
	return err;
}

int postrotate_start(struct postrotate *p, const char *file, uint64_t now)
{
	char *argv[] = { p->command, (char *)file, NULL };
	int err = spawn(&p->pid, p->path, argv);

	if (err) {
		p->pid = 0;
		return err;
	}
	setpriority(PRIO_PGRP, p->pid, NICE);
	p->fd = pidfd_open(p->pid, 0);
	if (p->fd < 0)
		return give_up(p, -errno);
	p->until = now + p->limit_ns;
	p->sig = SIGTERM;
	p->why = NULL;
	return 0;
}

int postrotate_fd(const struct postrotate *p)
{
	return p->fd;
}

uint64_t postrotate_due(const struct postrotate *p)
{
	return p->pid ? p->until : UINT64_MAX;
}

static void kill_in_time(struct postrotate *p, uint64_t now, bool force)
{
	if (!p->why && (force || now >= p->until)) {
		p->why = force ? "was killed, as the end was forced"
			       : "was killed: it took too long";
		p->until = now;
	}
	if (now < p->until)
		return;
	kill(-p->pid, p->sig);
	p->until = p->sig == SIGTERM ? now + GRACE_NS : UINT64_MAX;
	p->sig = SIGKILL;
}

/* "ended with status 1". "" for success. */
static void describe(int status, char *said, size_t cap)
{
	said[0] = '\0';
	if (WIFSIGNALED(status))
		snprintf(said, cap, "was killed by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		snprintf(said, cap, "ended with status %d", WEXITSTATUS(status));
}

bool postrotate_has_ended(struct postrotate *p, uint64_t now, bool force, char *said, size_t cap)
{
	int status;

	if (!p->pid)
		return false;
	if (waitpid(p->pid, &status, WNOHANG) != p->pid) {
		kill_in_time(p, now, force);
		return false;
	}
	close(p->fd);
	p->fd = -1;
	p->pid = 0;
	if (p->why)
		snprintf(said, cap, "%s", p->why);
	else
		describe(status, said, cap);
	return true;
}

struct postrotate *postrotate_close(struct postrotate *p)
{
	if (!p)
		return NULL;
	if (p->fd >= 0)
		close(p->fd);
	free(p->command);
	free(p);
	return NULL;
}
