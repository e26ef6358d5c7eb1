// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/limits.h"
#include "capture/base/util.h"
#include "capture/cli/capture_ifaces.h"
#include "capture/cli/pump.h"
#include "capture/cli/recording.h"
#include "capture/cli/start_line.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/netif_watch.h"
#include "capture/kernel/netns.h"
#include "capture/kernel/privilege.h"
#include "capture/live/live_attach.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_presence.h"
#include "capture/live/live_program.h"

enum {
	LOOK_FOR_NETNS_MS	= 500,
	/* descriptors: what an interface takes in both directions, and files and their commands later */
	SPARE_FILES		= 64,
};

static struct live_iface *last(const struct capture_ifaces *c)
{
	return c->set.v[c->set.n - 1];
}

/* The @named-th -i, at one point of a program that is watched; @entry: it at the other one. */
static enum status add(struct capture_ifaces *c, unsigned named, const char *name, unsigned point,
		       const struct live_iface *entry)
{
	struct live_iface *t = live_set_add(&c->set);

	if (!t)
		return log_fail(STATUS_RUNTIME, "no room for one more interface");
	t->point = point;
	t->entry = entry;
	t->netns = named_netns_of(&c->named.netns, named);
	t->pattern = named_ifaces_pattern(&c->named, named);
	return live_attach_describe(t, name, c->set.n - 1, c->settings);
}

/* Two at XDP of a device, one of them by the name of a VLAN that is on it? */
static enum status check_place(const struct capture_ifaces *c, const struct live_iface *t)
{
	for (unsigned i = 0; i < c->set.n; i++) {
		const struct live_iface *other = c->set.v[i];

		if (other != t && (other->vlan.ifindex || t->vlan.ifindex) &&
		    other->netif.netns == t->netif.netns &&
		    other->netif.ifindex == t->netif.ifindex)
			return log_fail(STATUS_USAGE,
					"%s and %s: at XDP of %s there is room for one of them; -i %s has the "
					"packets of both", live_iface_name(other), live_iface_name(t), t->netif.name,
					t->netif.name);
	}
	return STATUS_OK;
}

/* Where packets are captured before a program and after it, an interface is two in the file. */
static enum status add_named(struct capture_ifaces *c, unsigned named)
{
	const struct observe_options *o = &c->opts->observe;
	const char *name = named_ifaces_name(&c->named, named);
	const bool both = observe_is_both(o);
	enum status status = add(c, named, name,
				 o->at & 1 << POINT_EXIT && !both ? POINT_EXIT : POINT_ENTRY, NULL);

	if (!status)
		status = check_place(c, last(c));
	return status || !both ? status : add(c, named, name, POINT_EXIT, last(c));
}

/* ---- those that fit ---- */

/* Is it in the capture, or was it tried? */
static bool is_known(const struct capture_ifaces *c, const struct netif *n)
{
	for (unsigned i = 0; i < c->set.n; i++) {
		const struct live_iface *t = c->set.v[i];

		/* off which we were taken is known, too: that was somebody's wish */
		if ((!t->gone || t->detached) && t->netif.netns == n->netns &&
		    live_iface_device(t)->ifindex == n->ifindex)
			return true;
	}
	return named_ifaces_has_refused(&c->named, n);
}

/*
 * One that the capture goes on without if it cannot be captured, unless it belongs to what is
 * named, from the start.
 */
static enum status consider(struct capture_ifaces *c, unsigned named, const struct netif *n)
{
	const unsigned before = c->set.n;
	enum status status;
	struct netif now;
	int bond, err;

	if (!named_ifaces_fits(&c->named, named, n, &bond) || is_known(c, n))
		return STATUS_OK;
	err = netif_again(n, &now);
	/* it may be called something else by now, and its name be that of another one */
	if (err == -ENODEV || (!err && !named_ifaces_fits(&c->named, named, &now, &bond)))
		return STATUS_OK;
	n = err ? n : &now;
	if (limits_has_files(SPARE_FILES))
		status = add(c, named, n->name, POINT_ENTRY, NULL);
	else
		status = log_fail(STATUS_RUNTIME, "%s: no room for another interface: too many open files (ulimit -n)",
				  n->name);
	if (c->set.n > before)
		last(c)->bond = bond;
	if (!status)
		status = live_program_load(last(c), c->rings, c->settings, c->filters);
	if (!status)
		status = live_attach_begin(last(c), c->settings);
	if (!status) {
		if (c->listening) {
			start_line_joined(last(c));
			outputs_joined(&c->pump->outputs);
		}
		return STATUS_OK;
	}
	if (named_ifaces_is_bond(&c->named, named) && !c->listening)
		return status;
	log_complain("warning: %s is left out", n->name);
	named_ifaces_refuse(&c->named, n);
	if (c->set.n > before && !live_attach_give_up(last(c)))
		live_set_drop(&c->set);
	return STATUS_OK;
}

/* What a namespace has, copied: it is left before one is looked at, by the number it has here. */
struct list {
	struct netif *v;
	size_t n;
	bool failed;
};

