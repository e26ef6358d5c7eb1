// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * At XDP, bound to one device, whose driver tells what the device knows of a frame beside its bytes
 * (Linux 6.3; tags 6.8). Only what is asked for is asked of it.
 */
#define META	META_DEVICE
#define FRAME_LOADS
#define TAGS
#include "bpf/xdp_frame.h"

/* Types are of net/core/xdp.c, where enum xdp_rss_hash_type is of 4 bytes. */
enum rss_type { RSS_NONE };

extern int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx, __u64 *ns) __ksym __weak;
extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash,
				    enum rss_type *type) __ksym __weak;
extern int bpf_xdp_metadata_rx_vlan_tag(const struct xdp_md *ctx, __be16 *proto,
					__u16 *tci) __ksym __weak;

static __always_inline __u32 tag_of(struct xdp_md *ctx)
{
	__be16 proto = 0;
	__u16 tci = 0;

	if (!(setting(device) & DEVICE_TAG) || bpf_xdp_metadata_rx_vlan_tag(ctx, &proto, &tci))
		return 0;
	return bpf_ntohs(proto) << 16 | tci;
}

static __always_inline void frame_meta(struct xdp_md *ctx,
				       const struct note *note __attribute__((unused)),
				       __u64 *words)
{
	enum rss_type type = RSS_NONE;
	__u64 ns = 0;
	__u32 hash = 0;

	if (setting(device) & DEVICE_TIME && bpf_xdp_metadata_rx_timestamp(ctx, &ns))
		ns = 0;
	if (setting(device) & DEVICE_HASH && bpf_xdp_metadata_rx_hash(ctx, &hash, &type))
		type = RSS_NONE;
	words[META_TIME] = ns;
	words[META_HASH] = type ? (__u64)type << 32 | hash : 0;
}

SEC("xdp.frags")
int xdpdump_device(struct xdp_md *ctx)
{
	capture(ctx);
	return setting(drop) ? XDP_DROP : XDP_PASS;
}
