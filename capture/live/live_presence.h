/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Whether an interface is there, and our programs on it: it goes and comes, and is another one by
 * then.
 */
#ifndef XDPDUMP_LIVE_LIVE_PRESENCE_H
#define XDPDUMP_LIVE_LIVE_PRESENCE_H

#include <stdbool.h>

struct live_iface;
struct live_iface_settings;
struct netif;

/* netif_change_fn (netif_watch.h) for one interface: warns, and takes note. */
void live_presence_changed(struct live_iface *t, const struct netif *n, bool gone);

/*
 * Is it captured as a member of a bond that it, which is @n now, has left? live_presence_leave():
 * it has.
 */
bool live_presence_has_left(const struct live_iface *t, const struct netif *n);
void live_presence_leave(struct live_iface *t);

/*
 * Was our program taken off, or the one that is traced? live_presence_lose(): it was, and not
 * because the interface is deleted: says so, unless live_program_follow() has, and it is gone for
 * us.
 */
bool live_presence_is_lost(const struct live_iface *t);
void live_presence_lose(struct live_iface *t);

/*
 * It has gone for good, and all of its packets have been taken: lets go of its programs, as there
 * may be others without end. True, once: its books are final now.
 */
bool live_presence_release(struct live_iface *t);

/*
 * It has gone, and one of its name would be it again: not when we were taken off it, which was
 * somebody's wish, or when it only fitted a pattern.
 */
bool live_presence_may_return(const struct live_iface *t);

/*
 * It has come back after it was gone, as @n: takes up where it was left. False: our program could
 * not be attached again, which was said, and it stays gone.
 */
bool live_presence_return(struct live_iface *t, const struct netif *n,
			  const struct live_iface_settings *s);

/*
 * *@n: it as it is now, or, where it is gone, what has its name now. -ENODEV: nothing. -errno: that
 * cannot be known.
 */
int live_presence_seek(const struct live_iface *t, struct netif *n);

/* It is not promiscuous any more if that would keep a namespace alive whose name is gone. */
void live_presence_let_go(struct live_iface *t);

#endif
