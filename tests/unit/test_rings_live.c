// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The rings of several CPUs as one stream. The test plays the program: it maps the rings a second
 * time and puts records with any stamp into any of them. Needs CAP_BPF, for the map.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/kernel/rings.h"

#include <cmocka.h>

enum { SNAP = 100, MS = 1000 * 1000 };

static struct {
	struct rings *ring;
	char *map;
	size_t stride, size;
	unsigned n_cpus;
} rig;

static struct cpu_ring *cpu(unsigned n)
{
	return (struct cpu_ring *)(rig.map + n * rig.stride);
}

static int set_up(void **state is_unused)
{
	size_t pages = sysconf(_SC_PAGESIZE);
	unsigned n = sysconf(_SC_NPROCESSORS_ONLN);
	int err = rings_open(&rig.ring, n * 4096, SNAP);

	if (err)
		return err;
	rig.n_cpus = rings_size(rig.ring) / rings_cpu_size(rig.ring);
	rig.stride = (sizeof(struct cpu_ring) + rings_cpu_size(rig.ring) + event_room(SNAP) +
		      EVENT_PIECE + 127) &
		     ~(size_t)127;
	rig.size = (rig.n_cpus * rig.stride + pages - 1) / pages * pages;
	rig.map = mmap(NULL, rig.size, PROT_READ | PROT_WRITE, MAP_SHARED, rings_map_fd(rig.ring),
		       0);
	return rig.map == MAP_FAILED;
}

static int tear_down(void **state is_unused)
{
	munmap(rig.map, rig.size);
	rig.ring = rings_close(rig.ring);
	return 0;
}

/* What put() of the program does. False: the ring is full. */
static bool put(unsigned on, uint64_t tai_ns, uint16_t caplen)
{
	struct cpu_ring *r = cpu(on);
	struct event *ev = (struct event *)&r->data[r->head & (rings_cpu_size(rig.ring) - 1)];

	if (r->head + event_room(caplen) - r->tail > rings_cpu_size(rig.ring))
		return false;
	*ev = (struct event){ .tai_ns = tai_ns, .len = caplen, .caplen = caplen, .iface = on };
	memset(ev->data, on, caplen);
	__atomic_store_n(&r->head, r->head + event_room(caplen), __ATOMIC_RELEASE);
	return true;
}

/* The stamp of the next record, 0: there is none. */
static uint64_t next(void)
{
	const struct event *ev;

	return rings_take(rig.ring, &ev, 1) ? ev->tai_ns : 0;
}

static void need_two_cpus(void)
{
	if (rig.n_cpus < 2) {
		print_message("# one CPU only\n");
		skip();
	}
}

static void records_of_two_cpus_come_in_the_order_of_time(void **state is_unused)
{
	static const uint64_t first[] = { 1, 4, 5, 9 }, second[] = { 2, 3, 6, 7, 8, 10 };

	need_two_cpus();
	for (size_t i = 0; i < array_size(first); i++)
		put(0, first[i], 10 * i);
	for (size_t i = 0; i < array_size(second); i++)
		put(1, second[i], SNAP - i);
	assert_true(rings_look(rig.ring, UINT64_MAX) > 0);
	for (uint64_t ns = 1; ns <= 10; ns++)
		assert_int_equal(next(), ns);
	assert_int_equal(next(), 0);
	rings_release(rig.ring);
	assert_int_equal(rings_look(rig.ring, UINT64_MAX), 0);
	assert_int_equal(rings_late(rig.ring), 0);
}

static void a_young_record_is_held_back_until_the_window_has_passed(void **state is_unused)
{
	const uint64_t now = 1000ull * MS;

	need_two_cpus();
	put(0, now - 5, 10);
	rings_look(rig.ring, now);
	assert_int_equal(next(), 0);
	put(1, now - 7, 10);		/* stamped before, complete after */
	rings_look(rig.ring, now + RING_WINDOW_NS - 6);
	assert_int_equal(next(), now - 7);
	assert_int_equal(next(), 0);
	rings_look(rig.ring, now + RING_WINDOW_NS);
	assert_int_equal(next(), now - 5);
	assert_int_equal(rings_late(rig.ring), 0);
}

