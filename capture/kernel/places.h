/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What is put into a program between its linking and its loading, in places that are marked there:
 * the filter, filter_here() of bpf/capture.h, the trigger, trigger_flags() there, a look at the
 * frame, frags_here() of bpf/xdp_frame.h, and questions to the driver, ask_driver() of
 * bpf/device.bpf.c.
 */
#ifndef XDPDUMP_KERNEL_PLACES_H
#define XDPDUMP_KERNEL_PLACES_H

#include <stddef.h>

struct filter;
struct kernel_types;
struct linked;

/*
 * Into each place of it; or, where that is too long for the jumps over it, or needs more of the
 * stack than there is, into a function that is called from there, which is one return more for each
 * frame. -ENOEXEC: this program can have none; -ENOMEM.
 */
int places_fill_filter(struct linked *l, const struct filter *filter);

/*
 * Into each place of it, before the filter. -ERANGE: it is too long for the jumps over it, or needs
 * more of the stack than there is; -ENOMEM.
 */
int places_fill_trigger(struct linked *l, const struct filter *trigger);

/*
 * What the kernel that @t tells of has for programs, into each place of it: else all frames are
 * taken for such that may have more than one buffer, and the driver of a device has no answer.
 * Before the filter, which can be anything. libbpf would find these functions as well, but reads
 * all types of the kernel for it, 11 MB. -ERANGE: a jump does not reach any more; -ENOMEM.
 */
int places_fill_types(struct linked *l, const struct kernel_types *t);

#endif
