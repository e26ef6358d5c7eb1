/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Puts into the maps of a loaded object what the command line says. Complains itself. */
#ifndef XDPDUMP_KERNEL_RUN_MAPS_H
#define XDPDUMP_KERNEL_RUN_MAPS_H

#include "capture/base/log.h"

struct bpf_object;
struct map_option;

/*
 * In this order. An entry of a per-CPU map is the same on all CPUs. Of pinned maps the entries are
 * copied: what runs then does not touch them.
 */
enum status run_maps_fill(struct bpf_object *o, const struct map_option *maps, unsigned n);

#endif
