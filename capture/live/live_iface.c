// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* From the name of an interface to packets, and what can go wrong on the way. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "capture/base/value.h"
#include "capture/filter/expr.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/ethtool.h"
#include "capture/kernel/rings.h"
#include "capture/kernel/takeover.h"
#include "capture/kernel/traced.h"
#include "capture/live/live_device.h"
#include "capture/live/live_front.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_vlan.h"
#include "capture/packet/link.h"
#include "capture/packet/pcapng_codes.h"

/* How to list the interfaces that are where it is. */
static const char *list_command(const struct live_iface *t, char *out, size_t cap)
{
	const struct netns_words *w = t->netns ? netns_words(t->netns) : NULL;

	snprintf(out, cap, "xdpdump -D%s%s%s%s", w ? " " : "", w ? netns_option(w->by) : "",
		 w ? " " : "", w ? w->text : "");
	return out;
}

static enum status find_default(struct live_iface *t)
{
	char list[128];
	bool routed;
	int err = netif_default(&t->netif, &routed);

	t->why = routed ? "it has the default route" : "the first that is up";
	if (err == -ENODEV)
		return log_fail(STATUS_INTERFACE,
				"no interface is up; %s lists those there are, -i takes one",
				list_command(t, list, sizeof(list)));
	return err ? log_fail(STATUS_RUNTIME, "cannot look for an interface: %s", strerror(-err))
		   : STATUS_OK;
}

int live_iface_look_up(const char *name, struct netif *n)
{
	uint64_t place;
	int err = netif_by_name(name, n);

	return err == -ENODEV && value_number(name, 1, INT32_MAX, &place) ? netif_by_place(place, n)
									  : err;
}

static enum status not_found(const struct live_iface *t, const char *name)
{
	char nearest[sizeof(t->netif.name)], list[128];

	if (strchr(name, ','))
		return log_fail(STATUS_INTERFACE, "%s: no such interface; several take a -i each",
				name);
	netif_nearest(name, nearest, sizeof(nearest));
	return log_fail(STATUS_INTERFACE,
			"%s%s%s: no such interface%s%s%s %s lists those there are",
			t->netns ? netns_label(t->netns) : "", t->netns ? "/" : "", name,
			*nearest ? "; did you mean " : ";", nearest, *nearest ? "?" : "",
			list_command(t, list, sizeof(list)));
}

static enum status find_named(struct live_iface *t, const char *name)
{
	int err = live_iface_look_up(name, &t->netif);

	if (err == -ENODEV)
		return not_found(t, name);
	if (err)
		return log_fail(STATUS_RUNTIME, "%s: cannot look at the interface: %s", name,
				strerror(-err));
	if (strcmp(name, t->netif.name))
		t->why = name;
	return STATUS_OK;
}

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

enum status live_iface_find(struct live_iface *t, const char *name)
{
	enum status status = name ? find_named(t, name) : find_default(t);

	t->netif.netns = netns_number(t->netns);
	if (!status && t->netns &&
	    asprintf(&t->name, "%s/%s", netns_label(t->netns), t->netif.name) < 0) {
		t->name = NULL;
		return log_fail(STATUS_RUNTIME, "out of memory");
	}
	return status;
}

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

void live_iface_set_filter(struct live_iface *t, const char *text)
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

enum status live_iface_describe(struct live_iface *t, const char *name, uint32_t id,
				const struct live_iface_settings *s)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	enum status status = live_iface_enter(t, &v);

	t->promiscuous_fd = -1;
	t->rtnl = s->rtnl;
	t->sampling = s->sampling;
	t->snap = s->snap;
	if (!status)
		status = live_iface_find(t, name);
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

static bool is_by_ifindex(const struct live_iface *t)
{
	return (t->sent.hook && hook_is_by_ifindex(t->sent.hook)) ||
	       (t->received.hook && hook_is_by_ifindex(t->received.hook));
}

void live_iface_detach(struct live_iface *t)
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

/* To whom it was sent, by the destination address. */
static uint32_t reception(const struct live_iface *t, const uint8_t *dst)
{
	static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	const struct netif *device = live_iface_device(t);

	if (!memcmp(dst, broadcast, 6))
		return EPB_BROADCAST;
	if (dst[0] & 1)
		return EPB_MULTICAST;
	return device->has_mac && !memcmp(dst, device->mac, 6) ? EPB_UNICAST : EPB_PROMISC;
}

/*
 * Lost since the packet before. Packets of several CPUs are not in the order in which they looked
 * at the count, so it can go back a step; what was reported once is not reported again.
 */
