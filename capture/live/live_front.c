// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Whose place it is, and what can go wrong with that. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/kernel/takeover.h"
#include "capture/live/live_front.h"
#include "capture/live/live_iface.h"

static const char *name_of(const char *name)
{
	return *name ? name : "name unknown";
}

enum status live_front_busy(const struct live_iface *t, const struct live_iface_settings *s)
{
	const char *name = live_iface_name(t);
	struct xdp_program found[3];

	if (xdp_query(t->netif.ifindex, found) <= 0)
		return log_fail(STATUS_INTERFACE, "%s: another XDP program is attached", name);
	if (s->observe.way == OBSERVE_TRACE)
		return log_fail(STATUS_UNSUPPORTED,
				"%s: %s (id %u) cannot be traced: that is not built in; --observe front "
				"would put ours in its place to call it, until the end",
				name, name_of(found[0].name), found[0].id);
	if (s->observe.way == OBSERVE_FRONT)
		return log_fail(STATUS_INTERFACE,
				"%s: an XDP program has been attached meanwhile: %s (id %u); it is left as it is",
				name, name_of(found[0].name), found[0].id);
	return log_fail(
		STATUS_INTERFACE,
		"%s: an XDP program is attached already: %s (id %u, %s mode); it is left as it is, as "
		"tracing is not built in; --observe front would put ours in its place to call it, until the end",
		name, name_of(found[0].name), found[0].id, xdp_mode_name(found[0].mode));
}

static enum status no_program(const struct live_iface *t, const struct observe_options *o)
{
	return log_fail(STATUS_INTERFACE,
			"%s: no XDP program is attached, and %s is about what one does",
			live_iface_name(t),
			o->at & 1 << POINT_EXIT ? "--at" : o->verdicts ? "--verdict" : "--exit-filter");
}

static enum status open_failed(const struct live_iface *t, int err)
{
	const char *name = live_iface_name(t);

	switch (err) {
	case -EPERM:
	case -EACCES:
		return log_fail(STATUS_PERMISSION,
				"%s: the kernel shows the program that is there to CAP_SYS_ADMIN only",
				name);
	case -EOPNOTSUPP:
		return log_fail(STATUS_UNSUPPORTED,
				"%s: its XDP program runs in the device, where ours cannot call it",
				name);
	case -ENOTUNIQ:
		return log_fail(STATUS_INTERFACE,
				"%s: it cannot be told which link holds its XDP program", name);
	case -EAGAIN:
		return log_fail(STATUS_INTERFACE, "%s: its XDP program is being changed just now",
				name);
	}
	return log_fail(STATUS_RUNTIME, "%s: cannot look at its XDP program: %s", name,
			strerror(-err));
}

/* By its name, which the kernel cuts. */
static bool is_ours(const char *name)
{
	return !strncmp(name, "xdpdump", strlen("xdpdump"));
}

static enum status another(const struct live_iface *t)
{
	const struct xdp_holder *h = takeover_holder(t->takeover);

	return log_fail(STATUS_INTERFACE,
			"%s: another xdpdump captures there: %s (id %u); it is left as it is",
			live_iface_name(t), h->name, h->prog_id);
}

/* The guard gives back what is in its own namespace. */
static enum status elsewhere(const struct live_iface *t, const struct xdp_program *there)
{
	return log_fail(STATUS_UNSUPPORTED,
			"%s: --observe front does not take the place of %s (id %u) from another "
			"network namespace: start xdpdump within it, by nsenter or ip netns exec",
			live_iface_name(t), name_of(there->name), there->id);
}

enum status live_front_open(struct live_iface *t, const struct live_iface_settings *s)
{
	const struct observe_options *o = &s->observe;
	struct xdp_program found[3];
	bool needed = observe_needs_program(o);
	int err;