static void a_record_later_than_the_window_is_delivered_and_counted(void **state is_unused)
{
	const uint64_t now = 1000ull * MS;

	need_two_cpus();
	put(0, now, 10);
	rings_look(rig.ring, now + RING_WINDOW_NS);
	assert_int_equal(next(), now);
	put(1, now - 1, 10);
	rings_look(rig.ring, now + 2 * RING_WINDOW_NS);
	assert_int_equal(next(), now - 1);
	assert_int_equal(rings_late(rig.ring), 1);
}

static void what_comes_after_the_look_waits_for_the_next(void **state is_unused)
{
	put(0, 1, 10);
	rings_look(rig.ring, UINT64_MAX);
	put(0, 2, 10);
	assert_int_equal(next(), 1);
	assert_int_equal(next(), 0);
	rings_look(rig.ring, UINT64_MAX);
	assert_int_equal(next(), 2);
}

/*
 * Else a step back of the wall clock, with which CLOCK_TAI goes, would stop the capture for as
 * long.
 */
static void a_stamp_from_the_future_is_not_held_back(void **state is_unused)
{
	put(0, 1000ull * MS, 10);
	rings_look(rig.ring, 500ull * MS);
	assert_int_equal(next(), 1000ull * MS);
}

static void a_step_back_of_the_clock_holds_no_cpu_up(void **state is_unused)
{
	const uint64_t before = 5000ull * MS, after = 1000ull * MS;

	need_two_cpus();
	put(0, before, 10);
	put(0, before + 1, 10);
	put(1, after, 10);
	put(1, after + 1, 10);
	put(0, after + 2, 10);
	rings_look(rig.ring, after + 2 * RING_WINDOW_NS);
	assert_int_equal(next(), before);
	assert_int_equal(next(), before + 1);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(next(), after + i);
}

static void what_came_while_we_looked_is_young(void **state is_unused)
{
	const uint64_t now = 1000ull * MS;

	need_two_cpus();
	put(0, now + 5, 10);
	rings_look(rig.ring, now);
	assert_int_equal(next(), 0);
	put(1, now + 3, 10);
	rings_look(rig.ring, now + 2 * RING_WINDOW_NS);
	assert_int_equal(next(), now + 3);
	assert_int_equal(next(), now + 5);
}

static void shares_keep_the_sum_in_bounds(void **state is_unused)
{
	for (unsigned n = 1; n <= 4096; n++) {
		size_t share = rings_share(0, n, 256);

		assert_true(share >= 1 << 20 && share <= 16 << 20);
		assert_true(share == 1 << 20 || share * n <= 64 << 20);
		assert_true(rings_share(20 << 20, n, 256) * n >= 20 << 20);
	}
}

static void records_survive_many_wraps_and_full_rings(void **state is_unused)
{
	uint64_t in = 0, out = 0;
	unsigned full = 0;

	for (unsigned round = 0; round < 1000; round++) {
		const struct event *taken[7];
		unsigned got;

		for (unsigned n = 0; n < 60 * rig.n_cpus; n++) {
			bool ok = put(n % rig.n_cpus, in + 1, (in * 7 + round) % (SNAP + 1));

			in += ok;
			full += !ok;
		}
		rings_look(rig.ring, UINT64_MAX);
		while ((got = rings_take(rig.ring, taken, array_size(taken))))
			for (unsigned n = 0; n < got; n++) {
				assert_int_equal(taken[n]->tai_ns, ++out);
				for (unsigned i = 0; i < taken[n]->caplen; i++)
					assert_int_equal(taken[n]->data[i], taken[n]->iface);
			}
		rings_release(rig.ring);
	}
	assert_int_equal(in, out);
	assert_true(full > 0);
}

