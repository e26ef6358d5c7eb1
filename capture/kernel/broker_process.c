// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The broker as a process. Who asks may be somebody else by then, who has found a hole in what
 * reads packets: so nothing of a request is believed, but for what its program is to do with
 * packets, which the kernel verifies.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "capture/base/descriptors.h"
#include "capture/base/limits.h"
#include "capture/base/util.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/broker.h"
#include "capture/kernel/broker_messages.h"
#include "capture/kernel/broker_programs.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/landlock.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/privilege.h"
#include "capture/kernel/seccomp.h"

struct process {
	int fd;
	const struct broker_grant *grant;
	const struct broker_shared *shared;
};

/* ---- requests ---- */

/* A copy, as it may change meanwhile. -errno as of to_ebpf(). */
static int translate(const struct process *p, unsigned which, const struct broker_request *r,
		     const struct filter_loads *loads, struct filter *f)
{
	cleanup(freep) struct sock_filter *insns = NULL;
	const size_t n = r->n_insns[which];

	if (!n)
		return 0;
	if (n > BROKER_INSNS_MAX)
		return -E2BIG;
	insns = malloc(n * sizeof(*insns));
	if (!insns)
		return -ENOMEM;
	memcpy(insns, p->shared->insns[which], n * sizeof(*insns));
	return to_ebpf(f, loads, insns, n);
}

/* -EINVAL: they are others than the request says. */
static int take_maps(int maps[OBJECT_MAPS], uint32_t which, const int *fds, unsigned n)
{
	unsigned taken = 0;

	for (unsigned i = 0; i < OBJECT_MAPS; i++)
		maps[i] = which & 1u << i && taken < n ? fds[taken++] : -1;
	return taken == n && taken == (unsigned)__builtin_popcount(which) ? 0 : -EINVAL;
}

/* Where it looks into the kernel it does so where we say. */
static void settle(struct program_settings *s, const struct hook_ops *ops)
{
	s->memory = (struct memory){ .pages = 0 };
	s->ip_summed_off = s->ip_summed_shift = 0;
	if (ops->settle)
		ops->settle(s);
}

static bool is_granted(const struct process *p, const struct broker_request *r,
		       const struct hook_ops *ops)
{
	return (!r->settings.drop || p->grant->drop) &&
	       (ops != &hook_tc_process || p->grant->processes);
}

static int load(const struct process *p, const struct broker_request *r, const int *fds, unsigned n,
		struct object_parts *parts)
{
	cleanup(to_ebpf_free) struct filter filter = { .n = 0 }, trigger = { .n = 0 };
	struct object_plan plan = { .settings = r->settings };
	const struct hook_ops *ops;
	int err;

	plan.program = broker_programs_nth(r->program, &ops);
	if (!plan.program || !is_granted(p, r, ops))
		return -EPERM;
	plan.ifindex = ops->bound ? r->ifindex : 0;
	settle(&plan.settings, ops);
	err = take_maps(plan.maps, r->maps, fds, n);
	if (!err)
		err = translate(p, BROKER_FILTER, r, ops->loads, &filter);
	if (!err)
		err = translate(p, BROKER_TRIGGER, r, ops->loads, &trigger);
	if (err)
		return err;
	plan.filter = filter.n ? &filter : NULL;
	plan.trigger = trigger.n ? &trigger : NULL;
	return object_load(parts, &plan);
}

static void answer(const struct process *p, int err, uint32_t maps, const int *fds, unsigned n)
{
	const struct broker_answer a = { .err = err, .maps = maps };

	fd_message_send(p->fd, &a, sizeof(a), fds, err ? 0 : n);
}

static void load_for(const struct process *p, const struct broker_request *r, const int *fds,
		     unsigned n)
{
	cleanup(object_load_close) struct object_parts parts = OBJECT_PARTS_INIT;
	int err = load(p, r, fds, n, &parts), out[FD_MESSAGE_MAX];
	unsigned n_out = 0;
	uint32_t maps = 0;

	out[n_out++] = parts.program;
	for (unsigned i = 0; i < OBJECT_MAPS; i++)
		if (parts.maps[i] >= 0) {
			maps |= 1u << i;
			out[n_out++] = parts.maps[i];
		}
	answer(p, err, maps, out, n_out);
}

static void be_promiscuous(const struct process *p, const struct broker_request *r)
{
	const int fd = p->grant->promiscuous ? netif_promiscuous(r->ifindex) : -EPERM;

	answer(p, min_of(fd, 0), 0, &fd, 1);
	if (fd >= 0)
		close(fd);
}

static void obey(const struct process *p, const struct broker_request *r, const int *fds,
		 unsigned n)
{
	switch (r->verb) {
	case BROKER_LOAD:
		load_for(p, r, fds, n);
		break;
	case BROKER_PROMISCUOUS:
		be_promiscuous(p, r);
		break;
	default:
		answer(p, -EINVAL, 0, NULL, 0);
	}
}

/* False: there will be no more. */
static bool serve(const struct process *p)
{
	struct broker_request r;
	int fds[FD_MESSAGE_MAX];
	ssize_t size = fd_message_receive(p->fd, &r, sizeof(r), fds, FD_MESSAGE_MAX, 0);
	unsigned n = 0;

	while (size > 0 && n < FD_MESSAGE_MAX && fds[n] >= 0)
		n++;
	if (size <= 0)
		return false;
	if (size == sizeof(r))
		obey(p, &r, fds, n);
	else
		answer(p, -EINVAL, 0, NULL, 0);
	for (unsigned i = 0; i < n; i++)
		close(fds[i]);
	return true;
}

/* ---- apart from ours ---- */

/* What the kernel tells of its types; and libbpf opens a directory to have a descriptor. */
static int confine(const struct broker_grant *grant)
{
	const struct landlock_place places[] = { { "/", LANDLOCK_LIST }, { "/sys", LANDLOCK_READ } };
	int err = seccomp_is_there() ? 0 : -ENOSYS;

	landlock_enter(places, array_size(places), 0);
	return err ? err
		   : seccomp_enter(SECCOMP_LOADS | (grant->promiscuous ? SECCOMP_PROMISCUOUS : 0),
				   getenv("XDPDUMP_SANDBOX_KILL"));
}

static int make_ready(struct process *p)
{
	const unsigned rights = privilege_to_load() |
				(p->grant->promiscuous ? PRIVILEGE_PROMISCUOUS : 0);
	int err = descriptors_leave_all_but(&p->fd);

	if (!err)
		err = privilege_settle(rights);
	privilege_raise(rights);
	limits_no_core();
	if (!err && p->grant->sandbox)
		/* where that is not to be had we are told so by who has started us */
		confine(p->grant);
	return err;
}

void broker_process(int fd, const struct broker_grant *grant, const struct broker_shared *shared)
{
	struct process p = { .fd = fd, .grant = grant, .shared = shared };
	sigset_t all;
	int err;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	prctl(PR_SET_NAME, "xdpdump-broker", 0, 0, 0);
	err = make_ready(&p);
	answer(&p, err, 0, NULL, 0);
	while (!err && serve(&p))
		;
	_exit(0);
}
