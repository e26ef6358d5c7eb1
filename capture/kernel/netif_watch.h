/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What happens to interfaces, of the network namespace in which the watch is opened, and of others.
 * Nothing of a watch is in these others: a socket there would keep them from going.
 */
#ifndef XDPDUMP_KERNEL_NETIF_WATCH_H
#define XDPDUMP_KERNEL_NETIF_WATCH_H

#include <stdbool.h>

struct netif;
struct netif_watch;

int netif_watch_open(struct netif_watch **w);

/* From now on those as well that netns_register() has given a number. -EPERM: CAP_NET_BROADCAST. */
int netif_watch_others(struct netif_watch *w);

int netif_watch_fd(const struct netif_watch *w);

/*
 * A change of an interface; @gone: deleted, or moved to another namespace. One with ifindex 0 is
 * all of its namespace, which is gone, and its number with it.
 */
typedef void (*netif_change_fn)(void *ctx, const struct netif *n, bool gone);

/*
 * Reports the changes since the last call, but not for longer than some ms beside what @changed
 * takes: the descriptor stays readable until the last is reported. False: there were more than the
 * kernel could keep, and some are lost.
 */
bool netif_watch_read(struct netif_watch *w, netif_change_fn changed, void *ctx);
struct netif_watch *netif_watch_close(struct netif_watch *w);

#endif
