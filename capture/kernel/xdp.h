/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What is attached to an interface at XDP, and how. */
#ifndef XDPDUMP_KERNEL_XDP_H
#define XDPDUMP_KERNEL_XDP_H

#include <stdint.h>

enum xdp_mode { XDP_MODE_AUTO, XDP_MODE_NATIVE, XDP_MODE_GENERIC, XDP_MODE_OFFLOAD };

struct xdp_program {
	uint32_t id;
	enum xdp_mode mode;
	/* as the kernel has it, cut at 15 characters; "": not allowed to see */
	char name[16];
};

/* What is attached to @ifindex: up to one for each mode. Returns the number, or -errno. */
int xdp_query(int ifindex, struct xdp_program found[static 3]);

const char *xdp_mode_name(enum xdp_mode mode);

/* Where a program is attached, and by what. */
struct xdp_place {
	int ifindex;
	enum xdp_mode mode;
	uint32_t link_id;	/* 0: by netlink */
};

/*
 * Puts the program @to_fd where @from_fd is, in one step. -EEXIST: that is not there (any more);
 * -ENOLINK: nor is the link; -ENODEV: nor the interface. Nothing is changed then. For a link
 * CAP_SYS_ADMIN is needed, else CAP_NET_ADMIN: -EPERM.
 */
int xdp_exchange(const struct xdp_place *place, int from_fd, int to_fd);

#endif
