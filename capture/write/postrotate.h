/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Runs a program (-z) for one file after the other, without a shell: with the file as its only
 * argument, at the lowest priority, with nothing of ours but the environment. Its stdin is
 * /dev/null, its stdout our stderr; it has a process group of its own, so that Ctrl-C does not
 * reach it. One that takes too long is killed. A process of its own runs them, which has the rights
 * of the user who we are when it is opened, whatever becomes of ours.
 */
#ifndef XDPDUMP_WRITE_POSTROTATE_H
#define XDPDUMP_WRITE_POSTROTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct postrotate;

#define POSTROTATE_NS	(3600 * UINT64_C(1000000000))	/* a program that runs for longer hangs */

/*
 * Where @command is, as execvp(3) looks for it: along PATH, unless there is a slash in it. Blanks
 * are part of the name.
 * -ENOENT, -EACCES: no such program, not to be executed; -ENAMETOOLONG: @cap is too small.
 */
int postrotate_find(const char *command, char *path, size_t cap);

/*
 * Looks for the program, and starts the process that runs it, while there are no threads yet.
 * @limit_ns: after which it is killed, 0: POSTROTATE_NS. As postrotate_find(), or another -errno.
 */
int postrotate_open(struct postrotate **p, const char *command, uint64_t limit_ns);

/* As it was given. */
const char *postrotate_command(const struct postrotate *p);

/*
 * Starts it for @file; it does not run yet. @now, here and below: CLOCK_MONOTONIC. -errno, -ECHILD:
 * the process that would has gone.
 */
int postrotate_start(struct postrotate *p, const char *file, uint64_t now);

/*
 * While it runs: readable when it has ended. When postrotate_has_ended() has to be asked in any
 * case.
 */
int postrotate_fd(const struct postrotate *p);
uint64_t postrotate_due(const struct postrotate *p);

/*
 * True: its run has ended; @said is what is to be told of it, "ended with status 1", or "". Else it
 * is killed if its time is up, or if @force.
 */
bool postrotate_has_ended(struct postrotate *p, uint64_t now, bool force, char *said, size_t cap);

/* Releases; the process ends, and a program that runs goes on. Returns NULL. */
struct postrotate *postrotate_close(struct postrotate *p);

#endif
