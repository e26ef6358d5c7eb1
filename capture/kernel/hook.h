/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A place where frames are copied into the rings, on one interface; several hooks may feed the same
 * rings. An attachment goes away with the process, however that ends: nothing is left on the
 * interface, but for what clsact.h and takeover.h say.
 */
#ifndef XDPDUMP_KERNEL_HOOK_H
#define XDPDUMP_KERNEL_HOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/event.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/clsact.h"
#include "capture/kernel/object.h"
#include "capture/kernel/xdp.h"

struct broker;
struct flows;
struct program;
struct programs;
struct takeover;
struct traced;
struct hook_ops;
struct rings;

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

extern const struct hook_ops hook_xdp, hook_device, hook_front, hook_trace, hook_tc_in, hook_tc_out;

/* As hook_tc_out, and its records tell of the process that has sent the packet. */
extern const struct hook_ops hook_tc_process;

/*
 * Loads the program of @ops; its records go into @rings, which stay as long as the hook. A filter
 * is not needed afterwards, nor is a trigger. Returns -errno of the kernel, or -ERANGE, as
 * places_fill_trigger(). This and hook_replace() are not to be called by two threads at a time.
 */
int hook_open(struct hook **h, const struct hook_ops *ops, const struct rings *rings,
	      const struct hook_settings *s);

/*
 * The same for one that is to come after @before, of the same rings: it counts from 0. It is
 * attached by hook_pass_on(), or, where @before is not, by hook_attach().
 */
int hook_open_after(struct hook **h, const struct hook_ops *ops, const struct hook *before,
		    const struct hook_settings *s);

/*
 * From now on frames are seen by @next, of hook_open_after() or before that, in the place of @h,
 * which is not attached any more then: each by one of them. Nothing happens if @h is not attached.
 * Returns -errno, and everything is as before.
 */
int hook_pass_on(struct hook *h, struct hook *next);

/*
 * Attaches it, at XDP native or generic. -EBUSY or -EEXIST: there is a program already; -EINVAL as
 * well if it was to be another interface.
 */
int hook_attach(struct hook *h, int ifindex, enum xdp_mode mode);

/*
 * From now on @filter decides (NULL: all frames are captured), and @exit_filter about what came out
 * of another program; the counters go on: behind this no frame is judged by the filters before.
 * Each frame is seen once, also meanwhile. Of hooks that share a program it is the filter of all of
 * them, and the next one who asks for the same finds it done. Returns -errno, and everything is as
 * before.
 */
int hook_replace(struct hook *h, const struct filter *filter, const struct filter *exit_filter);

/*
 * From now on it traces @next instead of what it has traced. As hook_replace(), with @next in the
 * place of h's, which may be closed then.
 */
int hook_follow(struct hook *h, struct traced *next, const struct filter *filter,
		const struct filter *exit_filter);

/*
 * One of hook_device or hook_xdp, with a program of its own, that is not attached becomes one of
 * @ops: of hook_device, which is bound to @ifindex, in the calling thread's namespace, and asks it
 * for @device, or of hook_xdp, which is bound to none and asks for 0; as hook_replace(), and with
 * another trigger.
 */
int hook_rebind(struct hook *h, const struct hook_ops *ops, int ifindex, uint8_t device,
		const struct filter *filter, const struct filter *trigger);

/*
 * Has somebody else taken it off, or put another program in its place? Of links no message is sent.
 */
bool hook_is_lost(const struct hook *h);

/*
 * Takes it off; the counters stay readable. -errno: the program whose place it has could not be put
 * back.
 */
int hook_detach(struct hook *h);

/*
 * Is it found by the number of its interface? Then it is to be looked for, and detached, within the
 * network namespace of that; one with a link anywhere.
 */
bool hook_is_by_ifindex(const struct hook *h);

/*
 * The counters of the interface at one point, POINT_ENTRY where there is only one, and those of the
 * verdicts of the program it is in front of, summed over all CPUs.
 */
int hook_counters(const struct hook *h, uint32_t point, struct counters *sum);
int hook_verdicts(const struct hook *h, struct program_verdicts *sum);

bool hook_is_attached(const struct hook *h);

/* What it was opened with, or has become. */
const struct hook_ops *hook_ops_of(const struct hook *h);

/* Of the program, for tests. */
int hook_program_fd(const struct hook *h);

/* Nothing is loaded for a while: all programs leave memory, as object_load_forget(). */
void hook_forget_programs(void);

struct hook *hook_close(struct hook *h);

/* Of a hook whose attachment is a bpf_link. */
int hook_replace_link(struct hook *h, const struct object *next);
int hook_detach_link(struct hook *h);
bool hook_link_is_lost(const struct hook *h);

#endif
