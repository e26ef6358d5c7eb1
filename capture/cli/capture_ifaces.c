// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Which interfaces are captured: those that are named, and those that fit a pattern, as they come. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/cli/capture_impl.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/netns.h"
#include "capture/live/pattern.h"

/* ---- what is asked for ---- */

bool capture_has_patterns(const struct capture *l)
{
	const struct opts *o = l->opts;
	bool has = false;

	for (unsigned i = 0; i < o->n_ifaces; i++)
		has |= pattern_is(o->ifaces[i]);
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
	const char *asked = l->opts->n_ifaces ? l->opts->ifaces[named] : NULL;
	struct live_iface *t = live_set_add(&l->ifaces);

	if (!t)
		return log_fail(STATUS_RUNTIME, "no room for one more interface");
	t->point = point;
	t->entry = entry;
	t->netns = capture_netns_of(l, named);
	t->pattern = pattern_is(asked) ? asked : NULL;
	return live_iface_describe(t, name, l->ifaces.n - 1, &l->settings);
}

/* Where packets are captured before a program and after it, an interface is two in the file. */
static enum status add_named(struct capture *l, unsigned named)
{
	const struct observe_options *o = &l->opts->observe;
	const char *name = l->opts->n_ifaces ? l->opts->ifaces[named] : NULL;
	const bool both = observe_is_both(o);
	enum status status = add(l, named, name, o->at & 1 << POINT_EXIT && !both ? POINT_EXIT : POINT_ENTRY,
				 NULL);

	return status || !both ? status : add(l, named, name, POINT_EXIT, last(l));
}

/* ---- patterns ---- */

/* Is it in the capture, or was it tried? */
static bool is_known(const struct capture *l, const struct netif *n)
{
	for (unsigned i = 0; i < l->ifaces.n; i++) {
		const struct live_iface *t = l->ifaces.v[i];

		/* off which we were taken is known, too: that was somebody's wish */
		if ((!t->gone || t->detached) && t->netif.netns == n->netns &&
		    t->netif.ifindex == n->ifindex)
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

/* One that the capture goes on without if it cannot be captured. */
static void consider(struct capture *l, unsigned named, const struct netif *n)
{
	const unsigned before = l->ifaces.n;
	enum status status;
	struct netif now;

	if (!pattern_fits(l->opts->ifaces[named], n) || is_known(l, n) ||
	    netif_again(n, &now) == -ENODEV)
		return;
	status = add(l, named, n->name, POINT_ENTRY, NULL);
	if (!status)
		status = live_iface_load(last(l), l->rings, &l->settings, &l->filters);
	if (!status)
		status = live_iface_attach(last(l), &l->settings);
	if (!status) {
		if (l->listening) {
			capture_announce_joined(last(l));
			outputs_joined(&l->pump.outputs);
		}
		return;
	}
	log_complain("warning: %s is left out", n->name);
	refuse(l, n);
	if (l->ifaces.n > before)
		live_set_drop(&l->ifaces);
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
	int err = list_all(ns, &list);

	for (size_t i = 0; !err && i < list.n; i++) {
		list.v[i].netns = netns_number(ns);
		consider(l, named, &list.v[i]);
	}
	free(list.v);
	return err ? log_fail(STATUS_RUNTIME, "%s: cannot list the interfaces: %s",
			      l->opts->ifaces[named], strerror(-err))
		   : STATUS_OK;
}

enum status capture_look_for_new(struct capture *l)
{
	enum status status = STATUS_OK;

	for (unsigned i = 0; !status && i < l->opts->n_ifaces; i++)
		if (pattern_is(l->opts->ifaces[i]) && !netns_is_forgotten(capture_netns_of(l, i)))
			status = add_fitting(l, i);
	return status;
}

void capture_consider(struct capture *l, const struct netif *n)
{
	for (unsigned i = 0; i < l->opts->n_ifaces; i++)
		if (pattern_is(l->opts->ifaces[i]) &&
		    netns_has_number(capture_netns_of(l, i), n->netns))
			consider(l, i, n);
}

/* ---- the start ---- */

enum status capture_describe(struct capture *l)
{
	const struct opts *o = l->opts;
	enum status status = o->n_ifaces ? STATUS_OK : add_named(l, 0);

	for (unsigned i = 0; !status && i < o->n_ifaces; i++)
		if (!pattern_is(o->ifaces[i]))
			status = add_named(l, i);
	return status;
}
