/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Why a driver takes no program at XDP, in words that say what to do. The kernel tells no more than
 * an error number to who attaches by a bpf_link; what drivers ask for is in their sources, and how
 * the interface is set can be seen.
 */
#ifndef XDPDUMP_LIVE_LIVE_REFUSAL_H
#define XDPDUMP_LIVE_LIVE_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

#include "capture/kernel/ethtool.h"
#include "capture/kernel/netif.h"

enum { LIVE_REFUSAL_MAX = 256 };	/* of a sentence */

/* How the interface is set. */
struct live_refusal {
	struct netif netif;
	char driver[64];		/* "": not known */
	char parent[16];		/* of a VLAN: the device that it is on; "": none here */
	struct ethtool_queues queues;
	bool lro, gro_hw, gro_hw_fixed;
	int err;			/* -errno, of the attempt */
};

/* Looks at it, within its network namespace. */
void live_refusal_look(struct live_refusal *r, const struct netif *n, int err);

/*
 * "why; what to type" into @out. False: it is not known, and @out is what the error
 * number means.
 */
bool live_refusal_explain(const struct live_refusal *r, char *out, size_t cap);

#endif
