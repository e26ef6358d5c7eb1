// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The rings are the elements of an array that is mapped as a whole: no system call is needed to
 * take a packet.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/kernel/rings.h"

enum {
	/* 11 ms of 96 bytes of each packet at 10 million packets a second */
	CPU_DEFAULT	= 16 << 20,
	TOTAL_DEFAULT	= 64 << 20,	/* at most, but for */
	CPU_LEAST	= 1 << 20,	/* each CPU */
	CPU_MIN		= 4096,
	FETCH		= 4096,		/* bytes that are fetched before they are looked at */
	LINE		= 64,		/* of a cache */
	CPU_MAX		= 256 << 20,	/* the verifier takes offsets up to 2^29 */
};

/* What we know of one CPU's ring. */
struct lane {
	struct cpu_ring *shared;
	uint64_t pos;		/* of the next record */
	uint64_t end;		/* as far as rings_look() has seen */
	uint64_t released;
	uint64_t fetched;	/* up to here the processor was told to */
	uint64_t rank;		/* of its first record: see rank_of() */
	uint64_t taken;		/* records */
};

struct rings {
	int map_fd, bell_fd;
	void *map;
	size_t map_size;
	/* of the bell's own positions (kernel/bpf/ringbuf.c): what we have heard ... */
	unsigned long *bell_tail;
	const unsigned long *bell_head;	/* ... and what was rung */
	size_t page;
	size_t cpu_size;
	uint32_t snap;
	struct lane *lanes;
	unsigned n_lanes;
	/* of the lanes with records that were seen: none is before its parent, at (i - 1) / 2 */
	struct lane **heap;
	unsigned n_heap;
	uint64_t now_ns;		/* when we looked */
	uint64_t last_ns;		/* stamp of the last record returned */
	uint64_t late, broken;
};

static void ring_closep(struct rings **r)
{
	rings_close(*r);
}

/*
 * One more than the highest number of a CPU that is there, on or off; the kernel has room for many
 * more on some machines.
 */
static unsigned count_cpus(void)
{
	FILE *f = fopen("/sys/devices/system/cpu/present", "re");
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

size_t rings_share(size_t total, unsigned n_cpus, uint32_t snap)
{
	size_t share = CPU_DEFAULT;

	if (total)
		share = power_of_two((total + n_cpus - 1) / n_cpus);
	while (!total && share * n_cpus > TOTAL_DEFAULT && share > CPU_LEAST)
		share /= 2;
	return max_of(share, power_of_two(event_room(snap)));
}

uint32_t rings_room(size_t total, uint32_t least, uint32_t most)
{
	const unsigned n_cpus = count_cpus();

	return rings_share(total, n_cpus, most) == rings_share(total, n_cpus, least) ? most : least;
}

static int map_lanes(struct rings *r)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	size_t stride = sizeof(struct cpu_ring) + r->cpu_size + event_room(r->snap) + EVENT_PIECE;
	void *p;

	stride = (stride + 127) & ~(size_t)127;
	r->map_size = (r->n_lanes * stride + r->page - 1) / r->page * r->page;
	r->map_fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "xdpdump_rings", sizeof(uint32_t), stride,
				   r->n_lanes, &opts);
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

static int map_bell(struct rings *r)
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

