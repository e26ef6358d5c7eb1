// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/value.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/netns.h"
#include "capture/live/live_find.h"
#include "capture/live/live_iface.h"

/* How to list the interfaces that are where it is. */
static const char *list_command(const struct live_iface *t, char *out, size_t cap)
{
	const struct netns_words *w = t->netns ? netns_words(t->netns) : NULL;

	snprintf(out, cap, "xdpdump -D%s%s%s%s", w ? " " : "", w ? netns_option(w->by) : "",
		 w ? " " : "", w ? w->text : "");
	return out;
}

static enum status find_default(struct live_iface *t)
{
	char list[128];
	bool routed;
	int err = netif_default(&t->netif, &routed);

	t->why = routed ? "it has the default route" : "the first that is up";
	if (err == -ENODEV)
		return log_fail(STATUS_INTERFACE,
				"no interface is up; %s lists those there are, -i takes one",
				list_command(t, list, sizeof(list)));
	return err ? log_fail(STATUS_RUNTIME, "cannot look for an interface: %s", strerror(-err))
		   : STATUS_OK;
}

int live_find_look_up(const char *name, struct netif *n)
{
	uint64_t place;
	int err = netif_by_name(name, n);

	return err == -ENODEV && value_number(name, 1, INT32_MAX, &place) ? netif_by_place(place, n)
									  : err;
}

static enum status not_found(const struct live_iface *t, const char *name)
{
	char nearest[sizeof(t->netif.name)], list[128];

	if (strchr(name, ','))
		return log_fail(STATUS_INTERFACE, "%s: no such interface; several take a -i each",
				name);
	netif_nearest(name, nearest, sizeof(nearest));
	return log_fail(STATUS_INTERFACE,
			"%s%s%s: no such interface%s%s%s %s lists those there are",
			t->netns ? netns_label(t->netns) : "", t->netns ? "/" : "", name,
			*nearest ? "; did you mean " : ";", nearest, *nearest ? "?" : "",
			list_command(t, list, sizeof(list)));
}

static enum status find_named(struct live_iface *t, const char *name)
{
	int err = live_find_look_up(name, &t->netif);

	if (err == -ENODEV)
		return not_found(t, name);
	if (err)
		return log_fail(STATUS_RUNTIME, "%s: cannot look at the interface: %s", name,
				strerror(-err));
	if (strcmp(name, t->netif.name))
		t->why = name;
	return STATUS_OK;
}

enum status live_find_iface(struct live_iface *t, const char *name)
{
	enum status status = name ? find_named(t, name) : find_default(t);

	t->netif.netns = netns_number(t->netns);
	if (!status && t->netns &&
	    asprintf(&t->name, "%s/%s", netns_label(t->netns), t->netif.name) < 0) {
		t->name = NULL;
		return log_fail(STATUS_RUNTIME, "out of memory");
	}
	return status;
}
