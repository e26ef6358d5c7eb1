// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include "capture/filter/expr.h"
#include "capture/filter/per_link.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/takeover.h"
#include "capture/kernel/traced.h"
#include "capture/live/live_device.h"
#include "capture/live/live_front.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_program.h"
#include "capture/live/live_trace.h"
#include "capture/live/live_vlan.h"
#include "capture/live/live_watch.h"
#include "capture/packet/packet.h"

/* The kernel says EINVAL to whatever it does not know, so say what we need of it. */
static enum status load_failed(const char *name, const struct hook_ops *ops,
			       const struct filter *filter, int err)
{
	struct utsname uts;

	uname(&uts);
	if (err == -EOWNERDEAD || err == -ETIMEDOUT)
		return log_fail(STATUS_RUNTIME,
				"%s: cannot load the program: the process that has the right to %s",
				name, err == -EOWNERDEAD ? "has ended" : "does not answer");
	/*
	 * Too many instructions or jumps: the verifier says EINVAL, EACCES, E2BIG or EFAULT. (ESRCH
	 * is libbpf's, which finds no types.)
	 */
	if (filter && err != -EPERM && err != -ENOMEM && err != -EMFILE && err != -ENFILE &&
	    err != -ESRCH)
		return log_fail(
			STATUS_UNSUPPORTED,
			"%s: kernel %s does not take this filter, a program of %zu instructions; "
			"-vv shows why",
			name, uts.release, filter->n);
	switch (err) {
	case -EPERM:
	case -EACCES:
		return log_fail(STATUS_PERMISSION,
				"%s: the kernel does not let us load the program: %s", name,
				strerror(-err));
	case -ENOMEM:
	case -EMFILE:
	case -ENFILE:
		return log_fail(STATUS_RUNTIME, "%s: cannot load the program: %s", name,
				strerror(-err));
	}
	if (ops == &hook_tc_process)
		return log_fail(
			STATUS_UNSUPPORTED,
			"%s: kernel %s does not take the program that knows who has sent a packet "
			"(--process), which needs bpf_ktime_get_tai_ns (Linux 6.1) and the types of "
			"the kernel (BTF): %s",
			name, uts.release, strerror(-err));
	if (ops == &hook_tc_in || ops == &hook_tc_out)
		return log_fail(
			STATUS_UNSUPPORTED,
			"%s: kernel %s does not take the program for tc, which needs "
			"bpf_ktime_get_tai_ns (Linux 6.1): %s",
			name, uts.release, strerror(-err));
	return log_fail(
		STATUS_UNSUPPORTED,
		"%s: kernel %s does not take the XDP program, which needs multi-buffer XDP and "
		"bpf_ktime_get_tai_ns (Linux 6.1): %s",
		name, uts.release, strerror(-err));
}

/* The packets of a VLAN are those with its tag, and the expression means what is behind that. */
static int translate_for(const struct live_iface *t, const struct hook_ops *ops,
			 const struct sock_filter *insns, size_t n, struct filter *f)
{
	cleanup(freep) struct sock_filter *behind = NULL;
	const struct vlan_tag tag = live_vlan_tag(t);
	int err;

	if (!t->vlan.ifindex)
		return to_ebpf(f, ops->loads, insns, n);
	err = behind_tag(insns, n, &tag, &behind, &n);
	return err ? err : to_ebpf(f, ops->loads, behind, n);
}

/* -EINVAL: per_link_error(). */
static int translate_text(const struct live_iface *t, const struct hook_ops *ops,
			  struct per_link *text, struct filter *f)
{
	const struct sock_filter *insns = NULL;
	const struct expr *e;
	size_t n = 0;
	int err = text ? per_link_expr(text, &t->iface, &e) : 0;

	if (text && !err)
		insns = ops->at == EVENT_TC_OUT ? expr_insns_sent(e, &n) : expr_insns(e, &n);
	return err ? err : translate_for(t, ops, insns, n, f);
}

/* NULL, as no expression is no filter. */
static enum status translate(const struct live_iface *t, const struct hook_ops *ops,
			     struct per_link *text, struct filter *f, const struct filter **used)
{
	int err;

