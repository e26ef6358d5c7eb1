// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Whether somebody else is to load what comes later. */
#include <string.h>

#include "capture/cli/capture_impl.h"
#include "capture/cli/confine.h"
#include "capture/cli/opts.h"
#include "capture/kernel/broker.h"
#include "capture/kernel/kernel_types.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/privilege.h"
#include "capture/live/live_iface.h"
#include "capture/live/pattern.h"

/* Does it stand for interfaces that come and go? NULL: the one that is meant then. */
static bool is_many(const char *name)
{
	struct netif n;
	bool routed;

	return pattern_is(name) ||
	       (!(name ? live_iface_look_up(name, &n) : netif_default(&n, &routed)) &&
		netif_is_bond(&n));
}

/*
 * Can it be that an interface is attached to later, and does a program that is loaded suffice for
 * that?
 */
static bool attaches(const struct opts *o)
{
	bool attaches = o->wait || (!o->n_ifaces && is_many(NULL));

	for (unsigned i = 0; i < o->n_ifaces; i++)
		attaches |= is_many(o->ifaces[i]);
	return attaches && !o->n_netns && kernel_types()->has_tcx;
}

enum status capture_broker_open(struct capture *l)
{
	const struct opts *o = l->opts;
	privilege_raise_here(PRIVILEGE_KERNEL);
	struct broker_grant grant = {
		.drop = o->mirror_port, .processes = o->processes, .sandbox = !confine_is_off(o),
	};
	int err;

	/* we have the rights for ever */
	if (!grant.sandbox && !o->user)
		return STATUS_OK;
	l->broker_attaches = attaches(o);
	if (o->wait && o->user && !l->broker_attaches)
		return log_fail(STATUS_UNSUPPORTED,
				"--wait needs the privileges later that -Z gives up, before Linux 6.6");
	grant.promiscuous = l->broker_attaches && o->promiscuous;
	if (!l->broker_attaches && !o->control && !o->extcap.control_in)
		return STATUS_OK;
	err = broker_open(&l->broker, &grant);
	if (err)
		return log_fail(STATUS_RUNTIME,
				"cannot start the process that is to load programs later: %s",
				strerror(-err));
	l->settings.broker = l->broker;
	return STATUS_OK;
}
