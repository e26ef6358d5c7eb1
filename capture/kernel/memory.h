/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Where the kernel has its memory, for a program that follows its addresses. */
#ifndef XDPDUMP_KERNEL_MEMORY_H
#define XDPDUMP_KERNEL_MEMORY_H

#include "bpf/memory.h"

/* Zeros: not known on this machine, or not to be seen, which takes CAP_SYSLOG. */
struct memory memory_find(void);

#endif
