// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Programs that show one thing each, and maps of all kinds to be filled. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

char gpl_compatible[] SEC("license") = "Dual MIT/GPL";

/* With a verdict of the user's choice: by map `by_value`, the byte behind the Ethernet header. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2);
	__type(key, __u8);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);	/* which nobody is to do */
} by_value SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__uint(value_size, 4);
} by_cpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 4);
	__uint(value_size, 4);
} by_turn SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, int(void *));
} calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_ARRAY);
		__uint(max_entries, 1);
		__type(key, __u32);
		__type(value, __u32);
	});
} of_maps SEC(".maps");

const volatile __u32 constant = XDP_TX;

static __always_inline __u32 first_byte(struct xdp_md *ctx)
{
	__u8 byte = 0;

	bpf_xdp_load_bytes(ctx, sizeof(struct ethhdr), &byte, 1);
	return byte;
}

SEC("xdp")
int verdict_by_value(struct xdp_md *ctx)
{
	__u8 key = first_byte(ctx);
	__u32 *action = bpf_map_lookup_elem(&by_value, &key);

	return action ? *action : XDP_PASS;
}

SEC("xdp")
int verdict_by_cpu(struct xdp_md *ctx __attribute__((unused)))
{
	__u32 key = 0, *action = bpf_map_lookup_elem(&by_cpu, &key);

	return action ? *action : XDP_ABORTED;
}

SEC("xdp")
int verdict_by_turn(struct xdp_md *ctx __attribute__((unused)))
{
	__u32 action;

	return bpf_map_pop_elem(&by_turn, &action) ? XDP_PASS : action;
}

/* 100 interfaces and the queue, as an action that is none. */
SEC("xdp_where")	/* as loaders before libbpf 1.0 had it */
int where_from(struct xdp_md *ctx)
{
	return ctx->ingress_ifindex * 100 + ctx->rx_queue_index;
}

SEC("xdp")
int with_metadata(struct xdp_md *ctx)
{
	__u32 *meta;

	if (bpf_xdp_adjust_meta(ctx, -8))
		return XDP_ABORTED;
	meta = (void *)(long)ctx->data_meta;
	if ((void *)(meta + 2) > (void *)(long)ctx->data)
		return XDP_ABORTED;
	meta[0] = meta[1] = ~0u;
	return XDP_PASS;
}

SEC("xdp")
int shorter(struct xdp_md *ctx)
{
	return bpf_xdp_adjust_tail(ctx, -4) ? XDP_ABORTED : XDP_PASS;
}

__u32 n_runs, first_len;
_Bool differ;

/*
 * How often it has run, as an action from 1000 on, if all frames had one length. Cuts a frame that
 * has a 0 behind its Ethernet header.
 */
SEC("xdp")
int counts_runs(struct xdp_md *ctx)
{
	__u32 len = ctx->data_end - ctx->data;

	first_len = first_len ? first_len : len;
	differ |= len != first_len;
	n_runs++;
	if (!first_byte(ctx) && bpf_xdp_adjust_tail(ctx, -4))
		return XDP_ABORTED;
	return differ ? XDP_ABORTED : 1000 + n_runs;
}

/* Drops what is longer than it is told to be. */
SEC("xdp.frags")
int in_fragments(struct xdp_md *ctx)
{
	return bpf_xdp_get_buff_len(ctx) > 9000 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int called(struct xdp_md *ctx __attribute__((unused)))
{
	return constant;
}

SEC("xdp")
int calling(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &calls, 1);
	return XDP_DROP;
}

/* Of a device map: it is run for what is sent there, and nowhere else. */
SEC("xdp/devmap")
int for_a_map(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_PASS;
}