	*used = NULL;
	if (!text && !t->vlan.ifindex)
		return STATUS_OK;
	err = translate_text(t, ops, text, f);
	*used = f;
	if (err == -EINVAL && text)
		return log_fail(STATUS_USAGE, "%s", per_link_error(text));
	if (err == -EOPNOTSUPP)
		return log_fail(STATUS_USAGE,
				"the expression asks for %s",
				t->vlan.ifindex ? "a number of bytes between which the VLAN tag is"
						: "what is not in the bytes of a frame");
	if (err == -E2BIG)
		return log_fail(STATUS_UNSUPPORTED, "the expression is too long");
	return err ? log_fail(STATUS_RUNTIME, "cannot make the filter: %s", strerror(-err))
		   : STATUS_OK;
}

/* What a program is to do, and the filters it is loaded with. */
struct wish {
	struct hook_settings settings;
	struct filter entry, exit, trigger;
};

static void wish_release(struct wish *w)
{
	to_ebpf_free(&w->entry);
	to_ebpf_free(&w->exit);
	to_ebpf_free(&w->trigger);
}

/* Where it cannot be had in the program, packets are tried once they are captured. */
static void wish_for_trigger(const struct live_iface *t, const struct hook_ops *ops, struct wish *w)
{
	if (t->filters->trigger && !t->has_no_trigger &&
	    !translate_text(t, ops, t->filters->trigger, &w->trigger))
		w->settings.trigger = &w->trigger;
}

static int load_wish(const struct live_iface *t, struct hook **h, const struct hook_ops *ops,
		     const struct hook *before, const struct wish *w)
{
	return before ? hook_open_after(h, ops, before, &w->settings)
		      : hook_open(h, ops, t->rings, &w->settings);
}

/*
 * Loads it, after @before, if there is one. Where it is for the trigger that it cannot be it goes
 * without.
 */
static int load_hook(struct live_iface *t, struct hook **h, const struct hook_ops *ops,
		     const struct hook *before, struct wish *w)
{
	int err = load_wish(t, h, ops, before, w);

	if (!err || !w->settings.trigger || err == -EPERM)
		return err;
	w->settings.trigger = NULL;
	err = load_wish(t, h, ops, before, w);
	t->has_no_trigger = !err;
	if (!err)
		log_complain("warning: %s: the kernel takes no program with this --trigger: packets are tried once "
			     "they are captured, as far as their bytes go", live_iface_name(t));
	return err;
}

/*
 * Those that nobody has named are many, and virtual devices. A bond lends its program to its
 * members, whose frames do not say that they are its own.
 */
static bool shares_program(const struct live_iface *t)
{
	return t->pattern && *t->netif.kind && strcmp(t->netif.kind, "bond");
}

static enum status make_wish(const struct live_iface *t, const struct hook_ops *ops,
			     const struct live_iface_settings *s, struct wish *w)
{
	const bool exit = s->observe.at & 1 << POINT_EXIT;
	enum status status;

	w->settings = (struct hook_settings){
		.snap = s->snap,
		.headers_only = s->headers_only,
		.sample = s->sampling.sample,
		.rate = s->sampling.rate,
		.flows = s->flows,
		.drop = s->drop,
		.raw = t->iface.linktype == LINKTYPE_RAW,
		.iface = t->iface.id,
		.flow_iface = t->first_id,
		.device = t->device,
	};
	status = translate(t, ops, t->filters->entry, &w->entry, &w->settings.filter);
	wish_for_trigger(t, ops, w);
	if (ops != &hook_front && ops != &hook_trace) {
		w->settings.programs = shares_program(t) && ops != &hook_device ? s->programs
										: NULL;
		/* to whom a number is of the namespace that it is in */
		w->settings.broker = ops->bound && t->netns ? NULL : s->broker;
		w->settings.ifindex = t->netif.ifindex;
		return status;
	}
	if (status)
		return status;
	w->settings.takeover = t->takeover;
	w->settings.traced = t->traced;
	w->settings.at = s->observe.at ? s->observe.at : 1 << POINT_ENTRY;
	w->settings.exit_iface = t->iface.id + (exit && observe_is_both(&s->observe));
	w->settings.verdicts = s->observe.verdicts;
	w->settings.tail_calls = t->takeover && takeover_holder(t->takeover)->tail_calls;
	return t->filters->exit
		       ? translate(t, ops, t->filters->exit, &w->exit, &w->settings.exit_filter)
		       : STATUS_OK;
}

