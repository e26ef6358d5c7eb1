// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * At XDP, in the place of somebody else's program, which it calls: a frame is captured before, or
 * after, or both, and the verdict is that of the other program, always. Where it cannot be called
 * the frame passes.
 */
#define WITHOUT_TRIGGER	/* with tail calls the kernel allows half of the stack */
#define POINTS	POINTS_MAX
#define META	META_ID
#define OTHER_FUNCTIONS(ctx)	(call_target(ctx), call_probe(ctx))
struct xdp_md;
static unsigned call_target(struct xdp_md *ctx), call_probe(struct xdp_md *ctx);
#include "bpf/xdp_frame.h"
#include "bpf/passage.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, FRONT_CALLS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} target SEC(".maps");

/* In memory, so that the verifier does not take it for all that can be returned. */
__u32 not_called = NOT_CALLED;

/*
 * A tail call from a function of ours returns to us, as long as our callers' frames are below 256
 * bytes (check_max_stack_depth() of the verifier); the other program has all of its own 512. Of one
 * that is not static it fails: the kernel verifies that by itself, and does not prepare its
 * callers.
 */
static __noinline __u32 call_target(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &target, FRONT_TARGET);
	return *(volatile __u32 *)&not_called;
}

static __noinline __u32 call_probe(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &target, FRONT_PROBE);
	return *(volatile __u32 *)&not_called;
}

/*
 * Of 33 tail calls in a row ours is one, and 32 are left to a program that makes some itself. The
 * kernel counts them for all of us together (x86-64: since Linux 6.12), so a further one succeeds
 * unless they are used up.
 */
static __always_inline void count_calls(struct xdp_md *ctx, struct program_verdicts *v, __u32 len)
{
	if (setting(tail_calls) && call_probe(ctx) != CALL_LEFT)
		tally_add(&v->no_call_left, len);
}

static __always_inline int verdict_of(__u32 verdict)
{
	return verdict == NOT_CALLED ? XDP_PASS : verdict;
}

/* Nothing is to be captured of it. */
static __always_inline int pass_by(struct xdp_md *ctx, struct program_verdicts *v, __u32 len)
{
	__u32 verdict = call_target(ctx);

	if (v) {
		count_verdict(v, verdict, len);
		count_calls(ctx, v, len);
	}
	count_rejected(len, is_at(POINT_EXIT) ? frame_len(ctx, 0) : 0);
	return verdict_of(verdict);
}

/* The filter wants it, and what else is wanted of it shows behind the call. */
static __always_inline int observe(struct xdp_md *ctx, struct program_verdicts *v, __u32 len)
{
	struct passage p = { .len = { len } };
	__u32 verdict;

	set_out(&p);
	enter(ctx, &p);
	verdict = call_target(ctx);
	count_verdict(v, verdict, len);
	count_calls(ctx, v, len);
	come_out(ctx, &p, verdict);
	return verdict_of(verdict);
}

SEC("xdp.frags")
int xdpdump_front(struct xdp_md *ctx)
{
	struct program_verdicts *v = only_value(&verdicts);
	__u32 len = frame_len(ctx, 0);

	if (setting(never))
		order_functions(ctx, len, 0);
	if (!v || (setting(has_filter) && !filter_here(ctx, len, FILTER_ENTRY)))
		return pass_by(ctx, v, len);
	return observe(ctx, v, len);
}
