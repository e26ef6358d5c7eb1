// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What is to be loaded, and what is read of it then. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/kernel/broker.h"
#include "capture/kernel/flows.h"
#include "capture/kernel/object.h"
#include "capture/kernel/rings.h"

enum {
	VALUE_MAX = sizeof(struct counters) > sizeof(struct program_verdicts)
			    ? sizeof(struct counters)
			    : sizeof(struct program_verdicts)
};

struct object {
	struct object_parts parts;
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

/* ---- loading ---- */

/*
 * What counts goes on counting: all else of a program is in its records. (Strays are there only of
 * one that is bound to no device.)
 */
static void go_on_with(int *maps, const struct object *with, bool counts_anew)
{
	static const enum object_map kept[] = {
		OBJECT_VERDICTS, OBJECT_INSIDE, OBJECT_TURN,
		OBJECT_COUNTERS, OBJECT_SLOTS,	OBJECT_STRAYS,
	};
	const size_t n = counts_anew ? 3 : array_size(kept);

	for (size_t i = 0; i < n; i++)
		maps[kept[i]] = with->parts.maps[kept[i]];
}

static struct object_plan plan(const struct object_order *order)
{
	const struct flows *flows = order->flows;
	struct object_plan p = {
		.program = order->program, .ifindex = order->ifindex, .traced = order->traced,
		.settings = order->settings, .filter = order->filter, .trigger = order->trigger,
		.maps = { [0 ... OBJECT_MAPS - 1] = -1 },
	};

	p.settings.ring_size = rings_cpu_size(order->rings);
	p.maps[OBJECT_RINGS] = rings_map_fd(order->rings);
	p.maps[OBJECT_BELL] = rings_bell_fd(order->rings);
	p.maps[OBJECT_FLOW_ROOMS] = flows ? flows_rooms_fd(flows) : -1;
	p.maps[OBJECT_FLOW_INDEXES] = flows ? flows_indexes_fd(flows) : -1;
	p.maps[OBJECT_FLOW_LIMITS] = flows ? flows_limits_fd(flows) : -1;
	if (order->with)
		go_on_with(p.maps, order->with, order->counts_anew);
	return p;
}

static int ask_id(struct object *o)
{
	struct bpf_prog_info info = { .id = 0 };
	uint32_t len = sizeof(info);
	int err = bpf_obj_get_info_by_fd(object_program_fd(o), &info, &len);

	o->id = info.id;
	return err;
}

static int map_slots(struct object *o)
{
	void *p = mmap(NULL, SLOTS * sizeof(*o->slots), PROT_READ | PROT_WRITE, MAP_SHARED,
		       object_map_fd(o, OBJECT_SLOTS), 0);

	if (p == MAP_FAILED)
		return -errno;
	o->slots = p;
	return 0;
}

int object_open(struct object **out, const struct object_order *order)
{
	cleanup(object_closep) struct object *o = calloc(1, sizeof(*o));
	struct object_plan p = plan(order);
	int err;

	if (!o)
		return -ENOMEM;
	o->parts = (struct object_parts)OBJECT_PARTS_INIT;
	o->n_cpus = libbpf_num_possible_cpus();
	if (o->n_cpus < 0)
		return o->n_cpus;
	o->per_cpu = calloc(o->n_cpus, VALUE_MAX);
	if (!o->per_cpu)
		return -ENOMEM;
	err = order->broker ? broker_load(order->broker, &o->parts, &p)
			    : object_load(&o->parts, &p);
	if (!err && order->settings.shared)
		err = map_slots(o);
	if (!err)
		err = ask_id(o);
	if (err)
		return err;
	*out = steal(&o);
	return 0;
}

/* ---- what is loaded ---- */

int object_program_fd(const struct object *o)
{
	return o->parts.program;
}

int object_exit_fd(const struct object *o)
{
	return o->parts.exit;
}

uint32_t object_program_id(const struct object *o)
{
	return o->id;
}

int object_map_fd(const struct object *o, enum object_map which)
{
	return o->parts.maps[which];
}

/* Values that hold nothing but u64, @size bytes. */
static int sum_up(const struct object *o, enum object_map map, uint32_t key, void *sum, size_t size)
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
	return sum_up(o, OBJECT_COUNTERS, point, sum, sizeof(*sum));
}

int object_verdicts(const struct object *o, struct program_verdicts *sum)
{
	return sum_up(o, OBJECT_VERDICTS, 0, sum, sizeof(*sum));
}

int object_seat(const struct object *o, int ifindex, uint16_t iface, uint16_t flow_iface)
{
	uint32_t slot = (uint32_t)ifindex % SLOTS;
	int err;

	memset(o->per_cpu, 0, o->n_cpus * sizeof(struct counters));
	err = bpf_map_update_elem(object_map_fd(o, OBJECT_COUNTERS), &slot, o->per_cpu, BPF_ANY);
	if (!err)
		o->slots[slot] = (struct slot){ .ifindex = ifindex,
						.iface = iface,
						.flow_iface = flow_iface };
	return err;
}

int object_strays(const struct object *o, uint32_t *n)
{
	const int fd = object_map_fd(o, OBJECT_STRAYS);
	uint32_t zero = 0;

	return fd < 0 ? -EBADF : bpf_map_lookup_elem(fd, &zero, n);
}

struct object *object_close(struct object *o)
{
	if (!o)
		return NULL;
	if (o->slots)
		munmap(o->slots, SLOTS * sizeof(*o->slots));
	object_load_close(&o->parts);
	free(o->per_cpu);
	free(o);
	return NULL;
}
