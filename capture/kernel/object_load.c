// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libbpf is told what to do with a program between its linking and its loading: there the filter
 * goes in.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/front_map.h"
#include "capture/kernel/kernel_types.h"
#include "capture/kernel/linked.h"
#include "capture/kernel/object_load.h"
#include "capture/kernel/places.h"

static const char *const map_names[OBJECT_MAPS] = {
	[OBJECT_RINGS] = "rings", [OBJECT_BELL] = "bell",
	[OBJECT_FLOW_ROOMS] = "flow_rooms", [OBJECT_FLOW_INDEXES] = "flow_indexes",
	[OBJECT_FLOW_LIMITS] = "flow_limits",
	[OBJECT_VERDICTS] = "verdicts", [OBJECT_INSIDE] = "inside", [OBJECT_TURN] = PROGRAM_TURN,
	[OBJECT_COUNTERS] = "counters", [OBJECT_SLOTS] = PROGRAM_SLOTS, [OBJECT_STRAYS] = ".bss",
	[OBJECT_TARGET] = FRONT_MAP,
};

/* ---- between linking and loading ---- */

struct preparation {
	uint32_t flags, ifindex;
	const struct filter *filter, *trigger;	/* NULL: none */
	struct linked linked;		/* with what is put into it, while it is loaded */
};

static void preparation_release(struct preparation *p)
{
	linked_close(&p->linked);
}

/*
 * Called by libbpf when the functions are linked and before the kernel gets them, with what BTF
 * tells of the instructions, whose numbers are others then.
 */
static int prepare(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	struct preparation *p = (struct preparation *)cookie;
	struct linked *l = &p->linked;
	int err;

	opts->prog_flags |= p->flags;
	opts->prog_ifindex = p->ifindex;
	linked_close(l);
	err = linked_open(l, bpf_program__insns(prog), bpf_program__insn_cnt(prog), opts);
	if (!err)
		err = places_fill_types(l, kernel_types());
	if (!err && p->trigger)
		err = places_fill_trigger(l, p->trigger);
	if (!err && p->filter)
		err = places_fill_filter(l, p->filter);
	if (err)
		return err;
	opts->func_info = l->functions.n ? l->functions.records : NULL;
	opts->func_info_cnt = l->functions.n;
	opts->line_info = l->lines.n ? l->lines.records : NULL;
	opts->line_info_cnt = l->lines.n;
	return bpf_program__set_insns(prog, l->insns, l->n);
}

/* ---- maps ---- */

/* The verifier sees that nobody asks for those that are left out. */
static int use_map(struct bpf_map *map, enum object_map which, int fd)
{
	const bool is_own = which >= OBJECT_OWN;

	if (!map)
		return is_own ? 0 : -ENOENT;
	if (fd >= 0)
		return bpf_map__reuse_fd(map, fd);
	return is_own ? 0 : bpf_map__set_autocreate(map, false);
}

static int use_maps(const struct bpf_object *o, const struct object_plan *plan)
{
	int err = 0;

	for (unsigned i = 0; !err && i < OBJECT_MAPS; i++)
		err = use_map(bpf_object__find_map_by_name(o, map_names[i]), i, plan->maps[i]);
	return err;
}

static int settle(const struct bpf_object *o, const struct object_plan *plan)
{
	struct bpf_map *map = bpf_object__find_map_by_name(o, PROGRAM_SETTINGS);
	struct program_settings s = plan->settings;

	s.has_filter = !!plan->filter;
	s.has_trigger = !!plan->trigger;
	s.linear = !(plan->program->flags & BPF_F_XDP_HAS_FRAGS);
	return map ? bpf_map__set_initial_value(map, &s, sizeof(s)) : -ENOENT;
}

/* The counters become those of each slot. */
static int make_room(const struct bpf_object *o)
{
	struct bpf_map *map = bpf_object__find_map_by_name(o, map_names[OBJECT_COUNTERS]);

	return map ? bpf_map__set_max_entries(map, SLOTS) : -ENOENT;
}

/* ---- loading ---- */

static void close_bpf(struct bpf_object **o)
{
	bpf_object__close(*o);
}

static int open_elf(struct bpf_object **o, const struct object_program *p)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "xdpdump");
	size_t n;
	const void *elf = p->elf(&n);

	*o = bpf_object__open_mem(elf, n, &opts);
	return *o ? 0 : -errno;
}

