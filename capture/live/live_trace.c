// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What is traced, and what can go wrong with that. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/kernel/front_map.h"
#include "capture/kernel/object.h"
#include "capture/kernel/traced.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_trace.h"
#include "capture/live/live_watched.h"

/* of linux/errno.h, for the kernel alone: what it says where it cannot trace on this machine */
enum { KERNEL_ENOTSUPP = 524 };

/* It is there, and stays as it is. */
static enum status refuse(const struct live_iface *t, const struct xdp_program *p, const char *why)
{
	return log_fail(
		STATUS_INTERFACE,
		"%s: an XDP program is attached already: %s (id %u, %s mode); it is left as it is, as %s%s",
		live_iface_name(t), live_watched_name(p->name), p->id, xdp_mode_name(p->mode), why,
		front_map_takes(p->id)
			? ", and ours cannot call it either"
			: "; --observe front would put ours in its place to call it, until the end");
}

static const char *why_not(int err, char *words, size_t cap)
{
	switch (err) {
	case -ENODATA:
		return "it was loaded without BTF, by which it would be traced";
	case -EPERM:
	case -EACCES:
		return "this kernel does not let programs be traced";
	case -ESRCH:
		return "this kernel has no BTF, by which it would be traced";
	case -EBUSY:
	case -E2BIG:
		return "it is traced by others or replaced in part, with which ours does not go";
	case -EOPNOTSUPP:
	case -KERNEL_ENOTSUPP:
		return "this kernel cannot trace programs on this machine";
	}
	snprintf(words, cap, "it cannot be traced: %s", strerror(-err));
	return words;
}

static enum status open_failed(const struct live_iface *t, int err, const char *program)
{
	const char *name = live_iface_name(t);
	struct xdp_program found[3];
	char words[128];

	if (err == -EPERM || err == -EACCES)
		return log_fail(STATUS_PERMISSION,
				"%s: the kernel shows the program that is there to CAP_SYS_ADMIN only",
				name);
	if (err == -EOPNOTSUPP)
		return log_fail(STATUS_INTERFACE,
				"%s: its XDP program runs in the device, where it cannot be watched",
				name);
	if (err == -ESRCH)
		return live_watched_another(t, program);
	if (err == -EAGAIN || xdp_query(t->netif.ifindex, found) <= 0)
		return log_fail(STATUS_INTERFACE, "%s: its XDP program is being changed just now",
				name);
	return refuse(t, &found[0], why_not(err, words, sizeof(words)));
}

/* Without a program t->traced stays NULL. */
static enum status open_it(struct live_iface *t, const char *program)
{
	const struct xdp_program *p;
	int err = traced_open(&t->traced, t->netif.ifindex, program);

	if (err)
		return err == -ENOENT ? STATUS_OK : open_failed(t, err, program);
	p = traced_program(t->traced);
	return live_watched_is_ours(p->name) ? live_watched_ours(t, p->name, p->id) : STATUS_OK;
}

enum status live_trace_open(struct live_iface *t, const struct live_iface_settings *s)
{
	enum status status = open_it(t, s->observe.program);

	if (status || t->traced || !observe_needs_program(&s->observe))
		return status;
	return live_watched_nothing(t, s);
}

enum status live_trace_failed(const struct live_iface *t, int err)
{
	char words[128];

	return refuse(t, traced_program(t->traced), why_not(err, words, sizeof(words)));
}

enum status live_trace_again(struct live_iface *t, const struct live_iface_settings *s,
			     const struct traced *before)
{
	const char *name = traced_function(before)->name;
	enum status status = open_it(t, s->observe.program);

	if (status)
		return status;
	return t->traced ? STATUS_OK
			 : log_fail(STATUS_INTERFACE, "%s: %s was taken off by its owner",
				    live_iface_name(t), name);
}

enum status live_trace_moved(const struct live_iface *t, const struct traced *before, int err)
{
	if (err)
		return live_trace_failed(t, err);
	log_complain("warning: %s: %s (id %u) was replaced by %s (id %u), which is watched from now on",
		     live_iface_name(t), traced_function(before)->name, traced_program(before)->id,
		     traced_function(t->traced)->name, traced_program(t->traced)->id);
	return STATUS_OK;
}
