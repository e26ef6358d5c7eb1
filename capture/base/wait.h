/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * For descriptors, and for time: both by ppoll(2), so that whoever is in a sandbox gets by with
 * that one system call. What poll(2) and nanosleep(2) go on with, when the process was stopped
 * meanwhile, is another one, restart_syscall(2).
 */
#ifndef XDPDUMP_BASE_WAIT_H
#define XDPDUMP_BASE_WAIT_H

#include <poll.h>

/* As poll(2): @ms, -1: for ever. */
int wait_ready(struct pollfd *fds, unsigned n, int ms);

/* As usleep(3): a signal that is handled ends it. */
void wait_us(unsigned us);

#endif
