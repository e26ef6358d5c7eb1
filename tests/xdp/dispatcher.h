/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a dispatcher is told, as struct xdp_dispatcher_config of libxdp's xdp/prog_dispatcher.h has
 * it.
 */
#ifndef XDPDUMP_TESTS_DISPATCHER_H
#define XDPDUMP_TESTS_DISPATCHER_H

#include <linux/types.h>

enum { DISPATCHER_SLOTS = 10, DISPATCHER_MAGIC = 236, DISPATCHER_VERSION = 2 };

struct dispatcher_config {
	__u8 magic, version, n_programs, has_frags;
	__u32 chain[DISPATCHER_SLOTS];
	__u32 priority[DISPATCHER_SLOTS];
	__u32 flags[DISPATCHER_SLOTS];
};

#endif
