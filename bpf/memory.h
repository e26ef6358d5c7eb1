/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Where the kernel has its memory: what bpf/find_memory.bpf.c finds out. */
#ifndef XDPDUMP_MEMORY_H
#define XDPDUMP_MEMORY_H

#include <linux/types.h>

struct memory {
	__u64 pages;		/* the address of struct page of the first page */
	__u64 direct;		/* and where that page is mapped */
};

#endif
