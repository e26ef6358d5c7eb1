// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* rtnetlink by libmnl, and ethtool.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/base/nearest.h"
#include "capture/base/util.h"
#include "capture/kernel/ethtool.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/rtnl.h"
#include "capture/packet/pcapng_codes.h"

/* ALTIFNAMSIZ of <linux/if.h>, which does not go with <net/if.h> */
enum { ALT_NAME_MAX = 127 };

/*
 * Of struct netif, link: the device below is in another namespace, where the number is
 * one of that.
 */
enum { ELSEWHERE = -1 };

static bool is_bond(const char *kind)
{
	return !strcmp(kind, "bond");
}

static int take_vlan(const struct nlattr *attr, void *data)
{
	struct netif *n = data;

	if (mnl_attr_get_type(attr) == IFLA_VLAN_ID)
		n->vlan = rtnl_number(attr);
	else if (mnl_attr_get_type(attr) == IFLA_VLAN_PROTOCOL)
		n->vlan_type = ntohs((uint16_t)rtnl_number(attr));
	return MNL_CB_OK;
}

/* The kind comes before its data (rtnl_link_info_fill()). */
static int take_kind(const struct nlattr *attr, void *data)
{
	struct netif *n = data;
	char master[sizeof(n->kind)];

	if (mnl_attr_get_type(attr) == IFLA_INFO_KIND) {
		rtnl_string(attr, n->kind, sizeof(n->kind));
	} else if (mnl_attr_get_type(attr) == IFLA_INFO_SLAVE_KIND) {
		rtnl_string(attr, master, sizeof(master));
		n->bonded = is_bond(master);
	} else if (mnl_attr_get_type(attr) == IFLA_INFO_DATA && !strcmp(n->kind, "vlan")) {
		mnl_attr_parse_nested(attr, take_vlan, n);
	}
	return MNL_CB_OK;
}

static int take_attribute(const struct nlattr *attr, void *data)
{
	struct netif *n = data;
	struct rtnl_link_stats64 stats = { .rx_packets = 0 };

	switch (mnl_attr_get_type(attr)) {
	case IFLA_IFNAME:
		rtnl_string(attr, n->name, sizeof(n->name));
		break;
	case IFLA_ADDRESS:
		n->has_mac = mnl_attr_get_payload_len(attr) == sizeof(n->mac);
		if (n->has_mac)
			memcpy(n->mac, mnl_attr_get_payload(attr), sizeof(n->mac));
		break;
	case IFLA_LINKINFO:
		mnl_attr_parse_nested(attr, take_kind, n);
		break;
	case IFLA_MTU:
		n->mtu = rtnl_number(attr);
		break;
	case IFLA_LINK:
		n->link = n->link == ELSEWHERE ? ELSEWHERE : (int)rtnl_number(attr);
		break;
	case IFLA_LINK_NETNSID:	/* in front of the other one (rtnl_fill_link_netnsid()) */
		n->link = ELSEWHERE;
		break;
	case IFLA_MASTER:
		n->master = rtnl_number(attr);
		break;
	case IFLA_STATS64:
		memcpy(&stats, mnl_attr_get_payload(attr),
		       min_of(sizeof(stats), (size_t)mnl_attr_get_payload_len(attr)));
		n->rx_missed = stats.rx_missed_errors;
		n->has_rx_missed = true;
		break;
	}
	return MNL_CB_OK;
}

/* Packets of these begin with the IP header at tc, on either way (linux/if_arp.h). */
static bool is_raw(unsigned type)
{
	switch (type) {
	case ARPHRD_NONE:
	case ARPHRD_PPP:
	case ARPHRD_TUNNEL:
	case ARPHRD_TUNNEL6:
	case ARPHRD_SIT:
	case ARPHRD_RAWIP:
		return true;
	}
	return false;
}

void netif_take(const struct nlmsghdr *msg, struct netif *n)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(msg);

	*n = (struct netif){
		.ifindex = info->ifi_index,
		.up = info->ifi_flags & IFF_UP,
		.running = info->ifi_flags & IFF_RUNNING,
		.ethernet = info->ifi_type == ARPHRD_ETHER || info->ifi_type == ARPHRD_LOOPBACK,
		.raw = is_raw(info->ifi_type),
		.loopback = info->ifi_flags & IFF_LOOPBACK,
	};
	mnl_attr_parse(msg, sizeof(*info), take_attribute, n);
	n->link = n->link == ELSEWHERE ? 0 : n->link;
}

struct listing {
	void (*each)(void *ctx, const struct netif *n);
	void *ctx;
};

