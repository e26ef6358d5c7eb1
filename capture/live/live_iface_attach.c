// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The program onto the interface, and what can go wrong with that. */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include "capture/filter/to_ebpf.h"
#include "capture/kernel/takeover.h"
#include "capture/live/live_front.h"
#include "capture/live/live_iface.h"

/* The kernel says EINVAL to whatever it does not know, so say what we need of it. */
static enum status load_failed(const char *name, const struct filter *filter, int err)
{
	struct utsname uts;

	uname(&uts);
	/* Too many instructions or jumps: the verifier says EINVAL, EACCES, E2BIG or EFAULT. */
	if (filter && err != -EPERM && err != -ENOMEM && err != -EMFILE && err != -ENFILE)
		return log_fail(
			STATUS_UNSUPPORTED,
			"%s: kernel %s does not take this filter, a program of %zu instructions; "
			"-vv shows why",
			name, uts.release, filter->n);
	switch (err) {
	case -EPERM:
	case -EACCES:
		return log_fail(STATUS_PERMISSION,
				"%s: the kernel does not let us load the XDP program: %s", name,
				strerror(-err));
	case -ENOMEM:
	case -EMFILE:
	case -ENFILE:
		return log_fail(STATUS_RUNTIME, "%s: cannot load the XDP program: %s", name,
				strerror(-err));
	}
	return log_fail(
		STATUS_UNSUPPORTED,
		"%s: kernel %s does not take the XDP program, which needs multi-buffer XDP and "
		"bpf_ktime_get_tai_ns (Linux 6.1): %s",
		name, uts.release, strerror(-err));
}

enum status live_iface_load(struct live_iface *t, const struct rings *ring,
			    const struct live_iface_settings *s, const struct filter *filter,
			    const struct filter *exit_filter)
{
	const bool exit = s->observe.at & 1 << POINT_EXIT;
	struct hook_settings settings = {
		.snap = s->snap,
		.headers_only = s->headers_only,
		.drop = s->drop,
		.iface = t->iface.id,
		.filter = filter,
	};
	enum status status;
	int err;

	status = t->entry ? STATUS_OK : live_front_open(t, s);
	if (status)
		return status;
	live_front_describe(t, s);
	if (t->entry) {
		t->hook = t->entry->hook;
		return STATUS_OK;
	}
	if (t->takeover) {
		settings.takeover = t->takeover;
		settings.at = s->observe.at ? s->observe.at : 1 << POINT_ENTRY;
		settings.exit_iface = t->iface.id + (exit && observe_is_both(&s->observe));
		settings.verdicts = s->observe.verdicts;
		settings.exit_filter = exit_filter;
	}
	err = hook_open(&t->hook, t->takeover ? &hook_front : &hook_xdp, ring, &settings);
	if (err == -EINVAL && t->takeover)
		return log_fail(STATUS_UNSUPPORTED,
				"%s: the kernel does not let ours call the program that is there",
				t->netif.name);
	return err ? load_failed(t->netif.name, filter, err) : STATUS_OK;
}

static enum status attach_failed(const struct live_iface *t, const struct live_iface_settings *s,
				 enum xdp_mode mode, int err)
{
	const char *name = t->netif.name;
	struct utsname uts;

	switch (err) {
	case -EBUSY:
	case -EEXIST:
		return live_front_busy(t, s);
	case -EPERM:
	case -EACCES:
		return log_fail(STATUS_PERMISSION, "%s: the kernel does not let us attach: %s",
				name, strerror(-err));
	case -ENODEV:
		return log_fail(STATUS_INTERFACE, "%s: the interface has just disappeared", name);
	case -EOPNOTSUPP:
		return log_fail(STATUS_UNSUPPORTED,
				"%s: the driver%s%s has no %s XDP; try --mode auto", name,
				t->iface.hardware && *t->iface.hardware ? " " : "",
				t->iface.hardware ? t->iface.hardware : "", xdp_mode_name(mode));
	case -EINVAL:
		uname(&uts);
		return log_fail(
			STATUS_UNSUPPORTED,
			"%s: kernel %s cannot attach XDP by a bpf_link in %s mode (Linux 5.9): %s",
			name, uts.release, xdp_mode_name(mode), strerror(-err));
	}
	return log_fail(STATUS_UNSUPPORTED, "%s: cannot attach in %s mode: %s", name,
			xdp_mode_name(mode), strerror(-err));
}

/*
 * One program is all that an interface has room for, whatever the mode: the kernel would refuse,
 * but not say which.
 */
static bool is_busy(const struct live_iface *t)
{
	struct xdp_program found[3];

	return xdp_query(t->netif.ifindex, found) > 0;
}

static enum status take_place(struct live_iface *t)
{
	int err;

	t->mode = takeover_holder(t->takeover)->mode;
	err = hook_attach(t->hook, t->netif.ifindex, t->mode);
	return err ? live_front_failed(t, err) : STATUS_OK;
}

enum status live_iface_attach(struct live_iface *t, const struct live_iface_settings *s)
{
	int err;

	if (t->entry) {
		t->start_ns = t->entry->start_ns;
		t->mode = t->entry->mode;
		return STATUS_OK;
	}
	if (!t->takeover && is_busy(t))
		return live_front_busy(t, s);
	if (s->promiscuous) {
		t->promiscuous_fd = netif_promiscuous(t->netif.ifindex);
		if (t->promiscuous_fd == -EPERM)
			return log_fail(STATUS_PERMISSION,
					"%s: CAP_NET_RAW missing, which promiscuous mode needs",
					t->netif.name);
		if (t->promiscuous_fd < 0)
			return log_fail(STATUS_RUNTIME, "%s: no promiscuous mode: %s",
					t->netif.name, strerror(-t->promiscuous_fd));
	}
	t->start_ns = clock_now_ns();
	t->has_if_dropped = t->netif.has_rx_missed;
	if (t->takeover)
		return take_place(t);
	t->mode = s->mode == XDP_MODE_AUTO ? XDP_MODE_NATIVE : s->mode;
	err = hook_attach(t->hook, t->netif.ifindex, t->mode);
	if (s->mode == XDP_MODE_AUTO && (err == -EOPNOTSUPP || err == -EINVAL)) {
		int native_err = err;

		t->mode = XDP_MODE_GENERIC;
		err = hook_attach(t->hook, t->netif.ifindex, t->mode);
		if (!err)
			log_complain(
				"warning: %s: no native XDP (%s), so in generic mode, which is slower",
				t->netif.name, strerror(-native_err));
	}
	return err ? attach_failed(t, s, t->mode, err) : STATUS_OK;
}
