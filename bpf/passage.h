/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A frame on its way through somebody else's program, for those that watch it: what came in, what
 * the program said, what came out. The record of the entry is built before the program runs, and
 * becomes the consumer's once the verdict is known. Behind bpf/capture.h with POINTS_MAX points and
 * an id in each record.
 */
#ifndef XDPDUMP_PASSAGE_H
#define XDPDUMP_PASSAGE_H

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct program_verdicts);
} verdicts SEC(".maps");

/* No verdict of a program, as far as anybody has heard: the call has failed. */
enum { NOT_CALLED = 0x78666c75 };

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
	__u64 kind = verdict < VERDICT_OTHER ? verdict : VERDICT_OTHER;

	/* else the compiler, which knows the bound, leaves nothing for the verifier (Linux 6.1) */
	pin(kind);
	if (verdict == NOT_CALLED)
		tally_add(&v->not_called, len);
	else if (kind < VERDICT_KINDS)
		tally_add(&v->by[kind], len);
}

static __always_inline __u8 verdict_byte(__u32 verdict)
{
	return verdict == NOT_CALLED ? 0 : verdict < 254 ? verdict + 1 : 255;
}

static __always_inline void frame_meta(FRAME *ctx __attribute__((unused)), const struct note *note,
				       __u64 *words)
{
	words[0] = note->id;
}

/*
 * No other packet of the run has it, whatever interface that came on. 0: there is no ring, or with
 * PREEMPT_RT it is being written to (unless_busy()), and will be as long as we run: there is no
 * record for it.
 */
static __always_inline __u64 next_id(void)
{
	const __u32 cpu = bpf_get_smp_processor_id();
	struct cpu_ring *r = unless_busy(ring_of(cpu));
	__u64 n;

	if (!r)
		return 0;
	set_busy(r, 1);		/* an addition in one step takes 5 ns more */
	n = *(volatile __u64 *)&r->ids + 1;
	*(volatile __u64 *)&r->ids = n;
	set_busy(r, 0);
	return (__u64)cpu << ID_COUNT_BITS | n;
}

static __always_inline void *at_point(__u32 point)
{
	return bpf_map_lookup_elem(&counters, &point);
}

/* What it has come to at one point: nobody wanted it, or what build() has returned. */
static __always_inline void close_books(__u32 point, int wanted, const struct parsed *hdr,
					__u32 len, __u32 got, __u32 told)
{
	struct counters *c = at_point(point);

	if (!c)
		return;
	if (!wanted) {
		tally_add(&c->filtered, len);
		return;
	}
	count_packet(c, hdr, len);
	count_told(c, told);
	account(c, &slots->lost[point], got, 0);
}

/* Nothing was captured of it: the filter has rejected what came in. */
static __always_inline void count_rejected(__u32 len, __u32 exit_len)
{
	struct counters *c;

	if (is_at(POINT_ENTRY) && (c = at_point(POINT_ENTRY)))
		tally_add(&c->filtered, len);
	if (is_at(POINT_EXIT) && (c = at_point(POINT_EXIT)))
		tally_add(&c->filtered, exit_len);
}

/* A frame on its way through the program. */
struct passage {
	__u64 id;
	__u32 len[POINTS_MAX];
	struct parsed hdr[POINTS_MAX];
	__u32 got[POINTS_MAX];		/* by build(); SAMPLED_OUT ...: at both points */
	__u32 told;			/* by judge_flow() */
	__u64 begin;			/* the head of the ring before the call */
};

/*
 * The filter wants it. Whether it is one of those that are kept shows here, at both points or at
 * none, and before what else is wanted of it: by chance, so it makes no difference.
 */
static __always_inline void set_out(struct passage *p)
{
	const int out = setting(sample) && is_sampled_out();

	p->got[POINT_ENTRY] = p->got[POINT_EXIT] = out ? SAMPLED_OUT : NOT_COPIED;
	p->id = out ? 0 : next_id();
	p->told = 0;
}

/* Known to the verifier where all are kept, as is the next one. */
static __always_inline int was_sampled_out(const struct passage *p)
{
	return setting(sample) && p->got[POINT_ENTRY] == SAMPLED_OUT;
}

/*
 * It is wanted by all that is asked, and left out on purpose. What nobody wants is in no flow, and
 * not too many. The flow is that of what came in. (With PREEMPT_RT another program may have looked
 * at a packet of another one meanwhile, which has it then.)
 */
static __always_inline int is_left_out(struct passage *p)
{
	__u32 why = was_sampled_out(p) ? SAMPLED_OUT : 0;

	if (!setting(sample) && !setting(flows))
		return 0;
	if (setting(flows)) {
		p->told = judge_flow(&p->hdr[POINT_ENTRY], p->len[POINT_ENTRY]);
		if (p->told & FLOW_WHY)
			why = p->told & FLOW_WHY;
	}
	if (!why && setting(sample) && is_over_rate())
		why = RATE_LIMITED;
	if (!why)
		return 0;
	p->got[POINT_ENTRY] = p->got[POINT_EXIT] = why;
	return 1;
}

