/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Where an XDP program is attached, and by what: exchanging it for another one in one step. */
#ifndef XDPDUMP_KERNEL_XDP_PLACE_H
#define XDPDUMP_KERNEL_XDP_PLACE_H

#include <stdint.h>

#include "capture/kernel/xdp.h"

struct xdp_place {
	int ifindex;
	enum xdp_mode mode;	/* native or generic */
	uint32_t link_id;	/* 0: by netlink */
};

/*
 * The place on @ifindex where the program @fd is, in @mode. -EAGAIN: it is there no more.
 * -ENOTUNIQ: there are links of several network namespaces that might be it. -errno.
 */
int xdp_place_find(struct xdp_place *place, int ifindex, enum xdp_mode mode, int fd);

/* The link that attaches the program @id to @ifindex, 0: none, or several of them might. */
uint32_t xdp_place_link(int ifindex, uint32_t id);

/*
 * Puts the program @to_fd where @from_fd is, in one step; @to_fd -1: nothing. -EEXIST or -EBUSY:
 * that is not there (any more); -ENOLINK: nor is the link; -ENODEV: nor the interface. Nothing is
 * changed then. Once it is done no frame is in @from_fd any more, so that what that works with may
 * go. CAP_NET_ADMIN is needed, for a link CAP_SYS_ADMIN: -EPERM.
 */
int xdp_place_exchange(const struct xdp_place *place, int from_fd, int to_fd);

/*
 * The same for one who wants @from_fd gone: -ENOENT: it was not there; other errors: it
 * still is.
 */
int xdp_place_give_back(const struct xdp_place *place, int from_fd, int to_fd);

#endif
