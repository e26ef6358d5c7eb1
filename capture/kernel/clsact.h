/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * tc before Linux 6.6: a program is a filter of the qdisc clsact, which stays when its process ends
 * without taking it away. All of these are for the network namespace that the thread is in; in
 * another one than when it was attached they do nothing.
 */
#ifndef XDPDUMP_KERNEL_CLSACT_H
#define XDPDUMP_KERNEL_CLSACT_H

#include <stdbool.h>
#include <stdint.h>

/* Where a program is. */
struct clsact {
	uint64_t netns;		/* netns_cookie() */
	int ifindex;
	bool out;
	bool made;		/* the qdisc, by us, or by another xdpdump, which may be gone */
	uint32_t handle, priority;	/* of the filter; priority 0: there is none */
};

/*
 * Attaches the program @prog_fd, on the way in before the filters that are there, on the way out
 * behind them. What a process of ours has left there that is gone, on both ways, is taken away.
 * -errno of the kernel; -EOPNOTSUPP: it has no clsact.
 */
int clsact_attach(struct clsact *c, int ifindex, bool out, int prog_fd);

/* Another program in its place, in one step. -errno. */
int clsact_replace(const struct clsact *c, int prog_fd);

/* The program that is in its place, 0: none, or it cannot be known. */
uint32_t clsact_program(const struct clsact *c);

/* And the qdisc as well, if it is ours and nobody else has come to use it. */
void clsact_detach(struct clsact *c);

#endif
