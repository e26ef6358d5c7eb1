/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A frame at XDP, for bpf/capture.h; with TAGS as it was before the device took a VLAN tag off, and
 * behind that a program defines tag_of().
 */
#ifndef XDPDUMP_XDP_FRAME_H
#define XDPDUMP_XDP_FRAME_H

#define FRAME		struct xdp_md
#define FRAME_MAX	EVENT_XDP_MAX

#ifdef TAGS
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
static __always_inline __u32 tag_of(FRAME *ctx);
#define FRAME_TAG	tag_of
#endif
#include "bpf/capture.h"

/*
 * Not 0: this frame may have more than one buffer. Userspace puts a look at what the kernel knows
 * of it in the place of the instruction, where the kernel lets us (kernel/places.c).
 */
static __always_inline __u32 frags_here(struct xdp_md *ctx)
{
	register __u32 frags asm("r0");
	register struct xdp_md *arg asm("r1") = ctx;

	asm volatile("r0 = %[mark]"
		     : "=r"(frags), "+r"(arg)
		     : [mark] "i"(FRAGS_PLACE)
		     : "r2", "r3", "r4", "r5");
	return frags;
}

/* A call of the kernel costs as much as all the rest of a frame that is not captured. */
static __always_inline __u32 buffers_len(struct xdp_md *ctx)
{
	if (setting(linear) || !frags_here(ctx))
		return ctx->data_end - ctx->data;
	return bpf_xdp_get_buff_len(ctx);
}

/* The first buffer. */
static __always_inline const __u8 *frame_linear(struct xdp_md *ctx, const __u8 **end)
{
	*end = (void *)(long)ctx->data_end;
	return (void *)(long)ctx->data;
}

/* One call takes an offset and a length of 16 bits (bpf_xdp_pointer() in net/core/filter.c). */
static __always_inline long buffers_load(struct xdp_md *ctx, __u32 off, __u8 *to, __u64 n)
{
	enum { MOST = 0xffff };
	__u32 first = MOST - off;
	__u64 rest = n - first - 1;

	if (n <= first)
		return bpf_xdp_load_bytes(ctx, off, to, n);
	pin(rest);
	if (rest >= MOST)
		return -1;
	return bpf_xdp_load_bytes(ctx, off, to, first)
		       ?: bpf_xdp_load_bytes(ctx, MOST, to + first, rest + 1);
}

#ifdef TAGS
#define BUFFER_LOAD	bpf_xdp_load_bytes
#include "bpf/tag.h"
#else
static __always_inline __u32 frame_len(struct xdp_md *ctx, __u32 tag __attribute__((unused)))
{
	return buffers_len(ctx);
}

static __always_inline int frame_is_elsewhere(struct xdp_md *ctx __attribute__((unused)),
					      __u32 tag __attribute__((unused)))
{
	return 0;
}

static __always_inline long frame_load(struct xdp_md *ctx, __u32 tag __attribute__((unused)),
				       __u8 *to, __u64 n, __u32 most __attribute__((unused)))
{
	return buffers_load(ctx, 0, to, n);
}
#endif

static __always_inline __u16 frame_queue(struct xdp_md *ctx)
{
	return ctx->rx_queue_index;
}

static __always_inline __u8 frame_offload(struct xdp_md *ctx __attribute__((unused)))
{
	return 0;		/* what the device knows of it is in no descriptor of ours */
}

static __always_inline void frame_parse(struct cursor *c, struct parsed *hdr)
{
	if (!parse_usual(c, hdr))
		parse_frame(c, hdr);
}

#endif
