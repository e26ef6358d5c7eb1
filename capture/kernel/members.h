/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The programs that are in the place of functions of another one (freplace): how libxdp runs
 * several on an interface, whose program is a dispatcher then.
 */
#ifndef XDPDUMP_KERNEL_MEMBERS_H
#define XDPDUMP_KERNEL_MEMBERS_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/kernel/xdp.h"

enum { MEMBERS_MAX = 16 };	/* libxdp has MAX_DISPATCHER_ACTIONS of 10 */

struct member {
	struct xdp_program program;	/* in the mode of the one that it is in */
	char function[16];		/* whose place it has: "prog0"; "": not known */
	/* what the dispatcher says of it: */
	bool is_configured;
	uint32_t priority;
	uint32_t chain;			/* 1 << verdict, behind which the next one runs */
};

/*
 * Those of @whole, in the order in which they run: how many, or -errno. -EPERM: the kernel shows
 * links to CAP_SYS_ADMIN only.
 */
int members_find(const struct xdp_program *whole, struct member found[static MEMBERS_MAX]);

#endif
