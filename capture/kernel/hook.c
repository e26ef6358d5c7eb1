// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What all hooks have in common: a program that can be exchanged, and a link. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/flows.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/programs.h"
#include "capture/kernel/traced.h"

enum { NS_PER_SEC = 1000 * 1000 * 1000 };

static void hook_closep(struct hook **h)
{
	hook_close(*h);
}

/*
 * One way of loading it, with both filters. @after: the one that it comes after; NULL: itself, if
 * it is loaded.
 */
static int load_as(struct hook *h, const struct object_program *p, struct object **o,
		   const struct filter *filter, const struct filter *exit_filter,
		   const struct hook *after)
{
	cleanup(to_ebpf_free) struct filter both = { .n = 0 };
	int err = exit_filter ? to_ebpf_pair(&both, filter, exit_filter) : 0;
	struct object_order order = {
		.program = p,
		.ifindex = h->ops->bound ? h->ifindex : 0,
		.traced = h->traced ? traced_function(h->traced) : NULL,
		.filter = exit_filter ? &both : filter,
		.trigger = h->trigger.n ? &h->trigger : NULL,
		.rings = h->rings,
		.flows = h->flows,
		.with = after ? after->object : h->object,
		.counts_anew = after,
		.broker = h->broker,
	};

	h->settings.has_exit_filter = !!exit_filter;
	h->settings.turn++;
	order.settings = h->settings;
	if (!err)
		err = object_open(o, &order);
	if (err || !h->ops->prepare)
		return err;
	err = h->ops->prepare(h, *o);
	if (err)
		object_close(*o);
	return err;
}

static void aim(struct hook *h, struct traced *at)
{
	h->traced = at;
	h->settings.ifindex = traced_ifindex(at);
	h->settings.netns = traced_netns(at);
	h->settings.memory = traced_memory(at);
}

/* In the first way that the kernel takes. */
static int load(struct hook *h, const struct hook_settings *s, const struct hook *after)
{
	struct object *o;
	int err = -EINVAL;

	h->settings.turn = after ? after->settings.turn : 0;
	for (unsigned i = 0; err == -EINVAL && i < h->ops->n_programs; i++) {
		h->program = &h->ops->programs[i];
		err = load_as(h, h->program, &o, s->filter, s->exit_filter, after);
	}
	if (!err)
		h->object = o;
	return err;
}

/*
 * All packets are asked for by 0, so that it costs nothing, or for a limit by 1. Between packets it
 * is whole nanoseconds, so that there are never more than asked for.
 */
static void thin_out(struct program_settings *to, const struct hook_settings *s)
{
	to->gap_ns = s->rate ? (NS_PER_SEC + s->rate - 1) / s->rate : 0;
	to->sample = s->sample > 1 ? s->sample : s->rate ? 1 : 0;
}

static int share(struct hook *h, const struct hook_settings *s, const struct hook *after)
{
	const struct program_guest guest = { s->ifindex, s->iface, s->flow_iface };
	int err;

	h->settings.shared = 1;
	h->settings.iface = h->settings.flow_iface = 0;
	err = programs_join(s->programs, h, &guest, s->filter);
	if (err != -ENOENT)
		return err;
	err = load(h, s, after);
	return err ? err : programs_add(s->programs, h, &guest, s->filter);
}

static int open_after(struct hook **hook, const struct hook_ops *ops, const struct rings *rings,
		      const struct hook_settings *s, const struct hook *after)
{
	cleanup(hook_closep) struct hook *h = calloc(1, sizeof(*h));
	int err;

	if (!h)
		return -ENOMEM;
	h->ops = ops;
	h->rings = rings;
	h->flows = s->flows;
	h->broker = s->broker;
	h->link_fd = h->exit_fd = -1;
	h->takeover = s->takeover;
	h->settings = (struct program_settings){
		.snap = s->snap,
		.headers_only = s->headers_only,
		.drop = s->drop,
		.iface = s->iface,
		.flow_iface = s->flow_iface,
		.hook = ops->at,
		.at = s->at,
		.exit_iface = s->exit_iface,
		.verdicts = s->verdicts,
		.raw = s->raw,
		.tail_calls = s->tail_calls,
		.device = s->device,
	};
	err = to_ebpf_copy(&h->trigger, s->trigger);
	if (err)
		return err;
	thin_out(&h->settings, s);
	flows_to_program(s->flows, &h->settings);
	if (s->traced)
		aim(h, s->traced);
	if (ops->settle)
		ops->settle(&h->settings);
	h->ifindex = s->programs || ops->bound ? s->ifindex : 0;
	err = s->programs ? share(h, s, after) : load(h, s, after);
	if (err)
		return err;
	*hook = steal(&h);
	return 0;
}

int hook_open(struct hook **h, const struct hook_ops *ops, const struct rings *rings,
	      const struct hook_settings *s)
{
	return open_after(h, ops, rings, s, NULL);
}

int hook_open_after(struct hook **h, const struct hook_ops *ops, const struct hook *before,
		    const struct hook_settings *s)
{
	return open_after(h, ops, before->rings, s, before);
}

