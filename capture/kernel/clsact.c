// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Filters are made and removed by libbpf; that there are others only rtnetlink tells. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/clsact.h"
#include "capture/kernel/leftover.h"
#include "capture/kernel/netns.h"
#include "capture/kernel/rtnl.h"

enum { LAST_PRIORITY = 0xffff, LEFT_MAX = 16 };

/*
 * In the handle of a filter of ours: the qdisc is there because of us. The kernel counts handles
 * from 1.
 */
#define MADE	(1u << 31)

/* A filter of a program of ours. */
struct left {
	uint32_t handle, priority, prog_id;
	bool is_ours;
};

struct filters {
	unsigned n;			/* of anybody */
	struct left left[LEFT_MAX];
	unsigned n_left;
};

/* libbpf names a filter after its program, with the id behind it. */
static bool is_of_ours(const struct nlattr *attr)
{
	static const char *const ours[] = { "xdpdump_tc:", "xdpdump_process:" };
	char name[sizeof("xdpdump_process:")];

	rtnl_string(attr, name, sizeof(name));
	for (size_t i = 0; i < array_size(ours); i++)
		if (!strncmp(name, ours[i], strlen(ours[i])))
			return true;
	return false;
}

static int take_option(const struct nlattr *attr, void *data)
{
	struct left *l = data;

	if (mnl_attr_get_type(attr) == TCA_BPF_ID)
		l->prog_id = rtnl_number(attr);
	else if (mnl_attr_get_type(attr) == TCA_BPF_NAME)	/* others may have none */
		l->is_ours = is_of_ours(attr);
	return MNL_CB_OK;
}

static int take_attribute(const struct nlattr *attr, void *data)
{
	if (mnl_attr_get_type(attr) == TCA_OPTIONS)
		mnl_attr_parse_nested(attr, take_option, data);
	return MNL_CB_OK;
}

/* The first message of a priority is of all its filters, and has no handle. */
static int take_filter(const struct nlmsghdr *msg, void *data)
{
	const struct tcmsg *tc = mnl_nlmsg_get_payload(msg);
	struct filters *f = data;
	struct left l = { .prog_id = 0 };

	if (msg->nlmsg_type != RTM_NEWTFILTER || !rtnl_has_head(msg, sizeof(*tc)) ||
	    !tc->tcm_handle)
		return MNL_CB_OK;
	l.handle = tc->tcm_handle;
	l.priority = TC_H_MAJ(tc->tcm_info) >> 16;
	f->n++;
	mnl_attr_parse(msg, sizeof(*tc), take_attribute, &l);
	if (l.is_ours && f->n_left < LEFT_MAX)
		f->left[f->n_left++] = l;
	return MNL_CB_OK;
}

static void list(int ifindex, bool out, struct filters *f)
{
	char buf[RTNL_ANSWER_MAX];
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buf);
	struct tcmsg *tc = mnl_nlmsg_put_extra_header(msg, sizeof(*tc));

	msg->nlmsg_type = RTM_GETTFILTER;
	msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	tc->tcm_ifindex = ifindex;
	tc->tcm_parent = TC_H_MAKE(TC_H_CLSACT, out ? TC_H_MIN_EGRESS : TC_H_MIN_INGRESS);
	*f = (struct filters){ .n = 0 };
	rtnl_ask(msg, buf, take_filter, f);
}

static struct bpf_tc_hook hook_at(int ifindex, bool out)
{
	return (struct bpf_tc_hook){
		.sz = sizeof(struct bpf_tc_hook),
		.ifindex = ifindex,
		.attach_point = out ? BPF_TC_EGRESS : BPF_TC_INGRESS,
	};
}

static void remove_filter(int ifindex, bool out, uint32_t handle, uint32_t priority)
{
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = handle, .priority = priority);
	struct bpf_tc_hook hook = hook_at(ifindex, out);

	bpf_tc_detach(&hook, &opts);
}

/* True: one of ours has made the qdisc, whether it still runs or not. */
static bool remove_left(int ifindex, bool out)
{
	bool made = false;
	struct filters f;

	list(ifindex, out, &f);
	for (unsigned i = 0; i < f.n_left; i++) {
		made |= !!(f.left[i].handle & MADE);
		if (!leftover_is_held(f.left[i].prog_id))
			remove_filter(ifindex, out, f.left[i].handle, f.left[i].priority);
	}
	return made;
}

/*
 * With priority 0 the kernel chooses one before those that are there. Another process may have a
 * filter of the same one, so the handle has its number.
 */
static int add_filter(struct clsact *c, int prog_fd, uint32_t priority)
{
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = prog_fd, .priority = priority,
		    .handle = c->made ? MADE | (uint32_t)getpid() : 0);
	struct bpf_tc_hook hook = hook_at(c->ifindex, c->out);
	int err = bpf_tc_attach(&hook, &opts);

	if (err)
		return err;
	c->handle = opts.handle;
	c->priority = opts.priority;
	return 0;
}

/* The same number may be that of another interface elsewhere. */
static bool is_here(const struct clsact *c)
{
	uint64_t netns;

	return !netns_cookie(&netns) && netns == c->netns;
}

int clsact_attach(struct clsact *c, int ifindex, bool out, int prog_fd)
{
	struct bpf_tc_hook hook = hook_at(ifindex, out);
	uint64_t netns;
	int err = netns_cookie(&netns);

	if (!err)
		err = bpf_tc_hook_create(&hook);
	if (err && err != -EEXIST)
		return err == -ENOENT ? -EOPNOTSUPP : err;
	*c = (struct clsact){ .netns = netns, .ifindex = ifindex, .out = out, .made = !err };
	for (int way = 0; way < 2; way++)
		c->made |= remove_left(ifindex, way);
	err = add_filter(c, prog_fd, out ? LAST_PRIORITY : 0);
	if (err && out)
		err = add_filter(c, prog_fd, 0);
	if (err)
		clsact_detach(c);
	return err;
}

int clsact_replace(const struct clsact *c, int prog_fd)
{
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = prog_fd, .flags = BPF_TC_F_REPLACE,
		    .handle = c->handle, .priority = c->priority);
	struct bpf_tc_hook hook = hook_at(c->ifindex, c->out);

	return is_here(c) ? bpf_tc_attach(&hook, &opts) : -ENODEV;
}

uint32_t clsact_program(const struct clsact *c)
{
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = c->handle, .priority = c->priority);
	struct bpf_tc_hook hook = hook_at(c->ifindex, c->out);

	return !is_here(c) || bpf_tc_query(&hook, &opts) ? 0 : opts.prog_id;
}

static void remove_qdisc(const struct clsact *c)
{
	struct bpf_tc_hook hook = {
		.sz = sizeof(hook), .ifindex = c->ifindex,
		.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS,
	};
	struct filters in, out;

	list(c->ifindex, false, &in);
	list(c->ifindex, true, &out);
	if (!in.n && !out.n)
		bpf_tc_hook_destroy(&hook);
}

void clsact_detach(struct clsact *c)
{
	const bool here = is_here(c);

	if (c->priority && here)
		remove_filter(c->ifindex, c->out, c->handle, c->priority);
	c->priority = 0;
	if (c->made && here)
		remove_qdisc(c);
}
