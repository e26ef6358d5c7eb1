/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What bpf/bench.bpf.c and replay/bench_kernel.c agree on. */
#ifndef XDPDUMP_BENCH_RECORD_H
#define XDPDUMP_BENCH_RECORD_H

#include "bpf/event.h"

enum {
	/* bytes of a frame, which has at least as many */
	BENCH_SNAP	= 96,
	BENCH_RECORD	= sizeof(struct event) + BENCH_SNAP,
	BENCH_BATCH	= 8,				/* packets that travel together */
	BENCH_RING	= 16 * 1024 * 1024,		/* bytes, a power of two */
};

/*
 * A ring of one CPU in a mapped array. Positions count bytes for ever; a record that wraps goes on
 * behind the end.
 */
struct bench_lane {
	__u64 produced __attribute__((aligned(64)));	/* written by the program */
	__u64 consumed __attribute__((aligned(64)));	/* by userspace */
	__u8 data[BENCH_RING + 4096 - 128] __attribute__((aligned(64)));
};

_Static_assert(sizeof(struct bench_lane) % 4096 == 0, "lanes share no page");
_Static_assert(BENCH_RECORD <= 4096 - 128, "a record fits behind the end");

#endif
