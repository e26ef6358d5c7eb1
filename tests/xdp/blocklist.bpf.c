// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * An example of a program to be tested by `xdpdump --run`: drops what comes from networks of a map,
 * passes the rest, and counts both per CPU. A frame that it cannot read is none of its business.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char gpl_compatible[] SEC("license") = "Dual MIT/GPL";

struct network {
	__u32 bits;		/* of the prefix */
	__u32 address;		/* as on the wire */
};

/* 10.9.0.0/24 is --map blocked=180000000a090000:01 */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1024);
	__type(key, struct network);
	__type(value, __u8);	/* not 0: blocked, of whatever network around it */
} blocked SEC(".maps");

/* Packets by enum xdp_action. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 5);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

/* At most so many are dropped on a CPU; 0: no limit. To be set by --map limit=00000000:... */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} limit SEC(".maps");

static __always_inline __u64 value_of(void *map, __u32 key)
{
	__u64 *v = bpf_map_lookup_elem(map, &key);

	return v ? *v : 0;
}

static __always_inline int decide(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct network source = { .bits = 32 };
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__u64 most = value_of(&limit, 0);
	__u8 *is_blocked;

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	source.address = ip->saddr;
	is_blocked = bpf_map_lookup_elem(&blocked, &source);
	if (!is_blocked || !*is_blocked)
		return XDP_PASS;
	return most && value_of(&counters, XDP_DROP) >= most ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int blocklist(struct xdp_md *ctx)
{
	__u32 action = decide(ctx);
	__u64 *n = bpf_map_lookup_elem(&counters, &action);

	if (n)
		++*n;
	return action;
}
