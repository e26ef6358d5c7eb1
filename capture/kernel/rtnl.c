// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* By libmnl; a socket for each question, which is answered before it is closed. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
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
		if (n < 0)	/* the kernel's number, whatever it is */
			err = errno > 0 ? -errno : -EPROTO;
		if (n <= MNL_CB_STOP)
			break;
	}
	mnl_socket_close(nl);
	return err;
}

bool rtnl_has_head(const struct nlmsghdr *msg, size_t n)
{
	return mnl_nlmsg_get_payload_len(msg) >= n;
}

uint64_t rtnl_number(const struct nlattr *attr)
{
	switch (mnl_attr_get_payload_len(attr)) {
	case 2: return mnl_attr_get_u16(attr);
	case 4: return mnl_attr_get_u32(attr);
	case 8: return mnl_attr_get_u64(attr);
	}
	return 0;
}

void rtnl_string(const struct nlattr *attr, char *out, size_t cap)
{
	snprintf(out, cap, "%.*s", (int)mnl_attr_get_payload_len(attr), mnl_attr_get_str(attr));
}
