/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* All network namespaces of the machine, as far as they can be seen. */
#ifndef XDPDUMP_KERNEL_NETNS_LIST_H
#define XDPDUMP_KERNEL_NETNS_LIST_H

#include <stddef.h>

#include "capture/kernel/netns.h"

struct netns_found {
	/* by which netns_open() finds it: a name, the number of a process, or a path */
	enum netns_by by;
	char *text;
	char process[16];	/* the name of that process, or "" */
};

/*
 * Each of them once, but ours: those that have a name, in the order of names, then of processes
 * that have another one, the first of each, and those that are only mounted somewhere. To be freed
 * by netns_list_free(). -errno.
 */
int netns_list(struct netns_found **list, size_t *n);
void netns_list_free(struct netns_found *list, size_t n);

#endif
