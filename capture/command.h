/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Runs a program without a shell: with one argument, at the lowest priority, with nothing of ours but the environment. */
#ifndef XDPDUMP_COMMAND_H
#define XDPDUMP_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct command {
	pid_t pid;	/* of its process group as well; 0: none */
	int fd;		/* a pidfd: readable when it has ended; -1 */
};

#define COMMAND_INIT { .fd = -1 }

/*
 * Where @name is, as execvp(3) looks for it: along PATH, unless there is a slash in it. Blanks are part of the name.
 * -ENOENT, -EACCES: no such program, not to be executed; -ENAMETOOLONG: @cap is too small.
 */
int command_find(const char *name, char *path, size_t cap);

/*
 * Starts the program at @path as @name with the argument @arg. Its stdin is /dev/null, its stdout our stderr; it has a
 * process group of its own, so that Ctrl-C does not reach it. -errno.
 */
int command_start(struct command *c, const char *path, const char *name, const char *arg);

/* Has it ended? Then it is reaped, and *@status is that of waitpid(2). */
bool command_ended(struct command *c, int *status);

/* Asks its process group to end with @sig. */
void command_kill(const struct command *c, int sig);

/* What @status means: "ended with status 1". "" for success. */
const char *command_result(int status, char *buf, size_t cap);

#endif
