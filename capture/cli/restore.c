// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * --restore: a program of ours that was left on an interface, in front of another one, goes, and
 * that one is there again. Says what it did.
 */
#include <errno.h>
#include <string.h>

#include "capture/cli/open_netns.h"
#include "capture/cli/opts.h"
#include "capture/cli/restore.h"
#include "capture/kernel/leftover.h"
#include "capture/kernel/object.h"
#include "capture/kernel/takeover.h"
#include "capture/live/live_attach.h"
#include "capture/live/live_find.h"
#include "capture/live/live_iface.h"

static const char *or_unknown(const char *name)
{
	return *name ? name : "a program without a name";
}

static enum status look_failed(const char *name, int err)
{
	if (err == -ENOENT) {
		log_announce("%s: there is nothing to restore: no XDP program is attached", name);
		return STATUS_OK;
	}
	if (err == -EPERM)
		return log_fail(
			STATUS_PERMISSION,
			"%s: CAP_SYS_ADMIN missing, which it takes to see XDP programs of others",
			name);
	return log_fail(STATUS_RUNTIME, "%s: cannot ask for its XDP program: %s", name,
			strerror(-err));
}

static enum status mend_failed(const char *name, int err)
{
	if (err == -EPERM || err == -EACCES)
		return log_fail(STATUS_PERMISSION,
				"%s: the kernel does not let us exchange the XDP program: %s", name,
				strerror(-err));
	if (err == -EEXIST || err == -EBUSY || err == -EAGAIN || err == -ENOLINK)
		return log_fail(
			STATUS_INTERFACE,
			"%s: somebody has just attached something else; it is left as it is", name);
	return log_fail(STATUS_RUNTIME, "%s: cannot exchange the XDP program: %s", name,
			strerror(-err));
}

static enum status mend(const struct live_iface *t, const struct xdp_holder *h,
			const struct xdp_program *target)
{
	const struct xdp_program front = { .id = h->prog_id, .mode = h->mode };
	const char *name = live_iface_name(t);
	int err, pid = leftover_process(h->prog_id);

	if (pid)
		return log_fail(
			STATUS_INTERFACE,
			"%s: xdpdump (process %d) is in front of %s (id %u), and puts it back when it ends",
			name, pid, or_unknown(target->name), target->id);
	err = leftover_mend(t->netif.ifindex, &front);
	if (err)
		return mend_failed(name, err);
	if (target->id)
		log_announce("%s: %s (id %u) is attached again, in the place of xdpdump (id %u)",
			     name, or_unknown(target->name), target->id, h->prog_id);
	else
		log_announce(
			"%s: xdpdump (id %u) is detached; the program that it was in front of is gone",
			name, h->prog_id);
	return STATUS_OK;
}

/* @t: where it is. */
static enum status restore(struct live_iface *t, const char *name)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	enum status status = live_iface_enter(t, &v);
	struct xdp_program target;
	struct xdp_holder h;
	int err;

	if (!status)
		status = live_find_iface(t, name);
	if (status)
		return status;
	name = live_iface_name(t);
	err = takeover_look(t->netif.ifindex, &h);
	if (err)
		return look_failed(name, err);
	if (!leftover_is_front(h.prog_id, &target))
		return log_fail(
			STATUS_INTERFACE,
			"%s: there is nothing of ours to take away: %s (id %u) is attached, and left as it is",
			name, or_unknown(h.name), h.prog_id);
	return mend(t, &h, &target);
}

enum status restore_run(const struct opts *o)
{
	enum status status = STATUS_OK;

	object_set_log(o->debug ? OBJECT_ALL : OBJECT_SILENT);
	for (unsigned i = 0; i < o->n_ifaces; i++) {
		struct live_iface t = { .promiscuous_fd = -1 };
		struct netns *ns;
		enum status one = open_netns_of(&ns, o, i);

		t.netns = ns;
		status = max_of(status, one ? one : restore(&t, o->ifaces[i]));
		live_attach_close(&t);
		netns_close(ns);
	}
	return status;
}
