/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What drivers say that they can do at XDP. */
#ifndef XDPDUMP_KERNEL_XDP_FEATURES_H
#define XDPDUMP_KERNEL_XDP_FEATURES_H

#include <stdbool.h>
#include <stdint.h>

struct xdp_features {
	/* XDP of its own; as things are: with other settings it may have */
	bool native;
	/*
	 * and what of that it tells a program that is bound to the device, DEVICE_TIME ... (Linux
	 * 6.7)
	 */
	uint8_t device;
};

/* Of the driver of @ifindex. -EOPNOTSUPP: this kernel does not say (Linux 6.3). -errno. */
int xdp_features_of(int ifindex, struct xdp_features *f);

#endif
