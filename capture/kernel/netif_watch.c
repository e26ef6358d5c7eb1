// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * rtnetlink's messages. With NETLINK_LISTEN_ALL_NSID those of all network namespaces come that have
 * a number in ours, each with that number beside it (Linux 4.2).
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/base/clock.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/netif_watch.h"
#include "capture/kernel/rtnl.h"

/*
 * A thousand interfaces that come tell of themselves in some thousand messages. It is memory only
 * while they wait.
 */
enum {
	ROOM	= 16 << 20,
	/* then packets are looked after; what is left wakes us again */
	READ_NS	= 2 * 1000 * 1000,
};

struct netif_watch {
	struct mnl_socket *nl;
};

int netif_watch_open(struct netif_watch **watch)
{
	struct netif_watch *w = calloc(1, sizeof(*w));
	int err, room = ROOM;

	if (!w)
		return -ENOMEM;
	w->nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!w->nl || mnl_socket_bind(w->nl, RTMGRP_LINK, MNL_SOCKET_AUTOPID) < 0) {
		err = -errno;
		netif_watch_close(w);
		return err;
	}
	/* without the right to as much there is as much as there is */
	setsockopt(netif_watch_fd(w), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	*watch = w;
	return 0;
}

int netif_watch_others(struct netif_watch *w)
{
	int yes = 1, group = RTNLGRP_NSID;

	return mnl_socket_setsockopt(w->nl, NETLINK_LISTEN_ALL_NSID, &yes, sizeof(yes)) < 0 ||
			       mnl_socket_setsockopt(w->nl, NETLINK_ADD_MEMBERSHIP, &group,
						     sizeof(group)) < 0
		       ? -errno
		       : 0;
}

int netif_watch_fd(const struct netif_watch *w)
{
	return mnl_socket_get_fd(w->nl);
}

struct change {
	netif_change_fn changed;
	void *ctx;
	unsigned netns;		/* as in struct netif: where these messages come from */
};

static int take_number(const struct nlattr *attr, void *data)
{
	struct netif *n = data;

	if (mnl_attr_get_type(attr) == NETNSA_NSID)
		n->netns = rtnl_number(attr) + 1;
	return MNL_CB_OK;
}

static int report(const struct nlmsghdr *msg, void *data)
{
	const struct change *c = data;
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(msg);
	struct netif n = { .ifindex = 0 };

	/* what others say of the numbers that they give is no matter */
	if (msg->nlmsg_type == RTM_DELNSID && !c->netns) {
		mnl_attr_parse(msg, sizeof(struct rtgenmsg), take_number, &n);
		if (n.netns)
			c->changed(c->ctx, &n, true);
		return MNL_CB_OK;
	}
	if ((msg->nlmsg_type != RTM_NEWLINK && msg->nlmsg_type != RTM_DELLINK) ||
	    !rtnl_has_head(msg, sizeof(*info)))
		return MNL_CB_OK;
	/* A bridge reports its ports leaving it with the same message, of its own family. */
	if (info->ifi_family != AF_UNSPEC)
		return MNL_CB_OK;
	netif_take(msg, &n);
	n.netns = c->netns;
	c->changed(c->ctx, &n, msg->nlmsg_type == RTM_DELLINK);
	return MNL_CB_OK;
}

/* The number beside a message; without one it is of our own namespace. */
static unsigned netns_of(struct msghdr *msg)
{
	int number;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == SOL_NETLINK && c->cmsg_type == NETLINK_LISTEN_ALL_NSID) {
			memcpy(&number, CMSG_DATA(c), sizeof(number));
			return number + 1;
		}
	return 0;
}

bool netif_watch_read(struct netif_watch *w, netif_change_fn changed, void *ctx)
{
	struct change c = { changed, ctx, 0 };
	char buf[RTNL_ANSWER_MAX];
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { buf, sizeof(buf) };
	const uint64_t until = clock_monotonic_ns() + READ_NS;
	ssize_t n;

	do {
		struct msghdr msg = { .msg_iov = &iov,
				      .msg_iovlen = 1,
				      .msg_control = control.buf,
				      .msg_controllen = sizeof(control.buf) };

		n = recvmsg(netif_watch_fd(w), &msg, 0);
		if (n <= 0)
			return n == 0 || errno != ENOBUFS;
		c.netns = netns_of(&msg);
		mnl_cb_run(buf, n, 0, 0, report, &c);
	} while (clock_monotonic_ns() < until);
	return true;
}

struct netif_watch *netif_watch_close(struct netif_watch *w)
{
	if (w && w->nl)
		mnl_socket_close(w->nl);
	free(w);
	return NULL;
}
