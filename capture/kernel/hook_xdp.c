// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * XDP, where there is room for one program, and a link makes it ours; also one that is bound to its
 * device, whose driver answers its questions then, in native mode only.
 */
#include <bpf/bpf.h>
#include <linux/if_link.h>

#include "capture/filter/to_ebpf.h"
#include "capture/kernel/hook.h"
#include "device.skel.h"
#include "xdpdump.skel.h"

/* linux/bpf.h of 6.3 */
enum { DEVICE_BOUND = 1 << 6 };

static int attach(struct hook *h, int ifindex, enum xdp_mode mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts);

	opts.flags = mode == XDP_MODE_GENERIC ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
	h->link_fd = bpf_link_create(object_program_fd(h->object), ifindex, BPF_XDP, &opts);
	return h->link_fd < 0 ? h->link_fd : 0;
}

static const struct object_program program = {
	.elf = xdpdump__elf_bytes,
	.section = "xdp.frags",
	.type = BPF_PROG_TYPE_XDP,
	.attach_type = BPF_XDP,
	.flags = BPF_F_XDP_HAS_FRAGS,
};

static const struct object_program for_device = {
	.elf = device__elf_bytes,
	.section = "xdp.frags",
	.type = BPF_PROG_TYPE_XDP,
	.attach_type = BPF_XDP,
	.flags = BPF_F_XDP_HAS_FRAGS | DEVICE_BOUND,
};

#define BY_LINK								\
	.at = EVENT_XDP, .attach = attach, .replace = hook_replace_link,	\
	.detach = hook_detach_link, .is_lost = hook_link_is_lost

const struct hook_ops hook_xdp = {
	BY_LINK, .programs = &program, .n_programs = 1, .loads = &filter_loads_xdp,
};

const struct hook_ops hook_device = {
	BY_LINK, .programs = &for_device, .n_programs = 1,
	.loads = &filter_loads_device, .bound = true,
};
