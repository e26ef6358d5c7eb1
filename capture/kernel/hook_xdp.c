// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* XDP, where there is room for one program, and a link makes it ours. */
#include <bpf/bpf.h>
#include <linux/if_link.h>

#include "capture/filter/to_ebpf.h"
#include "capture/kernel/hook.h"
#include "xdpdump.skel.h"

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

const struct hook_ops hook_xdp = {
	.programs = &program,
	.n_programs = 1,
	.at = EVENT_XDP,
	.loads = &filter_loads_xdp,
	.attach = attach,
	.replace = hook_replace_link,
	.detach = hook_detach_link,
	.is_lost = hook_link_is_lost,
};