static int list_one(const struct nlmsghdr *msg, void *data)
{
	const struct listing *l = data;
	struct netif n;

	if (msg->nlmsg_type == RTM_NEWLINK && rtnl_has_head(msg, sizeof(struct ifinfomsg))) {
		netif_take(msg, &n);
		l->each(l->ctx, &n);
	}
	return MNL_CB_OK;
}

/*
 * One interface, or (@ifindex 0, no name) all; @netns as in struct netif. @by: as
 * netif_again_by().
 */
static int get_link(struct rtnl *by, unsigned netns, int ifindex, const char *name,
		    struct listing *l)
{
	char buf[RTNL_ANSWER_MAX];
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(msg, sizeof(*info));
	bool dump = !ifindex && !name;

	msg->nlmsg_type = RTM_GETLINK;
	msg->nlmsg_flags = NLM_F_REQUEST | (dump ? NLM_F_DUMP : NLM_F_ACK);
	info->ifi_index = ifindex;
	if (netns)
		mnl_attr_put_u32(msg, IFLA_TARGET_NETNSID, netns - 1);
	/* the first attribute knows alternative names as well, but none that is longer */
	if (name)
		mnl_attr_put_strz(msg, strlen(name) < IFNAMSIZ ? IFLA_IFNAME : IFLA_ALT_IFNAME,
				  name);
	return by ? rtnl_ask_by(by, msg, buf, list_one, l) : rtnl_ask(msg, buf, list_one, l);
}

static void keep(void *ctx, const struct netif *n)
{
	*(struct netif *)ctx = *n;
}

/* As get_link(); *@n is of zeros, if it is none. */
static int get_one(struct rtnl *by, unsigned netns, int ifindex, const char *name, struct netif *n)
{
	int err;

	*n = (struct netif){ .ifindex = 0 };
	err = get_link(by, netns, ifindex, name, &(struct listing){ keep, n });
	return !err && !n->ifindex ? -ENODEV : err;
}

int netif_by_name(const char *name, struct netif *n)
{
	if (!*name || strlen(name) > ALT_NAME_MAX)
		return -ENODEV;
	return get_one(NULL, 0, 0, name, n);
}

int netif_by_index(int ifindex, struct netif *n)
{
	return get_one(NULL, 0, ifindex, NULL, n);
}

/* Of a namespace that is gone the kernel says EINVAL. */
int netif_again_by(struct rtnl *by, const struct netif *was, struct netif *now)
{
	int err = get_one(by, was->netns, was->ifindex, NULL, now);

	now->netns = was->netns;
	return was->netns && err == -EINVAL ? -ENODEV : err;
}

int netif_again(const struct netif *was, struct netif *now)
{
	return netif_again_by(NULL, was, now);
}

struct collection {
	struct netif *v;
	size_t n, cap;
	bool is_short;		/* of memory */
};

static void collect(void *ctx, const struct netif *n)
{
	struct collection *c = ctx;

	if (c->n == c->cap) {
		size_t cap = c->cap ? 2 * c->cap : 16;
		struct netif *more = reallocarray(c->v, cap, sizeof(*more));

		c->is_short |= !more;
		if (!more)
			return;
		c->v = more;
		c->cap = cap;
	}
	c->v[c->n++] = *n;
}

/* Anew when they have changed meanwhile, and so before anybody sees one. */
int netif_list(void (*each)(void *ctx, const struct netif *n), void *ctx)
{
	enum { TRIES = 100 };
	struct collection c = { .v = NULL };
	int err, tries = 0;

	do {
		c.n = 0;
		err = get_link(NULL, 0, 0, NULL, &(struct listing){ collect, &c });
	} while (err == -EINTR && ++tries < TRIES);
	for (size_t i = 0; i < c.n; i++)
		each(ctx, &c.v[i]);
	free(c.v);
	return !err && c.is_short ? -ENOMEM : err;
}

bool netif_is_bond(const struct netif *n)
{
	return is_bond(n->kind);
}

int netif_bond(const struct netif *n, struct netif *bond)
{
	const struct netif was = { .netns = n->netns, .ifindex = n->master };

	return n->bonded && n->master ? netif_again(&was, bond) : -ENODEV;
}

struct place {
	struct netif *found;
	unsigned left;		/* until it comes */
};

static void count_down(void *ctx, const struct netif *n)
{
	struct place *p = ctx;

	if (p->left && !--p->left)
		*p->found = *n;
}

int netif_by_place(unsigned place, struct netif *n)
{
	struct place p = { n, place };
	int err = netif_list(count_down, &p);

	return err ? err : !place || p.left ? -ENODEV : 0;
}

