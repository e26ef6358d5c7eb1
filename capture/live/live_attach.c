// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "capture/filter/expr.h"
#include "capture/kernel/broker.h"
#include "capture/kernel/ethtool.h"
#include "capture/kernel/takeover.h"
#include "capture/kernel/traced.h"
#include "capture/live/live_attach.h"
#include "capture/live/live_device.h"
#include "capture/live/live_find.h"
#include "capture/live/live_front.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_program.h"
#include "capture/live/live_refusal.h"
#include "capture/live/live_trace.h"
#include "capture/live/live_vlan.h"
#include "capture/packet/pcapng_codes.h"

static int linktype_of(const struct netif *n)
{
	return n->ethernet ? LINKTYPE_ETHERNET : LINKTYPE_RAW;
}

/* XDP is for frames of Ethernet; at tc packets without its header are seen as well. */
static enum status can_be_captured(const struct live_iface *t, const struct live_iface_settings *s)
{
	const char *name = live_iface_name(t);

	if (s->linktype >= 0 && s->linktype != linktype_of(&t->netif))
		return log_fail(STATUS_USAGE, "%s: the link type of its packets is not that of -y: xdpdump -L -i %s",
				name, t->netif.name);
	if (t->netif.ethernet)
		return STATUS_OK;
	if (!t->netif.raw)
		return log_fail(
			STATUS_UNSUPPORTED,
			"%s: its packets begin neither with an Ethernet header nor with an IP "
			"header, which is not supported",
			name);
	if (s->way == LIVE_NATIVE || s->way == LIVE_GENERIC || s->drop)
		return log_fail(
			STATUS_UNSUPPORTED,
			"%s: its packets have no Ethernet header, and %s is for such: --hook tc sees them",
			name, s->drop ? "--mirror-port" : "XDP");
	return STATUS_OK;
}

/* Of a bond: its description in the file. Within its namespace, where that has no number. */
static char *membership(const struct netif *n)
{
	struct netif here = *n, bond;
	char *text = NULL;

	here.netns = 0;
	if (netif_bond(&here, &bond) || asprintf(&text, "member of %s", bond.name) < 0)
		return NULL;
	return text;
}

/* What the file says of it. */
static char *filter_line(const struct live_iface *t, const char *text)
{
	if (t->vlan.ifindex)
		return live_vlan_filter(t, text);
	return text ? expr_line(text) : NULL;
}

void live_attach_set_filter(struct live_iface *t, const char *text)
{
	free(t->iface.filter);
	t->iface.filter = filter_line(t, text);
}

static void describe(struct live_iface *t, uint32_t id, const struct live_iface_settings *s)
{
	const struct netif *device = live_iface_device(t);
	const char *name = t->netif.name;
	char driver[64];
	struct utsname uts;

	t->iface = (struct iface){ .id = id, .snaplen = max_of(s->snap, s->snap_max) };
	t->first_id = id;
	t->iface.linktype = linktype_of(&t->netif);
	t->iface.name = strdup(live_iface_name(t));
	if (t->vlan.ifindex) {
		t->why = t->iface.description = live_vlan_describe(t);
	} else {
		t->iface.description = membership(&t->netif);
	}
	t->iface.filter = filter_line(t, s->filter);
	t->iface.has_mac = device->has_mac;
	memcpy(t->iface.mac, device->mac, sizeof(t->iface.mac));
	t->iface.speed_bps = netif_speed_bps(name);
	t->iface.one_queue = ethtool_has_one_queue(name);
	netif_driver(name, driver, sizeof(driver));
	t->iface.hardware = strdup(driver);
	if (!uname(&uts) && asprintf(&t->iface.os, "%s %s", uts.sysname, uts.release) < 0)
		t->iface.os = NULL;
}

enum status live_attach_describe(struct live_iface *t, const char *name, uint32_t id,
				 const struct live_iface_settings *s)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	enum status status = live_iface_enter(t, &v);

	t->promiscuous_fd = -1;
	t->rtnl = s->rtnl;
	t->sampling = s->sampling;
	t->snap = s->snap;
	if (!status)
		status = live_find_iface(t, name);
	if (!status)
		status = live_vlan_descend(t, s);
	if (!status)
		status = can_be_captured(t, s);
	if (status)
		return status;
	t->running = live_iface_device(t)->running;
	t->way = t->netif.ethernet ? s->way : LIVE_TC;
	describe(t, id, s);
	return live_device_choose(t, s);
}

/* ---- onto the device, and off it ---- */

