/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The frame of a program at tc, on the way in or out, for bpf/capture.h. */
#ifndef XDPDUMP_TC_FRAME_H
#define XDPDUMP_TC_FRAME_H

#define FRAME		struct __sk_buff
#define FRAME_MAX	EVENT_SNAP_MAX
#define FRAME_LOADS
#define FRAME_IFINDEX	ctx->ifindex
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
static __always_inline __u32 tag_of(FRAME *ctx);
#define FRAME_TAG	tag_of
#include "bpf/capture.h"

#define BUFFER_LOAD	bpf_skb_load_bytes
#include "bpf/tag.h"

static __always_inline __u32 tag_of(struct __sk_buff *ctx)
{
	return ctx->vlan_present ? bpf_ntohs(ctx->vlan_proto) << 16 | (__u16)ctx->vlan_tci : 0;
}

static __always_inline __u32 buffers_len(struct __sk_buff *ctx)
{
	return ctx->len;
}

static __always_inline long buffers_load(struct __sk_buff *ctx, __u32 off, __u8 *to, __u64 n)
{
	return bpf_skb_load_bytes(ctx, off, to, n);
}

static __always_inline const __u8 *frame_linear(struct __sk_buff *ctx, const __u8 **end)
{
	*end = (void *)(long)ctx->data_end;
	return (void *)(long)ctx->data;
}

/*
 * On the way in it is the receive queue + 1, or 0 (skb_record_rx_queue()); on the way out none has
 * been chosen yet.
 */
static __always_inline __u16 frame_queue(struct __sk_buff *ctx)
{
	__u32 queue = ctx->queue_mapping;

	return setting(hook) == EVENT_TC_IN && queue ? queue - 1 : EVENT_NO_QUEUE;
}

/* The bits of ip_summed, include/linux/skbuff.h */
enum { CHECKSUM_PARTIAL = 3 };

static __always_inline __u8 frame_offload(struct __sk_buff *ctx)
{
	__u8 offload = ctx->gso_size ? EVENT_SEGMENTED : 0, bits;

	/* the context is the struct sk_buff itself */
	if (setting(ip_summed_off) &&
	    !bpf_probe_read_kernel(&bits, 1, (void *)ctx + setting(ip_summed_off)) &&
	    (bits >> setting(ip_summed_shift) & 3) == CHECKSUM_PARTIAL)
		offload |= EVENT_CHECKSUM_PARTIAL;
	return offload;
}

static __always_inline void frame_parse(struct cursor *c, struct parsed *hdr)
{
	if (!setting(raw)) {
		if (!parse_usual(c, hdr))
			parse_frame(c, hdr);
		return;
	}
	hdr->end = parse_raw(c, hdr);
	hdr->hdr_len = c->off;
}

#endif
