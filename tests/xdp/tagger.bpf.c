// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * At tc on the way out: IPv4 is sent in VLAN 5 with priority 3, its tag beside the bytes, as it is
 * from a VLAN device; for the tests of tags that a device takes off.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char gpl_compatible[] SEC("license") = "Dual MIT/GPL";

SEC("tc")
int tag(struct __sk_buff *ctx)
{
	if (ctx->protocol == bpf_htons(ETH_P_IP))
		bpf_skb_vlan_push(ctx, bpf_htons(ETH_P_8021Q), 3 << 13 | 5);
	return TC_ACT_OK;
}
