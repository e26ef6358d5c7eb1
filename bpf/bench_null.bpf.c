// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What the bench measures against: programs that do nothing but pass a frame on, drop it, or send
 * it back.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char gpl_compatible[] SEC("license") = "Dual MIT/GPL";

SEC("xdp")
int null_pass(void *ctx __attribute__((unused)))
{
	return XDP_PASS;
}

SEC("xdp")
int null_drop(void *ctx __attribute__((unused)))
{
	return XDP_DROP;
}

SEC("xdp")
int null_tx(void *ctx __attribute__((unused)))
{
	return XDP_TX;
}
