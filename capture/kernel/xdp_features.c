// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The family "netdev" of generic netlink, of Linux 6.3; numbers are those of its
 * include/uapi/linux/netdev.h, which older systems do not have.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <sys/socket.h>

#include "bpf/event.h"
#include "capture/kernel/rtnl.h"
#include "capture/kernel/xdp_features.h"

enum {
	CMD_DEV_GET		= 1,
	A_DEV_IFINDEX		= 1,
	A_DEV_XDP_FEATURES	= 3,
	A_DEV_XDP_RX_METADATA	= 5,
	XDP_ACT_BASIC		= 1,	/* it runs programs, which may pass, drop, or send back */
	RX_METADATA_TIMESTAMP	= 1,
	RX_METADATA_HASH	= 2,
	RX_METADATA_VLAN_TAG	= 4,
};

_Static_assert((int)RX_METADATA_TIMESTAMP == DEVICE_TIME && (int)RX_METADATA_HASH == DEVICE_HASH &&
	       (int)RX_METADATA_VLAN_TAG == DEVICE_TAG, "bits have the kernel's places");

static int take_family(const struct nlattr *attr, void *data)
{
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		*(uint16_t *)data = rtnl_number(attr);
	return MNL_CB_OK;
}

static int take_features(const struct nlattr *attr, void *data)
{
	struct xdp_features *f = data;

	switch (mnl_attr_get_type(attr)) {
	case A_DEV_XDP_FEATURES:
		f->native = rtnl_number(attr) & XDP_ACT_BASIC;
		break;
	case A_DEV_XDP_RX_METADATA:
		f->device = rtnl_number(attr) & (DEVICE_TIME | DEVICE_HASH | DEVICE_TAG);
		break;
	}
	return MNL_CB_OK;
}

static int family(const struct nlmsghdr *msg, void *data)
{
	return mnl_attr_parse(msg, sizeof(struct genlmsghdr), take_family, data);
}

static int features(const struct nlmsghdr *msg, void *data)
{
	return mnl_attr_parse(msg, sizeof(struct genlmsghdr), take_features, data);
}

static struct nlmsghdr *question(char *buf, uint16_t type, uint8_t command)
{
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *head = mnl_nlmsg_put_extra_header(msg, sizeof(*head));

	msg->nlmsg_type = type;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	head->cmd = command;
	head->version = 1;
	return msg;
}

int xdp_features_of(int ifindex, struct xdp_features *f)
{
	char buf[RTNL_ANSWER_MAX];
	struct nlmsghdr *msg = question(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	uint16_t id = 0;
	int err;

	*f = (struct xdp_features){ .native = false };
	mnl_attr_put_strz(msg, CTRL_ATTR_FAMILY_NAME, "netdev");
	err = rtnl_ask_of(NETLINK_GENERIC, msg, buf, family, &id);
	if (err || !id)
		return err && err != -ENOENT ? err : -EOPNOTSUPP;
	msg = question(buf, id, CMD_DEV_GET);
	mnl_attr_put_u32(msg, A_DEV_IFINDEX, ifindex);
	return rtnl_ask_of(NETLINK_GENERIC, msg, buf, features, f);
}