/* Loads the program of @ops. */
static enum status open_hook(struct live_iface *t, struct live_hook *h, const struct hook_ops *ops,
			     const struct live_iface_settings *s)
{
	cleanup(wish_release) struct wish w = { .entry = { .n = 0 } };
	enum status status = make_wish(t, ops, s, &w);
	int err;

	if (status)
		return status;
	err = load_hook(t, &h->hook, ops, NULL, &w);
	if (ops == &hook_front && (err == -EINVAL || err == -EBUSY))
		return live_front_uncallable(t, err);
	if (err && ops == &hook_trace && (!w.settings.filter || err == -EPERM))
		return live_trace_failed(t, err);
	return err ? load_failed(live_iface_name(t), ops, w.settings.filter, err) : STATUS_OK;
}

enum status live_program_follow(struct live_iface *t, const struct live_iface_settings *s)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	cleanup(wish_release) struct wish w = { .entry = { .n = 0 } };
	struct traced *before = t->traced;
	enum status status = live_iface_enter(t, &v);

	if (status)
		return status;
	t->traced = NULL;
	status = live_trace_again(t, s, before);
	if (!status)
		status = make_wish(t, &hook_trace, s, &w);
	if (!status)
		status = live_trace_moved(t, before, hook_follow(t->received.hook, t->traced,
								 w.settings.filter,
								 w.settings.exit_filter));
	if (status) {
		traced_close(t->traced);
		t->traced = before;
		return status;
	}
	traced_close(before);
	return STATUS_OK;
}

/* One that is bound to a device that has gone will be bound to the next one: live_program_rebind() */
static enum status open_after(struct live_iface *t, struct live_hook *h,
			      const struct live_hook *before, const struct live_iface_settings *s)
{
	cleanup(wish_release) struct wish w = { .entry = { .n = 0 } };
	const struct hook_ops *ops;
	enum status status;
	int err;

	if (!before->hook)
		return STATUS_OK;
	ops = hook_ops_of(before->hook);
	ops = t->gone && ops->bound ? &hook_xdp : ops;
	status = make_wish(t, ops, s, &w);
	if (status)
		return status;
	w.settings.device = ops->bound ? w.settings.device : 0;
	err = load_hook(t, &h->hook, ops, before->hook, &w);
	return err ? load_failed(live_iface_name(t), ops, w.settings.filter, err) : STATUS_OK;
}

enum status live_program_load_after(struct live_iface *t, const struct live_iface_settings *s)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	enum status status = t->gone ? STATUS_OK : live_iface_enter(t, &v);

	if (t->entry) {
		t->received.hook = t->entry->received.hook;
		return STATUS_OK;
	}
	if (!status)
		status = open_after(t, &t->received, &t->before->received, s);
	return status ? status : open_after(t, &t->sent, &t->before->sent, s);
}

static enum status refilter(struct live_iface *t, struct live_hook *h,
			    const struct live_iface_settings *s)
{
	cleanup(wish_release) struct wish w = { .entry = { .n = 0 } };
	enum status status;
	int err;

	/*
	 * what is bound to a device that has gone is loaded for the next one:
	 * live_program_rebind()
	 */
	if (!h->hook || t->entry || (t->gone && hook_ops_of(h->hook)->bound))
		return STATUS_OK;
	status = make_wish(t, hook_ops_of(h->hook), s, &w);
	if (status)
		return status;
	err = hook_replace(h->hook, w.settings.filter, w.settings.exit_filter);
	return err ? load_failed(live_iface_name(t), hook_ops_of(h->hook), w.settings.filter, err)
		   : STATUS_OK;
}

enum status live_program_refilter(struct live_iface *t, const struct live_iface_settings *s,
				  const struct live_filters *next)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	const struct live_filters *own = t->filters;
	enum status status = t->gone ? STATUS_OK : live_iface_enter(t, &v);

	if (status || t->replaced)
		return status;
	t->filters = next;
	status = refilter(t, &t->received, s);
	if (!status)
		status = refilter(t, &t->sent, s);
	t->filters = own;
	if (status && own != next)
		refilter(t, &t->received, s);
	return status;
}

/*
 * Its device is asked for @device from now on, t->device. Tags alone are no reason to go without
 * packets: then it goes on with the program that is bound to none.
 */
static enum status rebind(struct live_iface *t, const struct live_iface_settings *s, uint8_t device)
{
	const struct hook_ops *ops = device ? &hook_device : &hook_xdp;
	cleanup(wish_release) struct wish w = { .entry = { .n = 0 } };
	enum status status = make_wish(t, ops, s, &w);
	int err;

