/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What is left where we were killed, and the guard with us: our program on an interface, which goes
 * on calling the one whose place it has. All that is known of it is in the kernel.
 */
#ifndef XDPDUMP_KERNEL_LEFTOVER_H
#define XDPDUMP_KERNEL_LEFTOVER_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/kernel/xdp.h"

/*
 * Is the program @id one of ours in front of another one? *@target: that one; its id 0: it is not
 * known any more. Needs CAP_SYS_ADMIN, false without.
 */
bool leftover_is_front(uint32_t id, struct xdp_program *target);

/*
 * A process that has the program @id open, which so is no leftover; other than this one. 0: none
 * that can be seen from here.
 */
int leftover_process(uint32_t id);

/* Has any process of ours it open, this one as well? */
bool leftover_is_held(uint32_t id);

/*
 * Puts the program that ours calls in its place again, or takes ours off where that is not known.
 * @front: as found by xdp_query(). -EEXIST or -EBUSY: something else is there now. -errno.
 */
int leftover_mend(int ifindex, const struct xdp_program *front);

#endif
