// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * At XDP, in the place of somebody else's program, which it calls: a frame is captured before, or
 * after, or both, and the verdict is that of the other program, always. Where it cannot be called
 * the frame passes.
 */
#define POINTS	POINTS_MAX
#define META	1
#include "bpf/xdp_frame.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} target SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct program_verdicts);
} verdicts SEC(".maps");

/* No verdict of a program, as far as anybody has heard: the call has failed. */
enum { NOT_CALLED = 0x78666c75 };

/* In memory, so that the verifier does not take it for all that can be returned. */
__u32 not_called = NOT_CALLED;

/*
 * A tail call from a function of ours returns to us. Of one that is not static it fails: the kernel
 * verifies that by itself, and does not prepare its callers.
 */
static __noinline __u32 call_target(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &target, 0);
	return *(volatile __u32 *)&not_called;
}

static __always_inline int is_at(__u32 point)
{
	return setting(at) & 1 << point;
}

/* Is a frame with this verdict wanted? */
static __always_inline int is_wanted(__u32 verdict)
{
	__u32 bit = verdict < VERDICT_OTHER ? verdict : VERDICT_OTHER;

	if (!setting(verdicts))
		return 1;
	return verdict != NOT_CALLED && setting(verdicts) & 1 << bit;
}

static __always_inline void count_verdict(struct program_verdicts *v, __u32 verdict, __u32 len)
{
	if (verdict == NOT_CALLED)
		tally_add(&v->not_called, len);
	else
		tally_add(&v->by[verdict < VERDICT_OTHER ? verdict : VERDICT_OTHER], len);
}

static __always_inline __u8 verdict_byte(__u32 verdict)
{
	return verdict == NOT_CALLED ? 0 : verdict < 254 ? verdict + 1 : 255;
}

/* Of this CPU and interface, so that no other packet of the run has it. */
static __always_inline __u64 next_id(struct program_verdicts *v)
{
	__u64 cpu = bpf_get_smp_processor_id(), n = ++v->n & ((1ull << ID_COUNT_BITS) - 1);

	return (cpu << ID_IFACE_BITS | setting(iface)) << ID_COUNT_BITS | n;
}

static __always_inline struct event *record_at(struct cpu_ring *r, __u64 at)
{
	return (void *)&r->data[at & (setting(ring_size) - 1)];
}

static __always_inline void *at_point(__u32 point)
{
	return bpf_map_lookup_elem(&counters, &point);
}

/* What it has come to at one point: nobody wanted it, or what build() has returned. */
static __always_inline void close_books(__u32 point, int wanted, const struct parsed *hdr,
					__u32 len, __u32 got)
{
	struct counters *c = at_point(point);

	if (!c)
		return;
	if (!wanted) {
		tally_add(&c->filtered, len);
		return;
	}
	count_packet(c, hdr, len);
	account(c, point, got);
}

/*
 * The record of the entry is built before the call, and nobody's until afterwards: whether it is
 * wanted may be known only then. If something else has written into the ring meanwhile, it is lost.
 */
SEC("xdp.frags")
int xdpdump_front(struct xdp_md *ctx)
{
	struct note note = { .point = POINT_ENTRY, .iface = setting(iface), .hook = setting(hook) };
	__u32 len = frame_len(ctx), len_after, verdict, entry = NOT_COPIED, exit = NOT_COPIED;
	struct program_verdicts *v = only_value(&verdicts);
	struct parsed hdr = {}, hdr_after = {};
	struct cpu_ring *r;
	__u64 begin = 0, head;
	int wanted;

	/* libbpf puts functions in the order of their calls, and filter() has to be the last one */
	if (setting(never)) {
		parse(ctx, &hdr, len);
		call_target(ctx);
	}
	wanted = !setting(has_filter) || filter(ctx, len, FILTER_ENTRY);
	r = free_ring();
	if (wanted && v) {
		note.id = next_id(v);
		parse(ctx, &hdr, len);
		if (r && is_at(POINT_ENTRY)) {
			begin = r->head;
			set_busy(r, 1);
			entry = build(r, begin, ctx, &hdr, len, &note);
			set_busy(r, 0);
		}
	}
	verdict = call_target(ctx);
	if (!v)
		return verdict == NOT_CALLED ? XDP_PASS : verdict;
	count_verdict(v, verdict, len);
	len_after = frame_len(ctx);
	wanted = wanted && is_wanted(verdict) &&
		 (!setting(has_exit_filter) || filter(ctx, len_after, FILTER_EXIT));
	r = free_ring();
	if (entry > NOT_COPIED && (!r || r->head != begin))
		entry = NOT_COPIED;
	if (wanted && r) {
		set_busy(r, 1);
		head = r->head;
		if (entry > NOT_COPIED) {
			if (!is_at(POINT_EXIT))
				record_at(r, head)->verdict = verdict_byte(verdict);
			head += entry;
		}
		if (is_at(POINT_EXIT)) {
			parse(ctx, &hdr_after, len_after);
			note.point = POINT_EXIT;
			note.iface = setting(exit_iface);
			note.hook = EVENT_XDP_AFTER;
			exit = build(r, head, ctx, &hdr_after, len_after, &note);
			if (exit > NOT_COPIED) {
				record_at(r, head)->verdict = verdict_byte(verdict);
				head += exit;
			}
		}
		if (head != r->head)
			publish(r, head);
		set_busy(r, 0);
	}
	if (is_at(POINT_ENTRY))
		close_books(POINT_ENTRY, wanted, &hdr, len, entry);
	if (is_at(POINT_EXIT))
		close_books(POINT_EXIT, wanted, &hdr_after, len_after, exit);
	return verdict == NOT_CALLED ? XDP_PASS : verdict;
}
