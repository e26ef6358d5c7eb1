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

#include "capture/kernel/hook_ops.h"

struct rings;
struct takeover;
struct traced;

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
