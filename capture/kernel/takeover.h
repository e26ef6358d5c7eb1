/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The place of somebody else's XDP program on an interface: taken in one step, so that no frame
 * comes without a program, and given back the same way. Nothing here ever puts a program where
 * something else is than the program that was expected there.
 */
#ifndef XDPDUMP_KERNEL_TAKEOVER_H
#define XDPDUMP_KERNEL_TAKEOVER_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

#include "capture/kernel/xdp.h"

struct guard;

/* Whose place it is. */
struct xdp_holder {
	uint32_t prog_id;
	uint32_t link_id;	/* 0: attached by netlink, or not allowed to see */
	enum xdp_mode mode;	/* native or generic; offload only if there is nothing else */
	char name[BPF_OBJ_NAME_LEN];	/* as the kernel has it, cut at 15 characters */
	uint8_t tag[BPF_TAG_SIZE];	/* of its instructions */
	bool tail_calls;	/* it makes some itself */
};

/*
 * Who is there? -ENOENT: nobody. -EPERM: the kernel shows programs to CAP_SYS_ADMIN only.
 * Whether it was loaded for frames in pieces (xdp.frags), and its expected_attach_type, the kernel
 * tells nobody: a prog array that does not take it does.
 */
int takeover_look(int ifindex, struct xdp_holder *h);

struct takeover;

/*
 * Keeps the program that is there now loaded, but not its link: that ends when its owner wants it
 * to. @guard: gives the place back when we are killed, and at the end when we are not allowed to
 * any more (-Z); NULL: none. -ENOENT: nobody is there. -EOPNOTSUPP: it runs in the device.
 * -ENOTUNIQ: links of several network namespaces might be the one. -EAGAIN: it is being changed
 * just now.
 */
int takeover_open(struct takeover **t, int ifindex, struct guard *guard);

/* As of takeover_open(). */
const struct xdp_holder *takeover_holder(const struct takeover *t);
int takeover_program_fd(const struct takeover *t);

/*
 * Puts @our_fd into its place. The caller keeps @our_fd open until the place is given back. What it
 * calls has to be in its prog array (front_map.h) by now; the guard keeps that as well. -EEXIST or
 * -EBUSY: the program of takeover_open() is not there any more; -ENOLINK: nor is its link; -EINVAL
 * from a link: ours is loaded with another expected_attach_type; -EOWNERDEAD: the guard has ended;
 * -errno. Nothing is changed then.
 */
int takeover_take(struct takeover *t, int our_fd);

/*
 * Another program of ours, @to_fd, instead of the one there now, @from_fd, which the caller may
 * close then. As takeover_take().
 */
int takeover_exchange(struct takeover *t, int from_fd, int to_fd);

enum takeover_state {
	TAKEOVER_OURS,		/* ours is there */
	TAKEOVER_TARGET, /* theirs: not taken yet, given back, or put there again by its owner */
	TAKEOVER_REPLACED,	/* something else */
	TAKEOVER_EMPTY,		/* nothing: it was removed */
	TAKEOVER_GONE,		/* the interface is not there, or is in another namespace */
};

/*
 * What is there now; *@by: the id of the program, 0: none. The kernel sends a message (netif_watch,
 * a change of the interface) when a program is attached by netlink, and none for links: so this is
 * to be called when one comes, and every now and then.
 */
enum takeover_state takeover_state(const struct takeover *t, uint32_t *by);

/*
 * Puts theirs there again, if ours is still what is there: 0 also where it is not, or where their
 * link was closed meanwhile, which needs nothing. -errno: ours is still there, calling theirs.
 */
int takeover_give_back(struct takeover *t);

/* Gives back what is not given back yet. */
struct takeover *takeover_close(struct takeover *t);

#endif
