// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capture/cli/iface_types.h"
#include "capture/cli/open_netns.h"
#include "capture/cli/opts.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/netns.h"
#include "capture/kernel/xdp_features.h"
#include "capture/live/live_attach.h"
#include "capture/live/live_find.h"
#include "capture/live/live_iface.h"
#include "capture/live/pattern.h"

static void netns_closep(struct netns **ns)
{
	netns_close(*ns);
}

/* One interface, as live_attach_describe() finds it, within its namespace. */
static enum status find(struct live_iface *t, const struct opts *o)
{
	enum status status = live_find_iface(t, o->n_ifaces ? o->ifaces[0] : NULL);

	if (!status && !t->netif.ethernet && !t->netif.raw)
		return log_fail(STATUS_UNSUPPORTED,
				"%s: its packets begin neither with an Ethernet header nor with "
				"an IP header, which is not supported",
				live_iface_name(t));
	return status;
}

/* What interfaces have, each once, in the order in which it was found. */
struct items {
	void (*add_of)(struct items *items, const struct netif *n);
	const char *pattern;
	const char *found[4];
	unsigned n;
};

static void add_item(struct items *items, const char *item)
{
	for (unsigned i = 0; i < items->n; i++)
		if (!strcmp(items->found[i], item))
			return;
	if (items->n < array_size(items->found))
		items->found[items->n++] = item;
}

/* Of those that fit now; a bond is what its members are. */
static void add_if_it_fits(void *ctx, const struct netif *n)
{
	struct items *items = ctx;

	if ((n->ethernet || n->raw) &&
	    (pattern_fits(items->pattern, n) ||
	     (netif_is_bond(n) && pattern_fits_bond(items->pattern, n))))
		items->add_of(items, n);
}

static enum status look_at_fitting(struct items *items)
{
	int err = netif_list(add_if_it_fits, items);

	if (err)
		return log_fail(STATUS_RUNTIME, "cannot list the interfaces: %s", strerror(-err));
	return items->n ? STATUS_OK
			: log_fail(STATUS_INTERFACE,
				   "no interface fits '%s' now; xdpdump -D lists those there are",
				   items->pattern);
}

static enum status list_of(const struct opts *o, const char *what, char letter,
			   void (*add_of)(struct items *items, const struct netif *n))
{
	cleanup(live_attach_close) struct live_iface t = { .promiscuous_fd = -1 };
	cleanup(netns_closep) struct netns *ns = NULL;
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	const char *name = o->n_ifaces ? o->ifaces[0] : NULL;
	struct items items = { .add_of = add_of, .pattern = pattern_is(name) ? name : NULL };
	enum status status = open_netns_of(&ns, o, 0);

	t.netns = ns;
	if (!status)
		status = live_iface_enter(&t, &v);
	if (!status)
		status = items.pattern ? look_at_fitting(&items) : find(&t, o);
	if (status)
		return status;
	if (!items.pattern)
		add_of(&items, &t.netif);
	printf("%s for %s (use option -%c to set):\n", what,
	       items.pattern ? items.pattern : live_iface_name(&t), letter);
	for (unsigned i = 0; i < items.n; i++)
		printf("  %s\n", items.found[i]);
	return log_finish_stdout();
}

static void add_link_type(struct items *items, const struct netif *n)
{
	add_item(items, n->ethernet ? "EN10MB (Ethernet)" : "RAW (Raw IP)");
}

/* libpcap's words */
static void add_stamp_types(struct items *items, const struct netif *n)
{
	struct xdp_features f;

	add_item(items, "host (Host)");
	if (!xdp_features_of(n->ifindex, &f) && f.device & DEVICE_TIME)
		add_item(items, "adapter_unsynced (Adapter, not synced with system time)");
}

enum status iface_types_link(const struct opts *o)
{
	return list_of(o, "Data link types", 'y', add_link_type);
}

enum status iface_types_stamp(const struct opts *o)
{
	return list_of(o, "Time stamp types", 'j', add_stamp_types);
}