	if (status)
		return status;
	err = hook_rebind(t->received.hook, ops, t->netif.ifindex, device, w.settings.filter,
			  w.settings.trigger);
	if (err && w.settings.trigger)
		err = hook_rebind(t->received.hook, ops, t->netif.ifindex, device,
				  w.settings.filter, NULL);
	if (err && device && !s->device)
		return rebind(t, s, 0);
	if (err)
		return load_failed(live_iface_name(t), ops, w.settings.filter, err);
	t->device = device;
	return STATUS_OK;
}

/* What is at XDP by a program of its own, and can be bound. */
static bool is_native(const struct live_iface *t)
{
	return t->received.hook && !t->entry && !t->takeover && !t->traced && t->way == LIVE_NATIVE;
}

enum status live_program_rebind(struct live_iface *t, const struct live_iface_settings *s)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	const uint8_t before = t->device;
	enum status status = live_iface_enter(t, &v);
	uint8_t device;

	if (!status)
		status = live_device_choose(t, s);
	device = is_native(t) ? t->device : 0;
	t->device = before;	/* as long as that is loaded */
	if (!status && (before || device))
		status = rebind(t, s, device);
	return status ? status : live_vlan_is_seen(t);
}

enum status live_program_unbind(struct live_iface *t, const struct live_iface_settings *s)
{
	return t->device ? rebind(t, s, 0) : STATUS_OK;
}

/*
 * Bound to its device. Tags alone are no reason to go without packets: where the kernel does not
 * take this program it is the other one. Nor are they one for a load of its own (programs.h).
 */
static enum status open_at_xdp(struct live_iface *t, const struct live_iface_settings *s)
{
	cleanup(wish_release) struct wish w = { .entry = { .n = 0 } };
	enum status status;
	int err;

	if (!s->device && s->programs && shares_program(t))
		t->device = 0;
	if (!t->device)
		return open_hook(t, &t->received, &hook_xdp, s);
	if (s->device)
		return open_hook(t, &t->received, &hook_device, s);
	status = make_wish(t, &hook_device, s, &w);
	if (status)
		return status;
	err = load_hook(t, &t->received.hook, &hook_device, NULL, &w);
	t->device = err ? 0 : t->device;
	return err ? open_hook(t, &t->received, &hook_xdp, s) : STATUS_OK;
}

/*
 * What a loopback interface sends comes back as what it receives, when nobody knows any more who
 * has sent it.
 */
static bool receives(const struct live_iface *t, const struct live_iface_settings *s)
{
	return s->directions & LIVE_RECEIVED &&
	       (!t->netif.loopback || !s->processes || t->takeover || t->traced);
}

static bool sends(const struct live_iface *t, const struct live_iface_settings *s)
{
	return s->directions & LIVE_SENT && (!t->netif.loopback || !receives(t, s));
}

enum status live_program_load(struct live_iface *t, const struct rings *rings,
			      const struct live_iface_settings *s,
			      const struct live_filters *filters)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	enum status status;

	t->rings = rings;
	t->filters = filters;
	status = live_iface_enter(t, &v);
	if (!status && !t->entry && s->directions & LIVE_RECEIVED)
		status = live_watch_open(t, s);
	if (status)
		return status;
	live_watch_describe(t, s);
	if (t->entry) {
		t->device = 0;
		t->received.hook = t->entry->received.hook;
		return STATUS_OK;
	}
	if ((t->takeover || t->traced) && s->device)
		return live_device_is_taken(t);
	if (t->takeover || t->traced || t->way == LIVE_TC)
		t->device = 0;
	if (receives(t, s))
		status = t->takeover	       ? open_hook(t, &t->received, &hook_front, s)
			 : t->traced	       ? open_hook(t, &t->received, &hook_trace, s)
			 : t->way == LIVE_TC ? open_hook(t, &t->received, &hook_tc_in, s)
					     : open_at_xdp(t, s);
	if (!status && sends(t, s))
		status = open_hook(t, &t->sent, s->processes ? &hook_tc_process : &hook_tc_out, s);
	return status ? status : live_vlan_is_seen(t);
}

enum status live_program_load_tc(struct live_iface *t, const struct live_iface_settings *s)
{
	t->received.hook = hook_close(t->received.hook);
	t->way = LIVE_TC;
	t->device = 0;
	return open_hook(t, &t->received, &hook_tc_in, s);
}
