/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What every capture program does, wherever it is attached: asks the filter, counts a frame, parses
 * its headers, and copies its time, what it is and its first bytes into the ring of this CPU. The
 * frame itself is never touched.
 *
 * A program defines, before it includes this, FRAME, the type of its context, and FRAME_MAX, the
 * bytes that it can load of the frame ctx; if need be POINTS, at how many points it captures, META,
 * what its records tell before the bytes of a packet, FRAME_LOADS, that its filter loads by
 * frame_word(), OTHER_FUNCTIONS, calls of those that are not inlined, FRAME_IFINDEX, the number of
 * the interface of the frame ctx, if it can be loaded for several, and FRAME_TAG, with FRAME_LOADS:
 * the VLAN tag that is beside the bytes of the frame ctx, not 0 if there is one, which is asked
 * once for each, WITHOUT_TRIGGER, that there is no room on its stack for a trigger; and behind it
 * seven functions, one more with META, and its entry, which calls capture() and returns its
 * verdict.
 */
#ifndef XDPDUMP_CAPTURE_H
#define XDPDUMP_CAPTURE_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#include "bpf/event.h"
#include "bpf/parse_usual.h"

#ifndef POINTS
#define POINTS	1
#endif
#ifndef OTHER_FUNCTIONS
#define OTHER_FUNCTIONS(ctx)	((void)0)
#endif
#ifndef META
#define META	0	/* of enum event_meta */
#define frame_meta(ctx, note, words)	((void)0)
#endif

/*
 * What loads a number is told of the tag as filters are: by their third argument, unless that
 * chooses one of two.
 */
#ifdef FRAME_TAG
#define TAG_ARGUMENT(tag)	, tag
#define FRAME_FILTER(tag)	tag
#else
#define FRAME_TAG(ctx)		0
#define TAG_ARGUMENT(tag)
#define FRAME_FILTER(tag)	FILTER_ENTRY
#endif

/* Bytes of the frame on the wire, at least 1. */
static __always_inline __u32 frame_len(FRAME *ctx, __u32 tag);

/* The bytes that can be read directly, up to *end; there may be none of them. */
static __always_inline const __u8 *frame_linear(FRAME *ctx, const __u8 **end);

/* But these are not the start of the frame, as something is missing in them. */
static __always_inline int frame_is_elsewhere(FRAME *ctx, __u32 tag);

/*
 * Copies the first @n bytes, 1 to FRAME_MAX, wherever they are; never more than @most, a constant.
 * 0, or it has failed.
 */
static __always_inline long frame_load(FRAME *ctx, __u32 tag, __u8 *to, __u64 n, __u32 most);

/* Of the interface, or EVENT_NO_QUEUE. */
static __always_inline __u16 frame_queue(FRAME *ctx);

/* EVENT_CHECKSUM_PARTIAL ... */
static __always_inline __u8 frame_offload(FRAME *ctx);

/* Its headers. */
static __always_inline void frame_parse(struct cursor *c, struct parsed *hdr);

#ifdef FRAME_LOADS
/*
 * The number that classic BPF loads: @n bytes at @off, big-endian; WORD_NOT_THERE where the frame
 * ends before. Filters call it (filter/to_ebpf.c), so it is not static: the verifier looks at it
 * once.
 */
#define WORD_NOT_THERE	(1ull << 32)
__noinline __u64 frame_word(FRAME *ctx, __u32 off, __u32 n TAG_ARGUMENT(__u32 tag));
#endif

char gpl_compatible[] SEC("license") = "Dual MIT/GPL";

const volatile struct program_settings settings SEC(PROGRAM_SETTINGS);

/*
 * Each names the address anew: else the compiler keeps it in a register, and what was there on the
 * stack.
 */
#define setting(x)	__extension__ ({				\
		const volatile struct program_settings *s_;	\
								\
		asm volatile("%0 = settings ll" : "=r"(s_));	\
		s_->x;						\
	})

struct slot slots[SLOTS] SEC(PROGRAM_SLOTS);

