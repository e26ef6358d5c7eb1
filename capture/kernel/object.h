/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A capture program (bpf/capture.h) in the kernel, with its settings, its maps, and the filter put
 * into it. Nothing here knows what it is attached to.
 */
#ifndef XDPDUMP_KERNEL_OBJECT_H
#define XDPDUMP_KERNEL_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct counters;
struct program_verdicts;
struct filter;
struct flows;
struct object;
struct program_settings;
struct rings;

/*
 * What libbpf may say on stderr: nothing (its hints are for developers), why the kernel refuses a
 * program, or all.
 */
enum object_log { OBJECT_SILENT, OBJECT_REFUSALS, OBJECT_ALL };

/* Call once. */
void object_set_log(enum object_log log);

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
	int ifindex;	/* of the device it is for, in this network namespace; 0: any */
	/* what is traced, by a first program at its entry and a second one at its exit; NULL */
	const struct object_function *traced;
	bool counts_anew;	/* beside what it goes on with */
	const struct filter *trigger;	/* as the filter; NULL: there is none */
};

/*
 * Loads @p; its records go into @rings. Of @s all counts but ring_size, has_filter and has_trigger, which
 * are known here. @flows: whose tables it uses; NULL: none. @filter: put into it, and not needed
 * afterwards; NULL: none. @with: another one,
 * whose counters and count of losses it goes on with, and what it knows of frames that are on their way,
 * verdicts included, or of all that only the latter; NULL: its own. Returns -errno of the kernel. Not to be
 * called by two threads at a time.
 */
int object_open(struct object **o, const struct object_program *p, const struct rings *rings,
		const struct flows *flows, const struct program_settings *s, const struct filter *filter,
		const struct object *with);

int object_program_fd(const struct object *o);

/* Of the second program. */
int object_exit_fd(const struct object *o);

uint32_t object_program_id(const struct object *o);

/* A map of it by name; -ENOENT. */
int object_map_fd(const struct object *o, const char *name);

/*
 * Summed over all CPUs: of what is captured at @point (POINT_...), or, where it is for several
 * interfaces, of the one in the slot @point; and of the verdicts.
 */
int object_counters(const struct object *o, uint32_t point, struct counters *sum);
int object_verdicts(const struct object *o, struct program_verdicts *sum);

/*
 * Gives the slot of @ifindex, which nobody has, to that interface, whose number in records is
 * @iface, and for flows @flow_iface: nothing has been counted there. For a program that is for several.
 */
int object_seat(const struct object *o, int ifindex, uint16_t iface, uint16_t flow_iface);

/*
 * Frames that it has passed without a look, as the interface that they came on has no slot. -errno:
 * they could not be read.
 */
int object_strays(const struct object *o, uint32_t *n);

struct object *object_close(struct object *o);

#endif
