// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * An example of a program to be tested by `xdpdump --run`: a load balancer. What goes by TCP or UDP
 * to a service is sent back out of the interface, to one of its backends: with its destination
 * rewritten, or within another IPv4 header if the backend is behind a router. A TTL that ends here
 * is dropped.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char gpl_compatible[] SEC("license") = "Dual MIT/GPL";

enum { BACKENDS = 2, TUNNEL_TTL = 64 };

struct service {
	__u32 address;		/* as on the wire */
	__u16 port;		/* as on the wire */
	__u16 protocol;
};

struct backend {
	__u32 address, from;	/* as on the wire; from: of the outer header, 0: no tunnel */
	__u8 mac[ETH_ALEN], pad[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct service);
	__type(value, struct backend[BACKENDS]);
} services SEC(".maps");

struct ports {
	__be16 source, dest;
};

/* RFC 1624: the checksum of a header in which @from became @to. */
static __always_inline __u16 changed(__u16 sum, __u32 from, __u32 to)
{
	__u32 s = (__u16)~sum;

	s += (__u16)~from + (__u16)~(from >> 16) + (__u16)to + (to >> 16);
	s = (s & 0xffff) + (s >> 16);
	s = (s & 0xffff) + (s >> 16);
	return ~s;
}

static __always_inline __u16 checksum(const struct iphdr *ip)
{
	const __u16 *words = (const void *)ip;
	__u32 s = 0;

	for (int i = 0; i < 10; i++)
		s += words[i];
	s = (s & 0xffff) + (s >> 16);
	s = (s & 0xffff) + (s >> 16);
	return ~s;
}

static __always_inline void address(struct ethhdr *eth, const struct backend *b)
{
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, b->mac, ETH_ALEN);
}

/* The destination becomes that of the backend. The checksum of TCP and UDP covers it as well. */
static __always_inline int rewrite(struct xdp_md *ctx, const struct backend *b)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__u8 *l4 = (void *)(ip + 1);
	__u16 *sum;

	if ((void *)l4 > end)
		return XDP_DROP;
	sum = (void *)(l4 + (ip->protocol == IPPROTO_TCP ? 16 : 6));
	if ((void *)(sum + 1) > end)
		return XDP_DROP;
	if (ip->protocol == IPPROTO_TCP || *sum)
		*sum = changed(*sum, ip->daddr, b->address);
	ip->check = changed(ip->check, ip->daddr, b->address);
	ip->daddr = b->address;
	address(eth, b);
	return XDP_TX;
}

/* RFC 2003, IP within IP. */
static __always_inline int encapsulate(struct xdp_md *ctx, const struct backend *b, __u16 inner_len)
{
	struct iphdr outer = {
		.version = 4,
		.ihl = 5,
		.tot_len = bpf_htons(inner_len + sizeof(outer)),
		.ttl = TUNNEL_TTL,
		.protocol = IPPROTO_IPIP,
		.saddr = b->from,
		.daddr = b->address,
	};
	struct ethhdr *from, *eth;
	void *end;

	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(outer)))
		return XDP_ABORTED;
	eth = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	from = (void *)eth + sizeof(outer);
	if ((void *)(from + 1) > end)
		return XDP_ABORTED;
	__builtin_memmove(eth, from, sizeof(*eth));
	address(eth, b);
	outer.check = checksum(&outer);
	__builtin_memcpy(eth + 1, &outer, sizeof(outer));
	return XDP_TX;
}

SEC("xdp")
int balancer(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct ports *ports = (void *)(ip + 1);
	struct service key = { 0 };
	const struct backend *backends, *b;

	if ((void *)(ports + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5)
		return XDP_PASS;
	if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
		return XDP_PASS;
	if (ip->frag_off & bpf_htons(0x3fff))
		return XDP_PASS;
	key = (struct service){ ip->daddr, ports->dest, ip->protocol };
	backends = bpf_map_lookup_elem(&services, &key);
	if (!backends)
		return XDP_PASS;
	if (ip->ttl <= 1)
		return XDP_DROP;
	/* the same for all packets of a connection */
	b = &backends[bpf_ntohs(ports->source) & (BACKENDS - 1)];
	return b->from ? encapsulate(ctx, b, bpf_ntohs(ip->tot_len)) : rewrite(ctx, b);
}