	if (o->way != OBSERVE_FRONT && needed)
		return xdp_query(t->netif.ifindex, found) > 0 ? live_front_busy(t, s)
							       : no_program(t, o);
	if (o->way != OBSERVE_FRONT)
		return STATUS_OK;
	if (netns_is_another(t->netns) && xdp_query(t->netif.ifindex, found) > 0)
		return elsewhere(t, &found[0]);
	err = takeover_open(&t->takeover, t->netif.ifindex, s->guard);
	if (err == -ENOENT)
		return needed ? no_program(t, o) : STATUS_OK;
	if (err)
		return open_failed(t, err);
	return is_ours(takeover_holder(t->takeover)->name) ? another(t) : STATUS_OK;
}

enum status live_front_uncallable(const struct live_iface *t, int err)
{
	const struct xdp_holder *h = takeover_holder(t->takeover);

	if (err == -EBUSY)
		return log_fail(STATUS_INTERFACE,
				"%s: %s (id %u) is left as it is: functions of it are replaced (freplace), "
				"and such a program cannot be called by ours since Linux 6.13",
				t->netif.name, name_of(h->name), h->prog_id);
	return log_fail(STATUS_INTERFACE,
			"%s: %s (id %u) is left as it is: the kernel does not let ours call it, "
			"probably because it is bound to the device (BPF_F_XDP_DEV_BOUND_ONLY)",
			t->netif.name, name_of(h->name), h->prog_id);
}

void live_front_describe(struct live_iface *t, const struct live_iface_settings *s)
{
	const struct takeover *there = t->entry ? t->entry->takeover : t->takeover;
	bool exit = t->point == POINT_EXIT;
	const char *program;
	char *text = NULL;

	if (!there)
		return;
	program = name_of(takeover_holder(there)->name);
	if (!s->observe.xdp_tools_names) {
		if (exit && asprintf(&text, "after %s", program) >= 0)
			t->iface.description = text;
		return;
	}
	if (asprintf(&text, "%s:%s()@%s", live_iface_name(t), program, exit ? "fexit" : "fentry") < 0)
		return;
	free(t->iface.name);
	t->iface.name = text;
}

enum status live_front_failed(const struct live_iface *t, int err)
{
	const struct xdp_holder *h = takeover_holder(t->takeover);
	const char *name = live_iface_name(t);

	switch (err) {
	case -EEXIST:
	case -EBUSY:
	case -ENOLINK:
		return log_fail(STATUS_INTERFACE,
				"%s: %s (id %u) is not there any more: its owner has just changed it",
				name, name_of(h->name), h->prog_id);
	case -EPERM:
	case -EACCES:
		return log_fail(STATUS_PERMISSION,
				"%s: the kernel does not let us take the place of %s: %s", name,
				name_of(h->name), strerror(-err));
	case -EOWNERDEAD:
		return log_fail(STATUS_RUNTIME,
				"%s: the process that would give the place of %s back has ended",
				name, name_of(h->name));
	}
	return log_fail(STATUS_RUNTIME, "%s: cannot take the place of %s: %s", name,
			name_of(h->name), strerror(-err));
}

void live_front_lost(const struct live_iface *t)
{
	const struct xdp_holder *h = takeover_holder(t->takeover);
	uint32_t by = 0;

	switch (takeover_state(t->takeover, &by)) {
	case TAKEOVER_EMPTY:
		log_complain("%s: %s was taken off by its owner, and ours with it", t->netif.name,
			     name_of(h->name));
		break;
	case TAKEOVER_TARGET:
		log_complain("%s: %s was put there again by its owner, in the place of ours",
			     t->netif.name, name_of(h->name));
		break;
	default:
		log_complain("%s: somebody has put another program (id %u) in the place of ours",
			     t->netif.name, by);
	}
}

void live_front_stuck(const struct live_iface *t, int err)
{
	const struct xdp_holder *h = takeover_holder(t->takeover);

	log_complain("%s: %s (id %u) could not be put back: %s; ours goes on calling it, and "
		     "xdpdump --restore -i %s tries again",
		     t->netif.name, name_of(h->name), h->prog_id, strerror(-err), t->netif.name);
}
