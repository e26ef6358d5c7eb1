/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * An XDP program of a user, to be run and attached to nothing: out of an object file, or one that
 * the kernel has. Complains itself, but for what libbpf has to say (object_set_log()).
 */
#ifndef XDPDUMP_KERNEL_RUN_OBJECT_H
#define XDPDUMP_KERNEL_RUN_OBJECT_H

#include <stdbool.h>

#include "capture/base/log.h"

struct map_option;
struct run_object;

/*
 * @what: "prog.o", with ":section" or ":function" behind if there are several XDP programs in it,
 * or "id:42". Out of a file all maps are made anew, also those that the object wants pinned:
 * nothing is pinned, and no map that somebody uses is taken. @maps as in run_maps_fill(); for a
 * program of the kernel there must be none. @whole_log: what the verifier has to say to a program
 * that it refuses is printed to the last line.
 */
enum status run_object_open(struct run_object **r, const char *what, const struct map_option *maps,
			    unsigned n_maps, bool whole_log);

/* Is it "id:..."? */
bool run_object_is_loaded(const char *what);

int run_object_fd(const struct run_object *r);

/* Of the function; of one in the kernel as much as it keeps of that, or "id 42". */
const char *run_object_name(const struct run_object *r);

/* The file that it comes from; NULL: none. */
const char *run_object_path(const struct run_object *r);

/* Returns NULL. */
struct run_object *run_object_close(struct run_object *r);

#endif