static uint32_t newly_lost(struct live_iface *t, struct live_hook *h, uint32_t lost)
{
	int32_t more = lost - h->lost;

	if (more <= 0)
		return 0;
	h->lost = lost;
	t->reported += more;
	return more;
}

/* epb_flags */
static uint32_t flags_of(const struct live_iface *t, const struct event *ev, const uint8_t *data)
{
	uint32_t flags = ev->hook == EVENT_TC_OUT ? EPB_OUTBOUND : EPB_INBOUND;

	if (flags == EPB_INBOUND && t->iface.linktype == LINKTYPE_ETHERNET && ev->caplen >= 6)
		flags |= reception(t, data);
	if (ev->flags & EVENT_CHECKSUM_PARTIAL)
		flags |= EPB_CHECKSUM_NOT_READY;
	if (ev->flags & EVENT_SEGMENTED)
		flags |= EPB_SEGMENTED;
	return flags;
}

static void take_process(const struct event_process *by, struct packet *p)
{
	if (!by->pid)
		return;
	p->pid = by->pid;
	p->tid = by->tid;
	p->process = *by->name && !by->name[EVENT_COMM - 1] ? by->name : NULL;
	p->has |= PACKET_PROCESS | PACKET_NAMES;
}

/* In the order of enum event_meta. */
static void take_meta(struct live_iface *t, const struct event *ev, struct packet *p)
{
	const uint8_t *at = ev->data;

	if (ev->meta & META_ID) {
		memcpy(&p->id, at, sizeof(p->id));
		p->has |= PACKET_ID;
		at += sizeof(p->id);
	}
	if (ev->meta & META_DEVICE) {
		live_device_packet(t, at, p);
		at += 8 * META_DEVICE_WORDS;
	}
	if (ev->meta & META_PROCESS)
		take_process((const struct event_process *)at, p);
}

void live_iface_packet(struct live_iface *t, const struct event *ev, const struct clock *clock,
		       uint64_t now_ns, struct packet *p)
{
	const uint8_t *data = ev->data + 8 * event_meta_words(ev->meta);

	/* each by itself: to empty all of it first takes as long as all the rest */
	p->ts_ns = clock_wall_ns(clock, ev->tai_ns, now_ns);
	p->dropped = newly_lost(t, ev->hook == EVENT_TC_OUT ? &t->sent : &t->received, ev->lost);
	p->data = data;
	p->caplen = ev->caplen;
	p->len = ev->len;
	p->flags = flags_of(t, ev, data);
	p->queue = ev->queue;
	p->iface = &t->iface;
	p->hdr = ev->hdr;
	p->has = PACKET_TIME | PACKET_FLAGS | (ev->queue == EVENT_NO_QUEUE ? 0 : PACKET_QUEUE);
	p->options = (struct raw_options){ NULL, 0 };
	if (ev->flags & EVENT_TRIED)
		p->has |= PACKET_TRIED | (ev->flags & EVENT_TRIGGERS ? PACKET_TRIGGERS : 0);
	if (ev->meta)
		take_meta(t, ev, p);
	if (ev->verdict) {
		p->verdict = (struct verdict){ VERDICT_XDP, ev->verdict - 1 };
		p->has |= PACKET_VERDICT;
	}
	/*
	 * The program has seen the whole frame. What we say of it must be what the file says of the
	 * bytes it has.
	 */
	if (!link_fits(p))
		link_decode(p);
}

/*
 * What became of the packets is read before how many there were: while they come, a packet that is
 * in the one has to be in the other.
 */
static int read_counters(struct live_hook *h, uint32_t point)
{
	struct counters first;
	int err = h->hook ? hook_counters(h->hook, point, &first) : 0;

	if (!err && h->hook)
		err = hook_counters(h->hook, point, &h->counters);
	if (err || !h->hook)
		return err;
	h->counters.delivered = first.delivered;
	h->counters.ring_full = first.ring_full;
	h->counters.error = first.error;
	h->counters.sampled_out = first.sampled_out;
	h->counters.flow_cut = first.flow_cut;
	h->counters.rate_limited = first.rate_limited;
	h->counters.only_counted = first.only_counted;
	h->counters.triggers = first.triggers;
	return 0;
}

static void add(struct counters *sum, const struct counters *c)
{
	const __u64 *from = (const __u64 *)c;
	__u64 *to = (__u64 *)sum;

	for (size_t i = 0; i < sizeof(*sum) / sizeof(*to); i++)
		to[i] += from[i];
}

void live_iface_count(const struct live_iface *t, struct counters *sum)
{
	add(sum, &t->received.counters);
	add(sum, &t->sent.counters);
}