static bool is_by_ifindex(const struct live_iface *t)
{
	return (t->sent.hook && hook_is_by_ifindex(t->sent.hook)) ||
	       (t->received.hook && hook_is_by_ifindex(t->received.hook));
}

void live_attach_end(struct live_iface *t)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	int err;

	if (t->end_ns || !(t->entry || t->received.hook || t->sent.hook))
		return;
	err = !t->entry && is_by_ifindex(t) ? netns_enter(&v, t->netns) : 0;
	if (err && !t->gone)
		log_complain(
			"warning: %s: ours stays at tc, as its namespace cannot be entered any more (%s); "
			"the next capture there takes it away",
			live_iface_name(t), strerror(-err));
	/* that of what is received was made first, and what it has made goes last (clsact.h) */
	if (t->sent.hook)
		hook_detach(t->sent.hook);
	err = t->entry || !t->received.hook ? 0 : hook_detach(t->received.hook);
	if (err)
		live_front_stuck(t, err);
	t->end_ns = clock_now_ns();
	t->detached_ns = clock_monotonic_ns();
}

bool live_attach_needs_rights(const struct live_iface *t)
{
	return t->traced || is_by_ifindex(t);
}

/* What the driver does not take now it may take when it is set in another way. */
static bool is_refusal(int err)
{
	switch (err) {
	case -EOPNOTSUPP:
	case -EINVAL:
	case -ERANGE:
	case -ENOSPC:
	case -ENOTCONN:
	case -ENOMEM:
		return true;
	}
	return false;
}

/* In native mode, whose conditions each driver has of its own. */
static enum status refused(const struct live_iface *t, int err)
{
	const char *name = live_iface_name(t), *driver = t->iface.hardware;
	const bool below = t->vlan.ifindex;
	const char *on = below ? " on " : "", *device = below ? t->netif.name : "";
	struct live_refusal r;
	char why[LIVE_REFUSAL_MAX];

	live_refusal_look(&r, &t->netif, err);
	if (live_refusal_explain(&r, why, sizeof(why)))
		return log_fail(STATUS_UNSUPPORTED, "%s: no native XDP%s%s: %s", name, on, device,
				why);
	if (err == -EOPNOTSUPP)
		return log_fail(STATUS_UNSUPPORTED,
				"%s: the driver%s%s has no native XDP%s%s; try --hook auto", name,
				driver && *driver ? " " : "", driver ? driver : "", on, device);
	return log_fail(STATUS_UNSUPPORTED,
			"%s: cannot attach in native mode%s%s: %s; try --hook auto", name, on,
			device, why);
}

static enum status attach_failed(const struct live_iface *t, enum xdp_mode mode, int err)
{
	const char *name = live_iface_name(t);
	struct utsname uts;

	if (mode == XDP_MODE_NATIVE && is_refusal(err))
		return refused(t, err);
	switch (err) {
	case -EBUSY:
	case -EEXIST:
		return live_front_busy(t);
	case -EPERM:
	case -EACCES:
		return log_fail(STATUS_PERMISSION, "%s: the kernel does not let us attach: %s",
				name, strerror(-err));
	case -ENODEV:
		return log_fail(STATUS_INTERFACE, "%s: the interface has just disappeared", name);
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
	const enum xdp_mode mode = takeover_holder(t->takeover)->mode;
	int err = hook_attach(t->received.hook, t->netif.ifindex, mode);

	t->way = live_way_of_mode(mode);
	return err ? live_front_failed(t, err) : STATUS_OK;
}

static enum status trace(struct live_iface *t)
{
	int err = hook_attach(t->received.hook, t->netif.ifindex, XDP_MODE_AUTO);

	t->way = live_way_of_mode(traced_program(t->traced)->mode);
	return err ? live_trace_failed(t, err) : STATUS_OK;
}

static enum status attach_tc(struct live_iface *t, struct live_hook *h)
{
	const char *name = live_iface_name(t);
	int err = hook_attach(h->hook, t->netif.ifindex, XDP_MODE_AUTO);