/* The default route with the lowest metric. */
struct route {
	int ifindex;		/* 0: none so far */
	uint32_t metric;
};

static int take_route_attribute(const struct nlattr *attr, void *data)
{
	struct route *r = data;

	if (mnl_attr_get_type(attr) == RTA_OIF)
		r->ifindex = rtnl_number(attr);
	else if (mnl_attr_get_type(attr) == RTA_PRIORITY)
		r->metric = rtnl_number(attr);
	else if (mnl_attr_get_type(attr) == RTA_MULTIPATH &&
		 mnl_attr_get_payload_len(attr) >= sizeof(struct rtnexthop))
		r->ifindex = ((const struct rtnexthop *)mnl_attr_get_payload(attr))->rtnh_ifindex;
	return MNL_CB_OK;
}

static int look_at_route(const struct nlmsghdr *msg, void *data)
{
	const struct rtmsg *rt = mnl_nlmsg_get_payload(msg);
	struct route *best = data, r = { .ifindex = 0 };

	if (msg->nlmsg_type != RTM_NEWROUTE || !rtnl_has_head(msg, sizeof(*rt)) ||
	    rt->rtm_dst_len || rt->rtm_type != RTN_UNICAST || rt->rtm_table != RT_TABLE_MAIN)
		return MNL_CB_OK;
	mnl_attr_parse(msg, sizeof(*rt), take_route_attribute, &r);
	if (r.ifindex && (!best->ifindex || r.metric < best->metric))
		*best = r;
	return MNL_CB_OK;
}

static int default_route(uint8_t family, struct route *r)
{
	char buf[RTNL_ANSWER_MAX];
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buf);
	struct rtmsg *rt = mnl_nlmsg_put_extra_header(msg, sizeof(*rt));

	msg->nlmsg_type = RTM_GETROUTE;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	rt->rtm_family = family;
	return rtnl_ask(msg, buf, look_at_route, r);
}

static void take_first(void *ctx, const struct netif *n)
{
	struct netif *first = ctx;

	if (!first->ifindex && n->up && !n->loopback)
		*first = *n;
}

int netif_default(struct netif *n, bool *routed)
{
	struct route r = { .ifindex = 0 };
	int err;

	default_route(AF_INET, &r);
	if (!r.ifindex)
		default_route(AF_INET6, &r);
	*routed = r.ifindex;
	if (r.ifindex)
		return netif_by_index(r.ifindex, n);
	*n = (struct netif){ .ifindex = 0 };
	err = netif_list(take_first, n);
	return err ? err : n->ifindex ? 0 : -ENODEV;
}

static void compare_name(void *ctx, const struct netif *n)
{
	nearest_try(ctx, n->name);
}

void netif_nearest(const char *name, char *out, unsigned cap)
{
	struct nearest n = nearest_to(name);

	netif_list(compare_name, &n);
	snprintf(out, cap, "%s", n.best);
}

uint64_t netif_speed_bps(const char *name)
{
	struct ethtool_cmd cmd = { .cmd = ETHTOOL_GSET };
	uint32_t mbps;

	if (ethtool_ask(name, &cmd))
		return 0;
	/* ethtool_cmd_speed() shifts a signed number too far */
	mbps = (uint32_t)cmd.speed_hi << 16 | cmd.speed;
	return mbps == (uint32_t)SPEED_UNKNOWN ? 0 : mbps * 1000000ull;
}

void netif_driver(const char *name, char *out, unsigned cap)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	out[0] = '\0';
	if (!ethtool_ask(name, &info))
		snprintf(out, cap, "%.31s%s%.31s", info.driver, info.version[0] ? " " : "",
			 info.version);
}

int netif_hash_function(const char *name, uint8_t *function)
{
	/* include/linux/ethtool.h, ETH_RSS_HASH_..._BIT */
	static const struct { uint8_t bit, number; } known[] = {
		{ 1 << 0, EPB_HASH_TOEPLITZ }, { 1 << 1, EPB_HASH_XOR }, { 1 << 2, EPB_HASH_CRC32 },
	};
	struct ethtool_rxfh hash = { .cmd = ETHTOOL_GRSSH };
	int err = ethtool_ask(name, &hash);

	for (size_t i = 0; !err && i < array_size(known); i++)
		if (hash.hfunc == known[i].bit) {
			*function = known[i].number;
			return 0;
		}
	return err ? err : -ENOENT;
}

/* Protocol 0: the socket is there for the membership alone and receives nothing. */
int netif_promiscuous(int ifindex)
{
	struct packet_mreq mreq = { .mr_ifindex = ifindex, .mr_type = PACKET_MR_PROMISC };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mreq, sizeof(mreq))) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}