int hook_pass_on(struct hook *h, struct hook *next)
{
	const uint32_t turn = h->settings.turn;
	int err;

	if (!hook_is_attached(h))
		return 0;
	h->settings.turn = next->settings.turn;
	err = h->ops->replace(h, next->object);
	h->settings.turn = turn;
	if (err)
		return err;
	next->link_fd = h->link_fd;
	next->exit_fd = h->exit_fd;
	next->clsact = h->clsact;
	next->taken = h->taken;
	h->link_fd = h->exit_fd = -1;
	h->taken = false;
	return 0;
}

int hook_attach(struct hook *h, int ifindex, enum xdp_mode mode)
{
	return h->ifindex && ifindex != h->ifindex ? -EINVAL : h->ops->attach(h, ifindex, mode);
}

static int replace(struct hook *h, struct object *next)
{
	int err = hook_is_attached(h) ? h->ops->replace(h, next) : 0;

	if (err)
		return err;
	object_close(h->object);
	h->object = next;
	return 0;
}

int hook_replace(struct hook *h, const struct filter *filter, const struct filter *exit_filter)
{
	struct object *next;
	int err;

	if (h->in && programs_has_filter(h, filter))
		return 0;
	err = load_as(h, h->program, &next, filter, exit_filter, NULL);
	if (err)
		return err;
	err = h->in ? programs_replace(h, next, filter) : replace(h, next);
	if (err)
		object_close(next);
	return err;
}

int hook_follow(struct hook *h, struct traced *next, const struct filter *filter,
		const struct filter *exit_filter)
{
	struct traced *before = h->traced;
	int err;

	aim(h, next);
	err = hook_replace(h, filter, exit_filter);
	if (err)
		aim(h, before);
	return err;
}

int hook_rebind(struct hook *h, const struct hook_ops *ops, int ifindex, uint8_t device,
		const struct filter *filter, const struct filter *trigger)
{
	struct hook before = *h;
	int err = to_ebpf_copy(&h->trigger, trigger);

	if (err) {
		h->trigger = before.trigger;
		return err;
	}
	h->program = ops->programs;
	h->ops = ops;
	h->ifindex = ops->bound ? ifindex : 0;
	h->settings.device = device;
	err = hook_replace(h, filter, NULL);
	if (err) {
		to_ebpf_free(&h->trigger);
		*h = before;
		return err;
	}
	to_ebpf_free(&before.trigger);
	return 0;
}

const struct hook_ops *hook_ops_of(const struct hook *h)
{
	return h->ops;
}

bool hook_is_lost(const struct hook *h)
{
	return h->ops->is_lost(h);
}

bool hook_link_is_lost(const struct hook *h)
{
	struct bpf_link_info info = { .id = 0 };
	uint32_t len = sizeof(info);

	if (h->link_fd < 0 || bpf_obj_get_info_by_fd(h->link_fd, &info, &len))
		return false;
	return !info.xdp.ifindex || info.prog_id != object_program_id(h->object);
}

int hook_detach(struct hook *h)
{
	return hook_is_attached(h) ? h->ops->detach(h) : 0;
}

bool hook_is_attached(const struct hook *h)
{
	return hook_ops_is_attached(h);
}

bool hook_is_by_ifindex(const struct hook *h)
{
	return h->taken;
}

int hook_counters(const struct hook *h, uint32_t point, struct counters *sum)
{
	return object_counters(h->object, h->slot + point, sum);
}

int hook_verdicts(const struct hook *h, struct program_verdicts *sum)
{
	return object_verdicts(h->object, sum);
}

int hook_program_fd(const struct hook *h)
{
	return object_program_fd(h->object);
}

struct hook *hook_close(struct hook *h)
{
	if (!h)
		return NULL;
	hook_detach(h);
	if (h->in)
		programs_leave(h);
	object_close(h->object);
	to_ebpf_free(&h->trigger);
	free(h);
	return NULL;
}

/* Only if ours is still what is there: else -EPERM. */
int hook_replace_link(struct hook *h, const struct object *next)
{
	LIBBPF_OPTS(bpf_link_update_opts, opts, .flags = BPF_F_REPLACE,
		    .old_prog_fd = object_program_fd(h->object));

	return bpf_link_update(h->link_fd, object_program_fd(next), &opts);
}

/* To close it is to leave that to a queue of the kernel's (before Linux 6.5). */
int hook_detach_link(struct hook *h)
{
	bpf_link_detach(h->link_fd);
	close(h->link_fd);
	h->link_fd = -1;
	return 0;
}

void hook_forget_programs(void)
{
	static const struct hook_ops *const all[] = { &hook_xdp,   &hook_device, &hook_front,
						      &hook_trace, &hook_tc_in,  &hook_tc_process };

	for (size_t i = 0; i < array_size(all); i++)
		for (unsigned k = 0; k < all[i]->n_programs; k++)
			object_load_forget(&all[i]->programs[k]);
}
