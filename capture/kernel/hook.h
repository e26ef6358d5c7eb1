/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A place where frames are copied into the rings, on one interface; several hooks may feed the same
 * rings. An attachment goes away with the process, however that ends: nothing is left on the
 * interface.
 */
#ifndef XDPDUMP_KERNEL_HOOK_H
#define XDPDUMP_KERNEL_HOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/event.h"
#include "capture/kernel/object.h"
#include "capture/kernel/xdp.h"

struct filter;
struct filter_loads;
struct hook_ops;
struct rings;

/* What the program is to do. */
struct hook_settings {
	/* bytes of each packet that go into the ring, 1 to EVENT_SNAP_MAX, as for rings_open() */
	uint32_t snap;
	bool headers_only;	/* and none behind its last header */
	bool drop;		/* frames are not passed on: a mirror port, at XDP */
	uint16_t iface;		/* number of the interface, for its records */
	const struct filter *filter;	/* only frames that it accepts are captured; NULL: all */
};

/* For the functions of the hooks only. */
struct hook {
	const struct hook_ops *ops;
	const struct rings *rings;
	struct program_settings settings;
	struct object *object;	/* what is loaded, and attached */
	int link_fd;		/* -1: not attached */
};

/* What is different from hook to hook. The program is loaded in one way, wherever it goes. */
struct hook_ops {
	struct object_program program;
	enum event_hook at;
	const struct filter_loads *loads;	/* for which its filters are translated */

	/* Sets link_fd. @mode is of XDP, for other hooks without meaning. */
	int (*attach)(struct hook *h, int ifindex, enum xdp_mode mode);

	/*
	 * Puts @next where h->object is, in one step, so that each frame is seen by one of them.
	 * h->object is the caller's to change.
	 */
	int (*replace)(struct hook *h, const struct object *next);

	void (*detach)(struct hook *h);
};

extern const struct hook_ops hook_xdp;

/*
 * Loads the program of @ops; its records go into @rings, which stay as long as the hook. A filter
 * is not needed afterwards. Returns -errno of the kernel. This and hook_replace() are not to be
 * called by two threads at a time.
 */
int hook_open(struct hook **h, const struct hook_ops *ops, const struct rings *rings,
	      const struct hook_settings *s);

/* Attaches it, at XDP native or generic. -EBUSY or -EEXIST: there is a program already. */
int hook_attach(struct hook *h, int ifindex, enum xdp_mode mode);

/*
 * From now on @filter decides (NULL: all frames are captured), and the counters go on: behind this
 * no frame is judged by the filter before. Each frame is seen once, also meanwhile. Returns -errno,
 * and everything is as before.
 */
int hook_replace(struct hook *h, const struct filter *filter);

/*
 * Has somebody else taken it off, or put another program in its place? The link tells, of which no
 * message is sent.
 */
bool hook_is_lost(const struct hook *h);

/* Takes it off; the counters stay readable. */
void hook_detach(struct hook *h);

/* The counters of the interface, summed over all CPUs. */
int hook_counters(const struct hook *h, struct counters *sum);

/* Of the program, for tests. */
int hook_program_fd(const struct hook *h);

struct hook *hook_close(struct hook *h);

/* replace and detach of a hook whose attachment is a bpf_link. */
int hook_replace_link(struct hook *h, const struct object *next);
void hook_detach_link(struct hook *h);

#endif
