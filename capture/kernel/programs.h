/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Programs that are loaded once for several interfaces, as each load takes 10 to 40 ms of the
 * kernel's verifier. One interface has in it a number in the file, counters, and a count of losses
 * of its own, in the slot that the program finds by the number of the interface (struct slot in
 * bpf/event.h). Who has the same slot, other settings, or another filter, or is in another network
 * namespace, is in another program.
 */
#ifndef XDPDUMP_KERNEL_PROGRAMS_H
#define XDPDUMP_KERNEL_PROGRAMS_H

#include <stdbool.h>
#include <stdint.h>

struct filter;
struct hook;
struct object;
struct programs;
struct program;

/* What an interface is known by. */
struct program_guest {
	int ifindex;		/* in the namespace of the calling thread */
	uint16_t iface;		/* number of the interface, for its records */
	uint16_t flow_iface;	/* and for its flows */
};

/* None yet. -ENOMEM. */
int programs_open(struct programs **p);

/*
 * Frames that came on interfaces which no program is loaded for, and were not looked at: of one
 * that was moved to another network namespace, where it may have another number, until that is
 * noticed. (If the number is that of a guest here they are taken for its.) -errno: they could not
 * be read.
 */
int programs_strays(const struct programs *p, uint64_t *n);

/* When all hooks are closed. */
struct programs *programs_close(struct programs *p);

/* ---- for hook.c ---- */

/*
 * @h gets the object of a program with its settings and @filter, and a slot of it. -ENOENT: there
 * is none that has it free; -errno.
 */
int programs_join(struct programs *p, struct hook *h, const struct program_guest *guest,
		  const struct filter *filter);

/* What @h has loaded becomes one, and @h the first in it. -errno, and that is h's own. */
int programs_add(struct programs *p, struct hook *h, const struct program_guest *guest,
		 const struct filter *filter);

bool programs_has_filter(const struct hook *h, const struct filter *filter);

/*
 * @next, which has @filter and goes on with the maps, takes the place of what @h and all others in
 * its program have, each in one step. -errno, and nothing has changed.
 */
int programs_replace(struct hook *h, struct object *next, const struct filter *filter);

/* @h, which is detached, gives its slot back. What it has counted can be read no more. */
void programs_leave(struct hook *h);

#endif