void object_load_forget(const struct object_program *p)
{
	const uintptr_t page = sysconf(_SC_PAGESIZE);
	size_t n;
	const uintptr_t begin = (uintptr_t)p->elf(&n), end = begin + n,
			first = (begin + page - 1) & -page;

	if (first < end)
		madvise((void *)first, (end & -page) - first, MADV_DONTNEED);
}

/* What the programs trace. */
static int aim(struct bpf_program *entry, struct bpf_program *exit,
	       const struct object_function *at)
{
	int err = bpf_program__set_attach_target(entry, at->program_fd, at->name);

	bpf_program__set_expected_attach_type(exit, BPF_TRACE_FEXIT);
	return err ? err : bpf_program__set_attach_target(exit, at->program_fd, at->name);
}

/*
 * When the last handler goes, libbpf (1.1) frees the list, goes on using it, and crashes later. So
 * one stays.
 */
static int keep_a_handler(void)
{
	static int kept = -1;

	if (kept < 0)
		kept = libbpf_register_prog_handler("xdpdump/kept", BPF_PROG_TYPE_XDP, BPF_XDP,
						    NULL);
	return kept;
}

/*
 * libbpf is told how to prepare the program only as long as it takes; that it is asked for begins
 * when the file is opened.
 */
static int begin_preparation(const struct object_program *p, struct preparation *what)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .cookie = (long)what,
		    .prog_prepare_load_fn = prepare);
	int handler = keep_a_handler();

	if (handler < 0)
		return handler;
	return libbpf_register_prog_handler(p->section, p->type, p->attach_type, &opts);
}

/* A descriptor that stays when libbpf closes its own; -1: there is none. */
static int keep_fd(int *kept, int fd)
{
	*kept = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return fd >= 0 && *kept < 0 ? -errno : 0;
}

/*
 * What is in .bss are strays only if it is alone there, else there would be no room for
 * the others.
 */
static int map_fd(const struct bpf_object *o, enum object_map which)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(o, map_names[which]);

	return !map || (which == OBJECT_STRAYS && bpf_map__value_size(map) != sizeof(uint32_t))
		       ? -1
		       : bpf_map__fd(map);
}

static int take_parts(struct object_parts *parts, const struct bpf_object *o,
		      const struct bpf_program *entry, const struct bpf_program *exit)
{
	int err = keep_fd(&parts->program, bpf_program__fd(entry));

	if (!err)
		err = keep_fd(&parts->exit, exit ? bpf_program__fd(exit) : -1);
	for (unsigned i = OBJECT_OWN; !err && i < OBJECT_MAPS; i++)
		err = keep_fd(&parts->maps[i], map_fd(o, i));
	return err;
}

static int load(struct object_parts *parts, const struct object_plan *plan)
{
	cleanup(close_bpf) struct bpf_object *o = NULL;
	struct bpf_program *entry, *exit;
	int err = open_elf(&o, plan->program);

	if (err)
		return err;
	entry = bpf_object__next_program(o, NULL);
	exit = bpf_object__next_program(o, entry);
	err = entry ? settle(o, plan) : -ENOENT;
	if (!err)
		err = plan->traced ? aim(entry, exit, plan->traced) : 0;
	if (!err)
		err = use_maps(o, plan);
	if (!err && plan->settings.shared && plan->maps[OBJECT_COUNTERS] < 0)
		err = make_room(o);
	if (!err)
		err = bpf_object__load(o);
	return err ? err : take_parts(parts, o, entry, exit);
}

int object_load(struct object_parts *out, const struct object_plan *plan)
{
	cleanup(preparation_release) struct preparation preparation = {
		.flags = plan->program->flags, .ifindex = plan->ifindex,
		.filter = plan->filter, .trigger = plan->trigger,
	};
	cleanup(object_load_close) struct object_parts parts = OBJECT_PARTS_INIT;
	int err, handler = begin_preparation(plan->program, &preparation);

	if (handler < 0)
		return handler;
	err = load(&parts, plan);
	libbpf_unregister_prog_handler(handler);
	if (err)
		return err;
	*out = parts;
	parts = (struct object_parts)OBJECT_PARTS_INIT;
	return 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void object_load_close(struct object_parts *parts)
{
	close_fd(&parts->program);
	close_fd(&parts->exit);
	for (unsigned i = 0; i < OBJECT_MAPS; i++)
		close_fd(&parts->maps[i]);
}
