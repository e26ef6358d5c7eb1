// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <string.h>

#include "capture/cli/capture_broker.h"
#include "capture/cli/confine.h"
#include "capture/cli/opts.h"
#include "capture/kernel/broker.h"
#include "capture/kernel/broker_programs.h"
#include "capture/kernel/kernel_types.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/privilege.h"
#include "capture/live/live_find.h"
#include "capture/live/live_iface.h"
#include "capture/live/pattern.h"

/* Does it stand for interfaces that come and go? NULL: the one that is meant then. */
static bool is_many(const char *name)
{
	struct netif n;
	bool routed;

	return pattern_is(name) ||
	       (!(name ? live_find_look_up(name, &n) : netif_default(&n, &routed)) &&
		netif_is_bond(&n));
}

/*
 * Can it be that an interface is attached to later, and does a program that is loaded suffice for
 * that?
 */
static bool attaches_later(const struct opts *o)
{
	bool attaches = o->wait || (!o->n_ifaces && is_many(NULL));

	for (unsigned i = 0; i < o->n_ifaces; i++)
		attaches |= is_many(o->ifaces[i]);
	return attaches && !o->n_netns && kernel_types()->has_tcx;
}

enum status capture_broker_open(const struct opts *o, struct broker **b, bool *attaches)
{
	privilege_raise_here(PRIVILEGE_KERNEL);
	struct broker_grant grant = {
		.number = broker_programs_number,
		.drop = o->mirror_port, .processes = o->processes, .sandbox = !confine_is_off(o),
	};
	int err;

	*b = NULL;
	*attaches = false;
	/* we have the rights for ever */
	if (!grant.sandbox && !o->user)
		return STATUS_OK;
	*attaches = attaches_later(o);
	if (o->wait && o->user && !*attaches)
		return log_fail(STATUS_UNSUPPORTED,
				"--wait needs the privileges later that -Z gives up, before Linux 6.6");
	grant.promiscuous = *attaches && o->promiscuous;
	if (!*attaches && !o->control && !o->extcap.control_in)
		return STATUS_OK;
	err = broker_open(b, &grant);
	return err ? log_fail(STATUS_RUNTIME,
			      "cannot start the process that is to load programs later: %s",
			      strerror(-err))
		   : STATUS_OK;
}
