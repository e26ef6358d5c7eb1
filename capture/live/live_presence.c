// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/clock.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/netns.h"
#include "capture/live/live_attach.h"
#include "capture/live/live_books.h"
#include "capture/live/live_front.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_presence.h"
#include "capture/live/live_program.h"
#include "capture/live/live_vlan.h"

bool live_presence_release(struct live_iface *t)
{
	/* by then no frame is in a program any more, between one count and the next */
	enum { SETTLED_NS = 1000 * 1000 * 1000 };
	struct counters c = { .delivered = 0 };

	if (!t->gone || t->entry || t->lends_hook || t->takeover || t->traced ||
	    !(t->received.hook || t->sent.hook) ||
	    clock_monotonic_ns() < t->detached_ns + SETTLED_NS || !live_books_snapshot(t))
		return false;
	live_books_count(t, &c);
	if (c.delivered != t->taken)
		return false;
	t->sent.hook = hook_close(t->sent.hook);
	t->received.hook = hook_close(t->received.hook);
	return true;
}

bool live_presence_has_left(const struct live_iface *t, const struct netif *n)
{
	struct netif now;

	/* the message may be older than its joining */
	return t->bond && n->master != t->bond && (netif_again(n, &now) || now.master != t->bond);
}

void live_presence_leave(struct live_iface *t)
{
	t->gone = true;
	live_attach_end(t);
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

void live_presence_changed(struct live_iface *t, const struct netif *n, bool gone)
{
	if (gone) {
		t->gone = true;
		live_attach_end(t);
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

bool live_presence_may_return(const struct live_iface *t)
{
	return t->gone && !t->detached && !t->pattern && !t->replaced;
}

bool live_presence_return(struct live_iface *t, const struct netif *n,
			  const struct live_iface_settings *s)
{
	const uint64_t start_ns = t->start_ns, end_ns = t->end_ns;

	if (t->promiscuous_fd >= 0)
		close(t->promiscuous_fd);
	t->promiscuous_fd = -1;
	t->running = n->running;
	t->if_dropped_before = t->if_dropped;
	t->end_ns = 0;
	t->gone = take_up(t, n) || (t->traced && live_program_follow(t, s)) ||
		  live_program_rebind(t, s) || live_attach_begin(t, s);
	t->start_ns = start_ns;
	if (t->gone) {
		live_attach_end(t);
		t->end_ns = end_ns;
		return false;
	}
	t->detached = false;
	t->returns++;
	log_complain("warning: %s is back; the capture goes on", live_iface_name(t));
	return true;
}

int live_presence_seek(const struct live_iface *t, struct netif *n)
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
void live_presence_let_go(struct live_iface *t)
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

bool live_presence_is_lost(const struct live_iface *t)
{
	cleanup(netns_leave) struct netns_visit v = NETNS_VISIT_INIT;

	if (t->entry)
		return t->entry->detached;
	if (live_attach_needs_rights(t) && netns_enter(&v, t->netns))
		return false;	/* not to be known */
	return (t->received.hook && hook_is_lost(t->received.hook)) ||
	       (t->sent.hook && hook_is_lost(t->sent.hook));
}

void live_presence_lose(struct live_iface *t)
{
	t->gone = t->detached = true;
	if (t->takeover)
		live_front_lost(t);
	else if (!t->entry && !t->traced)
		log_complain("%s: somebody has detached our program", live_iface_name(t));
	live_attach_end(t);
}
