// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * At tc, on the way in or out. Other programs on the hook run as if this one were not there. A VLAN
 * tag that is kept beside the bytes of a frame is put back: it is where it is on the wire for all
 * that is copied, parsed, measured or asked by a filter.
 */
#include <linux/pkt_cls.h>

#define FRAME		struct __sk_buff
#define FRAME_MAX	EVENT_SNAP_MAX
#define FRAME_LOADS
#define FRAME_IFINDEX	ctx->ifindex
#include <bpf/bpf_endian.h>
#include "bpf/capture.h"

/* Bytes of the addresses, and up to the end of the tag behind them. */
enum { TAG_OFF = 12, TAG_END = 16 };

/* The tag, big-endian: its type (IEEE 802.1Q, 9.6), and what is kept of it. */
static __always_inline __u32 tag_of(struct __sk_buff *ctx)
{
	return bpf_ntohs(ctx->vlan_proto) << 16 | (__u16)ctx->vlan_tci;
}

static __always_inline __u32 frame_len(struct __sk_buff *ctx)
{
	return ctx->len + (ctx->vlan_present ? TAG_END - TAG_OFF : 0);
}

static __always_inline const __u8 *frame_linear(struct __sk_buff *ctx, const __u8 **end)
{
	*end = (void *)(long)ctx->data_end;
	return (void *)(long)ctx->data;
}

static __always_inline int frame_is_elsewhere(struct __sk_buff *ctx)
{
	return ctx->vlan_present;
}

/* @n is at least 1. */
static __always_inline long load_tagged(struct __sk_buff *ctx, __u8 *to, __u64 n)
{
	__u32 tag = tag_of(ctx);

	if (n <= TAG_OFF)
		return bpf_skb_load_bytes(ctx, 0, to, n);
	if (bpf_skb_load_bytes(ctx, 0, to, TAG_OFF))
		return -1;
	to[12] = tag >> 24;
	if (n > 13)
		to[13] = tag >> 16;
	if (n > 14)
		to[14] = tag >> 8;
	if (n > 15)
		to[15] = tag;
	pin(n);
	if (n <= TAG_END)
		return 0;
	return bpf_skb_load_bytes(ctx, TAG_OFF, to + TAG_END, n - TAG_END);
}

static __always_inline long frame_load(struct __sk_buff *ctx, __u8 *to, __u64 n,
				       __u32 most __attribute__((unused)))
{
	return ctx->vlan_present ? load_tagged(ctx, to, n) : bpf_skb_load_bytes(ctx, 0, to, n);
}

/* @n bytes at @off of the buffers, 1 to 4 */
static __always_inline __u64 number_at(struct __sk_buff *ctx, __u32 off, __u32 n)
{
	__u32 word = 0;

	switch (n) {
	case 1:
		return bpf_skb_load_bytes(ctx, off, &word, 1) ? WORD_NOT_THERE : (__u8)word;
	case 2:
		return bpf_skb_load_bytes(ctx, off, &word, 2) ? WORD_NOT_THERE : bpf_ntohs(word);
	case 4:
		return bpf_skb_load_bytes(ctx, off, &word, 4) ? WORD_NOT_THERE : bpf_ntohl(word);
	}
	return WORD_NOT_THERE;
}

/* Some of the bytes are of the tag: of the four before it, of it, and of those behind it. */
static __always_inline __u64 number_around_tag(struct __sk_buff *ctx, __u32 off, __u32 n)
{
	__u64 before, behind = 0, all;
	__u32 end = off + n, shift;

	if (end > TAG_END) {
		__u32 more = end - TAG_END;

		behind = more == 3 ? number_at(ctx, TAG_OFF, 2) << 8 | number_at(ctx, TAG_OFF + 2, 1)
				   : number_at(ctx, TAG_OFF, more);
		if (behind >= WORD_NOT_THERE)
			return WORD_NOT_THERE;
		behind <<= 8 * (4 - more);
		all = (__u64)tag_of(ctx) << 32 | behind;
		shift = 8 * (TAG_END + 4 - end);
	} else {
		before = number_at(ctx, TAG_OFF - 4, 4);
		if (before == WORD_NOT_THERE)
			return before;
		all = before << 32 | tag_of(ctx);
		shift = 8 * (TAG_END - end);
	}
	all >>= shift & 63;
	return n == 4 ? (__u32)all : n == 2 ? (__u16)all : (__u8)all;
}

__noinline __u64 frame_word(struct __sk_buff *ctx, __u32 off, __u32 n)
{
	/* numbers above INT_MAX are offsets of sockets (SKF_NET_OFF), here as well */
	if (off > EVENT_SNAP_MAX || n > 4)
		return WORD_NOT_THERE;
	if (!ctx->vlan_present || off + n <= TAG_OFF)
		return number_at(ctx, off, n);
	if (off >= TAG_END)
		return number_at(ctx, off - (TAG_END - TAG_OFF), n);
	return number_around_tag(ctx, off, n);
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
		parse_frame(c, hdr);
		return;
	}
	hdr->end = parse_raw(c, hdr);
	hdr->hdr_len = c->off;
}

SEC("tc")
int xdpdump_tc(struct __sk_buff *ctx)
{
	capture(ctx);
	return TC_ACT_UNSPEC;	/* which is TCX_NEXT as well */
}
