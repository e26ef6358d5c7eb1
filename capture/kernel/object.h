/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A capture program (bpf/capture.h) in the kernel, and what can be read of it. Nothing here knows
 * what it is attached to.
 */
#ifndef XDPDUMP_KERNEL_OBJECT_H
#define XDPDUMP_KERNEL_OBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/event.h"
#include "capture/kernel/object_load.h"

struct broker;
struct counters;
struct program_verdicts;
struct filter;
struct flows;
struct object;
struct rings;

/*
 * What libbpf may say on stderr: nothing (its hints are for developers), why the kernel refuses a
 * program, or all.
 */
enum object_log { OBJECT_SILENT, OBJECT_REFUSALS, OBJECT_ALL };

/* Call once. */
void object_set_log(enum object_log log);

/* A program that is asked for. */
struct object_order {
	const struct object_program *program;
	int ifindex;		/* as in struct object_plan, */
	const struct object_function *traced;
	const struct filter *filter, *trigger;
	const struct rings *rings;	/* into which its records go */
	const struct flows *flows;	/* whose tables it uses; NULL: none */
	struct program_settings settings;	/* as in struct object_plan, but for ring_size */
	/*
	 * another one, whose counters and count of losses it goes on with, and what it knows of
	 * frames that are on their way, verdicts included, or, with counts_anew, of all that only
	 * the latter; NULL: its own
	 */
	const struct object *with;
	bool counts_anew;
	struct broker *broker;	/* who loads it; NULL: we do */
};

/*
 * Loads it. Returns as object_load() or broker_load(), and not to be called by two threads at a
 * time.
 */
int object_open(struct object **o, const struct object_order *order);

int object_program_fd(const struct object *o);

/* Of the second program. */
int object_exit_fd(const struct object *o);

uint32_t object_program_id(const struct object *o);

/* A map of its own; -1: it has none like that. */
int object_map_fd(const struct object *o, enum object_map which);

/*
 * Summed over all CPUs: of what is captured at @point (POINT_...), or, where it is for several
 * interfaces, of the one in the slot @point; and of the verdicts.
 */
int object_counters(const struct object *o, uint32_t point, struct counters *sum);
int object_verdicts(const struct object *o, struct program_verdicts *sum);

/*
 * Gives the slot of @ifindex, which nobody has, to that interface, whose number in records is
 * @iface, and for flows @flow_iface: nothing has been counted there. For a program that is for
 * several.
 */
int object_seat(const struct object *o, int ifindex, uint16_t iface, uint16_t flow_iface);

/*
 * Frames that it has passed without a look, as the interface that they came on has no slot. -errno:
 * they could not be read.
 */
int object_strays(const struct object *o, uint32_t *n);

struct object *object_close(struct object *o);

#endif