	switch (err) {
	case 0:
		return STATUS_OK;
	case -EPERM:
	case -EACCES:
		return log_fail(STATUS_PERMISSION,
				"%s: the kernel does not let us attach at tc: %s", name,
				strerror(-err));
	case -ENODEV:
		return log_fail(STATUS_INTERFACE, "%s: the interface has just disappeared", name);
	}
	return log_fail(STATUS_UNSUPPORTED, "%s: cannot attach at tc: %s", name, strerror(-err));
}

/* The driver has no native XDP: at tc the same packets are seen, for less than in generic mode. */
static enum status attach_tc_instead(struct live_iface *t, const struct live_iface_settings *s,
				     int native_err)
{
	struct live_refusal r;
	char why[LIVE_REFUSAL_MAX];
	enum status status;

	status = live_program_load_tc(t, s);
	if (!status)
		status = attach_tc(t, &t->received);
	if (status || t->pattern)
		return status;
	live_refusal_look(&r, &t->netif, native_err);
	live_refusal_explain(&r, why, sizeof(why));
	log_complain("warning: %s: no native XDP (%s), so packets are seen at tc, which is later",
		     live_iface_name(t), why);
	return STATUS_OK;
}

/* One that comes back goes on with the program that has its counters. */
static enum status attach_generic_instead(struct live_iface *t, const struct live_iface_settings *s)
{
	enum status status = live_program_unbind(t, s);
	int err;

	t->way = LIVE_GENERIC;
	if (status)
		return status;
	err = hook_attach(t->received.hook, t->netif.ifindex, XDP_MODE_GENERIC);
	return err ? attach_failed(t, XDP_MODE_GENERIC, err) : STATUS_OK;
}

static enum status attach_received(struct live_iface *t, const struct live_iface_settings *s)
{
	int err;

	if (t->takeover)
		return take_place(t);
	if (t->traced)
		return trace(t);
	if (t->way == LIVE_TC)
		return attach_tc(t, &t->received);
	if (is_busy(t))
		return t->pattern && !s->device ? attach_tc_instead(t, s, 0) : live_front_busy(t);
	t->way = t->way == LIVE_AUTO ? LIVE_NATIVE : t->way;
	err = hook_attach(t->received.hook, t->netif.ifindex, live_way_mode(t->way));
	if (s->way == LIVE_AUTO && !s->device && is_refusal(err))
		return t->gone ? attach_generic_instead(t, s) : attach_tc_instead(t, s, err);
	if (s->device && is_refusal(err))
		return live_device_not_native(t, err);
	return err ? attach_failed(t, live_way_mode(t->way), err) : STATUS_OK;
}

static enum status make_promiscuous(struct live_iface *t, struct broker *broker)
{
	t->promiscuous_fd = netif_promiscuous(t->netif.ifindex);
	if (t->promiscuous_fd == -EPERM && broker)
		t->promiscuous_fd = broker_promiscuous(broker, t->netif.ifindex);
	if (t->promiscuous_fd == -EPERM)
		return log_fail(STATUS_PERMISSION,
				"%s: CAP_NET_RAW missing, which promiscuous mode needs",
				live_iface_name(t));
	return t->promiscuous_fd < 0 ? log_fail(STATUS_RUNTIME, "%s: no promiscuous mode: %s",
						live_iface_name(t), strerror(-t->promiscuous_fd))
				     : STATUS_OK;
}

enum status live_attach_begin(struct live_iface *t, const struct live_iface_settings *s)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	enum status status;

	if (t->entry) {
		t->start_ns = t->entry->start_ns;
		t->way = t->entry->way;
		live_device_settle(t);
		return STATUS_OK;
	}
	status = live_iface_enter(t, &v);
	if (!status && s->promiscuous)
		status = make_promiscuous(t, s->broker);
	if (status)
		return status;
	t->start_ns = clock_now_ns();
	t->has_if_dropped = t->netif.has_rx_missed && s->directions & LIVE_RECEIVED;
	if (t->received.hook)
		status = attach_received(t, s);
	if (!status && t->sent.hook)
		status = attach_tc(t, &t->sent);
	if (!status)
		live_device_settle(t);
	return status;
}

bool live_attach_give_up(struct live_iface *t)
{
	if (!t->received.hook || !hook_is_attached(t->received.hook))
		return false;
	t->gone = true;
	live_attach_end(t);
	return true;
}

void live_attach_close(struct live_iface *t)
{
	live_attach_end(t);
	t->sent.hook = hook_close(t->sent.hook);
	t->received.hook = t->entry ? NULL : hook_close(t->received.hook);
	takeover_close(t->takeover);
	traced_close(t->traced);
	free(t->name);
	if (t->promiscuous_fd >= 0)
		close(t->promiscuous_fd);
	free(t->iface.name);
	free(t->iface.description);
	free(t->iface.os);
	free(t->iface.hardware);
	free(t->iface.comment);
	free(t->iface.filter);
}