/* Changes of a record, each of which makes none of it. */
static void too_long(struct event *ev) { ev->caplen = SNAP + 1; }
static void longer_than_the_packet(struct event *ev) { ev->len = ev->caplen - 1; }
static void of_no_hook(struct event *ev) { ev->hook = EVENT_HOOKS; }
static void with_too_much_metadata(struct event *ev) { ev->meta = META_KNOWN + 1; }
static void too_long_with_metadata(struct event *ev)
{
	ev->meta = META_ID;
	ev->len = ev->caplen = SNAP - 7;
}

static void too_long_with_a_process(struct event *ev)
{
	ev->meta = META_PROCESS;
	ev->len = ev->caplen = SNAP - 23;
}

static void with_what_nobody_offloads(struct event *ev) { ev->flags = EVENT_OFFLOAD + 1; }

static void a_record_that_makes_no_sense_costs_its_ring_only(void **state is_unused)
{
	static void (*const spoil[])(struct event *) = {
		too_long,		longer_than_the_packet, of_no_hook,
		with_too_much_metadata, too_long_with_metadata, with_what_nobody_offloads,
		too_long_with_a_process,
	};

	for (size_t i = 0; i < array_size(spoil); i++) {
		struct event *ev = (struct event *)&cpu(0)
					   ->data[cpu(0)->head & (rings_cpu_size(rig.ring) - 1)];
		uint64_t ns = 4 * i;

		put(0, ns + 1, 10);
		put(0, ns + 2, 10);
		spoil[i](ev);
		if (rig.n_cpus > 1)
			put(1, ns + 3, 10);
		rings_look(rig.ring, UINT64_MAX);
		assert_int_equal(next(), rig.n_cpus > 1 ? ns + 3 : 0);
		assert_int_equal(next(), 0);
		assert_int_equal(rings_broken(rig.ring), i + 1);
		rings_release(rig.ring);
		put(0, ns + 4, 10);
		rings_look(rig.ring, UINT64_MAX);
		assert_int_equal(next(), ns + 4);
		rings_release(rig.ring);
	}
}

static void nobody_sleeps_while_there_is_a_record(void **state is_unused)
{
	assert_true(rings_sleep(rig.ring));
	assert_int_equal(cpu(0)->asleep, 1);
	put(0, 1, 10);
	assert_false(rings_sleep(rig.ring));
	rings_look(rig.ring, UINT64_MAX);
	next();
	rings_release(rig.ring);
	assert_true(rings_sleep(rig.ring));
}

static void sizes_are_powers_of_two_that_hold_a_record(void **state is_unused)
{
	static const struct { size_t total; uint32_t snap; } asked[] = {
		{ 0, 96 }, { 1, 96 }, { 1, EVENT_SNAP_MAX }, { 100000, 1 }, { 1 << 20, 256 },
		{ 50 << 20, 256 },
	};

	for (size_t i = 0; i < array_size(asked); i++) {
		struct rings *r;
		size_t size;

		assert_int_equal(rings_open(&r, asked[i].total, asked[i].snap), 0);
		size = rings_cpu_size(r);
		assert_int_equal(size & (size - 1), 0);
		assert_true(size >= event_room(asked[i].snap));
		assert_true(rings_size(r) >= asked[i].total);
		assert_true(asked[i].total || rings_size(r) >= 16 << 20);
		rings_close(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(records_of_two_cpus_come_in_the_order_of_time,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_young_record_is_held_back_until_the_window_has_passed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_record_later_than_the_window_is_delivered_and_counted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_comes_after_the_look_waits_for_the_next,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_stamp_from_the_future_is_not_held_back, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_step_back_of_the_clock_holds_no_cpu_up, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_came_while_we_looked_is_young, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(records_survive_many_wraps_and_full_rings, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_record_that_makes_no_sense_costs_its_ring_only,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_sleeps_while_there_is_a_record, set_up,
						tear_down),
		cmocka_unit_test(sizes_are_powers_of_two_that_hold_a_record),
		cmocka_unit_test(shares_keep_the_sum_in_bounds),
	};
	int err = rings_open(&rig.ring, 0, SNAP);

	if (err == -EPERM) {
		puts("1..0 # SKIP needs root (CAP_BPF)");
		return 77;
	}
	rings_close(rig.ring);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
