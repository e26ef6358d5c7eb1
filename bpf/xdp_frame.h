/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A frame at XDP, for bpf/capture.h. */
#ifndef XDPDUMP_XDP_FRAME_H
#define XDPDUMP_XDP_FRAME_H

#define FRAME		struct xdp_md
#define FRAME_MAX	EVENT_XDP_MAX
#include "bpf/capture.h"

/* A call of the kernel costs as much as all the rest of a frame that is not captured. */
static __always_inline __u32 frame_len(struct xdp_md *ctx)
{
	return setting(linear) ? ctx->data_end - ctx->data : bpf_xdp_get_buff_len(ctx);
}

/* The first buffer. */
static __always_inline const __u8 *frame_linear(struct xdp_md *ctx, const __u8 **end)
{
	*end = (void *)(long)ctx->data_end;
	return (void *)(long)ctx->data;
}

static __always_inline int frame_is_elsewhere(struct xdp_md *ctx __attribute__((unused)))
{
	return 0;
}

/* One call takes an offset and a length of 16 bits (bpf_xdp_pointer() in net/core/filter.c). */
static __always_inline long frame_load(struct xdp_md *ctx, __u8 *to, __u64 n,
				       __u32 most __attribute__((unused)))
{
	enum { MOST = 0xffff };
	__u64 rest = n - MOST - 1;

	if (n <= MOST)
		return bpf_xdp_load_bytes(ctx, 0, to, n);
	pin(rest);
	if (rest >= MOST)
		return -1;
	return bpf_xdp_load_bytes(ctx, 0, to, MOST)
		       ?: bpf_xdp_load_bytes(ctx, MOST, to + MOST, rest + 1);
}

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
	parse_frame(c, hdr);
}

#endif
