// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The rings are the elements of an array that is mapped as a whole: no system call is needed to take a packet. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/ring.h"
#include "capture/util.h"

enum {
	CPU_DEFAULT	= 16 << 20,	/* 8 ms of 128-byte snippets at 10 million packets a second */
	TOTAL_DEFAULT	= 64 << 20,	/* at most, but for */
	CPU_LEAST	= 1 << 20,	/* each CPU */
	CPU_MIN		= 4096,
	FETCH		= 192,		/* bytes of a record */
	CPU_MAX		= 256 << 20,	/* the verifier takes offsets up to 2^29 */
};

/* What we know of one CPU's ring. */
struct lane {
	struct cpu_ring *shared;
	uint64_t pos;		/* of the next record */
	uint64_t end;		/* as far as ring_look() has seen */
	uint64_t released;
};

struct ring {
	int map_fd, bell_fd;
	void *map;
	size_t map_size;
	unsigned long *bell_tail;	/* of the bell's own positions (kernel/bpf/ringbuf.c): what we have heard ... */
	const unsigned long *bell_head;	/* ... and what was rung */
	size_t page;
	size_t cpu_size;
	uint32_t snap;
	struct lane *lanes;
	unsigned n_lanes;
	uint64_t rival_ns;		/* stamp of the oldest record in all lanes but one: see oldest_lane() */
	uint64_t now_ns;		/* when we looked */
	uint64_t last_ns;		/* stamp of the last record returned */
	uint64_t late, broken;
};

static void ring_closep(struct ring **r)
{
	ring_close(*r);
}

/* One more than the highest number of a CPU that is on, which is less than the kernel has room for on many machines. */
static unsigned count_cpus(void)
{
	FILE *f = fopen("/sys/devices/system/cpu/online", "re");
	unsigned last = 0, n;
	long configured;

	if (f) {
		while (fscanf(f, "%u%*[,-]", &n) == 1)
			last = n;
		fclose(f);
		return last + 1;
	}
	configured = sysconf(_SC_NPROCESSORS_CONF);
	return configured > 0 ? configured : 1;
}

static size_t power_of_two(size_t n)
{
	size_t rounded = CPU_MIN;

	while (rounded < n)
		rounded *= 2;
	return rounded;
}

/* At least one record fits. */
static size_t cpu_size(size_t total, unsigned n_cpus, uint32_t snap)
{
	size_t share = total ? (total + n_cpus - 1) / n_cpus :
		       n_cpus * CPU_DEFAULT <= TOTAL_DEFAULT ? CPU_DEFAULT :
		       max_of((size_t)TOTAL_DEFAULT / n_cpus, (size_t)CPU_LEAST);

	return power_of_two(max_of(share, (size_t)event_room(snap)));
}

static int map_lanes(struct ring *r)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	size_t stride = sizeof(struct cpu_ring) + r->cpu_size + event_room(r->snap);
	void *p;

	stride = (stride + 127) & ~(size_t)127;
	r->map_size = (r->n_lanes * stride + r->page - 1) / r->page * r->page;
	r->map_fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "xdpdump_rings", sizeof(uint32_t), stride, r->n_lanes, &opts);
	if (r->map_fd < 0)
		return r->map_fd;
	p = mmap(NULL, r->map_size, PROT_READ | PROT_WRITE, MAP_SHARED, r->map_fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	r->map = p;
	for (unsigned i = 0; i < r->n_lanes; i++)
		r->lanes[i].shared = (void *)((char *)r->map + i * stride);
	return 0;
}

static int map_bell(struct ring *r)
{
	void *p;

	r->bell_fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "xdpdump_bell", 0, 0, r->page, NULL);
	if (r->bell_fd < 0)
		return r->bell_fd;
	p = mmap(NULL, r->page, PROT_READ | PROT_WRITE, MAP_SHARED, r->bell_fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	r->bell_tail = p;
	p = mmap(NULL, r->page, PROT_READ, MAP_SHARED, r->bell_fd, r->page);
	if (p == MAP_FAILED)
		return -errno;
	r->bell_head = p;
	return 0;
}

int ring_open(struct ring **ring, size_t total, uint32_t snap)
{
	cleanup(ring_closep) struct ring *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	r->map_fd = r->bell_fd = -1;
	r->page = sysconf(_SC_PAGESIZE);
	r->snap = snap;
	r->n_lanes = count_cpus();
	r->lanes = calloc(r->n_lanes, sizeof(*r->lanes));
	if (!r->lanes)
		return -ENOMEM;
	r->cpu_size = cpu_size(total, r->n_lanes, snap);
	if (r->cpu_size > CPU_MAX)
		return -E2BIG;
	err = map_lanes(r);
	if (!err)
		err = map_bell(r);
	if (err)
		return err;
	*ring = steal(&r);
	return 0;
}

int ring_map_fd(const struct ring *r)
{
	return r->map_fd;
}

int ring_bell_fd(const struct ring *r)
{
	return r->bell_fd;
}

size_t ring_cpu_size(const struct ring *r)
{
	return r->cpu_size;
}

