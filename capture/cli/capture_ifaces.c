// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Which interfaces are captured: those that are named, and those that fit a pattern or are members
 * of a bond, as they come.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/limits.h"
#include "capture/cli/capture_impl.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/netns.h"
#include "capture/live/pattern.h"

/* Descriptors: what an interface takes in both directions, and files and their commands later. */
enum { SPARE_FILES = 64 };

/* ---- what is asked for ---- */

/* Without an -i there is one, of which nothing is said. */
static unsigned n_asked(const struct capture *l)
{
	return l->opts->n_ifaces ? l->opts->n_ifaces : 1;
}

static const char *asked(const struct capture *l, unsigned named)
{
	return l->opts->n_ifaces ? l->opts->ifaces[named] : NULL;
}

static bool stands_for_many(const struct capture *l, unsigned named)
{
	return l->bonds[named].ifindex || pattern_is(asked(l, named));
}

static bool is_waited_for(const struct capture *l, unsigned named)
{
	return l->opts->wait && !l->bonds[named].ifindex && *l->bonds[named].name;
}

bool capture_has_patterns(const struct capture *l)
{
	bool has = false;

	for (unsigned i = 0; i < n_asked(l); i++)
		has |= stands_for_many(l, i) || is_waited_for(l, i);
	return has;
}

static struct live_iface *last(const struct capture *l)
{
	return l->ifaces.v[l->ifaces.n - 1];
}

/* The @named-th -i, at one point of a program that is watched; @entry: it at the other one. */
static enum status add(struct capture *l, unsigned named, const char *name, unsigned point,
		       const struct live_iface *entry)
{
	struct live_iface *t = live_set_add(&l->ifaces);

	if (!t)
		return log_fail(STATUS_RUNTIME, "no room for one more interface");
	t->point = point;
	t->entry = entry;
	t->netns = capture_netns_of(l, named);
	t->pattern = l->bonds[named].ifindex  ? l->bonds[named].name
		     : stands_for_many(l, named) ? asked(l, named)
						 : NULL;
	return live_iface_describe(t, name, l->ifaces.n - 1, &l->settings);
}

/* Two at XDP of a device, one of them by the name of a VLAN that is on it? */
static enum status check_place(const struct capture *l, const struct live_iface *t)
{
	for (unsigned i = 0; i < l->ifaces.n; i++) {
		const struct live_iface *other = l->ifaces.v[i];

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
static enum status add_named(struct capture *l, unsigned named)
{
	const struct observe_options *o = &l->opts->observe;
	const char *name = asked(l, named);
	const bool both = observe_is_both(o);
	enum status status = add(l, named, name,
				 o->at & 1 << POINT_EXIT && !both ? POINT_EXIT : POINT_ENTRY, NULL);

	if (!status)
		status = check_place(l, last(l));
	return status || !both ? status : add(l, named, name, POINT_EXIT, last(l));
}

/* ---- bonds ---- */

/* Does it name one? What else may be wrong with it is for those to tell who capture it. */
static void find_bond(struct capture *l, unsigned named)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	const struct netns *ns = capture_netns_of(l, named);
	const char *name = asked(l, named);
	struct netif n;
	bool routed;

	if (pattern_is(name) || netns_enter(&v, ns) ||
	    (name ? live_iface_look_up(name, &n) : netif_default(&n, &routed)) ||
	    !netif_is_bond(&n))
		return;
	n.netns = netns_number(ns);
	l->bonds[named] = n;
}

static enum status check_bond(const struct capture *l, unsigned named)
{
	const struct observe_options *o = &l->opts->observe;

