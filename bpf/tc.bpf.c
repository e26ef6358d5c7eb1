// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* At tc, on the way in or out. Other programs on the hook run as if this one were not there. */
#include <linux/pkt_cls.h>

#define FRAME		struct __sk_buff
#define FRAME_MAX	EVENT_SNAP_MAX
#include "bpf/capture.h"

static __always_inline __u32 frame_len(struct __sk_buff *ctx)
{
	return ctx->len;
}

static __always_inline const __u8 *frame_linear(struct __sk_buff *ctx, const __u8 **end)
{
	*end = (void *)(long)ctx->data_end;
	return (void *)(long)ctx->data;
}

static __always_inline long frame_load(struct __sk_buff *ctx, __u8 *to, __u64 n)
{
	return bpf_skb_load_bytes(ctx, 0, to, n);
}

/*
 * On the way in it is the receive queue + 1, or 0 (skb_record_rx_queue()); on the way out none has
 * been chosen yet.
 */
static __always_inline __u16 frame_queue(struct __sk_buff *ctx)
{
	__u32 queue = ctx->queue_mapping;

	return setting(hook) == EVENT_TC_IN && queue ? queue - 1 : 0;
}

SEC("tc")
int xdpdump_tc(struct __sk_buff *ctx)
{
	capture(ctx);
	return TC_ACT_UNSPEC;	/* which is TCX_NEXT as well */
}
