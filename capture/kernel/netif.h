/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the kernel knows of network interfaces, by netlink and ioctl of this network namespace; /sys
 * may show another one.
 */
#ifndef XDPDUMP_KERNEL_NETIF_H
#define XDPDUMP_KERNEL_NETIF_H

#include <stdbool.h>
#include <stdint.h>

struct nlmsghdr;
struct rtnl;

struct netif {
	int ifindex;		/* within its namespace */
	/*
	 * 0: the calling thread's namespace; else the number that netns_register() gave
	 * another one
	 */
	unsigned netns;
	char name[16];
	char kind[16];		/* "veth", "bridge" ..., or "" of a device that has none */
	unsigned mtu;
	/*
	 * the ifindex of the device below, of a VLAN for example, or of a veth's peer; 0: none, or
	 * elsewhere
	 */
	int link;
	unsigned vlan;		/* of a VLAN: its number, */
	/* and the type of its tag: 0x8100 (IEEE 802.1Q), 0x88a8 (802.1ad) */
	uint16_t vlan_type;
	/* the ifindex of the device that it is a port of: bridge, bond; 0: none */
	int master;
	bool bonded;		/* that is a bond */
	bool up;
	bool running;		/* has a carrier */
	bool ethernet;		/* frames begin with an Ethernet header, as those of lo do */
	/* or with the IP header: tun, wireguard, ipip, sit, ppp and others */
	bool raw;
	bool loopback;
	bool has_mac;
	uint8_t mac[6];
	uint64_t rx_missed;	/* rx_missed_errors: lost by the device for want of buffers */
	bool has_rx_missed;
};

/*
 * By its name or an alternative one (altname of ip-link(8)). -ENODEV: there is no such interface.
 */
int netif_by_name(const char *name, struct netif *n);
int netif_by_index(int ifindex, struct netif *n);

/*
 * *@was as it is now, by its ifindex, in its namespace, without going there. -ENODEV: it is not
 * there any more, or that namespace is not; -EPERM: another namespace takes CAP_NET_ADMIN.
 */
int netif_again(const struct netif *was, struct netif *now);

/*
 * The same by a socket that is open, of the namespace that it would be called in; NULL: it has
 * none.
 */
int netif_again_by(struct rtnl *by, const struct netif *was, struct netif *now);

/*
 * Calls @each for every interface of the namespace, in the order of their numbers. -EINTR: they do
 * not stop changing, and some may be missing.
 */
int netif_list(void (*each)(void *ctx, const struct netif *n), void *ctx);

/* Is it one, whose packets are those of its members? */
bool netif_is_bond(const struct netif *n);

/* The bond that @n is a member of, as netif_again(). -ENODEV: it is in none. */
int netif_bond(const struct netif *n, struct netif *bond);

/* The @place-th of that list, from 1. -ENODEV. */
int netif_by_place(unsigned place, struct netif *n);

/*
 * The one a person means who names none: that of the default route, of IPv4 or else of IPv6
 * (*@routed), or else the first one that is up and not a loopback. -ENODEV: there is none.
 */
int netif_default(struct netif *n, bool *routed);

/* A name like @name that an interface has, "" if there is none, with a NUL into @out. */
void netif_nearest(const char *name, char *out, unsigned cap);

/* 0: unknown. */
uint64_t netif_speed_bps(const char *name);

/* "veth 1.0", or "" if the driver does not say. */
void netif_driver(const char *name, char *out, unsigned cap);

/*
 * What its device chooses the receive queue by: *@function becomes that number of pcapng,
 * EPB_HASH_TOEPLITZ, XOR or CRC32. -ENOENT: another one, or it does not say. -errno.
 */
int netif_hash_function(const char *name, uint8_t *function);

/* Promiscuous until the returned descriptor is closed, also by the death of the process. -errno. */
int netif_promiscuous(int ifindex);

/* Out of rtnetlink's message about an interface; netns is not in it. */
void netif_take(const struct nlmsghdr *msg, struct netif *n);

#endif
