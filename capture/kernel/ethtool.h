/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* ethtool's older ioctls, which every kernel answers: settings of a device that XDP depends on. */
#ifndef XDPDUMP_KERNEL_ETHTOOL_H
#define XDPDUMP_KERNEL_ETHTOOL_H

#include <stdbool.h>

/* Queues, those there are and those there can be; 0: none of this kind, or not known. */
struct ethtool_queues {
	unsigned rx, tx, combined, max_rx, max_tx, max_combined;
};

/* A command of <linux/ethtool.h>, which begins with its number. 0 or -errno. */
int ethtool_ask(const char *name, void *command);

void ethtool_queues(const char *name, struct ethtool_queues *q);

/* One that receives, and no more. False as well: it does not tell. */
bool ethtool_has_one_queue(const char *name);

/* Does it put packets together in hardware, as large receive offload? */
bool ethtool_has_lro(const char *name);

/* Or as rx-gro-hw? *@fixed: nobody here can change that. */
bool ethtool_has_gro_hw(const char *name, bool *fixed);

/* Does it take VLAN tags off before XDP sees the frame: those of IEEE 802.1Q? Those of 802.1ad? */
bool ethtool_strips_vlan(const char *name);
bool ethtool_strips_stag(const char *name);

#endif
