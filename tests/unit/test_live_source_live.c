// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * From the rings to packets and books, batch by batch. The test plays the program: it maps the
 * rings a second time and puts records of any interface into any of them. Needs CAP_BPF, for the
 * map.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/kernel/rings.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_set.h"
#include "capture/live/live_source.h"

#include "tests/unit/unit.h"

enum { SNAP = 100, N_IFACES = 2, SIZE = 64 << 10 };

static struct {
	struct rings *rings;
	char *map;
	size_t stride, size;
	unsigned n_cpus;
	struct live_set set;
	struct live_source source;
} rig;

static void add_iface(void)
{
	struct live_iface *t = live_set_add(&rig.set);

	assert_non_null(t);
	t->iface = (struct iface){ .id = rig.set.n - 1, .linktype = LINKTYPE_ETHERNET };
}

static int set_up(void **state is_unused)
{
	size_t page = sysconf(_SC_PAGESIZE);
	int err;

	memset(&rig, 0, sizeof(rig));
	err = rings_open(&rig.rings, sysconf(_SC_NPROCESSORS_ONLN) * SIZE, SNAP);
	if (err)
		return err;
	rig.n_cpus = rings_size(rig.rings) / rings_cpu_size(rig.rings);
	rig.stride = sizeof(struct cpu_ring) + rings_cpu_size(rig.rings) + event_room(SNAP) +
		     EVENT_PIECE;
	rig.stride = (rig.stride + 127) & ~(size_t)127;
	rig.size = (rig.n_cpus * rig.stride + page - 1) / page * page;
	rig.map = mmap(NULL, rig.size, PROT_READ | PROT_WRITE, MAP_SHARED, rings_map_fd(rig.rings),
		       0);
	live_source_init(&rig.source, rig.rings, &rig.set);
	for (unsigned i = 0; i < N_IFACES; i++)
		add_iface();
	return rig.map == MAP_FAILED;
}

static int tear_down(void **state is_unused)
{
	munmap(rig.map, rig.size);
	rig.rings = rings_close(rig.rings);
	live_set_close(&rig.set);
	return 0;
}

static struct cpu_ring *cpu(unsigned n)
{
	return (struct cpu_ring *)(rig.map + n % rig.n_cpus * rig.stride);
}

/* A record that is known by its queue, a CPU and an interface. */
static void put(unsigned on, uint64_t tai_ns, uint16_t number, uint16_t iface)
{
	struct cpu_ring *r = cpu(on);
	struct event *ev = (struct event *)&r->data[r->head & (rings_cpu_size(rig.rings) - 1)];

	assert_true(r->head + event_room(20) - r->tail <= rings_cpu_size(rig.rings));
	*ev = (struct event){
		.tai_ns = tai_ns,
		.len = 20,
		.caplen = 20,
		.queue = number,
		.iface = iface,
	};
	memset(ev->data, number, 20);
	__atomic_store_n(&r->head, r->head + event_room(20), __ATOMIC_RELEASE);
}

static int next(struct packet *p)
{
	return rig.source.source.ops->next(&rig.source.source, p);
}

static void refuse(void)
{
	rig.source.source.ops->refuse(&rig.source.source);
}

static uint64_t pace(void)
{
	return rig.source.source.ops->pace(&rig.source.source);
}

static size_t in_use(void)
{
	size_t n = 0;

	for (unsigned i = 0; i < rig.n_cpus; i++)
		n += cpu(i)->head - cpu(i)->tail;
	return n;
}

static void packets_come_in_order_and_are_in_the_books_of_their_interface(void **state is_unused)
{
	struct packet p;

	for (unsigned i = 0; i < 10; i++)
		put(i % 3 == 0, 1000 + i, i, i % 2);
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(next(&p), 1);
		assert_int_equal(p.queue, i);
		assert_int_equal(p.data[0], i);
		assert_ptr_equal(p.iface, &rig.set.v[i % 2]->iface);
		assert_int_equal(p.ts_ns,
				 clock_wall_ns(&rig.source.clock, 1000 + i, rig.source.now_ns));
		/* not before it was dealt with */
		assert_int_equal(rig.set.v[i % 2]->taken, i / 2);
		if (i >= 7)
			refuse();
	}
	assert_int_equal(next(&p), 0);
	assert_int_equal(rig.set.v[0]->taken, 5);
	assert_int_equal(rig.set.v[0]->refused, 1);	/* 8 */
	assert_int_equal(rig.set.v[1]->taken, 5);
	assert_int_equal(rig.set.v[1]->refused, 2);	/* 7 and 9 */
	assert_int_equal(rig.source.malformed, 0);
	/* once */
	assert_int_equal(next(&p), 0);
	assert_int_equal(rig.set.v[0]->taken + rig.set.v[1]->taken, 10);
}

