/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * One interface of a capture, what is known of it. It begins and ends in live_attach.h, its
 * programs are in live_program.h, its packets in live_packet.h, what became of them in live_books.h,
 * and what happens to the device in live_presence.h.
 */
#ifndef XDPDUMP_LIVE_LIVE_IFACE_H
#define XDPDUMP_LIVE_LIVE_IFACE_H

#include "bpf/event.h"
#include "capture/base/clock.h"
#include "capture/base/log.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/netns.h"
#include "capture/live/live_way.h"
#include "capture/live/observe.h"
#include "capture/packet/ledger.h"
#include "capture/packet/packet.h"

struct broker;
struct flows;
struct per_link;
struct programs;
struct rings;
struct takeover;
struct traced;

/* What is asked of an interface; the same for all of a capture. */
struct live_iface_settings {
	uint32_t snap;			/* bytes, 1 to EVENT_SNAP_MAX */
	uint32_t snap_max;		/* what it may become, which files say; 0: it stays */
	bool headers_only;
	struct sampling sampling;	/* its rate is that of all interfaces */
	const struct flows *flows;	/* the owner's, for what is asked of flows; NULL: nothing */
	bool drop;			/* every frame afterwards: for mirror ports */
	bool promiscuous;
	enum live_way way;
	unsigned directions;		/* LIVE_RECEIVED, LIVE_SENT or both */
	int linktype;			/* LINKTYPE_... that it has to have; -1: whatever it has */
	bool processes;			/* who has sent what is sent */
	const char *filter;		/* as it was written; NULL: none */
	uint8_t device;			/* what the device has to tell: DEVICE_TIME, DEVICE_HASH */
	struct observe_options observe;
	struct guard *guard;		/* of OBSERVE_FRONT */
	/* the owner's, longer than they, who loads their programs; NULL: we do */
	struct broker *broker;
	struct rtnl *rtnl;		/* the owner's, longer than they; NULL: there is none */
	/* that interfaces can share, the owner's, longer than they; NULL: each has its own */
	struct programs *programs;
};

/* What is captured, compiled for the link type of each interface; NULL: everything. */
struct live_filters {
	struct per_link *entry, *exit;
	/* what packets are marked by, where the program can; NULL: none are */
	struct per_link *trigger;
};

/* Packets of one direction. */
struct live_hook {
	struct hook *hook;		/* NULL: they are not captured */
	struct counters counters;	/* the last snapshot */
	uint32_t lost;			/* the highest event.lost so far */
};

struct live_iface {
	struct netif netif;		/* as it was at the start */
	/* the VLAN that is captured on it, as live_vlan.h says; ifindex 0: it is captured itself */
	struct netif vlan;
	const struct netns *netns;	/* where it is, the owner's; NULL: here */
	char *name;			/* of the latter and its own: see live_iface_name() */
	struct iface iface;
	/*
	 * what it was until other settings came, as another one in the file, which has been
	 * replaced by it (live_change.h); NULL: it has been this one from the start
	 */
	const struct live_iface *before;
	uint32_t snap;			/* as in struct live_iface_settings; files may say more */
	uint32_t first_id;		/* the id of the first of them */
	bool replaced;			/* and gone as far as that goes, but not from the machine */
	struct live_hook received, sent;
	struct sampling sampling;	/* as in struct live_iface_settings */
	/* in front of a program: whose place it has taken; NULL: it is not */
	struct takeover *takeover;
	struct traced *traced;		/* the program that is traced; NULL: none */
	/* POINT_EXIT: these packets come out of that program */
	unsigned point;
	/* the same interface at the entry, whose hook it is; NULL: it has its own */
	const struct live_iface *entry;
	bool lends_hook;		/* there may be such a one, and it has been replaced */
	const char *why;		/* this one, if it was not named: for the start line */
	/*
	 * it was not named, but fits this one, or is a member of the bond of this name: the capture
	 * goes on without it; NULL: it was
	 */
	const char *pattern;
	/* of which it has to be a member, its ifindex; 0: of none */
	int bond;
	enum live_way way;		/* of received packets */
	bool strips_vlan;		/* the device takes tags off what it receives */
	uint8_t device;			/* what it is asked: DEVICE_... */
	uint8_t hash_function;		/* EPB_HASH_..., with DEVICE_HASH */
	uint64_t untimed;		/* packets without a time of the device */
	int promiscuous_fd;		/* -1: none */
	/* by which it is asked how it is; the owner's, may be NULL */
	struct rtnl *rtnl;
	/* for a hook that is loaded later; the owner's */
	const struct rings *rings;
	const struct live_filters *filters;
	bool has_no_trigger;		/* the kernel takes no program with it */
	/* deleted, moved away or replaced, or the program was taken off */
	bool gone;
	bool detached;			/* the latter */
	bool running;
	unsigned link_downs;
	int64_t clock_step_ns;		/* by which the wall clock was set meanwhile */
	bool renamed;
	uint64_t reported;		/* losses that a packet behind them has told of */
	/* CLOCK_REALTIME just before the link is made, just after it is closed */
	uint64_t start_ns, end_ns;
	uint64_t detached_ns;		/* CLOCK_MONOTONIC of the latter */

	uint64_t counted_ns;		/* CLOCK_REALTIME of the last snapshot */
	uint64_t if_dropped;
	uint64_t if_dropped_before;	/* of these, before it went and came back */
	unsigned returns;
	bool has_if_dropped;
	bool blind;			/* the counters could not be read: some are old */
	uint64_t taken;			/* records taken from the ring */
	/* of these: not handed on, behind -c or after a failed write */
	uint64_t refused;
};

/* What it is called: "eth0", or in another network namespace "blue/eth0". */
const char *live_iface_name(const struct live_iface *t);

/* The device of that name, by which it is known when it goes and comes: netif, or the VLAN. */
const struct netif *live_iface_device(const struct live_iface *t);

/* Goes where it is, for as long as @v; see netns_enter(). Complains. */
enum status live_iface_enter(const struct live_iface *t, struct netns_visit *v);

#endif
