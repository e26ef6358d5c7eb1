// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What replay/bench_kernel.c measures: the capture program built up feature by feature, and the
 * ways to bring a packet to userspace side by side, each as small as it can be. None of them
 * touches the frame; all answer XDP_PASS.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bpf/bench.h"

char gpl_compatible[] SEC("license") = "Dual MIT/GPL";

/* Packets that found no room, on any CPU. A run that has some is not valid. */
__u64 failed;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counters);
} counters SEC(".maps");

/* One for all CPUs, behind one lock. */
struct ringbuf {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, BENCH_RING);
} shared SEC(".maps");

/* One for each CPU; userspace makes and enters them. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);		/* replaced: the number of CPUs, as for lanes */
	__type(key, __u32);
	__array(values, struct ringbuf);
} ringbufs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bench_lane);
} lanes SEC(".maps");

struct batch {
	__u64 n;
	__u8 record[BENCH_BATCH][BENCH_RECORD];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct batch);
} batches SEC(".maps");

static __always_inline void *value_at(void *map, __u32 key)
{
	return bpf_map_lookup_elem(map, &key);
}

static __always_inline int fail(void)
{
	__sync_fetch_and_add(&failed, 1);
	return XDP_PASS;
}

/* ---- feature by feature: each has all that those before it have ---- */

SEC("xdp.frags")
int null(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_PASS;
}

enum feature { COUNT, PARSE, TIME, RING, COPY };

/*
 * As in the capture program, without the detour of frames whose headers are not in the first
 * buffer.
 */
__noinline int parse(struct xdp_md *ctx, struct event *ev)
{
	const __u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct parsed hdr = {};
	struct cursor c;

	if (!ev)
		return 0;
	c = cursor_init(data, end - data, ev->len, PARSE_REACH);
	c.end = end;
	parse_frame(&c, &hdr);
	ev->hdr = hdr;
	return 0;
}

static __always_inline int features(struct xdp_md *ctx, enum feature last)
{
	struct counters *c = value_at(&counters, 0);
	struct event head = {};
	struct event *ev;

	if (!c)
		return fail();
	head.len = bpf_xdp_get_buff_len(ctx);
	if (last >= PARSE)
		parse(ctx, &head);
	count_packet(c, &head.hdr, head.len);
	if (last >= TIME)
		head.tai_ns = bpf_ktime_get_tai_ns();
	if (last >= RING) {
		ev = bpf_ringbuf_reserve(&shared, BENCH_RECORD, 0);
		if (!ev)
			return fail();
		*ev = head;
		if (last >= COPY && bpf_xdp_load_bytes(ctx, 0, ev->data, BENCH_SNAP)) {
			bpf_ringbuf_discard(ev, BPF_RB_NO_WAKEUP);
			return fail();
		}
		bpf_ringbuf_submit(ev, BPF_RB_NO_WAKEUP);
	}
	return XDP_PASS;
}

SEC("xdp.frags")
int count(struct xdp_md *ctx)
{
	return features(ctx, COUNT);
}

SEC("xdp.frags")
int count_parse(struct xdp_md *ctx)
{
	return features(ctx, PARSE);
}

SEC("xdp.frags")
int count_parse_time(struct xdp_md *ctx)
{
	return features(ctx, TIME);
}

SEC("xdp.frags")
int count_parse_time_ring(struct xdp_md *ctx)
{
	return features(ctx, RING);
}

SEC("xdp.frags")
int count_parse_time_ring_copy(struct xdp_md *ctx)
{
	return features(ctx, COPY);
}

/* ---- transports: the time, a head, and the first bytes of the frame ---- */

static __always_inline int fill(struct xdp_md *ctx, struct event *ev)
{
	*ev = (struct event){ .tai_ns = bpf_ktime_get_tai_ns(), .len = ctx->data_end - ctx->data,
				  .caplen = BENCH_SNAP };
	return bpf_xdp_load_bytes(ctx, 0, ev->data, BENCH_SNAP);
}

