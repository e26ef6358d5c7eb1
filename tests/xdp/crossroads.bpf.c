// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A program that does whatever one can do with a frame: the byte behind the Ethernet header says
 * what, where the EtherType is that of IEEE 802 for experiments. For tests.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "tests/xdp/crossroads.h"

char gpl_compatible[] SEC("license") = "Dual MIT/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

/* The number of the interface that it redirects to. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} away SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} sockets SEC(".maps");

SEC("xdp")
int crossroads(struct xdp_md *ctx)
{
	__u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 zero = 0, *to = bpf_map_lookup_elem(&away, &zero);
	__u64 *n = bpf_map_lookup_elem(&seen, &zero);

	if (data + 15 > end || data[12] != 0x88 || data[13] != 0xb5)
		return XDP_PASS;
	if (n)
		__sync_fetch_and_add(n, 1);
	switch (data[14]) {
	case GO_PASS: return XDP_PASS;
	case GO_BACK: return bpf_xdp_adjust_head(ctx, CUT) ? XDP_ABORTED : XDP_TX;
	case GO_AWAY: return to ? bpf_redirect(*to, 0) : XDP_ABORTED;
	case GO_SOCKET: return bpf_redirect_map(&sockets, ctx->rx_queue_index, XDP_ABORTED);
	}
	return XDP_DROP;
}