static void what_comes_after_the_look_is_for_the_next_round(void **state is_unused)
{
	struct packet p;

	put(0, 1000, 1, 0);
	put(0, 1001, 2, 0);
	assert_int_equal(next(&p), 1);
	put(0, 1002, 3, 0);
	assert_int_equal(next(&p), 1);
	assert_int_equal(next(&p), 0);
	assert_int_equal(next(&p), 1);
	assert_int_equal(p.queue, 3);
	assert_int_equal(next(&p), 0);
}

static void more_than_a_batch_comes_in_one_round(void **state is_unused)
{
	enum { N = 2 * LIVE_SOURCE_BATCH + 10 };
	struct packet p;

	for (unsigned i = 0; i < N; i++)
		put(i, 1000 + i, i, 0);
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(next(&p), 1);
		assert_int_equal(p.queue, i);
	}
	assert_int_equal(next(&p), 0);
	assert_int_equal(rig.set.v[0]->taken, N);
	assert_int_equal(rig.source.taken, N);
}

static void room_is_free_when_the_batch_is_used_up_and_not_before(void **state is_unused)
{
	struct packet p;
	size_t used;

	for (unsigned i = 0; i < LIVE_SOURCE_BATCH + 3; i++)
		put(0, 1000 + i, i, 0);
	used = in_use();
	for (unsigned i = 0; i < LIVE_SOURCE_BATCH; i++) {
		assert_int_equal(next(&p), 1);
		assert_int_equal(in_use(), used);
	}
	assert_int_equal(next(&p), 1);
	assert_int_equal(in_use(), 3 * event_room(20));
}

static void records_of_no_interface_are_counted_and_left_out(void **state is_unused)
{
	static const uint16_t ifaces[] = { N_IFACES, 0, 0xffff, 1, N_IFACES + 1 };
	struct packet p;

	for (size_t i = 0; i < array_size(ifaces); i++)
		put(0, 1000 + i, i, ifaces[i]);
	assert_int_equal(next(&p), 1);
	assert_int_equal(p.queue, 1);
	assert_int_equal(next(&p), 1);
	assert_int_equal(p.queue, 3);
	assert_int_equal(next(&p), 0);
	assert_int_equal(rig.source.malformed, 3);
	assert_int_equal(rig.set.v[0]->taken + rig.set.v[1]->taken, 2);
	assert_int_equal(in_use(), 0);
}

/* Packets and sinks point to those that were there before. */
static void interfaces_may_be_added_and_stay_where_they_are(void **state is_unused)
{
	const struct iface *first = &rig.set.v[0]->iface;
	struct packet p;

	put(0, 1000, 1, N_IFACES);
	assert_int_equal(next(&p), 0);
	assert_int_equal(rig.source.malformed, 1);
	assert_null(rig.source.source.ops->iface(&rig.source.source, N_IFACES));
	for (unsigned i = 0; i < 1000; i++)
		add_iface();
	put(0, 1001, 2, N_IFACES + 999);
	assert_int_equal(next(&p), 1);
	assert_ptr_equal(p.iface, &rig.set.v[N_IFACES + 999]->iface);
	assert_int_equal(p.iface->id, N_IFACES + 999);
	assert_ptr_equal(rig.source.source.ops->iface(&rig.source.source, 0), first);
	live_set_drop(&rig.set);
	assert_null(rig.source.source.ops->iface(&rig.source.source, N_IFACES + 999));
}

