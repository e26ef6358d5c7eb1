/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What drivers say that they can do at XDP. */
#ifndef XDPDUMP_KERNEL_XDP_FEATURES_H
#define XDPDUMP_KERNEL_XDP_FEATURES_H

#include <stdbool.h>

/*
 * Has the driver of @ifindex XDP of its own? As things are: with other settings it may have.
 * -EOPNOTSUPP: this kernel does not say (Linux 6.3). -errno.
 */
int xdp_features_native(int ifindex, bool *native);

#endif
