// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What runs in the places of tests/xdp/dispatcher.bpf.c. Names are longer than the kernel has
 * them, and alike as far as that.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("freplace/prog0")
int member_with_a_name_that_passes(struct xdp_md *ctx)
{
	return bpf_xdp_adjust_head(ctx, 4) ? XDP_ABORTED : XDP_PASS;
}

SEC("freplace/prog1")
int member_with_a_name_that_drops(struct xdp_md *ctx)
{
	return bpf_xdp_adjust_head(ctx, 6) ? XDP_ABORTED : XDP_DROP;
}

char gpl_compatible[] SEC("license") = "Dual MIT/GPL";
