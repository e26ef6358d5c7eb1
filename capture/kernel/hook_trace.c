// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * At the entry and the exit of somebody else's XDP program, which is traced: nothing on the
 * interface changes. Who is attached to a function is changed by the kernel without a frame being
 * missed, but one program at a time: so what is attached waits for its turn, and is detached when
 * no frame is inside any more that it has seen coming in.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/traced.h"
#include "trace.skel.h"

static const struct object_program program = {
	.elf = trace__elf_bytes,
	.section = "trace",
	.type = BPF_PROG_TYPE_TRACING,
	.attach_type = BPF_TRACE_FENTRY,
};

static void close_links(int link_fd, int exit_fd)
{
	if (link_fd >= 0)
		close(link_fd);
	if (exit_fd >= 0)
		close(exit_fd);
}

/* Sets the two links. */
static int link_both(const struct object *o, int *link_fd, int *exit_fd)
{
	int err;

	*link_fd = -1;
	*exit_fd = bpf_link_create(object_exit_fd(o), 0, BPF_TRACE_FEXIT, NULL);
	if (*exit_fd < 0)
		return *exit_fd;
	*link_fd = bpf_link_create(object_program_fd(o), 0, BPF_TRACE_FENTRY, NULL);
	if (*link_fd >= 0)
		return 0;
	err = *link_fd;
	close_links(-1, *exit_fd);
	*exit_fd = -1;
	return err;
}

/* 0: nobody's. */
static int give_turn(const struct object *o, uint32_t turn)
{
	uint32_t zero = 0;

	return bpf_map_update_elem(object_map_fd(o, OBJECT_TURN), &zero, &turn, BPF_ANY);
}

static int attach(struct hook *h, int ifindex is_unused, enum xdp_mode mode is_unused)
{
	int err = link_both(h->object, &h->link_fd, &h->exit_fd);

	return err ? err : give_turn(h->object, h->settings.turn);
}

static int replace(struct hook *h, const struct object *next)
{
	int link_fd, exit_fd, err = link_both(next, &link_fd, &exit_fd);

	if (!err)
		err = give_turn(next, h->settings.turn);
	if (err) {
		close_links(link_fd, exit_fd);
		return err;
	}
	xdp_wait_for_frames();
	close_links(h->link_fd, h->exit_fd);
	h->link_fd = link_fd;
	h->exit_fd = exit_fd;
	return 0;
}

static int detach(struct hook *h)
{
	if (!give_turn(h->object, 0))
		xdp_wait_for_frames();
	close_links(h->link_fd, h->exit_fd);
	h->link_fd = h->exit_fd = -1;
	return 0;
}

static bool is_lost(const struct hook *h)
{
	uint32_t by;

	return h->link_fd >= 0 && traced_state(h->traced, &by) != TRACED_THERE;
}

const struct hook_ops hook_trace = {
	.programs = &program,
	.n_programs = 1,
	.at = EVENT_XDP,
	.loads = &filter_loads_trace,
	.attach = attach,
	.replace = replace,
	.detach = detach,
	.is_lost = is_lost,
};
