// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * XDP, where somebody else's program is, which ours calls from its place. A prog array takes only
 * programs that are loaded like the one that has it: for frames in pieces or not, and for
 * expected_attach_type 0 or BPF_XDP. The kernel tells of neither, so they are tried; and with them
 * the link takes it.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>

#include "capture/base/util.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/front_map.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/takeover.h"
#include "front.skel.h"

#define AS(flags_, attach_type_)	{						\
		.elf = front__elf_bytes, .section = "xdp.frags", .type = BPF_PROG_TYPE_XDP,	\
		.attach_type = attach_type_, .flags = flags_,					\
	}

static const struct object_program programs[] = {
	AS(BPF_F_XDP_HAS_FRAGS, BPF_XDP),
	AS(0, BPF_XDP),
	AS(BPF_F_XDP_HAS_FRAGS, 0),
	AS(0, 0),
};

static int prepare(struct hook *h, const struct object *loaded)
{
	uint32_t key = 0;
	int fd = takeover_program_fd(h->takeover);

	return bpf_map_update_elem(object_map_fd(loaded, FRONT_MAP), &key, &fd, BPF_ANY);
}

static int attach(struct hook *h, int ifindex is_unused, enum xdp_mode mode is_unused)
{
	int err = takeover_take(h->takeover, object_program_fd(h->object));

	h->taken = !err;
	return err;
}

static int replace(struct hook *h, const struct object *next)
{
	return takeover_exchange(h->takeover, object_program_fd(h->object),
				 object_program_fd(next));
}

static int detach(struct hook *h)
{
	h->taken = false;
	return takeover_give_back(h->takeover);
}

static bool is_lost(const struct hook *h)
{
	uint32_t by;

	return h->taken && takeover_state(h->takeover, &by) != TAKEOVER_OURS;
}

const struct hook_ops hook_front = {
	.programs = programs,
	.n_programs = array_size(programs),
	.at = EVENT_XDP,
	.loads = &filter_loads_xdp,
	.prepare = prepare,
	.attach = attach,
	.replace = replace,
	.detach = detach,
	.is_lost = is_lost,
};
