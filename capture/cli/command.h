/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A command for whose time is captured: what stands behind "--" with --recorder. */
#ifndef XDPDUMP_CLI_COMMAND_H
#define XDPDUMP_CLI_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

struct run_as;

enum { COMMAND_FDS = 2 };	/* descriptors at most */

struct command {
	pid_t pid;		/* 0: there is none */
	int pid_fd;		/* readable when it has ended; -1 */
	int go_fd;		/* for which it waits; -1 */
};

#define COMMAND_INIT { .pid_fd = -1, .go_fd = -1 }

/*
 * Makes the process, as @user (NULL: as we are), which waits. -ENOENT, -EACCES: there is no such
 * program; other -errno. It is asked to end (SIGTERM) when we do.
 */
int command_open(struct command *c, char *const *argv, const struct run_as *user);

/* It begins. */
void command_go(struct command *c);

/*
 * It has ended: true, with its exit status as a shell has it (128 and the signal) in *@status, 127
 * if it could not be run.
 */
bool command_ended(struct command *c, int *status);

void command_close(struct command *c);

#endif
