// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * By libmnl. A question is answered before the next one; what is left of the last one is passed
 * over.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/rtnl.h"

struct rtnl {
	struct mnl_socket *nl;
	uint32_t seq;		/* of the last question */
};

static void rtnl_closep(struct rtnl **r)
{
	rtnl_close(*r);
}

int rtnl_ask(struct nlmsghdr *msg, char *buf, mnl_cb_t each, void *ctx)
{
	return rtnl_ask_of(NETLINK_ROUTE, msg, buf, each, ctx);
}

int rtnl_ask_of(int bus, struct nlmsghdr *msg, char *buf, mnl_cb_t each, void *ctx)
{
	cleanup(rtnl_closep) struct rtnl *r = NULL;
	int err = rtnl_open(&r, bus);

	return err ? err : rtnl_ask_by(r, msg, buf, each, ctx);
}

int rtnl_open(struct rtnl **rtnl, int bus)
{
	cleanup(rtnl_closep) struct rtnl *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->nl = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!r->nl || mnl_socket_bind(r->nl, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	*rtnl = steal(&r);
	return 0;
}

/* One datagram of what is asked for: as mnl_cb_run(3), and -errno. */
static int take_answer(struct rtnl *r, char *buf, mnl_cb_t each, void *ctx)
{
	const struct nlmsghdr *first = (const struct nlmsghdr *)buf;
	ssize_t n = uninterrupted(mnl_socket_recvfrom(r->nl, buf, RTNL_ANSWER_MAX));

	if (n >= (ssize_t)sizeof(*first) && first->nlmsg_seq && first->nlmsg_seq != r->seq)
		return MNL_CB_OK;
	n = n < 0 ? n : mnl_cb_run(buf, n, r->seq, mnl_socket_get_portid(r->nl), each, ctx);
	if (n < 0)	/* the kernel's number, whatever it is */
		return errno > 0 ? -errno : -EPROTO;
	return n;
}

int rtnl_ask_by(struct rtnl *r, struct nlmsghdr *msg, char *buf, mnl_cb_t each, void *ctx)
{
	int got = MNL_CB_OK;

	r->seq += r->seq == UINT32_MAX ? 2 : 1;		/* 0 is that of what nobody has asked for */
	msg->nlmsg_seq = r->seq;
	if (uninterrupted(write(mnl_socket_get_fd(r->nl), msg, msg->nlmsg_len)) < 0)
		return -errno;
	while (got > MNL_CB_STOP)
		got = take_answer(r, buf, each, ctx);
	return got;
}

struct rtnl *rtnl_close(struct rtnl *r)
{
	if (r && r->nl)
		mnl_socket_close(r->nl);
	free(r);
	return NULL;
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
