/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A small process beside ours that has the rights to load our programs, so that we can do without:
 * to attach what is loaded by a link takes none. It can be asked for nothing but one of them, with
 * a filter in classic BPF, which it translates itself, and, if that was granted, for promiscuous
 * mode. It belongs to no terminal, ignores signals, and ends when we end.
 */
#ifndef XDPDUMP_KERNEL_BROKER_H
#define XDPDUMP_KERNEL_BROKER_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/kernel/object_load.h"

struct broker;

/* Which of the programs it can be asked for is @p? -EPERM: none. */
typedef int broker_number_fn(const struct object_program *p, uint32_t *number);

/* What it does, whatever it is asked for. */
struct broker_grant {
	broker_number_fn *number;	/* broker_programs_number() */
	bool drop;		/* it loads programs that do not pass frames on */
	bool processes;		/* and such that look at who sends */
	/* it makes interfaces so, of the network namespace that it begins in */
	bool promiscuous;
	bool sandbox;		/* it has one itself */
};

/*
 * Forks it: to be called before there is a thread, and before anything that it need not have in its
 * memory; by who has the rights in effect, and behind object_set_log(). -errno of ours or of its
 * own beginning.
 */
int broker_open(struct broker **b, const struct broker_grant *grant);

/*
 * As object_load(), in its rights: what traces no other program and is in front of none.
 * -EOWNERDEAD: it has ended; -ETIMEDOUT: it does not answer, and is not asked any more; -E2BIG: the
 * filter is too long for it; -EPERM: as of the kernel, or it is not for that.
 */
int broker_load(struct broker *b, struct object_parts *parts, const struct object_plan *plan);

/* As netif_promiscuous(), in its rights. -EPERM: that was not granted; -EOWNERDEAD; -ETIMEDOUT. */
int broker_promiscuous(struct broker *b, int ifindex);

/* Its process, for tests. */
int broker_pid(const struct broker *b);

/* Lets it end and waits for that, but not for one that stands still. */
struct broker *broker_close(struct broker *b);

#endif
