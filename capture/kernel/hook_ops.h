/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A hook (hook.h), for those that are one or are loaded for several. */
#ifndef XDPDUMP_KERNEL_HOOK_OPS_H
#define XDPDUMP_KERNEL_HOOK_OPS_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/event.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/clsact.h"
#include "capture/kernel/object.h"
#include "capture/kernel/xdp.h"

struct broker;
struct flows;
struct hook_ops;
struct program;
struct programs;
struct rings;
struct takeover;
struct traced;

/* What the program is to do. */
struct hook_settings {
	/* bytes of each packet that go into the ring, 1 to EVENT_SNAP_MAX, as for rings_open() */
	uint32_t snap;
	bool headers_only;	/* and none behind its last header */
	/* one of so many packets that the filter accepts, up to SAMPLE_MAX; 0 and 1: all */
	uint32_t sample;
	/*
	 * so many a second at most, up to RATE_MAX, of all that feed the same rings together; 0: no
	 * limit
	 */
	uint32_t rate;
	const struct flows *flows;	/* longer than the hook; NULL: flows make no difference */
	bool drop;		/* frames are not passed on: a mirror port, at XDP */
	bool raw;		/* packets begin with the IP header: of hooks at tc */
	uint16_t iface;		/* number of the interface, for its records */
	uint16_t flow_iface;	/* and for its flows: the first one that it has had */
	uint8_t device;		/* of hook_device: what is asked of it, DEVICE_TIME ... */
	const struct filter *filter;	/* only frames that it accepts are captured; NULL: all */
	/* of those that it accepts the record says so; NULL: there is none */
	const struct filter *trigger;
	/*
	 * It may be in one of these together with others, longer than the hook: costs a frame up to
	 * 3 ns more. NULL: it has its own. Of hooks that watch no other program, but for
	 * hook_device.
	 */
	struct programs *programs;
	/* who loads it, longer than the hook, if it watches no other program; NULL: we do */
	struct broker *broker;
	int ifindex;		/* with them, and of hook_device, it is for this one only */

	/* of hooks that watch another program, and without meaning for other ones: */
	struct takeover *takeover;	/* of hook_front: whose place it takes; */
	struct traced *traced;		/* of hook_trace; the owner's, longer than the hook */
	unsigned at;			/* 1 << POINT_ENTRY, POINT_EXIT, or both */
	uint16_t exit_iface;		/* number of the interface, for records of the exit */
	uint8_t verdicts;		/* as in struct program_settings */
	bool tail_calls;		/* the other program makes some: as there */
	const struct filter *exit_filter;	/* and only if this accepts what came out */
};

/* For the functions of the hooks only. */
struct hook {
	const struct hook_ops *ops;
	const struct rings *rings;
	const struct flows *flows;
	struct broker *broker;
	struct program_settings settings;
	struct filter trigger;	/* its own; n 0: none */
	const struct object_program *program;	/* one of ops->programs */
	struct object *object;	/* what is loaded, and attached */
	struct program *in;	/* which it shares with others, whose that is; NULL: its own */
	unsigned slot;		/* there, else 0 */
	int ifindex;		/* the only one it may be for, if it shares or is bound; 0: any */
	int link_fd;		/* -1: not attached */
	struct clsact clsact;	/* of tc without links */
	struct takeover *takeover;
	bool taken;		/* a place that is not a link's */
	struct traced *traced;
	int exit_fd;		/* the link of the second program; -1: none */
};

/* By a link, or in a place that is none's. */
static inline bool hook_ops_is_attached(const struct hook *h)
{
	return h->link_fd >= 0 || h->taken;
}

/* What is different from hook to hook. The program is loaded in one way, wherever it goes. */
struct hook_ops {
	/* the first of them that the kernel takes */
	const struct object_program *programs;
	unsigned n_programs;
	enum event_hook at;
	bool bound;		/* each to its device, whose number is told when it is loaded */
	const struct filter_loads *loads;	/* for which its filters are translated */

	/* What only this hook has in its settings; may be NULL. */
	void (*settle)(struct program_settings *s);

	/*
	 * What is loaded needs something more before it can be attached; may be NULL. -EINVAL: it
	 * does not fit like this.
	 */
	int (*prepare)(struct hook *h, const struct object *loaded);

	/* Sets link_fd. @mode is of XDP, for other hooks without meaning. */
	int (*attach)(struct hook *h, int ifindex, enum xdp_mode mode);

	/*
	 * Puts @next where h->object is, in one step, so that each frame is seen by one of them.
	 * h->object is the caller's to change.
	 */
	int (*replace)(struct hook *h, const struct object *next);

	int (*detach)(struct hook *h);
	bool (*is_lost)(const struct hook *h);
};

#endif
