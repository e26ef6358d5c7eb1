// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What runs the programs is a process of its own, postrotate_process.c; here is when. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/base/wait.h"
#include "capture/write/postrotate.h"
#include "capture/write/postrotate_messages.h"

enum {
	GRACE_NS	= 500 * 1000 * 1000,	/* between SIGTERM and SIGKILL */
};

struct postrotate {
	char *command;		/* as it was given */
	uint64_t limit_ns;
	int fd;			/* to the process; readable when the program has ended; -1 */
	bool runs;
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

static int start_process(struct postrotate *p)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	pid = fork();
	if (pid == 0)
		postrotate_process(pair[1], p->command, p->path);
	close(pair[1]);
	p->fd = pair[0];
	return pid < 0 ? -errno : 0;
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
	if (!err)
		err = start_process(p);
	if (err)
		return err;
	*postrotate = steal(&p);
	return 0;
}

const char *postrotate_command(const struct postrotate *p)
{
	return p->command;
}

static bool ask(const struct postrotate *p, const struct postrotate_request *r)
{
	return write(p->fd, r, sizeof(*r)) == sizeof(*r);
}

/* Waits for it. */
static bool hear(const struct postrotate *p, struct postrotate_answer *a)
{
	return read(p->fd, a, sizeof(*a)) == sizeof(*a);
}

int postrotate_start(struct postrotate *p, const char *file, uint64_t now)
{
	struct postrotate_request r = { .verb = POSTROTATE_RUN };
	struct postrotate_answer a;

	if (strlen(file) >= sizeof(r.file))
		return -ENAMETOOLONG;
	strcpy(r.file, file);
	if (!ask(p, &r) || !hear(p, &a))	/* somebody has killed it */
		return -ECHILD;
	if (a.value)
		return a.value;
	p->runs = true;
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
	return p->runs ? p->until : UINT64_MAX;
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
	ask(p, &(struct postrotate_request){ .verb = POSTROTATE_KILL, .sig = p->sig });
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
	struct pollfd fd = { .fd = p->fd, .events = POLLIN };
	struct postrotate_answer a;

	if (!p->runs)
		return false;
	if (wait_ready(&fd, 1, 0) != 1) {
		kill_in_time(p, now, force);
		return false;
	}
	p->runs = false;
	if (!hear(p, &a))
		snprintf(said, cap, "was lost sight of: the process that runs it was killed");
	else if (p->why)
		snprintf(said, cap, "%s", p->why);
	else
		describe(a.value, said, cap);
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
