// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/cli/named_ifaces.h"
#include "capture/kernel/netns.h"
#include "capture/live/live_find.h"
#include "capture/live/live_iface.h"
#include "capture/live/pattern.h"

unsigned named_ifaces_count(const struct named_ifaces *a)
{
	return a->opts->n_ifaces ? a->opts->n_ifaces : 1;
}

const char *named_ifaces_name(const struct named_ifaces *a, unsigned i)
{
	return a->opts->n_ifaces ? a->opts->ifaces[i] : NULL;
}

bool named_ifaces_is_bond(const struct named_ifaces *a, unsigned i)
{
	return a->bonds[i].ifindex;
}

static bool stands_for_many(const struct named_ifaces *a, unsigned i)
{
	return named_ifaces_is_bond(a, i) || pattern_is(named_ifaces_name(a, i));
}

static bool is_waited_for(const struct named_ifaces *a, unsigned i)
{
	return a->opts->wait && !a->bonds[i].ifindex && *a->bonds[i].name;
}

bool named_ifaces_has_patterns(const struct named_ifaces *a)
{
	bool has = false;

	for (unsigned i = 0; i < named_ifaces_count(a); i++)
		has |= stands_for_many(a, i) || is_waited_for(a, i);
	return has;
}

const char *named_ifaces_pattern(const struct named_ifaces *a, unsigned i)
{
	return named_ifaces_is_bond(a, i) ? a->bonds[i].name
	       : stands_for_many(a, i) ? named_ifaces_name(a, i)
				       : NULL;
}

/* Is what the @i-th means? If not, *@what is not. */
static bool is_there(struct named_ifaces *a, unsigned i, struct missing *what)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	const struct opts *o = a->opts;
	const unsigned of = o->netns_of[i];
	struct netif netif;

	*what = (struct missing){ .netns = of ? &o->netns[of - 1] : NULL };
	if (!named_netns_visit(&a->netns, i, &v))
		return false;
	what->iface = o->ifaces[i];
	return live_find_look_up(what->iface, &netif) != -ENODEV;
}

bool named_ifaces_missing(struct named_ifaces *a, struct missing *what)
{
	for (unsigned i = 0; i < a->opts->n_ifaces; i++)
		if (!is_there(a, i, what))
			return true;
	return false;
}

/* ---- bonds ---- */

/* Does it name one? What else may be wrong with it is for those to tell who capture it. */
static void find_bond(struct named_ifaces *a, unsigned i)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	const struct netns *ns = named_netns_of(&a->netns, i);
	const char *name = named_ifaces_name(a, i);
	struct netif n;
	bool routed;

	if (pattern_is(name) || netns_enter(&v, ns) ||
	    (name ? live_find_look_up(name, &n) : netif_default(&n, &routed)) ||
	    !netif_is_bond(&n))
		return;
	n.netns = netns_number(ns);
	a->bonds[i] = n;
}

static enum status check_bond(const struct named_ifaces *a, unsigned i)
{
	const struct observe_options *o = &a->opts->observe;

	if (!named_ifaces_is_bond(a, i) || (!observe_needs_program(o) && o->way != OBSERVE_FRONT))
		return STATUS_OK;
	return log_fail(STATUS_USAGE,
			"%s is a bond, which stands for its members: watching a program is for "
			"interfaces that are named",
			a->bonds[i].name);
}

enum status named_ifaces_find_bond(struct named_ifaces *a, unsigned i)
{
	find_bond(a, i);
	return check_bond(a, i);
}

static void bond_has_gone(struct named_ifaces *a, struct netif *bond)
{
	bond->ifindex = 0;
	log_complain("%s disappeared", bond->name);
	if (!a->opts->wait)
		a->has_lost = true;
}

static void forget_refused(struct named_ifaces *a, const struct netif *n, bool gone)
{
	for (unsigned i = 0; i < a->n_refused;) {
		const struct netif *r = &a->refused[i];
		const bool same = r->netns == n->netns && (r->ifindex == n->ifindex || !n->ifindex);

		if (same && (gone || strcmp(r->name, n->name)))
			a->refused[i] = a->refused[--a->n_refused];
		else
			i++;
	}
}

void named_ifaces_changed(struct named_ifaces *a, const struct netif *n, bool gone)
{
	for (unsigned i = 0; i < named_ifaces_count(a); i++) {
		struct netif *b = &a->bonds[i];

		if (gone && b->ifindex && b->netns == n->netns &&
		    (b->ifindex == n->ifindex || !n->ifindex))
			bond_has_gone(a, b);
		else if (!gone && is_waited_for(a, i) && !strcmp(b->name, n->name) &&
			 netif_is_bond(n) && netns_has_number(named_netns_of(&a->netns, i), n->netns))
			*b = *n;
	}
	forget_refused(a, n, gone);
}

void named_ifaces_look(struct named_ifaces *a)
{
	struct netif now;

	for (unsigned i = 0; i < named_ifaces_count(a); i++)
		if (a->bonds[i].ifindex && netif_again(&a->bonds[i], &now) == -ENODEV)
			bond_has_gone(a, &a->bonds[i]);
		else if (is_waited_for(a, i))
			find_bond(a, i);
}

/* ---- what fits ---- */

bool named_ifaces_fits(const struct named_ifaces *a, unsigned i, const struct netif *n, int *bond)
{
	const int of = a->bonds[i].ifindex;
	struct netif found;
	bool by_bond;

	*bond = 0;
	if (!of && pattern_fits(named_ifaces_name(a, i), n))
		return true;
	by_bond = of ? n->bonded && n->master == of
		     : !netif_bond(n, &found) && pattern_fits_bond(named_ifaces_name(a, i), &found);
	*bond = by_bond ? n->master : 0;
	return by_bond;
}

void named_ifaces_refuse(struct named_ifaces *a, const struct netif *n)
{
	struct netif *more = realloc(a->refused, (a->n_refused + 1) * sizeof(*more));

	if (!more)
		return;
	a->refused = more;
	more[a->n_refused++] = *n;
}

bool named_ifaces_has_refused(const struct named_ifaces *a, const struct netif *n)
{
	for (unsigned i = 0; i < a->n_refused; i++)
		if (a->refused[i].netns == n->netns && a->refused[i].ifindex == n->ifindex)
			return true;
	return false;
}

void named_ifaces_close(struct named_ifaces *a)
{
	named_netns_close(&a->netns);
	free(a->refused);
}
