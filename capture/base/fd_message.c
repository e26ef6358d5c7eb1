// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "capture/base/fd_message.h"
#include "capture/base/util.h"

union control {
	char buf[CMSG_SPACE(FD_MESSAGE_MAX * sizeof(int))];
	struct cmsghdr align;
};

int fd_message_send(int fd, const void *message, size_t size, const int *fds, unsigned n)
{
	union control control = { .buf = { 0 } };
	struct iovec iov = { (void *)message, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (n > FD_MESSAGE_MAX)
		return -EINVAL;
	if (n) {
		msg.msg_control = control.buf;
		msg.msg_controllen = CMSG_SPACE(n * sizeof(int));
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(c), fds, n * sizeof(int));
	}
	return uninterrupted(sendmsg(fd, &msg, MSG_NOSIGNAL)) < 0 ? -errno : 0;
}

ssize_t fd_message_receive(int fd, void *message, size_t size, int *fds, unsigned max, int flags)
{
	union control control;
	struct iovec iov = { message, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.buf,
			      .msg_controllen = CMSG_LEN(max * sizeof(int)) };
	const struct cmsghdr *c;
	ssize_t n = uninterrupted(recvmsg(fd, &msg, MSG_CMSG_CLOEXEC | flags));

	memset(fds, -1, max * sizeof(int));
	if (n < 0)
		return -errno;
	c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		memcpy(fds, CMSG_DATA(c), min_of(c->cmsg_len - CMSG_LEN(0), max * sizeof(int)));
	return n;
}
