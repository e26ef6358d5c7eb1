// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What the verifier does not let through: it reads without a look at where the frame ends. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char gpl_compatible[] SEC("license") = "Dual MIT/GPL";

SEC("xdp")
int reads_beyond(struct xdp_md *ctx)
{
	const __u8 *data = (void *)(long)ctx->data;

	return data[12] == 8 ? XDP_PASS : XDP_DROP;
}
