// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What an interface is, and has, goes on to the one that replaces it; the books do not. */
#include <string.h>

#include "capture/base/clock.h"
#include "capture/base/util.h"
#include "capture/live/live_books.h"
#include "capture/live/live_change.h"
#include "capture/live/live_device.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_program.h"

bool live_change_is_needed(const struct live_iface *t, const struct live_iface_settings *s)
{
	return max_of(t->sampling.sample, 1u) != max_of(s->sampling.sample, 1u) ||
	       t->snap != s->snap;
}

/* A string that it has, or none. False: out of memory. */
static bool copy(char **to, const char *from)
{
	*to = from ? strdup(from) : NULL;
	return *to || !from;
}

/* All that is known of it, and nothing that it owns. */
static bool describe(struct live_iface *next, const struct live_iface *t, uint32_t id,
		     const struct live_iface_settings *s)
{
	struct iface *i = &next->iface;

	*next = (struct live_iface){
		.netif = t->netif, .vlan = t->vlan, .netns = t->netns, .before = t,
		.first_id = t->first_id,
		.sampling = s->sampling, .point = t->point, .pattern = t->pattern, .bond = t->bond,
		.way = t->way,
		.strips_vlan = t->strips_vlan, .device = t->device,
		.hash_function = t->hash_function,
		.promiscuous_fd = -1, .rtnl = t->rtnl, .rings = t->rings, .filters = t->filters,
		.has_no_trigger = t->has_no_trigger, .gone = t->gone,
		.running = t->running, .renamed = t->renamed, .has_if_dropped = t->has_if_dropped,
		.snap = s->snap,
	};
	*i = (struct iface){
		.id = id, .snaplen = t->iface.snaplen, .linktype = t->iface.linktype,
		.other_clock = t->iface.other_clock, .one_queue = t->iface.one_queue,
		.has_mac = t->iface.has_mac,
		.speed_bps = t->iface.speed_bps,
	};
	memcpy(i->mac, t->iface.mac, sizeof(i->mac));
	return copy(&next->name, t->name) && copy(&i->name, t->iface.name) &&
	       copy(&i->description, t->iface.description) && copy(&i->os, t->iface.os) &&
	       copy(&i->hardware, t->iface.hardware) && copy(&i->filter, t->iface.filter);
}

enum status live_change_load(struct live_iface *next, struct live_iface *t,
			     const struct live_iface *entry, uint32_t id,
			     const struct live_iface_settings *s)
{
	enum status status;

	if (!describe(next, t, id, s))
		return log_fail(STATUS_RUNTIME, "out of memory");
	live_device_describe(next);
	next->entry = entry;
	/* lent: the programs are loaded for what it will own */
	next->takeover = t->takeover;
	next->traced = t->traced;
	status = live_program_load_after(next, s);
	next->takeover = NULL;
	next->traced = NULL;
	return status;
}

/* What @t has besides its programs, and only one can have. */
static void give(struct live_iface *t, struct live_iface *next)
{
	next->takeover = t->takeover;
	next->traced = t->traced;
	next->promiscuous_fd = t->promiscuous_fd;
	t->lends_hook = t->takeover || t->traced;
	t->takeover = NULL;
	t->traced = NULL;
	t->promiscuous_fd = -1;
}

/* No more packets of it come. */
static void retire(struct live_iface *t)
{
	if (!t->gone)
		t->end_ns = clock_now_ns();
	t->detached_ns = clock_monotonic_ns();
	t->gone = t->replaced = true;
}

/* In both directions, or in none. */
static int pass_on(struct live_iface *t, struct live_iface *next)
{
	int err = t->received.hook ? hook_pass_on(t->received.hook, next->received.hook) : 0;

	if (err || !t->sent.hook)
		return err;
	err = hook_pass_on(t->sent.hook, next->sent.hook);
	if (err && t->received.hook)
		hook_pass_on(next->received.hook, t->received.hook);
	return err;
}

enum status live_change_make(struct live_iface *next, struct live_iface *t)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	enum status status = t->gone || t->entry ? STATUS_OK : live_iface_enter(t, &v);
	int err = status || t->entry ? 0 : pass_on(t, next);

	next->start_ns = clock_now_ns();
	if (t->entry ? t->entry->replaced && t->entry == next->entry->before : !status && !err) {
		live_books_snapshot(t);
		/* what the device has dropped until then is in the books before */
		next->netif.rx_missed += t->if_dropped - t->if_dropped_before;
		give(t, next);
		next->end_ns = t->gone ? next->start_ns : 0;
		retire(t);
		return STATUS_OK;
	}
	retire(next);
	next->lends_hook = true;
	next->end_ns = next->start_ns;
	return status || t->entry
		       ? STATUS_RUNTIME
		       : log_fail(STATUS_RUNTIME,
				  "%s: goes on as before, as no other program can be put there: %s",
				  live_iface_name(t), strerror(-err));
}
