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
#include <unistd.h>

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

/* Tells that it was called. */
static int load_probe(const struct object_program *like)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = CALL_LEFT },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = like->attach_type,
		    .prog_flags = like->flags);

	return bpf_prog_load(like->type, "xdpdump_probe", "GPL", insns, array_size(insns), &opts);
}

static int put_probe(const struct hook *h, int map_fd)
{
	uint32_t key = FRONT_PROBE;
	int err, fd = load_probe(h->program);

	if (fd < 0)
		return fd;
	err = bpf_map_update_elem(map_fd, &key, &fd, BPF_ANY);
	close(fd);
	return err;
}

static int prepare(struct hook *h, const struct object *loaded)
{
	int map_fd = object_map_fd(loaded, OBJECT_TARGET), fd = takeover_program_fd(h->takeover);
	uint32_t key = FRONT_TARGET;
	int err = bpf_map_update_elem(map_fd, &key, &fd, BPF_ANY);

	return err || !h->settings.tail_calls ? err : put_probe(h, map_fd);
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