int rings_open(struct rings **ring, size_t total, uint32_t snap)
{
	cleanup(ring_closep) struct rings *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	r->map_fd = r->bell_fd = -1;
	r->page = sysconf(_SC_PAGESIZE);
	r->snap = snap;
	r->n_lanes = count_cpus();
	r->lanes = calloc(r->n_lanes, sizeof(*r->lanes));
	r->heap = calloc(r->n_lanes, sizeof(*r->heap));
	if (!r->lanes || !r->heap)
		return -ENOMEM;
	r->cpu_size = rings_share(total, r->n_lanes, snap);
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

int rings_map_fd(const struct rings *r)
{
	return r->map_fd;
}

int rings_bell_fd(const struct rings *r)
{
	return r->bell_fd;
}

size_t rings_cpu_size(const struct rings *r)
{
	return r->cpu_size;
}

unsigned rings_n_cpus(const struct rings *r)
{
	return r->n_lanes;
}

size_t rings_size(const struct rings *r)
{
	return r->n_lanes * r->cpu_size;
}

/*
 * Acquire: what stands before the head is to be seen as the program wrote it. Records begin at
 * multiples of 8, whatever the head is.
 */
static uint64_t head_of(const struct lane *l)
{
	return __atomic_load_n(&l->shared->head, __ATOMIC_ACQUIRE) & ~7ull;
}

static const struct event *first_of(const struct rings *r, const struct lane *l)
{
	return (const struct event *)&l->shared->data[l->pos & (r->cpu_size - 1)];
}

/* Stamped well after we looked: the clock was set back since. */
static bool is_from_the_future(const struct rings *r, uint64_t ns)
{
	return ns > r->now_ns && ns - r->now_ns >= RING_WINDOW_NS;
}

/* The order in which records leave: by time, but those from the future first, for they are old. */
static uint64_t rank_of(const struct rings *r, uint64_t ns)
{
	return is_from_the_future(r, ns) ? ns : ns | 1ull << 63;
}

/* Young enough for one that was stamped before to be on its way. */
static bool is_young(const struct rings *r, uint64_t ns)
{
	return r->n_lanes > 1 && r->now_ns != UINT64_MAX && !is_from_the_future(r, ns) &&
	       ns + RING_WINDOW_NS > r->now_ns;
}

/* Puts the lane at @i in order with those below it. */
static void sift_down(struct rings *r, unsigned i)
{
	struct lane *l = r->heap[i];

	for (;;) {
		unsigned child = 2 * i + 1;

		if (child + 1 < r->n_heap && r->heap[child + 1]->rank < r->heap[child]->rank)
			child++;
		if (child >= r->n_heap || r->heap[child]->rank >= l->rank)
			break;
		r->heap[i] = r->heap[child];
		i = child;
	}
	r->heap[i] = l;
}

size_t rings_look(struct rings *r, uint64_t now_ns)
{
	size_t most = 0;

	r->now_ns = now_ns;
	r->n_heap = 0;
	for (struct lane *l = r->lanes; l < r->lanes + r->n_lanes; l++) {
		l->end = head_of(l);
		most = max_of(most, (size_t)(l->end - l->released));
		if (l->pos == l->end)
			continue;
		l->rank = rank_of(r, first_of(r, l)->tai_ns);
		r->heap[r->n_heap++] = l;
	}
	for (unsigned i = r->n_heap / 2; i-- > 0;)
		sift_down(r, i);
	return most;
}

/* The lane on top has another first record, or none. */
static void settle_top(struct rings *r)
{
	struct lane *l = r->heap[0];

	if (l->pos == l->end)
		r->heap[0] = r->heap[--r->n_heap];
	else
		l->rank = rank_of(r, first_of(r, l)->tai_ns);
	if (r->n_heap)
		sift_down(r, 0);
}

/* How far the lane on top may go before another one has its turn. */
static uint64_t rival_rank(const struct rings *r)
{
	uint64_t rank = UINT64_MAX;

	for (unsigned i = 1; i <= 2 && i < r->n_heap; i++)
		rank = min_of(rank, r->heap[i]->rank);
	return rank;
}

/* As a program makes it? Its lengths are never trusted. */
static bool is_sound(const struct rings *r, const struct lane *l, const struct event *ev)
{
	return l->end - l->pos <= r->cpu_size && !(ev->meta & ~META_KNOWN) &&
	       ev->caplen <= r->snap &&	/* first, for the sum could overflow */
	       8 * event_meta_words(ev->meta) + ev->caplen <= r->snap &&
	       ev->caplen <= ev->len && event_size(ev) <= l->end - l->pos &&
	       ev->hook < EVENT_HOOKS && !(ev->flags & ~EVENT_FLAGS);
}

/*
 * Has the processor fetch what is there, well ahead of the header that is read: that alone tells
 * where the next one is, so it cannot know. Not beyond the end, where another CPU is writing.
 */
static void fetch(const struct rings *r, struct lane *l)
{
	const uint64_t there = min_of(l->end - l->pos, (uint64_t)FETCH);
	uint64_t ahead = l->fetched - l->pos;

	if (ahead > FETCH + LINE)
		ahead = 0;
	for (; ahead < there; ahead += LINE)
		__builtin_prefetch(&l->shared->data[(l->pos + ahead) & (r->cpu_size - 1)]);
	l->fetched = l->pos + ahead;
}

/*
 * Up to @max records of lane @l, as long as those of other lanes do not come before. All headers
 * are read here before the first packet is looked at.
 */
static unsigned take_run(struct rings *r, struct lane *l, const struct event **records,
			 unsigned max)
{
	uint64_t last_ns = r->last_ns, rival = rival_rank(r);
	unsigned n = 0;

	while (n < max && l->pos != l->end) {
		const struct event *ev = first_of(r, l);

		if (rank_of(r, ev->tai_ns) > rival || is_young(r, ev->tai_ns))
			break;
		if (!is_sound(r, l, ev)) {
			l->pos = l->end;
			r->broken++;
			break;
		}
		fetch(r, l);
		l->pos += event_size(ev);
		r->late += ev->tai_ns < last_ns;
		last_ns = ev->tai_ns;
		records[n++] = ev;
	}
	r->last_ns = last_ns;
	l->taken += n;
	return n;
}

unsigned rings_take(struct rings *r, const struct event **records, unsigned max)
{
	unsigned n = 0;

	while (n < max && r->n_heap && !is_young(r, first_of(r, r->heap[0])->tai_ns)) {
		n += take_run(r, r->heap[0], records + n, max - n);
		settle_top(r);
	}
	return n;
}

void rings_release(struct rings *r)
{
	for (struct lane *l = r->lanes; l < r->lanes + r->n_lanes; l++) {
		if (l->released == l->pos)
			continue;
		l->released = l->pos;
		/* Release: we have read the records before the program may write over them. */
		__atomic_store_n(&l->shared->tail, l->pos, __ATOMIC_RELEASE);
	}
}

void rings_drop(struct rings *r, unsigned cpu)
{
	struct lane *l = &r->lanes[cpu];

	l->pos = l->end = l->released = head_of(l);
	__atomic_store_n(&l->shared->tail, l->pos, __ATOMIC_RELEASE);
}

bool rings_sleep(struct rings *r)
{
	__atomic_store_n(r->bell_tail, __atomic_load_n(r->bell_head, __ATOMIC_ACQUIRE),
			 __ATOMIC_RELEASE);
	/* In order with the look at the heads that follows: see put() in the program. */
	for (unsigned i = 0; i < r->n_lanes; i++)
		__atomic_store_n(&r->lanes[i].shared->asleep, 1, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (unsigned i = 0; i < r->n_lanes; i++)
		if (head_of(&r->lanes[i]) != r->lanes[i].pos)
			return false;
	return true;
}

bool rings_cpu(const struct rings *r, unsigned cpu, uint64_t *taken, size_t *used)
{
	if (cpu >= r->n_lanes)
		return false;
	*taken = r->lanes[cpu].taken;
	*used = head_of(&r->lanes[cpu]) - r->lanes[cpu].released;
	return true;
}

uint64_t rings_late(const struct rings *r)
{
	return r->late;
}

uint64_t rings_broken(const struct rings *r)
{
	return r->broken;
}

struct rings *rings_close(struct rings *r)
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
	free(r->heap);
	free(r);
	return NULL;
}
