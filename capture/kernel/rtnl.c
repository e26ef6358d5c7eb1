// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* By libmnl; a socket for each question, which is answered before it is closed. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "capture/kernel/rtnl.h"

int rtnl_ask(struct nlmsghdr *msg, char *buf, mnl_cb_t each, void *ctx)
{
	return rtnl_ask_of(NETLINK_ROUTE, msg, buf, each, ctx);
}

int rtnl_ask_of(int bus, struct nlmsghdr *msg, char *buf, mnl_cb_t each, void *ctx)
{
	struct mnl_socket *nl = mnl_socket_open2(bus, SOCK_CLOEXEC);
	ssize_t n;
	int err = 0;

	if (!nl)
		return -errno;
	msg->nlmsg_seq = 1;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(nl, msg, msg->nlmsg_len) < 0)
		err = -errno;
	while (!err) {
		n = mnl_socket_recvfrom(nl, buf, RTNL_ANSWER_MAX);
		n = n < 0 ? n : mnl_cb_run(buf, n, 1, mnl_socket_get_portid(nl), each, ctx);
		if (n < 0)
			err = -errno;
		if (n <= MNL_CB_STOP)
			break;
	}
	mnl_socket_close(nl);
	return err;
}
