/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * An XDP program over one frame at a time by BPF_PROG_TEST_RUN, attached to nothing: what it
 * decides, what it makes of the frame, and how long it takes. The kernel's side is
 * bpf_prog_test_run_xdp() in net/bpf/test_run.c.
 */
#ifndef XDPDUMP_KERNEL_TEST_RUN_H
#define XDPDUMP_KERNEL_TEST_RUN_H

#include <stdbool.h>
#include <stdint.h>

struct test_run;

/* ETH_HLEN: with less the kernel runs no program. */
enum { TEST_RUN_MIN = 14 };

/* Where the frame seems to come from. Interface 0: the loopback of this network namespace. */
struct test_run_settings {
	uint32_t ifindex, queue;
};

struct test_run_result {
	uint64_t action;		/* enum xdp_action, or whatever it returned */
	/* the frame as the program left it, behind its metadata; until the next call */
	const uint8_t *data;
	uint32_t len;			/* bytes */
	bool changed;			/* its bytes, its length, or metadata in front of it */
};

/*
 * For the program @fd, an XDP program, which stays the caller's. -ENODEV, -EINVAL: the interface or
 * its queue is not there.
 */
int test_run_open(struct test_run **t, int fd, const struct test_run_settings *s);

/*
 * The longest frame that the program takes, in bytes: what fits into one page, beside headroom and
 * the kernel's own, unless it was loaded for fragments (xdp.frags). UINT32_MAX: as many as the
 * kernel has fragments for, which it tells by -E2BIG.
 */
uint32_t test_run_max(const struct test_run *t);

/*
 * Runs it once, over @len bytes of at least TEST_RUN_MIN. -E2BIG: more than the kernel takes.
 * -EINVAL: the program is one of a device or CPU map, or bound to a device.
 */
int test_run_frame(struct test_run *t, const void *data, uint32_t len, struct test_run_result *r);

/*
 * The time that it takes, in ns per run, of @n runs over the frame of the last test_run_frame(),
 * above that of an empty program. The kernel repeats by itself, which is exact to a ns, but hands
 * each run the frame that the last one left: so it does for a frame that is not changed, and a
 * changed one is given to it anew each time, and of these the median counts, to some 20 ns.
 */
int test_run_time(struct test_run *t, uint32_t n, uint64_t *ns);

/* Returns NULL. */
struct test_run *test_run_close(struct test_run *t);

#endif
