// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The conditions are those of Linux 6.1 to 6.18, of drivers/net/; ours is a program that takes
 * fragments.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/live/live_refusal.h"

enum { MTU_USUAL = 1500 };

void live_refusal_look(struct live_refusal *r, const struct netif *n, int err)
{
	struct netif parent;

	*r = (struct live_refusal){ .netif = *n, .err = err };
	netif_driver(n->name, r->driver, sizeof(r->driver));
	r->driver[strcspn(r->driver, " ")] = '\0';
	if (n->vlan && n->link && !netif_by_index(n->link, &parent))
		memcpy(r->parent, parent.name, sizeof(r->parent));
	ethtool_queues(n->name, &r->queues);
	r->lro = ethtool_has_lro(n->name);
	r->gro_hw = ethtool_has_gro_hw(n->name, &r->gro_hw_fixed);
}

/* ---- what is asked, and what is said; each false: it is not that ---- */

static bool say_vlan(const struct live_refusal *r, char *out, size_t cap)
{
	if (!r->netif.vlan)
		return false;
	if (*r->parent)
		snprintf(out, cap,
			 "a VLAN has no XDP of its own; -i %s --hook native takes that of %s",
			 r->netif.name, r->parent);
	else
		snprintf(out, cap,
			 "a VLAN has no XDP of its own, and the device that it is on is in another "
			 "network namespace");
	return true;
}

static bool say_lro(const struct live_refusal *r, char *out, size_t cap)
{
	if (r->lro)
		snprintf(out, cap, "large receive offload is on; ethtool -K %s lro off",
			 r->netif.name);
	return r->lro;
}

/* virtnet_xdp_set(): where it cannot turn them off itself, nobody can in here. */
static bool say_guest_offloads(const struct live_refusal *r, char *out, size_t cap)
{
	if (r->err != -EOPNOTSUPP)
		return false;
	snprintf(out, cap,
		 "the host hands over packets put together or without checksums, which it alone can "
		 "change; qemu: -device virtio-net-pci,guest_csum=off,guest_tso4=off,guest_tso6=off,"
		 "guest_ecn=off,guest_ufo=off");
	return true;
}

static bool say_gro_hw(const struct live_refusal *r, char *out, size_t cap)
{
	if (!r->gro_hw || r->gro_hw_fixed)
		return false;
	snprintf(out, cap, "its hardware puts packets together; ethtool -K %s rx-gro-hw off",
		 r->netif.name);
	return true;
}

/* ena_xdp_allowed(), verify_xdp_configuration(): XDP wants a queue for sending beside each. */
static bool say_half(const struct live_refusal *r, char *out, size_t cap)
{
	const struct ethtool_queues *q = &r->queues;
	const char *name = r->netif.name;
	unsigned half = q->max_combined ? q->max_combined / 2 : min_of(q->max_tx / 2, q->max_rx);

	half += !half;
	if (q->max_combined && 2 * q->combined > q->max_combined)
		snprintf(out, cap,
			 "at most half of its %u queues may be in use, and %u are; "
			 "ethtool -L %s combined %u",
			 q->max_combined, q->combined, name, half);
	else if (q->max_tx && (2 * q->tx > q->max_tx || q->rx != q->tx))
		snprintf(out, cap,
			 "at most half of its %u queues may be in use, as many for receiving as for "
			 "sending, and %u and %u are; ethtool -L %s rx %u tx %u",
			 q->max_tx, q->rx, q->tx, name, half, half);
	else
		return false;
	return true;
}

/* bnxt_xdp_set() */
static bool say_combined(const struct live_refusal *r, char *out, size_t cap)
{
	const struct ethtool_queues *q = &r->queues;
	const unsigned rx = max_of(q->rx, 1u);

	if (q->combined || !q->max_combined)
		return false;
	snprintf(out, cap,
		 "queues for receiving and for sending have to be the same; "
		 "ethtool -L %s rx 0 tx 0 combined %u",
		 r->netif.name, min_of(rx, q->max_combined));
	return true;
}

/* veth_xdp_set() */
static bool say_peer(const struct live_refusal *r, char *out, size_t cap)
{
	const bool more = r->queues.rx < r->queues.max_rx;

	if (r->err == -ENOSPC)
		snprintf(out, cap,
			 "its peer has more queues for sending than it has for receiving, %u; "
			 "ethtool -L %s %s %u",
			 r->queues.rx, more ? r->netif.name : "PEER", more ? "rx" : "tx",
			 r->queues.max_rx);
	else if (r->err == -ERANGE)
		snprintf(out, cap, "the MTU of its peer is too large; ip link set PEER mtu %d",
			 MTU_USUAL);
	else
		return false;
	return true;
}

static bool say_mtu_max(const struct live_refusal *r, unsigned max, char *out, size_t cap)
{
	if (r->netif.mtu <= max)
		return false;
	snprintf(out, cap, "its MTU is %u, and with XDP at most %u; ip link set %s mtu %u",
		 r->netif.mtu, max, r->netif.name, max);
	return true;
}

/* Of a device, not of software, whose MTU of 65536 is no matter. */
static bool say_perhaps_mtu(const struct live_refusal *r, char *out, size_t cap)
{
	if (*r->netif.kind || r->netif.loopback || r->netif.mtu <= MTU_USUAL)
		return false;
	snprintf(out, cap, "%s, perhaps for its MTU of %u; ip link set %s mtu %d",
		 strerror(-r->err), r->netif.mtu, r->netif.name, MTU_USUAL);
	return true;
}

/* In this order: what the driver says first, and then what matters to many. */
static const struct rule {
	const char *driver;		/* NULL: any */
	bool (*say)(const struct live_refusal *r, char *out, size_t cap);
	unsigned mtu;			/* of those without say: the largest */
} rules[] = {
	{ NULL, say_vlan, 0 },
	{ "veth", say_peer, 0 },
	{ NULL, say_lro, 0 },		/* gve, hv_netvsc, ixgbe, mlx5_core */
	{ "virtio_net", say_guest_offloads, 0 },
	{ NULL, say_gro_hw, 0 },	/* mlx5_core */
	{ "ena", NULL, 3498 },		/* ENA_XDP_MAX_MTU, of pages of 4 KiB as the others */
	{ "ena", say_half, 0 },
	{ "gve", NULL, 2032 },		/* of a buffer of 2048 bytes, GVE_RX_PAD and the header */
	{ "gve", say_half, 0 },
	{ "bnxt_en", say_combined, 0 },
	{ "hv_netvsc", NULL, 3506 },	/* NETVSC_XDP_HDRM, and room for skb_shared_info */
	{ "mana", NULL, 3506 },		/* MANA_XDP_MTU_MAX */
	{ "igc", NULL, 1500 },		/* igc_xdp_set_prog() */
	{ "ixgbe", NULL, 3050 },	/* buffers of 3 KiB, header, checksum and a tag */
	{ "ixgbevf", NULL, 3050 },
	{ NULL, say_perhaps_mtu, 0 },
};

bool live_refusal_explain(const struct live_refusal *r, char *out, size_t cap)
{
	for (size_t i = 0; i < array_size(rules); i++) {
		const struct rule *rule = &rules[i];

		if (rule->driver && strcmp(rule->driver, r->driver))
			continue;
		if (rule->say ? rule->say(r, out, cap) : say_mtu_max(r, rule->mtu, out, cap))
			return true;
	}
	snprintf(out, cap, "%s", strerror(-r->err));
	return false;
}