static void collect(void *ctx, const struct netif *n)
{
	struct list *list = ctx;
	struct netif *more = reallocarray(list->v, list->n + 1, sizeof(*more));

	if (!more) {
		list->failed = true;
		return;
	}
	list->v = more;
	list->v[list->n++] = *n;
}

static int list_all(const struct netns *ns, struct list *list)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	int err = netns_enter(&v, ns);

	if (!err)
		err = netif_list(collect, list);
	return !err && list->failed ? -ENOMEM : err;
}

static enum status add_fitting(struct capture_ifaces *c, unsigned named)
{
	const struct netns *ns = named_netns_of(&c->named.netns, named);
	struct list list = { .n = 0 };
	enum status status = STATUS_OK;
	int err = list_all(ns, &list);

	c->unlisted |= err == -EINTR;
	if (err == -EINTR)
		err = 0;
	for (size_t i = 0; !err && !status && i < list.n; i++) {
		list.v[i].netns = netns_number(ns);
		status = consider(c, named, &list.v[i]);
	}
	free(list.v);
	return err ? log_fail(STATUS_RUNTIME, "cannot list the interfaces: %s", strerror(-err))
		   : status;
}

static enum status look_for_new(struct capture_ifaces *c)
{
	enum status status = STATUS_OK;

	c->unlisted = false;
	named_ifaces_look(&c->named);
	for (unsigned i = 0; !status && i < named_ifaces_count(&c->named); i++)
		if (named_ifaces_pattern(&c->named, i) && !netns_is_forgotten(named_netns_of(&c->named.netns, i)))
			status = add_fitting(c, i);
	return status;
}

/* @n has come, or is another one by now. */
static void consider_all(struct capture_ifaces *c, const struct netif *n)
{
	for (unsigned i = 0; i < named_ifaces_count(&c->named); i++)
		if (named_ifaces_pattern(&c->named, i) &&
		    netns_has_number(named_netns_of(&c->named.netns, i), n->netns))
			consider(c, i, n);
}

/* ---- the start ---- */

static void ignore_change(void *ctx is_unused, const struct netif *n is_unused, bool gone is_unused)
{
}

/* Of all namespaces that are known by now, and of those that become known. */
static enum status open_watch(struct capture_ifaces *c)
{
	int err = netif_watch_open(&c->watch);

	if (!err && c->opts->n_netns)
		err = netif_watch_others(c->watch);
	if (err == -EPERM)
		return log_fail(
			STATUS_PERMISSION,
			"CAP_NET_BROADCAST missing, which watching other network namespaces needs");
	return err ? log_fail(STATUS_RUNTIME, "cannot watch interfaces: %s", strerror(-err))
		   : STATUS_OK;
}

static bool is_same(const struct missing *a, const struct missing *b)
{
	return a->netns == b->netns && a->iface == b->iface;
}

static void announce_waiting(const struct missing *m)
{
	if (m->iface)
		log_announce("waiting for %s%s%s", m->netns ? m->netns->text : "",
			     m->netns ? "/" : "", m->iface);
	else
		log_announce("waiting for the %s %s",
			     m->netns->by == NETNS_CONTAINER ? "container" : "network namespace",
			     m->netns->text);
}

/* Until all are there, or somebody asks us to stop; of namespaces nobody tells. */
static enum status wait_for_interfaces(struct capture_ifaces *c)
{
	struct missing what, said = { NULL, NULL };
	enum status status = open_watch(c);

	if (status)
		return status;
	while (!c->pump->loop.asked && named_ifaces_missing(&c->named, &what)) {
		if (!is_same(&what, &said))
			announce_waiting(&what);
		said = what;
		loop_wait_for(&c->pump->loop, netif_watch_fd(c->watch),
			      what.iface ? -1 : LOOK_FOR_NETNS_MS);
		netif_watch_read(c->watch, ignore_change, NULL);
	}
	return STATUS_OK;
}

static enum status describe(struct capture_ifaces *c)
{
	enum status status = STATUS_OK;

	for (unsigned i = 0; !status && i < named_ifaces_count(&c->named); i++) {
		status = named_ifaces_find_bond(&c->named, i);
		if (!status && !named_ifaces_pattern(&c->named, i))
			status = add_named(c, i);
	}
	return status;
}

enum status capture_ifaces_find(struct capture_ifaces *c)
{
	privilege_raise_here(PRIVILEGE_KERNEL);
	enum status status = named_netns_open(&c->named.netns);

	if (!status && c->opts->wait)
		status = wait_for_interfaces(c);
	if (!status && !c->pump->loop.asked)
		status = describe(c);
	return status;
}

enum status capture_ifaces_attach(struct capture_ifaces *c, const struct rings *rings)
{
	enum status status = STATUS_OK;

	c->rings = rings;
	for (unsigned i = 0; !status && i < c->set.n; i++)
		status = live_program_load(c->set.v[i], c->rings, c->settings, c->filters);
	for (unsigned i = 0; !status && i < c->set.n; i++)
		status = live_attach_begin(c->set.v[i], c->settings);
	return status ? status : look_for_new(c);
}

