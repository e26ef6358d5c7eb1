// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Whose place it is, and what can go wrong with that. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/kernel/takeover.h"
#include "capture/live/live_front.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_watched.h"

enum status live_front_busy(const struct live_iface *t)
{
	const char *name = live_iface_name(t);
	struct xdp_program found[3];

	if (xdp_query(t->netif.ifindex, found) <= 0)
		return log_fail(STATUS_INTERFACE, "%s: another XDP program is attached", name);
	return log_fail(STATUS_INTERFACE,
			"%s: an XDP program has been attached meanwhile: %s (id %u); it is left as it is",
			name, live_watched_name(found[0].name), found[0].id);
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

/* The guard gives back what is in its own namespace. */
static enum status elsewhere(const struct live_iface *t, const struct xdp_program *there)
{
	return log_fail(STATUS_UNSUPPORTED,
			"%s: --observe front does not take the place of %s (id %u) from another "
			"network namespace: start xdpdump within it, by nsenter or ip netns exec",
			live_iface_name(t), live_watched_name(there->name), there->id);
}

/* What it runs itself it goes on running; ours calls the whole. */
static bool is_meant(const struct xdp_holder *h, const char *program)
{
	struct xdp_program p = { .id = h->prog_id };

	snprintf(p.name, sizeof(p.name), "%s", h->name);
	return !program || xdp_program_is(&p, program);
}

enum status live_front_open(struct live_iface *t, const struct live_iface_settings *s)
{
	struct xdp_program found[3];
	const struct xdp_holder *h;
	int err;

	if (netns_is_another(t->netns) && xdp_query(t->netif.ifindex, found) > 0)
		return elsewhere(t, &found[0]);
	err = takeover_open(&t->takeover, t->netif.ifindex, s->guard);
	if (err == -ENOENT)
		return observe_needs_program(&s->observe) ? live_watched_nothing(t, s) : STATUS_OK;
	if (err)
		return open_failed(t, err);
	h = takeover_holder(t->takeover);
	if (!is_meant(h, s->observe.program))
		return live_watched_another(t, s->observe.program);
	return live_watched_is_ours(h->name) ? live_watched_ours(t, h->name, h->prog_id) : STATUS_OK;
}

enum status live_front_uncallable(const struct live_iface *t, int err)
{
	const struct xdp_holder *h = takeover_holder(t->takeover);

	if (err == -EBUSY)
		return log_fail(STATUS_INTERFACE,
				"%s: %s (id %u) is left as it is: functions of it are replaced (freplace), "
				"and such a program cannot be called by ours since Linux 6.13",
				t->netif.name, live_watched_name(h->name), h->prog_id);
	return log_fail(STATUS_INTERFACE,
			"%s: %s (id %u) is left as it is: the kernel does not let ours call it, "
			"probably because it is bound to the device (BPF_F_XDP_DEV_BOUND_ONLY)",
			t->netif.name, live_watched_name(h->name), h->prog_id);
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
				name, live_watched_name(h->name), h->prog_id);
	case -EPERM:
	case -EACCES:
		return log_fail(STATUS_PERMISSION,
				"%s: the kernel does not let us take the place of %s: %s", name,
				live_watched_name(h->name), strerror(-err));
	case -EOWNERDEAD:
		return log_fail(STATUS_RUNTIME,
				"%s: the process that would give the place of %s back has ended",
				name, live_watched_name(h->name));
	}
	return log_fail(STATUS_RUNTIME, "%s: cannot take the place of %s: %s", name,
			live_watched_name(h->name), strerror(-err));
}

void live_front_lost(const struct live_iface *t)
{
	const struct xdp_holder *h = takeover_holder(t->takeover);
	uint32_t by = 0;

	switch (takeover_state(t->takeover, &by)) {
	case TAKEOVER_EMPTY:
		log_complain("%s: %s was taken off by its owner, and ours with it", t->netif.name,
			     live_watched_name(h->name));
		break;
	case TAKEOVER_TARGET:
		log_complain("%s: %s was put there again by its owner, in the place of ours",
			     t->netif.name, live_watched_name(h->name));
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
		     t->netif.name, live_watched_name(h->name), h->prog_id, strerror(-err),
		     t->netif.name);
}
