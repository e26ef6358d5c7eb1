// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * At the entry and the exit of a function of somebody else's XDP program, which runs as if nobody
 * looked. Both are needed whatever is captured: what came in is chosen by the filter, and by what
 * the program said of it. All is counted when the frame has come out.
 */
#define FRAME		struct frame
#define FRAME_MAX	(ctx ? ctx->linear : 0)
#define POINTS		POINTS_MAX
#define META		1
#define FRAME_LOADS

#include <linux/types.h>

/* What is there to know of a frame. The kernel's addresses are numbers here. */
struct frame {
	__u64 data;		/* the first buffer, */
	__u32 linear;		/* and its bytes */
	__u32 len;		/* of all buffers */
	__u32 queue;
	__u32 pad_;
};

#include <bpf/bpf_endian.h>
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
	struct xdp_rxq_info *rxq;
};
#pragma clang attribute pop

/* ---- the frame, for bpf/capture.h ---- */

static __always_inline __u32 frame_len(struct frame *ctx)
{
	return ctx->len;
}

/* Nothing can be read directly. */
static __always_inline const __u8 *frame_linear(struct frame *ctx __attribute__((unused)),
						const __u8 **end)
{
	return *end = (void *)0;
}

static __always_inline int frame_is_elsewhere(struct frame *ctx __attribute__((unused)))
{
	return 1;
}

static __always_inline long frame_load(struct frame *ctx, __u8 *to, __u64 n)
{
	if (!ctx || n > ctx->linear)
		return -1;
	return bpf_probe_read_kernel(to, n, (void *)ctx->data);
}

__noinline __u64 frame_word(struct frame *ctx, __u32 off, __u32 n)
{
	__u32 word = 0;

	if (!ctx || (__u64)off + n > ctx->linear)
		return WORD_NOT_THERE;
	switch (n) {
	case 1:
		return bpf_probe_read_kernel(&word, 1, (void *)ctx->data + off) ? WORD_NOT_THERE
										 : (__u8)word;
	case 2:
		return bpf_probe_read_kernel(&word, 2, (void *)ctx->data + off)
			       ? WORD_NOT_THERE
			       : bpf_ntohs(word);
	case 4:
		return bpf_probe_read_kernel(&word, 4, (void *)ctx->data + off)
			       ? WORD_NOT_THERE
			       : bpf_ntohl(word);
	}
	return WORD_NOT_THERE;
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

static __always_inline struct frame look(struct xdp_buff *xdp)
{
	return (struct frame){
		.data = (long)xdp->data,
		.linear = xdp->data_end - xdp->data,
		.len = bpf_xdp_get_buff_len((void *)xdp),
		.queue = xdp->rxq->queue_index,
	};
}

/*
 * The frame before has not come out: when somebody begins to trace the same function, or ends, the
 * kernel leaves out the exits of frames that are in it (bpf_tramp_image_put() in
 * kernel/bpf/trampoline.c).
 */
static __always_inline void give_up(struct inside *in)
{
	for (__u32 point = 0; point < POINTS_MAX; point++) {
		struct counters *c = at_point(point);

		if (!is_at(point) || !c)
			continue;
		if (in->rejected) {
			tally_add(&c->filtered, in->p.len[POINT_ENTRY]);
			continue;
		}
		count_packet(c, &in->p.hdr[POINT_ENTRY], in->p.len[POINT_ENTRY]);
		account(c, point, NOT_COPIED);
	}
}

static __always_inline void come_in(struct frame *f, struct inside *in)
{
	struct program_verdicts *v = only_value(&verdicts);

	if (!v)
		return;
	in->turn = setting(turn);
	in->p.len[POINT_ENTRY] = f->len;
	in->p.got[POINT_ENTRY] = in->p.got[POINT_EXIT] = NOT_COPIED;
	in->rejected = setting(has_filter) && !filter(f, f->len, FILTER_ENTRY);
	if (in->rejected)
		return;
	in->p.id = next_id(v);
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
	f = look(xdp);
	/* libbpf puts functions in the order of their calls, and filter() has to be the last one */
	if (setting(never)) {
		parse(&f, &in->p.hdr[POINT_ENTRY], f.len);
		frame_word(&f, 0, 0);
	}
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
	f = look(xdp);
	if (setting(never)) {
		parse(&f, &in->p.hdr[POINT_EXIT], f.len);
		frame_word(&f, 0, 0);
	}
	bpf_get_func_ret(ctx, &verdict);
	count_verdict(v, verdict, in->p.len[POINT_ENTRY]);
	if (in->rejected)
		count_rejected(in->p.len[POINT_ENTRY], f.len);
	else
		come_out(&f, &in->p, verdict);
	return 0;
}
