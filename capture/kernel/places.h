/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What is put into a program between its linking and its loading, in places that are marked there: the
 * filter, filter_here() of bpf/capture.h.
 */
#ifndef XDPDUMP_KERNEL_PLACES_H
#define XDPDUMP_KERNEL_PLACES_H

#include <stddef.h>

struct filter;
struct linked;

/*
 * Into each place of it; or, where that is too long for the jumps over it, or needs more of the stack than
 * there is, into a function that is called from there, which is one return more for each frame. -ENOEXEC:
 * this program can have none; -ENOMEM.
 */
int places_fill_filter(struct linked *l, const struct filter *filter);

#endif
