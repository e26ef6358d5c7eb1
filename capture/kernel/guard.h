/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A small process beside ours that gives back the places we have taken (takeover.h) when we end
 * without doing that, by SIGKILL for example. It has descriptors only while we hold a place, keeps
 * the rights that giving back needs after we have given up ours, belongs to no terminal, ignores
 * signals, and ends when we end.
 */
#ifndef XDPDUMP_KERNEL_GUARD_H
#define XDPDUMP_KERNEL_GUARD_H

#include "capture/kernel/xdp_place.h"

enum { GUARD_PLACES = 64 }; /* at a time */

struct guard;

/*
 * Forks it: to be called before there is a thread, and before anything that it need not have in its
 * memory. -errno.
 */
int guard_open(struct guard **g);

/*
 * For takeover.c. From now on, when we end, the program @theirs_fd goes to @place if one of
 * @ours_fd is there; @ours_fd[1] may be -1. Instead of what was said of this place before. It has
 * them when this returns. -EOWNERDEAD: it has ended; -ETIMEDOUT; -ENOSPC: too many places; -errno
 * of the guard.
 */
int guard_hold(struct guard *g, const struct xdp_place *place, int theirs_fd, const int ours_fd[2]);

/* Does that now, in its rights. -errno as of xdp_place_exchange(). */
int guard_give_back(struct guard *g, const struct xdp_place *place);

/* Forgets the place. */
int guard_drop(struct guard *g, const struct xdp_place *place);

/* Its process, for tests. */
int guard_pid(const struct guard *g);

/* Lets it end and waits for that: what it still holds it gives back. */
struct guard *guard_close(struct guard *g);

#endif