/* ---- meanwhile ---- */

/* Is it gone, and may it come back? */
static bool waits_for(const struct capture_ifaces *c, const struct live_iface *t)
{
	return c->opts->wait && live_presence_may_return(t);
}

/* One that is gone for good is an error if it was named, the last one the end. */
static void count_the_living(struct capture_ifaces *c)
{
	unsigned alive = 0;

	for (unsigned i = 0; i < c->set.n; i++) {
		const struct live_iface *t = c->set.v[i];

		if (!t->gone || waits_for(c, t))
			alive++;
		else if (!t->pattern && !t->replaced)
			c->status = STATUS_RUNTIME;
	}
	if (!alive && !named_ifaces_has_patterns(&c->named))
		c->pump->ended = true;
}

/* It is what @n says, or in it, or on it where that goes. */
static bool is_meant(const struct live_iface *t, const struct netif *n, bool gone)
{
	return t->netif.netns == n->netns &&
	       (live_iface_device(t)->ifindex == n->ifindex || !n->ifindex ||
		(gone && t->netif.ifindex == n->ifindex));
}

/* It was what @n is now. */
static bool is_namesake(const struct live_iface *t, const struct netif *n)
{
	return netns_has_number(t->netns, n->netns) && !strcmp(live_iface_device(t)->name, n->name);
}

static void changed(void *ctx, const struct netif *n, bool gone)
{
	struct capture_ifaces *c = ctx;

	for (unsigned i = 0; i < c->set.n; i++) {
		struct live_iface *t = c->set.v[i];
		const bool was_gone = t->gone;
		const uint64_t downs = t->link_downs;

		if (!t->gone && !gone && is_meant(t, n, gone) && live_presence_has_left(t, n))
			live_presence_leave(t);
		else if (!t->gone && is_meant(t, n, gone))
			live_presence_changed(t, n, gone);
		else if (!gone && waits_for(c, t) && is_namesake(t, n))
			live_presence_return(t, n, c->settings);
		if (t->link_downs > downs || (t->gone && !was_gone))
			recording_down(c->recording, live_iface_name(t));
	}
	if (gone && !n->ifindex)
		named_netns_gone(&c->named.netns, n->netns);
	named_ifaces_changed(&c->named, n, gone);
	if (!gone)
		consider_all(c, n);
	count_the_living(c);
}

/* Changes are lost when too many come at once; then look for ourselves. */
static void look_for_changes(struct capture_ifaces *c)
{
	for (unsigned i = 0; i < c->set.n; i++) {
		const struct live_iface *t = c->set.v[i];
		struct netif n = *live_iface_device(t);
		int err;

		if (t->gone && !waits_for(c, t))
			continue;
		err = live_presence_seek(t, &n);
		if (!err || (!t->gone && err == -ENODEV))
			changed(c, err ? live_iface_device(t) : &n, err == -ENODEV);
	}
	look_for_new(c);
}

static void on_changes(void *ctx)
{
	struct capture_ifaces *c = ctx;
	privilege_raise_here(*c->rights);

	if (!netif_watch_read(c->watch, changed, c))
		look_for_changes(c);
	c->is_due = true;	/* it may have been the program */
}

enum status capture_ifaces_watch(struct capture_ifaces *c)
{
	enum status status = c->watch ? STATUS_OK : open_watch(c);
	int err = status ? 0
			 : loop_add(&c->pump->loop, netif_watch_fd(c->watch), on_changes, c);

	return err ? log_fail(STATUS_RUNTIME, "cannot wait for changes of interfaces: %s",
			      strerror(-err))
		   : status;
}

/* The message that an interface is deleted may be on its way, and says better what has happened. */
void capture_ifaces_look(struct capture_ifaces *c)
{
	privilege_raise_here(*c->rights);
	bool is_to_look = c->unlisted;

	c->is_due = false;
	for (unsigned i = 0; i < c->set.n; i++)
		live_presence_let_go(c->set.v[i]);
	is_to_look |= named_netns_look(&c->named.netns);
	if (is_to_look)
		look_for_changes(c);
	for (unsigned i = 0; i < c->set.n; i++) {
		struct live_iface *t = c->set.v[i];

		if (!waits_for(c, t) && live_presence_release(t))
			outputs_left(&c->pump->outputs, i);
		if (t->gone || !live_presence_is_lost(t))
			continue;
		on_changes(c);
		look_for_changes(c);
		/* it may have come back meanwhile */
		if (!t->gone && live_presence_is_lost(t) &&
		    (!t->traced || live_program_follow(t, c->settings)))
			live_presence_lose(t);
	}
	count_the_living(c);
}

enum status capture_ifaces_status(const struct capture_ifaces *c)
{
	return c->named.has_lost ? STATUS_RUNTIME : c->status;
}

void capture_ifaces_detach(struct capture_ifaces *c)
{
	live_set_close(&c->set);
}

void capture_ifaces_close(struct capture_ifaces *c)
{
	netif_watch_close(c->watch);
	named_ifaces_close(&c->named);
}