/* It may be overtaken by one of another CPU, but not for ever. */
static void a_young_record_waits_unless_all_is_to_go(void **state is_unused)
{
	struct packet p;
	uint64_t before;
	int got;

	put(0, clock_tai_ns() - 1000 * RING_WINDOW_NS, 1, 0);
	assert_int_equal(next(&p), 1);
	assert_int_equal(next(&p), 0);
	before = clock_tai_ns();
	put(0, before, 2, 0);
	got = next(&p);
	/* else it may have been old when we looked */
	if (rig.n_cpus > 1 && clock_tai_ns() - before < RING_WINDOW_NS)
		assert_int_equal(got, 0);
	while (next(&p))
		;
	put(0, clock_tai_ns(), 3, 0);
	rig.source.stopped = true;
	assert_int_equal(next(&p), 1);
}

static void the_time_of_a_look_goes_on(void **state is_unused)
{
	uint64_t before = clock_monotonic_ns(), wall = clock_now_ns();
	struct packet p;

	next(&p);
	assert_true(rig.source.looked_ns >= before && rig.source.now_ns >= wall);
	before = rig.source.looked_ns;
	next(&p);
	assert_int_equal(rig.source.since_ns, rig.source.looked_ns - before);
}

static const struct pace_case {
	const char *name;
	size_t quarters;		/* of a ring that were used */
	uint64_t taken, since_ns, wait_ns;
} paces[] = {
	{ "a_quarter_would_take_a_second_but_it_is_never_longer_than_5_ms", 4, 1,
	  4000000000, 5000000 },
	{ "a_quarter_came_in_4_ms_so_the_next_one_will", 1, 1, 4000000, 4000000 },
	{ "two_quarters_came_in_4_ms", 2, 1, 4000000, 2000000 },
	{ "what_was_found_is_held_back", 1, 0, 1000, RING_WINDOW_NS },
};

/* The time that has passed since the look is off it. */
static void as_long_as_a_quarter_takes(void **state)
{
	const struct pace_case *c = *state;
	uint64_t wait;

	assert_int_equal(set_up(NULL), 0);
	rig.source.since_ns = c->since_ns;
	rig.source.looked_ns = clock_monotonic_ns();
	rig.source.used = c->quarters * rings_cpu_size(rig.rings) / 4;
	rig.source.taken = c->taken;
	wait = pace();
	assert_true(wait <= c->wait_ns);
	assert_true(wait + (c->taken ? clock_monotonic_ns() - rig.source.looked_ns : 0) >=
		    c->wait_ns);
	assert_int_equal(tear_down(NULL), 0);
}

static void an_empty_ring_is_slept_on_until_the_bell_unless_a_record_has_come(
	void **state is_unused)
{
	struct packet p;

	assert_int_equal(next(&p), 0);
	assert_true(pace() == UINT64_MAX);
	assert_int_equal(cpu(0)->asleep, 1);
	put(0, 1, 1, 0);
	assert_true(pace() == RING_WINDOW_NS);
}

static void after_a_long_drain_there_is_no_sleep(void **state is_unused)
{
	rig.source.since_ns = 1000;
	rig.source.looked_ns = clock_monotonic_ns() - 2000000;
	rig.source.used = rings_cpu_size(rig.rings);
	rig.source.taken = 1;
	assert_int_equal(pace(), 0);
}

int main(void)
{
#define with_rings(t)	cmocka_unit_test_setup_teardown(t, set_up, tear_down)
	static const struct CMUnitTest others[] = {
		with_rings(packets_come_in_order_and_are_in_the_books_of_their_interface),
		with_rings(what_comes_after_the_look_is_for_the_next_round),
		with_rings(more_than_a_batch_comes_in_one_round),
		with_rings(room_is_free_when_the_batch_is_used_up_and_not_before),
		with_rings(records_of_no_interface_are_counted_and_left_out),
		with_rings(interfaces_may_be_added_and_stay_where_they_are),
		with_rings(a_young_record_waits_unless_all_is_to_go),
		with_rings(the_time_of_a_look_goes_on),
		with_rings(an_empty_ring_is_slept_on_until_the_bell_unless_a_record_has_come),
		with_rings(after_a_long_drain_there_is_no_sleep),
	};
	struct CMUnitTest tests[32];
	size_t n = 0;
	int err = rings_open(&rig.rings, 0, SNAP);

	if (err == -EPERM) {
		puts("1..0 # SKIP needs root (CAP_BPF)");
		return 77;
	}
	rings_close(rig.rings);
	unit_of_table(paces, as_long_as_a_quarter_takes, tests, n);
	memcpy(tests + n, others, sizeof(others));
	return unit_run("live_source", tests, n + array_size(others));
}
