// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * tc, on the way in and out. With Linux 6.6 there is room for any number of programs there (tcx),
 * each with a link of its own, before that they are filters of a qdisc. Ours is where packet
 * sockets are: on the way in before the others, on the way out behind them.
 */
#include <bpf/bpf.h>

#include "capture/base/util.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/kernel_types.h"
#include "process.skel.h"
#include "tc.skel.h"

/* linux/bpf.h of 6.6: of enum bpf_attach_type, where egress is the next one, and BPF_F_BEFORE */
enum { TCX_INGRESS = 46, BEFORE_OTHERS = 1 << 3 };

/* Whether a checksum is complete is not in the context of a program. */
static void settle(struct program_settings *s)
{
	const struct kernel_types *t = kernel_types();

	if (!t->has_ip_summed || t->ip_summed_bit / 8 > UINT16_MAX)
		return;
	s->ip_summed_off = t->ip_summed_bit / 8;
	s->ip_summed_shift = t->ip_summed_bit % 8;
}

static int attach_at(struct hook *h, int ifindex, bool out)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = out ? 0 : BEFORE_OTHERS);
	int err;

	h->link_fd = bpf_link_create(object_program_fd(h->object), ifindex,
				     TCX_INGRESS + out, &opts);
	if (h->link_fd != -EINVAL)
		return h->link_fd < 0 ? h->link_fd : 0;
	err = clsact_attach(&h->clsact, ifindex, out, object_program_fd(h->object));
	h->taken = !err;
	return err;
}

static int attach_in(struct hook *h, int ifindex, enum xdp_mode mode is_unused)
{
	return attach_at(h, ifindex, false);
}

static int attach_out(struct hook *h, int ifindex, enum xdp_mode mode is_unused)
{
	return attach_at(h, ifindex, true);
}

static int replace(struct hook *h, const struct object *next)
{
	return h->taken ? clsact_replace(&h->clsact, object_program_fd(next))
			: hook_replace_link(h, next);
}

static int detach(struct hook *h)
{
	if (!h->taken)
		return hook_detach_link(h);
	clsact_detach(&h->clsact);
	h->taken = false;
	return 0;
}

static bool is_lost(const struct hook *h)
{
	return h->taken ? clsact_program(&h->clsact) != object_program_id(h->object)
			: hook_link_is_lost(h);
}

static const struct object_program program = {
	.elf = tc__elf_bytes,
	.section = "tc",
	.type = BPF_PROG_TYPE_SCHED_CLS,
};

static const struct object_program with_process = {
	.elf = process__elf_bytes,
	.section = "tc",
	.type = BPF_PROG_TYPE_SCHED_CLS,
};

#define AT_TC(way, program)						\
	.programs = &program, .n_programs = 1, .loads = &filter_loads_tc, .attach = attach_##way,	\
	.settle = settle, .replace = replace, .detach = detach, .is_lost = is_lost

const struct hook_ops hook_tc_in = { AT_TC(in, program), .at = EVENT_TC_IN };
const struct hook_ops hook_tc_out = { AT_TC(out, program), .at = EVENT_TC_OUT };
const struct hook_ops hook_tc_process = { AT_TC(out, with_process), .at = EVENT_TC_OUT };
