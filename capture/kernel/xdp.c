// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The kernel tells ids, and names to those who may see them. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capture/kernel/xdp.h"

enum { BATCH_US = 100 * 1000 };

/* To know the name of a program takes CAP_SYS_ADMIN; the id is free. */
struct xdp_program xdp_program_by_id(uint32_t id)
{
	struct xdp_program p = { .id = id };
	struct bpf_prog_info info = { .id = 0 };
	uint32_t len = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	if (fd < 0)
		return p;
	if (!bpf_obj_get_info_by_fd(fd, &info, &len)) {
		snprintf(p.name, sizeof(p.name), "%s", info.name);
		memcpy(p.tag, info.tag, sizeof(p.tag));
	}
	close(fd);
	return p;
}

bool xdp_program_is(const struct xdp_program *p, const char *words)
{
	unsigned long id;
	char *end;

	if (*words >= '0' && *words <= '9') {
		id = strtoul(words, &end, 10);
		return !*end && id == p->id;
	}
	return *words && !strncmp(p->name, words, sizeof(p->name) - 1);
}

uint32_t xdp_program_id(int prog_fd)
{
	struct bpf_prog_info info = { .id = 0 };
	uint32_t len = sizeof(info);

	return bpf_obj_get_info_by_fd(prog_fd, &info, &len) ? 0 : info.id;
}

static void add_program(struct xdp_program *p, uint32_t id, enum xdp_mode mode)
{
	*p = xdp_program_by_id(id);
	p->mode = mode;
}

int xdp_query(int ifindex, struct xdp_program found[static 3])
{
	LIBBPF_OPTS(bpf_xdp_query_opts, opts);
	int err = bpf_xdp_query(ifindex, 0, &opts);
	int n = 0;

	if (err)
		return err;
	if (opts.drv_prog_id)
		add_program(&found[n++], opts.drv_prog_id, XDP_MODE_NATIVE);
	if (opts.skb_prog_id)
		add_program(&found[n++], opts.skb_prog_id, XDP_MODE_GENERIC);
	if (opts.hw_prog_id)
		add_program(&found[n++], opts.hw_prog_id, XDP_MODE_OFFLOAD);
	return n;
}

const char *xdp_mode_name(enum xdp_mode mode)
{
	static const char *const names[] = {
		[XDP_MODE_AUTO] = "auto",
		[XDP_MODE_NATIVE] = "native",
		[XDP_MODE_GENERIC] = "generic",
		[XDP_MODE_OFFLOAD] = "offload",
	};

	return names[mode];
}

/*
 * This barrier is a grace period of RCU; where there is none (nohz_full) a batch of frames has long
 * been through after a while.
 */
void xdp_wait_for_frames(void)
{
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		usleep(BATCH_US);
}
