// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Tables are arrays that are mapped, as the rings are: what there is in them is read without a
 * system call.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/kernel/flows.h"
#include "capture/kernel/rings.h"
#include "capture/kernel/xdp.h"

/* A map of them, and where it is. */
struct table {
	int fd;			/* -1: not made */
	void *map;		/* NULL: not mapped */
	size_t size;
};

struct flows {
	struct flows_settings s;
	uint64_t seed[FLOW_SEEDS];
	struct table rooms, indexes, limits;
	unsigned n_cpus, n_tables;
	unsigned turn;			/* which one programs count in */
};

bool flows_settings_ask(const struct flows_settings *s)
{
	return s->count || s->keep.sample > 1 || s->keep.limit;
}

static void flows_closep(struct flows **f)
{
	flows_close(*f);
}

static int make_array(struct table *t, const char *name, size_t value, unsigned n)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	const size_t page = sysconf(_SC_PAGESIZE);

	t->fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, name, sizeof(uint32_t), value, n, &opts);
	if (t->fd < 0)
		return t->fd;
	t->size = (value * n + page - 1) / page * page;
	t->map = mmap(NULL, t->size, PROT_READ | PROT_WRITE, MAP_SHARED, t->fd, 0);
	if (t->map != MAP_FAILED)
		return 0;
	t->map = NULL;
	return -errno;
}

static int make_tables(struct flows *f)
{
	int err = make_array(&f->rooms, "flow_rooms", sizeof(struct flow_room), f->n_tables);

	return err ? err
		   : make_array(&f->indexes, "flow_indexes", sizeof(struct flow_index),
				f->n_cpus * f->n_tables);
}

static int make_limits(struct table *t)
{
	t->fd = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "flow_limits", sizeof(struct flow_key),
			       sizeof(struct flow_kept), FLOWS_KEPT, NULL);
	return t->fd < 0 ? t->fd : 0;
}

int flows_open(struct flows **flows, const struct flows_settings *s, const struct rings *rings)
{
	cleanup(flows_closep) struct flows *f = calloc(1, sizeof(*f));
	int err = 0;

	if (!f)
		return -ENOMEM;
	f->s = *s;
	f->n_cpus = rings_n_cpus(rings);
	f->n_tables = s->often ? 2 : 1;
	f->rooms.fd = f->indexes.fd = f->limits.fd = -1;
	if (getrandom(f->seed, sizeof(f->seed), 0) != sizeof(f->seed))
		return -EIO;
	for (unsigned i = 0; i < FLOW_SEEDS; i++)
		f->seed[i] |= 1;
	if (s->count)
		err = make_tables(f);
	if (!err && s->keep.limit)
		err = make_limits(&f->limits);
	if (!err)
		*flows = steal(&f);
	return err;
}

void flows_to_program(const struct flows *f, struct program_settings *to)
{
	if (!f)
		return;
	to->flows = FLOW_LOOK | (f->s.count ? FLOW_COUNT : 0) | (f->s.only ? FLOW_ONLY : 0) |
		    (f->s.keep.limit_bytes ? FLOW_CUT_BYTES : 0) | (f->s.often ? FLOW_TWO : 0);
	to->flow_limit = f->s.keep.limit;
	to->flow_sample = f->s.keep.sample > 1 ? f->s.keep.sample : 0;
	memcpy(to->flow_seed, f->seed, sizeof(f->seed));
}

int flows_rooms_fd(const struct flows *f)
{
	return f->rooms.fd;
}

int flows_indexes_fd(const struct flows *f)
{
	return f->indexes.fd;
}

int flows_limits_fd(const struct flows *f)
{
	return f->limits.fd;
}

static struct flow_entry entry_at(const struct flow_room *room, uint32_t number)
{
	const struct flow_line *l = &room->line[number & (FLOW_ROOM - 1)];
	const struct flow_more *m = &room->more[number & (FLOW_ROOM - 1)];
	struct flow_entry e = { .flow = { .first_ns = m->first_ns, .last_ns = l->last_ns, .first_way = m->first_way } };

	e.key.rest = l->rest;
	for (unsigned i = 0; i < FLOW_WAYS; i++) {
		e.key.addr[i][0] = l->addr[i];
		e.key.addr[i][1] = m->addr[i];
		e.flow.packets[i] = l->packets[i] & FLOW_PACKETS_MAX;
		e.flow.tcp_flags[i] = l->packets[i] >> FLOW_PACKETS_BITS;
		e.flow.bytes[i] = l->bytes[i];
	}
	return e;
}

static int read_index(const struct flow_index *index, const struct flow_room *room,
		      flows_each *each, void *ctx)
{
	int err = 0;

	for (unsigned i = 0; !err && i < array_size(index->word); i++)
		if (index->word[i]) {
			struct flow_entry e = entry_at(room, index->word[i]);

			err = each(ctx, &e);
		}
	return err;
}

/* Nobody counts there. */
static void clear_room(struct flow_room *room)
{
	const size_t n = min_of(room->handed_out, (uint32_t)FLOW_ROOM);

	memset(room->line, 0, n * sizeof(*room->line));
	memset(room->more, 0, n * sizeof(*room->more));
	room->handed_out = 0;
}

int flows_take(struct flows *f, flows_each *each, void *ctx)
{
	struct flow_room *rooms = f->rooms.map, *room = &rooms[f->turn];
	struct flow_index *indexes = f->indexes.map;
	const unsigned turn = f->turn;
	int err = 0;

	if (f->s.often) {
		f->turn = !turn;
		__atomic_store_n(&rooms->turn, f->turn, __ATOMIC_SEQ_CST);
		xdp_wait_for_frames();
	}
	for (unsigned cpu = 0; cpu < f->n_cpus; cpu++) {
		struct flow_index *index = &indexes[cpu * f->n_tables + turn];

		if (!err)
			err = read_index(index, room, each, ctx);
		if (index->end)
			memset(index, 0, sizeof(*index));
	}
	clear_room(room);
	return err;
}

static void drop_table(struct table *t)
{
	if (t->map)
		munmap(t->map, t->size);
	if (t->fd >= 0)
		close(t->fd);
}

struct flows *flows_close(struct flows *f)
{
	if (!f)
		return NULL;
	drop_table(&f->rooms);
	drop_table(&f->indexes);
	drop_table(&f->limits);
	free(f);
	return NULL;
}