#ifdef FRAME_IFINDEX
/* Frames of interfaces that it is not loaded for; they pass. */
__u32 strays;
#endif

/* struct cpu_ring, one for each CPU. Made by userspace, which knows the sizes (kernel/rings.c). */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct cpu_ring));
} rings SEC(".maps");

/* Carries no data: it is what a sleeping consumer can wait on. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} bell SEC(".maps");

/* At each point; of a program for several interfaces, of each slot. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, POINTS);	/* replaced there: SLOTS */
	__type(key, __u32);
	__type(value, struct counters);
} counters SEC(".maps");

/* Above all the start of frames whose headers are not in the first buffer, as with header split. */
enum { SCRATCH = 512, COPY_MAX = 512 };
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8[SCRATCH + EVENT_PIECE]);
} scratch SEC(".maps");

static __always_inline void *only_value(void *map)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(map, &zero);
}

/* Its headers into *hdr, which is zeros. */
static __always_inline void parse_here(FRAME *ctx, struct parsed *hdr, __u32 len, __u32 tag)
{
	const __u8 *end, *data = frame_linear(ctx, &end);
	__u32 linear = frame_is_elsewhere(ctx, tag) ? 0 : end - data;
	struct cursor c;
	__u8 *copy;

	c = cursor_init(data, linear, len, PARSE_REACH);
	c.end = end;
	if (linear < SCRATCH && linear < len && (copy = only_value(&scratch))) {
		__u32 n = len < FRAME_MAX ? len : FRAME_MAX;
		__u64 last = (n < SCRATCH ? n : SCRATCH) - 1;

		asm volatile("" : "+r"(last));
		n = (last & (SCRATCH - 1)) + 1;
		if (!frame_load(ctx, tag, copy, n, SCRATCH)) {
			c = cursor_init(copy, n, len, SCRATCH);
			c.end = copy + SCRATCH;
		}
	}
	frame_parse(&c, hdr);
}

/*
 * Not static: the verifier looks at such a function once, whatever the caller does with the
 * outcome.
 */
__noinline int parse(FRAME *ctx, struct parsed *hdr, __u32 len, __u32 tag)
{
	/*
	 * else callers, who see that it is not looked at, do not give it, and the
	 * verifier wants it
	 */
	pin(tag);
	if (hdr)
		parse_here(ctx, hdr, len, tag);
	return 0;
}

/*
 * A place holder: whether a frame is captured. Userspace puts the translation of the expression
 * here (filter/to_ebpf.c), before the program is loaded, if it is too long for filter_here(). Not
 * static, so that the verifier looks at it on its own; the assembly keeps the compiler from knowing
 * what it does.
 */
__noinline int filter(FRAME *ctx, __u32 len, __u32 which)
{
	int mark;

#ifdef FRAME_LOADS
	/* that is where userspace finds it */
	ctx = (void *)(long)frame_word(ctx, len, which TAG_ARGUMENT(which));
#endif
	asm volatile("%0 = %1" : "=r"(mark) : "i"(FILTER_MARK), "r"(ctx), "r"(len), "r"(which));
	return mark;
}

/*
 * The same, as a part of the caller, to which it does not have to return: with what processors do
 * against speculation that is a third of the time of a frame that is not captured. Userspace puts
 * the translation, or a call of filter(), in the place of the two instructions (kernel/places.c);
 * the second one tells where on the stack there is room for it.
 */
static __always_inline int place_here(FRAME *ctx, __u32 len, __u32 which, const int mark)
{
	__u8 room[FILTER_ROOM] __attribute__((aligned(8)));
	register int wanted asm("r0");
	register FRAME *arg1 asm("r1") = ctx;
	register __u64 arg2 asm("r2") = len, arg3 asm("r3") = which;

	asm volatile("r0 = %[mark]\n\tr0 = *(u64 *)%[room]"
		     : "=r"(wanted), "+r"(arg1), "+r"(arg2), "+r"(arg3), [room] "=m"(room)
		     : [mark] "i"(mark)
		     : "r4", "r5", "r6", "r7", "r8", "r9");
	return wanted;
}

