/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Network namespaces that have a name, as ip-netns(8) and container engines give them one: files on
 * which they are mounted. Of one that only has processes nothing is known here.
 */
#ifndef XDPDUMP_KERNEL_NETNS_H
#define XDPDUMP_KERNEL_NETNS_H

#include <stdbool.h>

/*
 * Calls @here in each of them, until it says true, which is returned. Takes the calling thread
 * there and back; needs CAP_SYS_ADMIN.
 */
bool netns_each(bool (*here)(void *ctx), void *ctx);

#endif