static __always_inline int through_ringbuf(struct xdp_md *ctx, void *ringbuf)
{
	struct event *ev = bpf_ringbuf_reserve(ringbuf, BENCH_RECORD, 0);

	if (!ev)
		return fail();
	if (fill(ctx, ev)) {
		bpf_ringbuf_discard(ev, BPF_RB_NO_WAKEUP);
		return fail();
	}
	bpf_ringbuf_submit(ev, BPF_RB_NO_WAKEUP);
	return XDP_PASS;
}

SEC("xdp.frags")
int ringbuf_shared(struct xdp_md *ctx)
{
	return through_ringbuf(ctx, &shared);
}

SEC("xdp.frags")
int ringbuf_per_cpu(struct xdp_md *ctx)
{
	void *ringbuf = value_at(&ringbufs, bpf_get_smp_processor_id());

	return ringbuf ? through_ringbuf(ctx, ringbuf) : fail();
}

/*
 * The same, but copied by the program itself instead of the helper: only where the bytes are in the
 * first buffer.
 */
static __always_inline int fill_by_words(struct xdp_md *ctx, struct event *ev)
{
	const __u64 *from = (void *)(long)ctx->data;
	__u64 *to = (__u64 *)ev->data;

	if ((void *)from + BENCH_SNAP > (void *)(long)ctx->data_end)
		return -1;
	*ev = (struct event){ .tai_ns = bpf_ktime_get_tai_ns(),
			      .len = ctx->data_end - ctx->data,
			      .caplen = BENCH_SNAP };
#pragma unroll
	for (int i = 0; i < BENCH_SNAP / 8; i++)
		to[i] = from[i];
	return 0;
}

/*
 * A ring of our own. A record is complete before the new position can be seen: x86 keeps the order
 * of stores, elsewhere that takes the exchange, which is a full barrier.
 */
static __always_inline int through_lane(struct xdp_md *ctx, int exchange, int by_words)
{
	struct bench_lane *lane = value_at(&lanes, bpf_get_smp_processor_id());
	struct event *ev;
	__u64 pos;

	if (!lane)
		return fail();
	pos = lane->produced;
	if (pos + BENCH_RECORD - *(volatile __u64 *)&lane->consumed > BENCH_RING)
		return fail();
	ev = (void *)(lane->data + (pos & (BENCH_RING - 1)));
	if (by_words ? fill_by_words(ctx, ev) : fill(ctx, ev))
		return fail();
	pos += BENCH_RECORD;
	if (exchange)
		__sync_lock_test_and_set(&lane->produced, pos);
	else
		*(volatile __u64 *)&lane->produced = pos;
	return XDP_PASS;
}

SEC("xdp.frags")
int lane_store(struct xdp_md *ctx)
{
	return through_lane(ctx, 0, 0);
}

SEC("xdp.frags")
int lane_exchange(struct xdp_md *ctx)
{
	return through_lane(ctx, 1, 0);
}

SEC("xdp.frags")
int lane_words(struct xdp_md *ctx)
{
	return through_lane(ctx, 0, 1);
}

/*
 * BENCH_BATCH packets become one record: the cost of the ring is shared, that of a second copy
 * comes in.
 */
static __always_inline int through_batch(struct xdp_md *ctx, void *ringbuf)
{
	struct batch *b = value_at(&batches, 0);

	if (!b || !ringbuf || fill(ctx, (void *)b->record[b->n % BENCH_BATCH]))
		return fail();
	if (++b->n % BENCH_BATCH == 0 &&
	    bpf_ringbuf_output(ringbuf, b->record, sizeof(b->record), BPF_RB_NO_WAKEUP))
		return fail();
	return XDP_PASS;
}

SEC("xdp.frags")
int batch_shared(struct xdp_md *ctx)
{
	return through_batch(ctx, &shared);
}

SEC("xdp.frags")
int batch_per_cpu(struct xdp_md *ctx)
{
	return through_batch(ctx, value_at(&ringbufs, bpf_get_smp_processor_id()));
}
