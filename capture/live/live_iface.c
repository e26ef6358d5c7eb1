// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <string.h>

#include "capture/kernel/netns.h"
#include "capture/live/live_iface.h"

const char *live_iface_name(const struct live_iface *t)
{
	return t->name ? t->name : t->netif.name;
}

const struct netif *live_iface_device(const struct live_iface *t)
{
	return t->vlan.ifindex ? &t->vlan : &t->netif;
}

static enum status enter_failed(const struct live_iface *t, int err)
{
	const char *label = netns_label(t->netns);

	switch (err) {
	case -EPERM:
	case -EACCES:
		return log_fail(STATUS_PERMISSION,
				"%s: entering another network namespace takes CAP_SYS_ADMIN", label);
	case -ENOENT:
	case -EINVAL:
	case -ESTALE:
		return log_fail(STATUS_INTERFACE, "%s: the network namespace has just disappeared",
				label);
	}
	return log_fail(STATUS_RUNTIME, "%s: cannot enter the network namespace: %s", label,
			strerror(-err));
}

enum status live_iface_enter(const struct live_iface *t, struct netns_visit *v)
{
	int err = netns_enter(v, t->netns);

	return err ? enter_failed(t, err) : STATUS_OK;
}
