// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The kernel tells ids, and names to those who may see them. */
#include <bpf/bpf.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/membarrier.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capture/base/wait.h"
#include "capture/kernel/rtnl.h"
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

/* By mode; 0: none. */
struct ids {
	uint32_t of[XDP_MODE_OFFLOAD + 1];
};

static int take_id(const struct nlattr *attr, void *data)
{
	struct ids *ids = data;

	switch (mnl_attr_get_type(attr)) {
	case IFLA_XDP_DRV_PROG_ID:
		ids->of[XDP_MODE_NATIVE] = rtnl_number(attr);
		break;
	case IFLA_XDP_SKB_PROG_ID:
		ids->of[XDP_MODE_GENERIC] = rtnl_number(attr);
		break;
	case IFLA_XDP_HW_PROG_ID:
		ids->of[XDP_MODE_OFFLOAD] = rtnl_number(attr);
		break;
	}
	return MNL_CB_OK;
}

static int take_attribute(const struct nlattr *attr, void *data)
{
	if (mnl_attr_get_type(attr) == IFLA_XDP)
		mnl_attr_parse_nested(attr, take_id, data);
	return MNL_CB_OK;
}

static int take_link(const struct nlmsghdr *msg, void *data)
{
	return msg->nlmsg_type == RTM_NEWLINK
		       ? mnl_attr_parse(msg, sizeof(struct ifinfomsg), take_attribute, data)
		       : MNL_CB_OK;
}

/*
 * Of this interface: bpf_xdp_query() of libbpf (1.1) asks for all, which are a thousand
 * at times.
 */
static int ask(int ifindex, struct ids *ids)
{
	char buf[RTNL_ANSWER_MAX];
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(msg, sizeof(*info));

	*ids = (struct ids){ { 0 } };
	msg->nlmsg_type = RTM_GETLINK;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	info->ifi_index = ifindex;
	return rtnl_ask(msg, buf, take_link, ids);
}

int xdp_query(int ifindex, struct xdp_program found[static 3])
{
	struct ids ids;
	int n = 0, err = ask(ifindex, &ids);

	if (err)
		return err == -ENODEV ? 0 : err;
	for (enum xdp_mode mode = XDP_MODE_NATIVE; mode <= XDP_MODE_OFFLOAD; mode++)
		if (ids.of[mode])
			add_program(&found[n++], ids.of[mode], mode);
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
		wait_us(BATCH_US);
}
