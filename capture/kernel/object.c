// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libbpf is told what to do with a program between its linking and its loading: there the filter
 * goes in.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/flows.h"
#include "capture/kernel/kernel_types.h"
#include "capture/kernel/linked.h"
#include "capture/kernel/object.h"
#include "capture/kernel/places.h"
#include "capture/kernel/rings.h"

enum { VALUE_MAX = sizeof(struct counters) > sizeof(struct program_verdicts) ? sizeof(struct counters)
							   : sizeof(struct program_verdicts) };

struct object {
	struct bpf_object *bpf;
	struct bpf_program *program, *exit;	/* NULL: there is one only */
	uint32_t id;			/* of the program */
	int n_cpus;
	uint64_t *per_cpu;		/* a value of a map for each, of up to VALUE_MAX bytes */
	struct slot *slots;		/* of a program for several interfaces: SLOTS, mapped */
};

static int print_nothing(enum libbpf_print_level level is_unused, const char *fmt is_unused,
			 va_list args is_unused)
{
	return 0;
}

static int print_refusals(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, fmt, args) : 0;
}

static int print_all(enum libbpf_print_level level is_unused, const char *fmt, va_list args)
{
	return vfprintf(stderr, fmt, args);
}

void object_set_log(enum object_log log)
{
	libbpf_set_print(log == OBJECT_ALL	  ? print_all
			 : log == OBJECT_REFUSALS ? print_refusals
						  : print_nothing);
}

static void object_closep(struct object **o)
{
	object_close(*o);
}

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
 * Called by libbpf when the functions are linked and before the kernel gets them, with what BTF tells of
 * the instructions, whose numbers are others then.
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
		err = places_fill_frags(l, kernel_types());
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

/* A map of the object becomes one that is there. */
static int use_map(const struct object *o, const char *name, int fd)
{
	struct bpf_map *map = bpf_object__find_map_by_name(o->bpf, name);

	return map ? bpf_map__reuse_fd(map, fd) : -ENOENT;
}

/* The map is there, or the verifier sees that nobody asks for it. */
static int use_map_if(const struct object *o, const char *name, int fd)
{
	struct bpf_map *map = bpf_object__find_map_by_name(o->bpf, name);

	if (!map)
		return -ENOENT;
	return fd >= 0 ? bpf_map__reuse_fd(map, fd) : bpf_map__set_autocreate(map, false);
}

static int use_flows(const struct object *o, const struct flows *flows)
{
	int err = use_map_if(o, "flow_rooms", flows ? flows_rooms_fd(flows) : -1);

	if (!err)
		err = use_map_if(o, "flow_indexes", flows ? flows_indexes_fd(flows) : -1);
	return err ? err : use_map_if(o, "flow_limits", flows ? flows_limits_fd(flows) : -1);
}

int object_map_fd(const struct object *o, const char *name)
{
	return bpf_object__find_map_fd_by_name(o->bpf, name);
}

static int set(const struct object *o, const struct program_settings *s)
{
	struct bpf_map *map = bpf_object__find_map_by_name(o->bpf, PROGRAM_SETTINGS);

	return map ? bpf_map__set_initial_value(map, s, sizeof(*s)) : -ENOENT;
}

/*
 * What counts goes on counting: all else of a program is in its records. (In .bss are strays, which one
 * that is bound to its device has none of.)
 */
static int go_on_with(const struct object *o, const struct object *with, bool counts_anew)
{
	static const char *const names[] = { "verdicts", "inside", PROGRAM_TURN, "counters", PROGRAM_SLOTS, ".bss" };
	const size_t n = counts_anew ? 3 : array_size(names);
	int err = 0;

	for (size_t i = 0; !err && i < n; i++)
		if (object_map_fd(with, names[i]) >= 0 &&
		    bpf_object__find_map_by_name(o->bpf, names[i]))
			err = use_map(o, names[i], object_map_fd(with, names[i]));
	return err;
}

/* The counters become those of each slot. */
static int make_room(const struct object *o)
{
	struct bpf_map *map = bpf_object__find_map_by_name(o->bpf, "counters");

	return map ? bpf_map__set_max_entries(map, SLOTS) : -ENOENT;
}

static int map_slots(struct object *o)
{
	void *p = mmap(NULL, SLOTS * sizeof(*o->slots), PROT_READ | PROT_WRITE, MAP_SHARED,
		       object_map_fd(o, PROGRAM_SLOTS), 0);

	if (p == MAP_FAILED)
		return -errno;
	o->slots = p;
	return 0;
}

static int open_elf(struct object *o, const struct object_program *p)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "xdpdump");
	size_t n;
	const void *elf = p->elf(&n);

	o->bpf = bpf_object__open_mem(elf, n, &opts);
	if (!o->bpf)
		return -errno;
	o->program = bpf_object__next_program(o->bpf, NULL);
	o->exit = bpf_object__next_program(o->bpf, o->program);
	return o->program ? 0 : -ENOENT;
}

