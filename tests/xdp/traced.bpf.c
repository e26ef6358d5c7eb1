// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Programs that do all that one can do with a frame, to be traced. Their names are longer than the
 * kernel has them.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define ALWAYS(name, verdict)			\
	SEC("xdp")				\
	int name(struct xdp_md *ctx)		\
	{					\
		(void)ctx;			\
		return verdict;			\
	}

ALWAYS(traced_that_passes, XDP_PASS)
ALWAYS(traced_that_drops, XDP_DROP)
ALWAYS(traced_that_aborts, XDP_ABORTED)
ALWAYS(traced_that_is_unknown, 77)
ALWAYS(traced_that_is_very_unknown, -1)
ALWAYS(traced_that_redirects, bpf_redirect(1, 0))

/* 20 bytes more in front. */
SEC("xdp")
int traced_that_encapsulates(struct xdp_md *ctx)
{
	return bpf_xdp_adjust_head(ctx, -20) ? XDP_ABORTED : XDP_TX;
}

SEC("xdp")
int traced_that_decapsulates(struct xdp_md *ctx)
{
	return bpf_xdp_adjust_head(ctx, 14) ? XDP_ABORTED : XDP_TX;
}

SEC("xdp")
int traced_that_shortens(struct xdp_md *ctx)
{
	return bpf_xdp_adjust_tail(ctx, -60) ? XDP_ABORTED : XDP_PASS;
}

SEC("xdp.frags")
int traced_that_takes_pieces(struct xdp_md *ctx)
{
	return bpf_xdp_adjust_head(ctx, 4) ? XDP_ABORTED : XDP_TX;
}

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, int(void *));
} traced_calls SEC(".maps") = {
	.values = { (void *)&traced_that_decapsulates },
};

SEC("xdp")
int traced_that_tail_calls(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &traced_calls, 0);
	return XDP_ABORTED;
}

char gpl_compatible[] SEC("license") = "Dual MIT/GPL";
