/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* May we attach? The kernel answers with one errno for all reasons, so look before asking it. */
#ifndef XDPDUMP_KERNEL_PRIVILEGE_H
#define XDPDUMP_KERNEL_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>

/* True, or false with what is missing in @missing, as in "CAP_BPF and CAP_PERFMON missing". */
bool privilege_to_attach(char *missing, size_t cap);

#endif