/* What the programs trace. */
static int aim(struct object *o, const struct object_function *at)
{
	int err = bpf_program__set_attach_target(o->program, at->program_fd, at->name);

	bpf_program__set_expected_attach_type(o->exit, BPF_TRACE_FEXIT);
	return err ? err : bpf_program__set_attach_target(o->exit, at->program_fd, at->name);
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

static int ask_id(struct object *o)
{
	struct bpf_prog_info info = { .id = 0 };
	uint32_t len = sizeof(info);
	int err = bpf_obj_get_info_by_fd(object_program_fd(o), &info, &len);

	o->id = info.id;
	return err;
}

static int load(struct object *o, const struct object_program *p, const struct rings *rings,
		const struct flows *flows, const struct program_settings *s, const struct object *with)
{
	int err = open_elf(o, p);

	if (!err)
		err = set(o, s);
	if (!err)
		err = p->traced ? aim(o, p->traced) : 0;
	if (!err)
		err = use_map(o, "rings", rings_map_fd(rings));
	if (!err)
		err = use_map(o, "bell", rings_bell_fd(rings));
	if (!err)
		err = use_flows(o, flows);
	if (!err && with)
		err = go_on_with(o, with, p->counts_anew);
	if (!err && s->shared && (!with || p->counts_anew))
		err = make_room(o);
	if (!err)
		err = bpf_object__load(o->bpf);
	return err || !s->shared ? err : map_slots(o);
}

int object_open(struct object **out, const struct object_program *p, const struct rings *rings,
		const struct flows *flows, const struct program_settings *s, const struct filter *filter,
		const struct object *with)
{
	cleanup(object_closep) struct object *o = calloc(1, sizeof(*o));
	cleanup(preparation_release) struct preparation preparation = {
		.flags = p->flags, .ifindex = p->ifindex, .filter = filter, .trigger = p->trigger,
	};
	struct program_settings settings = *s;
	int handler, err;

	if (!o)
		return -ENOMEM;
	settings.ring_size = rings_cpu_size(rings);
	settings.has_filter = !!filter;
	settings.has_trigger = !!p->trigger;
	settings.linear = !(p->flags & BPF_F_XDP_HAS_FRAGS);
	o->n_cpus = libbpf_num_possible_cpus();
	if (o->n_cpus < 0)
		return o->n_cpus;
	o->per_cpu = calloc(o->n_cpus, VALUE_MAX);
	if (!o->per_cpu)
		return -ENOMEM;
	handler = begin_preparation(p, &preparation);
	if (handler < 0)
		return handler;
	err = load(o, p, rings, flows, &settings, with);
	libbpf_unregister_prog_handler(handler);
	if (!err)
		err = ask_id(o);
	if (err)
		return err;
	*out = steal(&o);
	return 0;
}

int object_program_fd(const struct object *o)
{
	return bpf_program__fd(o->program);
}

int object_exit_fd(const struct object *o)
{
	return bpf_program__fd(o->exit);
}

uint32_t object_program_id(const struct object *o)
{
	return o->id;
}

/* Values that hold nothing but u64, @size bytes. */
static int sum_up(const struct object *o, const char *map, uint32_t key, void *sum, size_t size)
{
	uint64_t *total = sum;
	size_t n = size / sizeof(*total);
	int err = bpf_map_lookup_elem(object_map_fd(o, map), &key, o->per_cpu);

	if (err)
		return err;
	memset(sum, 0, size);
	for (int cpu = 0; cpu < o->n_cpus; cpu++)
		for (size_t i = 0; i < n; i++)
			total[i] += o->per_cpu[cpu * n + i];
	return 0;
}

int object_counters(const struct object *o, uint32_t point, struct counters *sum)
{
	return sum_up(o, "counters", point, sum, sizeof(*sum));
}

int object_verdicts(const struct object *o, struct program_verdicts *sum)
{
	return sum_up(o, "verdicts", 0, sum, sizeof(*sum));
}

int object_seat(const struct object *o, int ifindex, uint16_t iface, uint16_t flow_iface)
{
	uint32_t slot = (uint32_t)ifindex % SLOTS;
	int err;

	memset(o->per_cpu, 0, o->n_cpus * sizeof(struct counters));
	err = bpf_map_update_elem(object_map_fd(o, "counters"), &slot, o->per_cpu, BPF_ANY);
	if (!err)
		o->slots[slot] = (struct slot){ .ifindex = ifindex, .iface = iface, .flow_iface = flow_iface };
	return err;
}

int object_strays(const struct object *o, uint32_t *n)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(o->bpf, ".bss");
	uint32_t zero = 0;

	/* it is alone there, else there would be no room for the others */
	if (!map || bpf_map__value_size(map) != sizeof(*n))
		return -EBADF;
	return bpf_map_lookup_elem(bpf_map__fd(map), &zero, n);
}

struct object *object_close(struct object *o)
{
	if (!o)
		return NULL;
	if (o->slots)
		munmap(o->slots, SLOTS * sizeof(*o->slots));
	bpf_object__close(o->bpf);
	free(o->per_cpu);
	free(o);
	return NULL;
}
