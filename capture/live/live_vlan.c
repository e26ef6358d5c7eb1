// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What has to be so that the frames of the device below tell which are those of a VLAN. */
#include <stdio.h>
#include <string.h>

#include "capture/filter/expr.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_vlan.h"

static bool is_vlan(const struct netif *n)
{
	return !strcmp(n->kind, "vlan") && n->vlan;
}

static bool is_wanted(const struct live_iface *t, const struct live_iface_settings *s)
{
	return is_vlan(&t->netif) && !t->pattern && s->way == LIVE_NATIVE &&
	       s->directions & LIVE_RECEIVED;
}

/* The device that @n is on, in the namespace of both; within that it has no number. */
static enum status find_below(const struct live_iface *t, const struct netif *n,
			      struct netif *below)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	enum status status = live_iface_enter(t, &v);
	int err;

	if (!n->link)
		return log_fail(STATUS_UNSUPPORTED,
				"%s: no native XDP: the device that this VLAN is on is in another network namespace; "
				"try --hook auto", live_iface_name(t));
	if (status)
		return status;
	err = netif_by_index(n->link, below);
	below->netns = n->netns;
	return err ? log_fail(STATUS_INTERFACE, "%s: cannot look at the device that it is on: %s",
			      live_iface_name(t), strerror(-err))
		   : STATUS_OK;
}

/* What is done to all frames of the device is not asked for by the name of one VLAN. */
static enum status is_allowed(const struct live_iface *t, const struct live_iface_settings *s,
			      const struct netif *below)
{
	const char *name = live_iface_name(t);

	if (s->drop)
		return log_fail(STATUS_USAGE,
				"%s: at XDP --mirror-port drops every frame of %s, on which this VLAN is, and not its "
				"own alone: -i %s", name, below->name, below->name);
	if (observe_needs_program(&s->observe) || s->observe.way == OBSERVE_FRONT)
		return log_fail(STATUS_USAGE,
				"%s: a program that sees its frames at XDP is that of %s, on which this VLAN is: -i %s",
				name, below->name, below->name);
	return STATUS_OK;
}

enum status live_vlan_descend(struct live_iface *t, const struct live_iface_settings *s)
{
	struct netif below;
	enum status status;

	if (!is_wanted(t, s))
		return STATUS_OK;
	status = find_below(t, &t->netif, &below);
	if (!status)
		status = is_allowed(t, s, &below);
	if (status)
		return status;
	if (!t->name)
		t->name = strdup(t->netif.name);
	if (!t->name)
		return log_fail(STATUS_RUNTIME, "out of memory");
	t->vlan = t->netif;
	t->netif = below;
	return STATUS_OK;
}

static bool is_same(const struct netif *a, const struct netif *b)
{
	return is_vlan(a) && a->vlan == b->vlan && a->vlan_type == b->vlan_type;
}

enum status live_vlan_return(struct live_iface *t)
{
	const struct netif now = t->netif;
	struct netif below;
	enum status status;

	if (!is_same(&now, &t->vlan))
		return log_fail(STATUS_INTERFACE,
				"%s is back, but not as VLAN %u, and is not captured",
				live_iface_name(t), t->vlan.vlan);
	status = find_below(t, &now, &below);
	if (status)
		return status;
	t->vlan = now;
	t->netif = below;
	return STATUS_OK;
}

enum status live_vlan_is_seen(const struct live_iface *t)
{
	if (!t->vlan.ifindex || !t->strips_vlan || t->device & DEVICE_TAG)
		return STATUS_OK;
	return log_fail(STATUS_UNSUPPORTED,
			"%s: %s takes VLAN tags off before XDP sees them; ethtool -K %s %s off%s keeps them, "
			"and --hook auto does without",
			live_iface_name(t), t->netif.name, t->netif.name,
			live_vlan_is_stag(t) ? "rx-vlan-stag-hw-parse" : "rxvlan",
			t->netns ? ", in its namespace," : "");
}

bool live_vlan_is_stag(const struct live_iface *t)
{
	return t->vlan.vlan_type == 0x88a8;
}

struct vlan_tag live_vlan_tag(const struct live_iface *t)
{
	return (struct vlan_tag){ t->vlan.vlan_type, t->vlan.vlan };
}

char *live_vlan_describe(const struct live_iface *t)
{
	char *text;

	return asprintf(&text, "VLAN %u%s of %s", t->vlan.vlan,
			live_vlan_is_stag(t) ? " (802.1ad)" : "", t->netif.name) < 0
		       ? NULL
		       : text;
}

char *live_vlan_filter(const struct live_iface *t, const char *filter)
{
	cleanup(freep) char *line = filter ? expr_line(filter) : NULL;
	char *text;

	if (asprintf(&text, line ? "vlan %u and (%s)" : "vlan %u", t->vlan.vlan, line) < 0)
		return NULL;
	return text;
}
