/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A capture program (bpf/capture.h) goes into the kernel, with its settings, and the filter put
 * into it. What comes of it are descriptors.
 */
#ifndef XDPDUMP_KERNEL_OBJECT_LOAD_H
#define XDPDUMP_KERNEL_OBJECT_LOAD_H

#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"

struct filter;

/* A function of a program that is loaded. */
struct object_function {
	int program_fd;
	const char *name;
};

/* A program as it was compiled, and as what it is loaded. */
struct object_program {
	const void *(*elf)(size_t *n);	/* the object file, in static memory */
	const char *section;		/* of the one program in it, or of both that trace */
	uint32_t type, attach_type, flags;	/* BPF_PROG_TYPE_..., BPF_..., BPF_F_... */
};

/* Maps of a program: first those that are there before it. */
enum object_map {
	OBJECT_RINGS, OBJECT_BELL, OBJECT_FLOW_ROOMS, OBJECT_FLOW_INDEXES, OBJECT_FLOW_LIMITS,
	OBJECT_OWN,
	OBJECT_VERDICTS = OBJECT_OWN, OBJECT_INSIDE, OBJECT_TURN, OBJECT_COUNTERS, OBJECT_SLOTS, OBJECT_STRAYS,
	OBJECT_TARGET,
	OBJECT_MAPS
};

/* What is to be loaded. */
struct object_plan {
	const struct object_program *program;
	int ifindex;		/* of the device it is for, in this network namespace; 0: any */
	/* what is traced, by a first program at its entry and a second one at its exit; NULL */
	const struct object_function *traced;
	/* all counts but has_filter, has_trigger, and linear */
	struct program_settings settings;
	/* put into it, and not needed afterwards; NULL: none */
	const struct filter *filter, *trigger;
	/* Maps that it is to use, as far as it has them; -1: it makes its own, or does without */
	int maps[OBJECT_MAPS];
};

/* What is loaded. -1: there is none. */
struct object_parts {
	int program, exit;	/* the second one */
	int maps[OBJECT_MAPS];	/* but for those that were there before */
};

#define OBJECT_PARTS_INIT	{ -1, -1, { [0 ... OBJECT_MAPS - 1] = -1 } }

/*
 * -errno of the kernel; -ERANGE, as places_fill_trigger(); -ENOENT: it has no such map. The
 * descriptors are the caller's. Not to be called by two threads at a time.
 */
int object_load(struct object_parts *parts, const struct object_plan *plan);

void object_load_close(struct object_parts *parts);

/* It is not loaded for a while: its bytes in our own file leave memory until they are looked at again. */
void object_load_forget(const struct object_program *p);

#endif