static __always_inline int filter_here(FRAME *ctx, __u32 len, __u32 which)
{
	return place_here(ctx, len, which, FILTER_PLACE);
}

/* What the record of a packet says: whether it is what is waited for. */
static __always_inline __u8 trigger_flags(FRAME *ctx, __u32 len, __u32 which)
{
#ifdef WITHOUT_TRIGGER
	return 0;
#endif
	if (!setting(has_trigger))
		return 0;
	return place_here(ctx, len, which, TRIGGER_PLACE) ? EVENT_TRIED | EVENT_TRIGGERS
							  : EVENT_TRIED;
}

/* How many bytes of the frame are to be copied, 1 to snap. */
static __always_inline __u32 wanted(FRAME *ctx __attribute__((unused)), const struct parsed *hdr,
				     __u32 len)
{
	__u32 n = len;

	if (setting(headers_only)) {
		const __u32 least = setting(raw) ? 1 : ETH_HLEN;

		if (n > least)
			n = hdr->hdr_len < least ? least : hdr->hdr_len < n ? hdr->hdr_len : n;
	}
	if (n > FRAME_MAX)
		n = FRAME_MAX;
	return n < setting(snap) ? n : setting(snap);
}

/* @n is a constant. */
static __always_inline void copy_words(__u8 *to, const __u8 *from, int n)
{
	for (int i = 0; i < n; i++)
		((__u64 *)to)[i] = ((const __u64 *)from)[i];
}

/*
 * Copies @n bytes of the first buffer, in steps of 32, the last step overlapping the one before:
 * for the bytes of a packet the helper takes longer than all the rest of a record. False: too few
 * or too many for that, or not all in the first buffer.
 */
static __always_inline int copy_linear(FRAME *ctx, __u32 tag, __u8 *to, __u64 n)
{
	const __u8 *end, *data = frame_linear(ctx, &end);
	__u64 rest = n - 32;

	if (n > COPY_MAX || n < 32 || frame_is_elsewhere(ctx, tag))
		return 0;
#pragma unroll
	for (__u32 i = 0; i < COPY_MAX; i += 32) {
		if (n < i + 32)
			break;
		if (data + i + 32 > end)
			return 0;
		copy_words(to + i, data + i, 4);
	}
	if (n % 32 == 0)
		return 1;
	pin(rest);
	if (rest > COPY_MAX - 32)
		return 0;
	data += rest;
	if (data + 32 > end)
		return 0;
	copy_words(to + rest, data, 4);
	return 1;
}

/* Where it cannot be rung now, the next packet tries again. */
static __always_inline void wake_consumer(struct cpu_ring *r)
{
	void *nothing = bpf_ringbuf_reserve(&bell, 8, 0);

	if (!nothing)
		return;
	r->asleep = 0;
	bpf_ringbuf_discard(nothing, BPF_RB_FORCE_WAKEUP);
}

/* What is said of a packet in its record, beside its bytes. */
struct note {
	__u32 point;
	__u16 iface;
	__u8 hook;
	__u64 id;			/* with META_ID */
	struct slot *slot;
	__u32 tag;
	__u8 flags;			/* trigger_flags() */
};

#ifndef frame_meta
/* What stands before the packet: event_meta_words(META). */
static __always_inline void frame_meta(FRAME *ctx, const struct note *note, __u64 *words);
#endif

/* What became of it, if no record was made; else the bytes that it takes in the ring. */
enum {
	RING_FULL,
	NOT_COPIED,
	SAMPLED_OUT,	/* this and what follows: left out on purpose */
	FLOW_CUT,
	RATE_LIMITED,
	ONLY_COUNTED,
	NO_RECORD = ONLY_COUNTED
};

/*
 * Builds a record at position @at of @r, which is the head or behind it: it is nobody's until the
 * head is moved. Only this CPU writes there, and nothing else runs on it until we are done.
 */