void live_iface_count_all(const struct live_iface *t, struct counters *received,
			  struct counters *sent)
{
	for (; t; t = t->before) {
		add(received, &t->received.counters);
		add(sent, &t->sent.counters);
	}
}

static uint64_t seen(const struct live_iface *t)
{
	return count_seen(&t->received.counters) + count_seen(&t->sent.counters);
}

bool live_iface_snapshot(struct live_iface *t)
{
	uint64_t before = seen(t);
	struct netif now;
	int err = read_counters(&t->received, t->point);

	if (!err)
		err = read_counters(&t->sent, POINT_ENTRY);
	t->counted_ns = clock_now_ns();
	if (err) {
		if (!t->blind)
			log_complain("%s: cannot read the counters: %s", live_iface_name(t),
				     strerror(-err));
		t->blind = true;
		return true;
	}
	if (t->gone || !t->has_if_dropped)
		return seen(t) == before;
	err = netif_again_by(t->rtnl, &t->netif, &now);
	if (!err || err == -EPERM) {	/* the right that -Z has given up */
		t->has_if_dropped = !err && now.has_rx_missed &&
				    now.rx_missed >= t->netif.rx_missed;
		t->if_dropped = t->if_dropped_before +
				(t->has_if_dropped ? now.rx_missed - t->netif.rx_missed : 0);
	}
	return seen(t) == before;
}

bool live_iface_release(struct live_iface *t)
{
	/* by then no frame is in a program any more, between one count and the next */
	enum { SETTLED_NS = 1000 * 1000 * 1000 };
	struct counters c = { .delivered = 0 };

	if (!t->gone || t->entry || t->lends_hook || t->takeover || t->traced ||
	    !(t->received.hook || t->sent.hook) ||
	    clock_monotonic_ns() < t->detached_ns + SETTLED_NS || !live_iface_snapshot(t))
		return false;
	live_iface_count(t, &c);
	if (c.delivered != t->taken)
		return false;
	t->sent.hook = hook_close(t->sent.hook);
	t->received.hook = hook_close(t->received.hook);
	return true;
}

bool live_iface_has_left(const struct live_iface *t, const struct netif *n)
{
	struct netif now;

	/* the message may be older than its joining */
	return t->bond && n->master != t->bond && (netif_again(n, &now) || now.master != t->bond);
}

bool live_iface_give_up(struct live_iface *t)
{
	if (!t->received.hook || !hook_is_attached(t->received.hook))
		return false;
	t->gone = true;
	live_iface_detach(t);
	return true;
}

void live_iface_leave(struct live_iface *t)
{
	t->gone = true;
	live_iface_detach(t);
	log_announce("%s has left %s", live_iface_name(t), t->pattern);
}

/* The message may be older than the capture, and of a name that it had before. */
static bool is_renamed(const struct live_iface *t, const struct netif *n)
{
	const char *name = live_iface_device(t)->name;
	struct netif now;

	return strcmp(n->name, name) &&
	       (netif_again_by(t->rtnl, n, &now) || strcmp(now.name, name));
}

void live_iface_changed(struct live_iface *t, const struct netif *n, bool gone)
{
	if (gone) {
		t->gone = true;
		live_iface_detach(t);
		if (t->pattern)
			log_announce("%s has gone", live_iface_name(t));
		else if (!t->entry)
			log_complain("%s disappeared", live_iface_name(t));
		return;
	}
	if (t->entry)
		return;
	if (!t->renamed && is_renamed(t, n)) {
		t->renamed = true;
		log_complain("warning: %s is called %s now; the capture goes on",
			     live_iface_name(t), n->name);
	}
	if (n->running != t->running) {
		t->running = n->running;
		t->link_downs += !n->running;
		if (!t->pattern)
			log_complain("warning: %s is %s", live_iface_name(t),
				     n->running ? "up again" : "down; the capture goes on");
	}
}

/* It is @n now. */
static enum status take_up(struct live_iface *t, const struct netif *n)
{
	const struct netif before = t->netif;
	enum status status;

	t->netif = *n;
	status = t->vlan.ifindex ? live_vlan_return(t) : STATUS_OK;
	if (status)
		t->netif = before;
	return status;
}

bool live_iface_may_return(const struct live_iface *t)
{
	return t->gone && !t->detached && !t->pattern && !t->replaced;
}

