/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The types of this kernel, from its BTF. */
#ifndef XDPDUMP_KERNEL_KERNEL_TYPES_H
#define XDPDUMP_KERNEL_KERNEL_TYPES_H

#include <stdint.h>

/*
 * Where @member of struct @type begins, also inside of members without a name, in bits. -ENOENT:
 * there is none, or the kernel tells nothing of its types.
 */
int kernel_types_member(const char *type, const char *member, uint32_t *bit);

#endif
