/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What a program loads, from the frame, from its memory, or as a constant. */
#ifndef XDPDUMP_FILTER_XLAT_LOAD_H
#define XDPDUMP_FILTER_XLAT_LOAD_H

#include <stddef.h>

struct xlat;

/* The classic instruction @i, of class BPF_LD or BPF_LDX. */
void xlat_load(struct xlat *x, size_t i);

#endif
