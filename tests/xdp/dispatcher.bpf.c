// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Like the dispatcher of libxdp, with room for two programs. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "tests/xdp/dispatcher.h"

enum { NOT_REPLACED = 31 };

const volatile struct dispatcher_config conf = {
	.magic = DISPATCHER_MAGIC,
	.version = DISPATCHER_VERSION,
	.n_programs = 2,
	.chain = { 1 << XDP_PASS, 1u << NOT_REPLACED | 1 << XDP_PASS | 1 << XDP_TX },
	.priority = { 10, 50 },
};

/* What replaces it may change the frame only if it does so itself, since Linux 6.13. */
#define PLACE(name)						\
	__noinline int name(struct xdp_md *ctx)			\
	{							\
		volatile int verdict = NOT_REPLACED;		\
								\
		if (!ctx || bpf_xdp_adjust_head(ctx, 0))	\
			return XDP_ABORTED;			\
		return verdict;					\
	}

PLACE(prog0)
PLACE(prog1)

SEC("xdp")
int xdp_dispatcher(struct xdp_md *ctx)
{
	int verdict = prog0(ctx);

	if (!(1u << verdict & conf.chain[0]))
		return verdict;
	verdict = prog1(ctx);
	return 1u << verdict & conf.chain[1] ? XDP_PASS : verdict;
}

char gpl_compatible[] SEC("license") = "Dual MIT/GPL";