bool live_iface_return(struct live_iface *t, const struct netif *n,
		       const struct live_iface_settings *s)
{
	const uint64_t start_ns = t->start_ns, end_ns = t->end_ns;

	if (t->promiscuous_fd >= 0)
		close(t->promiscuous_fd);
	t->promiscuous_fd = -1;
	t->running = n->running;
	t->if_dropped_before = t->if_dropped;
	t->end_ns = 0;
	t->gone = take_up(t, n) || (t->traced && live_iface_follow(t, s)) ||
		  live_iface_rebind(t, s) || live_iface_attach(t, s);
	t->start_ns = start_ns;
	if (t->gone) {
		live_iface_detach(t);
		t->end_ns = end_ns;
		return false;
	}
	t->detached = false;
	t->returns++;
	log_complain("warning: %s is back; the capture goes on", live_iface_name(t));
	return true;
}

int live_iface_seek(const struct live_iface *t, struct netif *n)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;
	int err;

	if (!t->gone)
		return netif_again_by(t->rtnl, live_iface_device(t), n);
	err = netns_enter(&v, t->netns);
	if (!err)
		err = netif_by_name(live_iface_device(t)->name, n);
	n->netns = netns_number(t->netns);
	return err;
}

/* Its socket would be in that namespace. */
void live_iface_let_go(struct live_iface *t)
{
	if (!t->netns || t->promiscuous_fd < 0 || !netns_has_left(t->netns))
		return;
	close(t->promiscuous_fd);
	t->promiscuous_fd = -1;
	if (!t->gone)
		log_complain(
			"warning: %s is not promiscuous any more, so that its namespace can go, whose name has gone",
			live_iface_name(t));
}

bool live_iface_needs_rights(const struct live_iface *t)
{
	return t->traced || is_by_ifindex(t);
}

bool live_iface_is_lost(const struct live_iface *t)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;

	if (t->entry)
		return t->entry->detached;
	if ((is_by_ifindex(t) || t->traced) && netns_enter(&v, t->netns))
		return false;	/* not to be known */
	return (t->received.hook && hook_is_lost(t->received.hook)) ||
	       (t->sent.hook && hook_is_lost(t->sent.hook));
}

void live_iface_lose(struct live_iface *t)
{
	t->gone = t->detached = true;
	if (t->takeover)
		live_front_lost(t);
	else if (!t->entry && !t->traced)
		log_complain("%s: somebody has detached our program", live_iface_name(t));
	live_iface_detach(t);
}

void live_iface_ledger(const struct live_iface *t, uint64_t unwritten, struct ledger *l)
{
	struct counters c = { .delivered = 0 };

	live_iface_count(t, &c);
	*l = (struct ledger){
		.seen = count_seen(&c),
		.filtered = c.filtered.packets,
		.sampled_out = c.sampled_out,
		.flow_cut = c.flow_cut,
		.rate_limited = c.rate_limited,
		.only_counted = c.only_counted,
		.ring_full = c.ring_full,
		.copy_failed = c.error,
		.delivered = c.delivered,
		.taken = t->taken,
		.refused = t->refused,
		.unwritten = unwritten,
		.if_dropped = t->if_dropped,
		.knows_if_dropped = t->has_if_dropped && (!t->gone || t->replaced),
		.asked = t->sampling,
	};
}

/*
 * Another word of the comment, which has @len bytes, as far as there is room. Returns how long it
 * is then.
 */
static unsigned printf_like(3, 4)
	add_word(struct iface_stats *s, unsigned len, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(s->comment + len, sizeof(s->comment) - len, fmt, args);
	va_end(args);
	return min_of(len + n, (unsigned)sizeof(s->comment) - 1);
}

void live_iface_stats(const struct live_iface *t, uint64_t unwritten, struct iface_stats *s)
{
	uint64_t end_ns = t->end_ns ? t->end_ns : t->counted_ns;
	struct ledger ledger;
	unsigned len;

	*s = (struct iface_stats){
		.ts_ns = end_ns,
		.value = { [STAT_START] = t->start_ns, [STAT_END] = end_ns },
		.has = 1u << STAT_START | 1u << STAT_END,
	};
	live_iface_ledger(t, unwritten, &ledger);
	len = ledger_to_stats(&ledger, s);
	if (t->link_downs)
		len = add_word(s, len, " link_down=%u", t->link_downs);
	if (t->returns)
		len = add_word(s, len, " returned=%u", t->returns);
	if (t->renamed)
		len = add_word(s, len, " renamed");
	if (t->clock_step_ns)
		len = add_word(s, len, " clock_step=%+.3fs", t->clock_step_ns / 1e9);
	if (t->gone && !t->replaced)
		add_word(s, len, t->detached ? " detached" : " lost_interface");
}

void live_iface_close(struct live_iface *t)
{
	live_iface_detach(t);
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