static __always_inline __u32 build(struct cpu_ring *r, __u64 at, FRAME *ctx,
				   const struct parsed *hdr, __u32 len, const struct note *note)
{
	__u32 caplen = wanted(ctx, hdr, len);
	const __u32 room = event_room(caplen + 8 * event_meta_words(META));
	/* the position of the last byte: bounds it, caplen is at least 1 */
	__u64 last = caplen - 1;
	struct event *ev;
	__u8 *data;

	if (at + room - *(volatile __u64 *)&r->tail > setting(ring_size))
		return RING_FULL;
	ev = (void *)&r->data[at & (setting(ring_size) - 1)];
	ev->tai_ns = bpf_ktime_get_tai_ns();
	ev->len = len;
	ev->lost = *(volatile __u32 *)&note->slot->lost[note->point];
	ev->caplen = caplen;
	ev->iface = note->iface;
	ev->hdr = *hdr;
	ev->hook = note->hook;
	ev->meta = META;
	ev->verdict = 0;
	ev->flags = frame_offload(ctx);
#ifndef WITHOUT_TRIGGER
	if (setting(has_trigger))
		ev->flags |= note->flags;
#endif
	ev->queue = frame_queue(ctx);
	data = ev->data;
	frame_meta(ctx, note, (__u64 *)data);
	data += 8 * event_meta_words(META);
	/* else the compiler, which knows the bound, leaves nothing for the verifier */
	asm volatile("" : "+r"(last));
	if (last >= setting(snap) ||
	    (!copy_linear(ctx, note->tag, data, last + 1) &&
	     frame_load(ctx, note->tag, data, last + 1, setting(snap))))
		return NOT_COPIED;
	return room;
}

static __always_inline struct event *record_at(struct cpu_ring *r, __u64 at)
{
	return (void *)&r->data[at & (setting(ring_size) - 1)];
}

/* Moves the head: records before it are the consumer's. */
static __always_inline void publish(struct cpu_ring *r, __u64 head)
{
	/*
	 * An exchange, because it orders: the record is there before the new head is, and the new
	 * head before we look whether the consumer sleeps. It does these two things the other way
	 * round (rings_sleep() in kernel/rings.c).
	 */
	__sync_lock_test_and_set(&r->head, head);
	if (*(volatile __u32 *)&r->asleep)
		wake_consumer(r);
}

/* It was left out on purpose, for this reason. */
static __always_inline void count_left_out(struct counters *c, __u32 why)
{
	if (why == SAMPLED_OUT)
		c->sampled_out++;
	else if (why == FLOW_CUT)
		c->flow_cut++;
	else if (why == RATE_LIMITED)
		c->rate_limited++;
	else
		c->only_counted++;
}

/*
 * What became of a packet goes into the books. @got: what build() has returned, or SAMPLED_OUT ...;
 * @flags: trigger_flags().
 */
static __always_inline void account(struct counters *c, __u32 *lost, __u32 got, __u8 flags)
{
	if (got > NO_RECORD) {
		c->delivered++;
		if (flags & EVENT_TRIGGERS)
			c->triggers++;
		return;
	}
	if (got >= SAMPLED_OUT) {
		count_left_out(c, got);
		return;
	}
	if (got == RING_FULL)
		c->ring_full++;
	else
		c->error++;
	__sync_fetch_and_add(lost, 1);
}

/* The ring of a CPU, if it has one. */
static __always_inline struct cpu_ring *ring_of(__u32 cpu)
{
	return bpf_map_lookup_elem(&rings, &cpu);
}

static __always_inline struct cpu_ring *own_ring(void)
{
	return ring_of(bpf_get_smp_processor_id());
}

#include "bpf/flows.h"
#include "bpf/left_out.h"

/*
 * The ring of this CPU, unless it is being written to. A CPU runs one program at a time, with
 * softirqs off. With PREEMPT_RT one may interrupt another, finds the ring busy, and its packet is
 * an error; that they take turns within these few instructions is for the kernel's lock of softirqs
 * to prevent.
 */
static __always_inline struct cpu_ring *unless_busy(struct cpu_ring *r)
{
	return r && !*(volatile __u32 *)&r->busy ? r : (void *)0;
}

