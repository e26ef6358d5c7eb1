// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The programs onto the interface, and what can go wrong with that. */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include "capture/filter/expr.h"
#include "capture/filter/per_link.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/broker.h"
#include "capture/kernel/takeover.h"
#include "capture/kernel/traced.h"
#include "capture/live/live_device.h"
#include "capture/live/live_front.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_refusal.h"
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

enum status live_iface_follow(struct live_iface *t, const struct live_iface_settings *s)
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

/* One that is bound to a device that has gone will be bound to the next one: live_iface_rebind() */
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

enum status live_iface_load_after(struct live_iface *t, const struct live_iface_settings *s)
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
	 * live_iface_rebind()
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

enum status live_iface_refilter(struct live_iface *t, const struct live_iface_settings *s,
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

enum status live_iface_rebind(struct live_iface *t, const struct live_iface_settings *s)
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

enum status live_iface_load(struct live_iface *t, const struct rings *rings,
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

/* What the driver does not take now it may take when it is set in another way. */
static bool is_refusal(int err)
{
	switch (err) {
	case -EOPNOTSUPP:
	case -EINVAL:
	case -ERANGE:
	case -ENOSPC:
	case -ENOTCONN:
	case -ENOMEM:
		return true;
	}
	return false;
}

/* In native mode, whose conditions each driver has of its own. */
static enum status refused(const struct live_iface *t, int err)
{
	const char *name = live_iface_name(t), *driver = t->iface.hardware;
	const bool below = t->vlan.ifindex;
	const char *on = below ? " on " : "", *device = below ? t->netif.name : "";
	struct live_refusal r;
	char why[LIVE_REFUSAL_MAX];

	live_refusal_look(&r, &t->netif, err);
	if (live_refusal_explain(&r, why, sizeof(why)))
		return log_fail(STATUS_UNSUPPORTED, "%s: no native XDP%s%s: %s", name, on, device,
				why);
	if (err == -EOPNOTSUPP)
		return log_fail(STATUS_UNSUPPORTED,
				"%s: the driver%s%s has no native XDP%s%s; try --hook auto", name,
				driver && *driver ? " " : "", driver ? driver : "", on, device);
	return log_fail(STATUS_UNSUPPORTED,
			"%s: cannot attach in native mode%s%s: %s; try --hook auto", name, on,
			device, why);
}

static enum status attach_failed(const struct live_iface *t, enum xdp_mode mode, int err)
{
	const char *name = live_iface_name(t);
	struct utsname uts;

	if (mode == XDP_MODE_NATIVE && is_refusal(err))
		return refused(t, err);
	switch (err) {
	case -EBUSY:
	case -EEXIST:
		return live_front_busy(t);
	case -EPERM:
	case -EACCES:
		return log_fail(STATUS_PERMISSION, "%s: the kernel does not let us attach: %s",
				name, strerror(-err));
	case -ENODEV:
		return log_fail(STATUS_INTERFACE, "%s: the interface has just disappeared", name);
	case -EINVAL:
		uname(&uts);
		return log_fail(
			STATUS_UNSUPPORTED,
			"%s: kernel %s cannot attach XDP by a bpf_link in %s mode (Linux 5.9): %s",
			name, uts.release, xdp_mode_name(mode), strerror(-err));
	}
	return log_fail(STATUS_UNSUPPORTED, "%s: cannot attach in %s mode: %s", name,
			xdp_mode_name(mode), strerror(-err));
}

/*
 * One program is all that an interface has room for, whatever the mode: the kernel would refuse,
 * but not say which.
 */
static bool is_busy(const struct live_iface *t)
{
	struct xdp_program found[3];

	return xdp_query(t->netif.ifindex, found) > 0;
}

static enum status take_place(struct live_iface *t)
{
	const enum xdp_mode mode = takeover_holder(t->takeover)->mode;
	int err = hook_attach(t->received.hook, t->netif.ifindex, mode);

	t->way = live_way_of_mode(mode);
	return err ? live_front_failed(t, err) : STATUS_OK;
}

static enum status trace(struct live_iface *t)
{
	int err = hook_attach(t->received.hook, t->netif.ifindex, XDP_MODE_AUTO);

	t->way = live_way_of_mode(traced_program(t->traced)->mode);
	return err ? live_trace_failed(t, err) : STATUS_OK;
}

static enum status attach_tc(struct live_iface *t, struct live_hook *h)
{
	const char *name = live_iface_name(t);
	int err = hook_attach(h->hook, t->netif.ifindex, XDP_MODE_AUTO);

	switch (err) {
	case 0:
		return STATUS_OK;
	case -EPERM:
	case -EACCES:
		return log_fail(STATUS_PERMISSION,
				"%s: the kernel does not let us attach at tc: %s", name,
				strerror(-err));
	case -ENODEV:
		return log_fail(STATUS_INTERFACE, "%s: the interface has just disappeared", name);
	}
	return log_fail(STATUS_UNSUPPORTED, "%s: cannot attach at tc: %s", name, strerror(-err));
}

/* The driver has no native XDP: at tc the same packets are seen, for less than in generic mode. */
static enum status attach_tc_instead(struct live_iface *t, const struct live_iface_settings *s,
				     int native_err)
{
	struct live_refusal r;
	char why[LIVE_REFUSAL_MAX];
	enum status status;

	t->received.hook = hook_close(t->received.hook);
	t->way = LIVE_TC;
	t->device = 0;
	status = open_hook(t, &t->received, &hook_tc_in, s);
	if (!status)
		status = attach_tc(t, &t->received);
	if (status || t->pattern)
		return status;
	live_refusal_look(&r, &t->netif, native_err);
	live_refusal_explain(&r, why, sizeof(why));
	log_complain("warning: %s: no native XDP (%s), so packets are seen at tc, which is later",
		     live_iface_name(t), why);
	return STATUS_OK;
}

/* One that comes back goes on with the program that has its counters. */
static enum status attach_generic_instead(struct live_iface *t, const struct live_iface_settings *s)
{
	enum status status = t->device ? rebind(t, s, 0) : STATUS_OK;
	int err;

	t->way = LIVE_GENERIC;
	if (status)
		return status;
	err = hook_attach(t->received.hook, t->netif.ifindex, XDP_MODE_GENERIC);
	return err ? attach_failed(t, XDP_MODE_GENERIC, err) : STATUS_OK;
}

static enum status attach_received(struct live_iface *t, const struct live_iface_settings *s)
{
	int err;

	if (t->takeover)
		return take_place(t);
	if (t->traced)
		return trace(t);
	if (t->way == LIVE_TC)
		return attach_tc(t, &t->received);
	if (is_busy(t))
		return t->pattern && !s->device ? attach_tc_instead(t, s, 0) : live_front_busy(t);
	t->way = t->way == LIVE_AUTO ? LIVE_NATIVE : t->way;
	err = hook_attach(t->received.hook, t->netif.ifindex, live_way_mode(t->way));
	if (s->way == LIVE_AUTO && !s->device && is_refusal(err))
		return t->gone ? attach_generic_instead(t, s) : attach_tc_instead(t, s, err);
	if (s->device && is_refusal(err))
		return live_device_not_native(t, err);
	return err ? attach_failed(t, live_way_mode(t->way), err) : STATUS_OK;
}

static enum status make_promiscuous(struct live_iface *t, struct broker *broker)
{
	t->promiscuous_fd = netif_promiscuous(t->netif.ifindex);
	if (t->promiscuous_fd == -EPERM && broker)
		t->promiscuous_fd = broker_promiscuous(broker, t->netif.ifindex);
	if (t->promiscuous_fd == -EPERM)
		return log_fail(STATUS_PERMISSION,
				"%s: CAP_NET_RAW missing, which promiscuous mode needs",
				live_iface_name(t));
	return t->promiscuous_fd < 0 ? log_fail(STATUS_RUNTIME, "%s: no promiscuous mode: %s",
						live_iface_name(t), strerror(-t->promiscuous_fd))
				     : STATUS_OK;
}

enum status live_iface_attach(struct live_iface *t, const struct live_iface_settings *s)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	enum status status;

	if (t->entry) {
		t->start_ns = t->entry->start_ns;
		t->way = t->entry->way;
		live_device_settle(t);
		return STATUS_OK;
	}
	status = live_iface_enter(t, &v);
	if (!status && s->promiscuous)
		status = make_promiscuous(t, s->broker);
	if (status)
		return status;
	t->start_ns = clock_now_ns();
	t->has_if_dropped = t->netif.has_rx_missed && s->directions & LIVE_RECEIVED;
	if (t->received.hook)
		status = attach_received(t, s);
	if (!status && t->sent.hook)
		status = attach_tc(t, &t->sent);
	if (!status)
		live_device_settle(t);
	return status;
}