/* Builds the record of the entry, which is nobody's yet. */
static __always_inline void enter(FRAME *ctx, struct passage *p)
{
	struct note note = { POINT_ENTRY, setting(iface), setting(hook), p->id, slots, 0, 0 };
	struct cpu_ring *r;

	parse(ctx, &p->hdr[POINT_ENTRY], p->len[POINT_ENTRY], 0);
	if (setting(flows))
		look_at_flow(ctx, &p->hdr[POINT_ENTRY], setting(flow_iface));
	if (!is_at(POINT_ENTRY) || was_sampled_out(p) || !(r = free_ring()))
		return;
	p->begin = r->head;
	note.flags = trigger_flags(ctx, p->len[POINT_ENTRY], FILTER_ENTRY);
	set_busy(r, 1);
	p->got[POINT_ENTRY] = build(r, p->begin, ctx, &p->hdr[POINT_ENTRY], p->len[POINT_ENTRY],
				    &note);
	set_busy(r, 0);
}

/* It triggers, if its record at @at, which is to be the consumer's, says so. */
static __always_inline void count_trigger(struct cpu_ring *r, __u64 at, __u32 point)
{
	struct counters *c = at_point(point);

	if (c && record_at(r, at)->flags & EVENT_TRIGGERS)
		c->triggers++;
}

/* The record of the exit, at @head. Returns its bytes. */
static __always_inline __u32 leave(FRAME *ctx, struct passage *p, struct cpu_ring *r,
				   __u64 head, __u32 verdict)
{
	struct note note = { POINT_EXIT, setting(exit_iface), EVENT_XDP_AFTER, p->id, slots, 0, 0 };
	__u32 got;

	parse(ctx, &p->hdr[POINT_EXIT], p->len[POINT_EXIT], 0);
	note.flags = trigger_flags(ctx, p->len[POINT_EXIT], FILTER_EXIT);
	got = build(r, head, ctx, &p->hdr[POINT_EXIT], p->len[POINT_EXIT], &note);
	p->got[POINT_EXIT] = got;
	if (got <= NO_RECORD)
		return 0;
	record_at(r, head)->verdict = verdict_byte(verdict);
	if (setting(has_trigger))
		count_trigger(r, head, POINT_EXIT);
	return got;
}

/*
 * Is the record of the entry still there? With PREEMPT_RT another program of ours may have run on
 * this CPU meanwhile: it has moved the head, or built a record in the same place that nobody
 * wanted.
 */
static __always_inline int is_there(struct cpu_ring *r, const struct passage *p)
{
	return r && r->head == p->begin && *(__u64 *)record_at(r, p->begin)->data == p->id;
}

/* It is wanted: the records become the consumer's. */
static __always_inline void hand_over(FRAME *ctx, struct passage *p, __u32 verdict)
{
	struct cpu_ring *r = free_ring();
	__u64 head;

	if (p->got[POINT_ENTRY] > NO_RECORD && !is_there(r, p))
		p->got[POINT_ENTRY] = NOT_COPIED;
	if (!r)
		return;
	set_busy(r, 1);
	head = r->head;
	if (p->got[POINT_ENTRY] > NO_RECORD) {
		if (!is_at(POINT_EXIT))
			record_at(r, head)->verdict = verdict_byte(verdict);
		if (setting(has_trigger))
			count_trigger(r, head, POINT_ENTRY);
		head += p->got[POINT_ENTRY];
	}
	if (is_at(POINT_EXIT))
		head += leave(ctx, p, r, head, verdict);
	if (head != r->head)
		publish(r, head);
	set_busy(r, 0);
}

/* What the exit is asked for: its record, or what a filter says of it. */
static __always_inline int asks_exit(void)
{
	return is_at(POINT_EXIT) || setting(has_exit_filter);
}

/* It has come out, with this verdict. */
static __always_inline void come_out(FRAME *ctx, struct passage *p, __u32 verdict)
{
	int wanted;

	if (asks_exit())
		p->len[POINT_EXIT] = frame_len(ctx, 0);
	wanted = is_wanted(verdict) &&
		 (!setting(has_exit_filter) || filter_here(ctx, p->len[POINT_EXIT], FILTER_EXIT));
	if (wanted && !is_left_out(p))
		hand_over(ctx, p, verdict);
	else if (wanted && is_at(POINT_EXIT))
		parse(ctx, &p->hdr[POINT_EXIT], p->len[POINT_EXIT], 0);
	if (is_at(POINT_ENTRY))
		close_books(POINT_ENTRY, wanted, &p->hdr[POINT_ENTRY], p->len[POINT_ENTRY],
			    p->got[POINT_ENTRY], p->told);
	if (is_at(POINT_EXIT))
		close_books(POINT_EXIT, wanted, &p->hdr[POINT_EXIT], p->len[POINT_EXIT],
			    p->got[POINT_EXIT], p->told);
}

#endif