size_t ring_size(const struct ring *r)
{
	return r->n_lanes * r->cpu_size;
}

/* Acquire: what stands before the head is to be seen as the program wrote it. */
static uint64_t head_of(const struct lane *l)
{
	return __atomic_load_n(&l->shared->head, __ATOMIC_ACQUIRE);
}

size_t ring_look(struct ring *r, uint64_t now_ns)
{
	size_t most = 0;

	r->now_ns = now_ns;
	for (unsigned i = 0; i < r->n_lanes; i++) {
		r->lanes[i].end = head_of(&r->lanes[i]);
		most = max_of(most, (size_t)(r->lanes[i].end - r->lanes[i].released));
	}
	return most;
}

static const struct event *first_of(const struct ring *r, const struct lane *l)
{
	return (const struct event *)&l->shared->data[l->pos & (r->cpu_size - 1)];
}

/* The lane whose first record is the oldest, or NULL; and the stamp that it may not go beyond. */
static struct lane *oldest_lane(struct ring *r)
{
	struct lane *oldest = NULL;
	uint64_t oldest_ns = UINT64_MAX;

	r->rival_ns = UINT64_MAX;
	for (struct lane *l = r->lanes; l < r->lanes + r->n_lanes; l++) {
		uint64_t ns;

		if (l->pos == l->end)
			continue;
		ns = first_of(r, l)->tai_ns;
		if (!oldest || ns < oldest_ns) {
			r->rival_ns = oldest_ns;
			oldest_ns = ns;
			oldest = l;
		} else {
			r->rival_ns = min_of(r->rival_ns, ns);
		}
	}
	return oldest;
}

/* Young enough for one that was stamped before to be on its way. A stamp from the future: the clock was set back. */
static bool is_young(const struct ring *r, uint64_t ns)
{
	return ns <= r->now_ns && r->now_ns - ns < RING_WINDOW_NS && r->now_ns != UINT64_MAX && r->n_lanes > 1;
}

/* As the program makes it? Its lengths are never trusted. */
static bool is_sound(const struct ring *r, const struct lane *l, const struct event *ev)
{
	return ev->caplen <= r->snap && ev->caplen <= ev->len && event_room(ev->caplen) <= l->end - l->pos;
}

/*
 * Up to @max records of lane @l, as long as they are older than what other lanes have. All headers are read here, and the
 * processor told to fetch what follows them, before the first packet is looked at.
 */
static unsigned take_run(struct ring *r, struct lane *l, const struct event **records, unsigned max)
{
	uint64_t last_ns = r->last_ns;
	unsigned n = 0;

	while (n < max && l->pos != l->end) {
		const struct event *ev = first_of(r, l);

		if (ev->tai_ns > r->rival_ns || is_young(r, ev->tai_ns))
			break;
		if (!is_sound(r, l, ev)) {
			l->pos = l->end;
			r->broken++;
			break;
		}
		for (unsigned byte = 64; byte < FETCH; byte += 64)
			__builtin_prefetch((const char *)ev + byte);
		l->pos += event_room(ev->caplen);
		r->late += ev->tai_ns < last_ns;
		last_ns = ev->tai_ns;
		records[n++] = ev;
	}
	r->last_ns = last_ns;
	return n;
}

unsigned ring_take(struct ring *r, const struct event **records, unsigned max)
{
	unsigned n = 0;
	struct lane *l;

	while (n < max && (l = oldest_lane(r)) && !is_young(r, first_of(r, l)->tai_ns))
		n += take_run(r, l, records + n, max - n);
	return n;
}

void ring_release(struct ring *r)
{
	for (struct lane *l = r->lanes; l < r->lanes + r->n_lanes; l++) {
		if (l->released == l->pos)
			continue;
		l->released = l->pos;
		/* Release: we have read the records before the program may write over them. */
		__atomic_store_n(&l->shared->tail, l->pos, __ATOMIC_RELEASE);
	}
}

bool ring_sleep(struct ring *r)
{
	__atomic_store_n(r->bell_tail, __atomic_load_n(r->bell_head, __ATOMIC_ACQUIRE), __ATOMIC_RELEASE);
	/* In order with the look at the heads that follows: see put() in the program. */
	for (unsigned i = 0; i < r->n_lanes; i++)
		__atomic_store_n(&r->lanes[i].shared->asleep, 1, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (unsigned i = 0; i < r->n_lanes; i++)
		if (head_of(&r->lanes[i]) != r->lanes[i].pos)
			return false;
	return true;
}

uint64_t ring_late(const struct ring *r)
{
	return r->late;
}

uint64_t ring_broken(const struct ring *r)
{
	return r->broken;
}

struct ring *ring_close(struct ring *r)
{
	if (!r)
		return NULL;
	if (r->map)
		munmap(r->map, r->map_size);
	if (r->bell_tail)
		munmap(r->bell_tail, r->page);
	if (r->bell_head)
		munmap((void *)r->bell_head, r->page);
	if (r->map_fd >= 0)
		close(r->map_fd);
	if (r->bell_fd >= 0)
		close(r->bell_fd);
	free(r->lanes);
	free(r);
	return NULL;
}
