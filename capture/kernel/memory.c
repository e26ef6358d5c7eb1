// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The kernel is asked by a program that runs once. */
#include <bpf/bpf.h>

#include "capture/base/util.h"
#include "capture/kernel/memory.h"
#include "find_memory.skel.h"

static void skeleton_closep(struct find_memory **b)
{
	find_memory__destroy(*b);
}

struct memory memory_find(void)
{
	cleanup(skeleton_closep) struct find_memory *b = find_memory__open_and_load();
	struct memory m = { .pages = 0 };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &m, .ctx_size_in = sizeof(m));

	if (!b || bpf_prog_test_run_opts(bpf_program__fd(b->progs.xdpdump_memory), &opts) ||
	    opts.retval)
		return (struct memory){ .pages = 0 };
	return m;
}
