// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The capture program: counts a frame, parses its headers, and copies its time, what it is and its first bytes into the
 * ring. The frame itself is never touched and always passed on, whatever fails here.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bpf/event.h"

char gpl_compatible[] SEC("license") = "Dual MIT/GPL";

/* Set before the program is loaded, so that the verifier sees constants. */
const volatile __u32 snap;		/* bytes copied of a frame, 1 to EVENT_SNAP_MAX */
const volatile __u32 snap_room;		/* snap rounded up to 8: the largest record */
const volatile __u16 iface;

/* Set by the consumer before it goes to sleep, cleared by the packet that wakes it (capture/ring.c). */
__u32 consumer_sleeps;

/* Packets lost on all CPUs so far. Only a loss writes it, so reading it for every packet costs little. */
__u32 lost;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);	/* replaced: userspace makes the ring */
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counters);
} counters SEC(".maps");

/* The start of frames whose headers are not in the first buffer, as with header split. */
enum { SCRATCH = 512 };
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8[SCRATCH]);
} scratch SEC(".maps");

static __always_inline void *only_value(void *map)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(map, &zero);
}

/* Puts the frame into a record with @room bytes of data, which is at least ev->caplen and constant for the verifier. */
static __always_inline void deliver(struct xdp_md *ctx, struct counters *c, const struct event *head, __u32 room)
{
	struct event *ev = bpf_ringbuf_reserve(&ring, sizeof(*ev) + room, 0);
	__u64 last = head->caplen - 1;	/* the position of the last byte: bounds it, caplen is at least 1 */
	__u64 wake = BPF_RB_NO_WAKEUP;

	if (!ev) {
		c->ring_full++;
		__sync_fetch_and_add(&lost, 1);
		return;
	}
	*ev = *head;
	asm volatile("" : "+r"(last));	/* else the compiler, which knows the bound, leaves nothing for the verifier */
	if (last >= room || bpf_xdp_load_bytes(ctx, 0, ev->data, last + 1)) {
		bpf_ringbuf_discard(ev, BPF_RB_NO_WAKEUP);
		c->error++;
		__sync_fetch_and_add(&lost, 1);
		return;
	}
	c->delivered++;
	/* Read after the reservation: a consumer that did not see that one has set the flag before (capture/ring.c). */
	if (*(volatile __u32 *)&consumer_sleeps) {
		consumer_sleeps = 0;
		wake = BPF_RB_FORCE_WAKEUP;
	}
	bpf_ringbuf_submit(ev, wake);
}

/* Not static: the verifier looks at such a function once, whatever the caller does with the outcome. */
__noinline int parse(struct xdp_md *ctx, struct event *ev)
{
	const __u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 linear = end - data;
	struct parsed hdr = {};
	struct cursor c;
	__u8 *copy;

	if (!ev)
		return 0;
	c = cursor_init(data, linear, ev->len, PARSE_REACH);
	c.end = end;
	if (linear < SCRATCH && linear < ev->len && (copy = only_value(&scratch))) {
		__u64 last = (ev->len < SCRATCH ? ev->len : SCRATCH) - 1;
		__u32 n;

		asm volatile("" : "+r"(last));
		n = (last & (SCRATCH - 1)) + 1;
		if (!bpf_xdp_load_bytes(ctx, 0, copy, n)) {
			c = cursor_init(copy, n, ev->len, SCRATCH);
			c.end = copy + SCRATCH;
		}
	}
	parse_frame(&c, &hdr);
	ev->hdr = hdr;
	return 0;
}

SEC("xdp.frags")
int xdpdump(struct xdp_md *ctx)
{
	struct counters *c = only_value(&counters);
	struct event ev = {};

	if (!c)
		return XDP_PASS;
	ev.len = bpf_xdp_get_buff_len(ctx);
	parse(ctx, &ev);
	count_packet(c, &ev.hdr, ev.len);

	ev.tai_ns = bpf_ktime_get_tai_ns();
	ev.lost = *(volatile __u32 *)&lost;
	ev.caplen = ev.len < snap ? ev.len : snap;
	ev.queue = ctx->rx_queue_index;
	ev.cpu = bpf_get_smp_processor_id();
	ev.iface = iface;

	/* The ring takes sizes that the verifier knows, so a record has the next larger of a few. */
	if (ev.caplen <= 64 && snap > 64)
		deliver(ctx, c, &ev, 64);
	else if (ev.caplen <= 128 && snap > 128)
		deliver(ctx, c, &ev, 128);
	else if (ev.caplen <= 256 && snap > 256)
		deliver(ctx, c, &ev, 256);
	else if (ev.caplen <= 576 && snap > 576)
		deliver(ctx, c, &ev, 576);
	else if (ev.caplen <= 1024 && snap > 1024)
		deliver(ctx, c, &ev, 1024);
	else if (ev.caplen <= 1520 && snap > 1520)
		deliver(ctx, c, &ev, 1520);
	else if (ev.caplen <= 4096 && snap > 4096)
		deliver(ctx, c, &ev, 4096);
	else if (ev.caplen <= 9216 && snap > 9216)
		deliver(ctx, c, &ev, 9216);
	else
		deliver(ctx, c, &ev, snap_room);
	return XDP_PASS;
}
