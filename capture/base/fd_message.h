/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Messages to another process, and descriptors with them: of a Unix socket that keeps them apart,
 * see unix(7).
 */
#ifndef XDPDUMP_BASE_FD_MESSAGE_H
#define XDPDUMP_BASE_FD_MESSAGE_H

#include <stddef.h>
#include <sys/types.h>

enum { FD_MESSAGE_MAX = 16 };	/* descriptors of a message */

/* @n descriptors, which stay the caller's. -errno. */
int fd_message_send(int fd, const void *message, size_t size, const int *fds, unsigned n);

/*
 * Its size, or -errno. The descriptors that came, up to @max, are the caller's; behind them fds is
 * -1. Those for which there is no room get lost. @flags: as of recvmsg(2).
 */
ssize_t fd_message_receive(int fd, void *message, size_t size, int *fds, unsigned max, int flags);

#endif
