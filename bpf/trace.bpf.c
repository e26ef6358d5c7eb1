// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * At the entry and the exit of a function of somebody else's XDP program, which runs as if nobody
 * looked. Both are needed whatever is captured: what came in is chosen by the filter, and by what
 * the program said of it. All is counted when the frame has come out.
 */
#define FRAME		struct frame
#define FRAME_MAX	(ctx ? ctx->reach : 0)
#define POINTS		POINTS_MAX
#define META		META_ID
#define FRAME_LOADS

#include <linux/types.h>

#include <bpf/bpf_endian.h>
#include "bpf/buffers.h"
#include "bpf/capture.h"
#include "bpf/passage.h"

/* Of the kernel's, the members that are asked for; where they are is found when this is loaded. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct net {
	__u64 net_cookie;
};
typedef struct {
	struct net *net;
} possible_net_t;
struct net_device {
	__u32 ifindex;
	possible_net_t nd_net;
};
struct xdp_rxq_info {
	struct net_device *dev;
	__u32 queue_index;
};
struct xdp_buff {
	void *data, *data_end;
	void *data_hard_start;
	struct xdp_rxq_info *rxq;
	__u32 frame_sz;
};
#pragma clang attribute pop

/* ---- the frame, for bpf/capture.h ---- */

static __always_inline __u32 frame_len(struct frame *ctx, __u32 tag __attribute__((unused)))
{
	return ctx->len;
}

/* Nothing can be read directly. */
static __always_inline const __u8 *frame_linear(struct frame *ctx __attribute__((unused)),
						const __u8 **end)
{
	return *end = (void *)0;
}

static __always_inline int frame_is_elsewhere(struct frame *ctx __attribute__((unused)),
					      __u32 tag __attribute__((unused)))
{
	return 1;
}

static __always_inline long frame_load(struct frame *ctx, __u32 tag __attribute__((unused)),
				       __u8 *to, __u64 n, __u32 most)
{
	if (!ctx || n > ctx->reach)
		return -1;
	if (n > ctx->linear)
		return copy_pieces(ctx, to, n, most);
	return bpf_probe_read_kernel(to, n, (void *)ctx->data);
}

__noinline __u64 frame_word(struct frame *ctx, __u32 off, __u32 n)
{
	__u32 word = 0;
	__u64 size = n, at;

	pin(size);
	if (!ctx || !size || size > 4 || off + size > ctx->reach)
		return WORD_NOT_THERE;
	if (off + size <= ctx->linear) {
		if (bpf_probe_read_kernel(&word, size, (void *)ctx->data + off))
			return WORD_NOT_THERE;
		return bpf_ntohl(word) >> 8 * (4 - size);
	}
	/* it may be in two buffers */
	for (__u32 i = 0; i < 4 && i < size; i++)
		if (!piece_at(ctx, off + i, &at) ||
		    bpf_probe_read_kernel((__u8 *)&word + i, 1, (void *)at))
			return WORD_NOT_THERE;
	return bpf_ntohl(word) >> 8 * (4 - size);
}

static __always_inline __u16 frame_queue(struct frame *ctx)
{
	return ctx->queue;
}

static __always_inline __u8 frame_offload(struct frame *ctx __attribute__((unused)))
{
	return 0;
}

static __always_inline void frame_parse(struct cursor *c, struct parsed *hdr)
{
	parse_frame(c, hdr);
}

/* ---- on its way ---- */

/* The frame that is in the program on this CPU. */
struct inside {
	struct passage p;
	__u32 turn;		/* of the program that has seen it come in; 0: of none */
	__u32 rejected;		/* by the filter */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct inside);
} inside SEC(".maps");

/*
 * Whose turn it is, of two that are attached while one takes over from the other: so that each
 * frame is seen by one of them.
 */
volatile __u32 turn SEC(PROGRAM_TURN);

static __always_inline void look(struct xdp_buff *xdp, struct frame *f)
{
	*f = (struct frame){
		.data = (long)xdp->data,
		.linear = xdp->data_end - xdp->data,
		.len = bpf_xdp_get_buff_len((void *)xdp),
		.queue = xdp->rxq->queue_index,
	};
	f->reach = f->linear;
	if (f->len > f->linear) {
		const struct memory m = { setting(memory.pages), setting(memory.direct) };

		find_buffers(f, (long)xdp->data_hard_start + xdp->frame_sz, &m);
	}
}

/*
 * The frame before has not come out: when somebody begins to trace the same function, or ends, the
 * kernel leaves out the exits of frames that are in it (bpf_tramp_image_put() in
 * kernel/bpf/trampoline.c).
 */
static __always_inline void give_up(struct inside *in)
{
	__u32 got = was_sampled_out(&in->p) ? SAMPLED_OUT : NOT_COPIED, told = 0;

	if (setting(flows) && !in->rejected)
		told = judge_flow(&in->p.hdr[POINT_ENTRY], in->p.len[POINT_ENTRY]);
	if (told & FLOW_WHY)
		got = told & FLOW_WHY;
	for (__u32 point = 0; point < POINTS_MAX; point++) {
		struct counters *c = at_point(point);

		if (!is_at(point) || !c)
			continue;
		if (in->rejected) {
			tally_add(&c->filtered, in->p.len[POINT_ENTRY]);
			continue;
		}
		count_packet(c, &in->p.hdr[POINT_ENTRY], in->p.len[POINT_ENTRY]);
		count_told(c, told);
		account(c, &slots->lost[point], got, 0);
	}
}

static __always_inline void come_in(struct frame *f, struct inside *in)
{
	struct program_verdicts *v = only_value(&verdicts);

	if (!v)
		return;
	in->turn = setting(turn);
	in->p.len[POINT_ENTRY] = f->len;
	in->rejected = setting(has_filter) && !filter_here(f, f->len, FILTER_ENTRY);
	if (in->rejected)
		return;
	set_out(&in->p);
	enter(f, &in->p);
}

/* Its number is that of others as well, each in a network namespace of its own. */
static __always_inline int is_ours(const struct net_device *dev)
{
	return dev->ifindex == setting(ifindex) && dev->nd_net.net->net_cookie == setting(netns);
}

SEC("trace")
int xdpdump_entry(unsigned long long *ctx)
{
	struct xdp_buff *xdp = (void *)ctx[0];
	struct inside *in = only_value(&inside);
	struct frame f;

	if (!in || turn != setting(turn) || !is_ours(xdp->rxq->dev))
		return 0;
	look(xdp, &f);
	if (setting(never))
		order_functions(&f, f.len, 0);
	if (in->turn)
		give_up(in);
	come_in(&f, in);
	return 0;
}

SEC("trace")
int xdpdump_exit(unsigned long long *ctx)
{
	struct xdp_buff *xdp = (void *)ctx[0];
	struct inside *in = only_value(&inside);
	struct program_verdicts *v = only_value(&verdicts);
	__u64 verdict = 0;
	struct frame f;

	if (!in || !v || in->turn != setting(turn))
		return 0;
	in->turn = 0;
	look(xdp, &f);
	if (setting(never))
		order_functions(&f, f.len, 0);
	bpf_get_func_ret(ctx, &verdict);
	count_verdict(v, verdict, in->p.len[POINT_ENTRY]);
	if (in->rejected)
		count_rejected(in->p.len[POINT_ENTRY], f.len);
	else
		come_out(&f, &in->p, verdict);
	return 0;
}