static __always_inline struct cpu_ring *free_ring(void)
{
	return unless_busy(own_ring());
}

static __always_inline void set_busy(struct cpu_ring *r, __u32 busy)
{
	*(volatile __u32 *)&r->busy = busy;
}

/* @own: @slot is the first one, and of the only interface there is; known to the compiler. */
static __always_inline void deliver(FRAME *ctx, struct counters *c, struct slot *slot, int own,
				    const struct parsed *hdr, __u32 len, __u32 tag)
{
	const struct note note = { .iface = own ? setting(iface) : slot->iface,
				   .hook = setting(hook), .slot = slot, .tag = tag,
				   .flags = trigger_flags(ctx, len, FRAME_FILTER(tag)) };
	struct cpu_ring *r = free_ring();
	__u32 got = NOT_COPIED;

	if (!r) {
		account(c, &slot->lost[note.point], got, 0);
		return;
	}
	set_busy(r, 1);
	got = build(r, r->head, ctx, hdr, len, &note);
	account(c, &slot->lost[note.point], got, note.flags);
	if (got > NO_RECORD)
		publish(r, r->head + got);
	set_busy(r, 0);
}

/* A frame of the interface in @slot. */
static __always_inline void capture_of(FRAME *ctx, struct slot *slot, __u32 at, int own, __u32 len,
				       __u32 tag, int wanted)
{
	struct counters *c = bpf_map_lookup_elem(&counters, &at);
	struct parsed hdr = {};
	__u32 told = 0, why;

	if (!c)
		return;
	if (!wanted) {
		tally_add(&c->filtered, len);
		return;
	}
	if (setting(flows))
		told = flow_verdict(ctx, &hdr, len, tag,
				    own ? setting(flow_iface) : slot->flow_iface);
	else
		parse(ctx, &hdr, len, tag);
	count_packet(c, &hdr, len);
	count_told(c, told);
	why = left_out(told);
	if (why)
		count_left_out(c, why);
	else
		deliver(ctx, c, slot, own, &hdr, len, tag);
}

#ifdef FRAME_IFINDEX
/*
 * A driver may run the program of one device for the frames of another, as bonds do: nobody has
 * given that a slot.
 */
static __always_inline void capture_shared(FRAME *ctx, __u32 len, __u32 tag, int wanted)
{
	__u32 ifindex = FRAME_IFINDEX, at = ifindex % SLOTS;
	struct slot *slot = &slots[at];

	if (slot->ifindex == ifindex)
		capture_of(ctx, slot, at, 0, len, tag, wanted);
	else
		__sync_fetch_and_add(&strays, 1);
}
#endif

/* libbpf puts functions in the order of their calls, and filter() has to be the last one */
static __always_inline void order_functions(FRAME *ctx, __u32 len, __u32 tag)
{
	struct parsed hdr;

	parse(ctx, &hdr, len, tag);
	flow_verdict(ctx, &hdr, len, tag, 0);
	look_at_flow(ctx, &hdr, 0);
	judge_flow(&hdr, len);
#ifdef FRAME_LOADS
	frame_word(ctx, 0, 0 TAG_ARGUMENT(0));
#endif
	OTHER_FUNCTIONS(ctx);
	filter(ctx, len, tag);
}

/*
 * All of it. What the verdict is on the frame is none of its business. What is behind the filter,
 * whose place is the only one, is there twice, and once when it is loaded, so that an interface
 * with a program of its own pays nothing for the others.
 */
static __always_inline void capture(FRAME *ctx)
{
	__u32 tag = FRAME_TAG(ctx);
	__u32 len = frame_len(ctx, tag);
	int wanted;

	if (setting(never))
		order_functions(ctx, len, tag);
	wanted = !setting(has_filter) || filter_here(ctx, len, FRAME_FILTER(tag));
#ifdef FRAME_IFINDEX
	if (setting(shared)) {
		capture_shared(ctx, len, tag, wanted);
		return;
	}
#endif
	capture_of(ctx, slots, 0, 1, len, tag, wanted);
}

#endif
