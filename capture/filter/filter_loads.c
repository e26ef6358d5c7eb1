// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <linux/bpf.h>
#include <stddef.h>

#include "capture/filter/filter_loads.h"

const struct filter_loads filter_loads_xdp = {
	.data = offsetof(struct xdp_md, data), .data_end = offsetof(struct xdp_md, data_end),
	.helper = BPF_FUNC_xdp_load_bytes,
};

/* A VLAN tag may be kept beside the bytes. */
const struct filter_loads filter_loads_tc = {
	.data = offsetof(struct __sk_buff, data), .data_end = offsetof(struct __sk_buff, data_end),
	.elsewhere = offsetof(struct __sk_buff, vlan_present), .tag = 1,
};

/* Its context is not the kernel's, and the bytes are no part of it. */
const struct filter_loads filter_loads_trace = { .data = 0 };

static const struct filter_loads loads_tagged = { .tag = 1 };

/* As at XDP, but for frames whose tag the device has taken off. */
const struct filter_loads filter_loads_device = {
	.data = offsetof(struct xdp_md, data), .data_end = offsetof(struct xdp_md, data_end),
	.helper = BPF_FUNC_xdp_load_bytes, .other = &loads_tagged,
};