	if (!l->bonds[named].ifindex || (!observe_needs_program(o) && o->way != OBSERVE_FRONT))
		return STATUS_OK;
	return log_fail(STATUS_USAGE,
			"%s is a bond, which stands for its members: watching a program is for "
			"interfaces that are named",
			l->bonds[named].name);
}

static void bond_has_gone(struct capture *l, struct netif *bond)
{
	bond->ifindex = 0;
	log_complain("%s disappeared", bond->name);
	if (!l->opts->wait)
		l->status = STATUS_RUNTIME;
}

void capture_bond_changed(struct capture *l, const struct netif *n, bool gone)
{
	for (unsigned i = 0; i < n_asked(l); i++) {
		struct netif *b = &l->bonds[i];

		if (gone && b->ifindex && b->netns == n->netns &&
		    (b->ifindex == n->ifindex || !n->ifindex))
			bond_has_gone(l, b);
		else if (!gone && is_waited_for(l, i) && !strcmp(b->name, n->name) &&
			 netif_is_bond(n) && netns_has_number(capture_netns_of(l, i), n->netns))
			*b = *n;
	}
}

/* Its messages may be lost. */
static void look_at_bonds(struct capture *l)
{
	struct netif now;

	for (unsigned i = 0; i < n_asked(l); i++)
		if (l->bonds[i].ifindex && netif_again(&l->bonds[i], &now) == -ENODEV)
			bond_has_gone(l, &l->bonds[i]);
		else if (is_waited_for(l, i))
			find_bond(l, i);
}

/* ---- patterns ---- */

/* Is @n meant by the @named-th -i? *@bond: because of the one that it is a member of; or 0. */
static bool fits(const struct capture *l, unsigned named, const struct netif *n, int *bond)
{
	const int of = l->bonds[named].ifindex;
	struct netif found;
	bool by_bond;

	*bond = 0;
	if (!of && pattern_fits(asked(l, named), n))
		return true;
	by_bond = of ? n->bonded && n->master == of
		     : !netif_bond(n, &found) && pattern_fits_bond(asked(l, named), &found);
	*bond = by_bond ? n->master : 0;
	return by_bond;
}

/* Is it in the capture, or was it tried? */
static bool is_known(const struct capture *l, const struct netif *n)
{
	for (unsigned i = 0; i < l->ifaces.n; i++) {
		const struct live_iface *t = l->ifaces.v[i];

		/* off which we were taken is known, too: that was somebody's wish */
		if ((!t->gone || t->detached) && t->netif.netns == n->netns &&
		    live_iface_device(t)->ifindex == n->ifindex)
			return true;
	}
	for (unsigned i = 0; i < l->n_refused; i++)
		if (l->refused[i].netns == n->netns && l->refused[i].ifindex == n->ifindex)
			return true;
	return false;
}

/* It is not tried again before it has gone, or is called something else. */
static void refuse(struct capture *l, const struct netif *n)
{
	struct netif *more = realloc(l->refused, (l->n_refused + 1) * sizeof(*more));

	if (!more)
		return;
	l->refused = more;
	more[l->n_refused++] = *n;
}

void capture_forget_refused(struct capture *l, const struct netif *n, bool gone)
{
	for (unsigned i = 0; i < l->n_refused;) {
		const struct netif *r = &l->refused[i];
		const bool same = r->netns == n->netns && (r->ifindex == n->ifindex || !n->ifindex);

		if (same && (gone || strcmp(r->name, n->name)))
			l->refused[i] = l->refused[--l->n_refused];
		else
			i++;
	}
}

/*
 * One that the capture goes on without if it cannot be captured, unless it belongs to what is
 * named, from the start.
 */
static enum status consider(struct capture *l, unsigned named, const struct netif *n)
{
	const unsigned before = l->ifaces.n;
	enum status status;
	struct netif now;
	int bond, err;

	if (!fits(l, named, n, &bond) || is_known(l, n))
		return STATUS_OK;
	err = netif_again(n, &now);
	/* it may be called something else by now, and its name be that of another one */
	if (err == -ENODEV || (!err && !fits(l, named, &now, &bond)))
		return STATUS_OK;
	n = err ? n : &now;
	if (limits_has_files(SPARE_FILES))
		status = add(l, named, n->name, POINT_ENTRY, NULL);
	else
		status = log_fail(STATUS_RUNTIME, "%s: no room for another interface: too many open files (ulimit -n)",
				  n->name);
	if (l->ifaces.n > before)
		last(l)->bond = bond;
	if (!status)
		status = live_iface_load(last(l), l->rings, &l->settings, &l->filters);
	if (!status)
		status = live_iface_attach(last(l), &l->settings);
	if (!status) {
		if (l->listening) {
			capture_announce_joined(last(l));
			outputs_joined(&l->pump.outputs);
		}
		return STATUS_OK;
	}
	if (l->bonds[named].ifindex && !l->listening)
		return status;
	log_complain("warning: %s is left out", n->name);
	refuse(l, n);
	if (l->ifaces.n > before && !live_iface_give_up(last(l)))
		live_set_drop(&l->ifaces);
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

static enum status add_fitting(struct capture *l, unsigned named)
{
	const struct netns *ns = capture_netns_of(l, named);
	struct list list = { .n = 0 };
	enum status status = STATUS_OK;
	int err = list_all(ns, &list);

	l->unlisted |= err == -EINTR;
	if (err == -EINTR)
		err = 0;
	for (size_t i = 0; !err && !status && i < list.n; i++) {
		list.v[i].netns = netns_number(ns);
		status = consider(l, named, &list.v[i]);
	}
	free(list.v);
	return err ? log_fail(STATUS_RUNTIME, "cannot list the interfaces: %s", strerror(-err))
		   : status;
}

enum status capture_look_for_new(struct capture *l)
{
	enum status status = STATUS_OK;

	l->unlisted = false;
	look_at_bonds(l);
	for (unsigned i = 0; !status && i < n_asked(l); i++)
		if (stands_for_many(l, i) && !netns_is_forgotten(capture_netns_of(l, i)))
			status = add_fitting(l, i);
	return status;
}

void capture_consider(struct capture *l, const struct netif *n)
{
	for (unsigned i = 0; i < n_asked(l); i++)
		if (stands_for_many(l, i) &&
		    netns_has_number(capture_netns_of(l, i), n->netns))
			consider(l, i, n);
}

/* ---- the start ---- */

enum status capture_describe(struct capture *l)
{
	enum status status = STATUS_OK;

	for (unsigned i = 0; !status && i < n_asked(l); i++) {
		find_bond(l, i);
		status = stands_for_many(l, i) ? check_bond(l, i) : add_named(l, i);
	}
	return status;
}
