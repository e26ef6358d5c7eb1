/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What programs do by flows (bpf/flow.h), and the tables in the kernel that all programs of a
 * capture share: what was counted of each, and how much of each was kept.
 */
#ifndef XDPDUMP_KERNEL_FLOWS_H
#define XDPDUMP_KERNEL_FLOWS_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/packet/sample.h"

struct flow_entry;
struct flows;
struct program_settings;
struct rings;

/* Flows of which is known how much was kept of them; those that came last. */
enum { FLOWS_KEPT = 1 << 17 };

struct flows_settings {
	bool count;		/* all packets that the filter accepts are counted, */
	bool only;		/* and none of them becomes a record, */
	bool often;		/* and it is taken more than once */
	struct flow_choice keep;
};

/* Is anything asked for? */
bool flows_settings_ask(const struct flows_settings *s);

/* Makes the tables, for the CPUs that @rings are for. -errno of the kernel. */
int flows_open(struct flows **f, const struct flows_settings *s, const struct rings *rings);

/* What a program is told of it. @f: NULL: nothing. */
void flows_to_program(const struct flows *f, struct program_settings *to);

/* For the maps of a program; -1: there is none. */
int flows_rooms_fd(const struct flows *f);
int flows_indexes_fd(const struct flows *f);
int flows_limits_fd(const struct flows *f);

/*
 * One entry: of a flow that was seen on several CPUs there are as many. Not 0: no others, and that
 * is returned.
 */
typedef int flows_each(void *ctx, const struct flow_entry *e);

/*
 * Takes what was counted since the last time out of the table: each packet is in it exactly once.
 * (While programs run it is another table that they count in from now on, and none is in the middle
 * of a packet of the one that is read: it waits for that.) Without `often` when none of them runs
 * any more. What @each has returned.
 */
int flows_take(struct flows *f, flows_each *each, void *ctx);

struct flows *flows_close(struct flows *f);

#endif
