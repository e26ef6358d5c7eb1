// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * In front of programs that do all that one can do with a frame: what came in, what the program
 * said, what came out. By BPF_PROG_TEST_RUN, in a namespace of our own with a veth pair for the
 * programs to be attached to. Needs root.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/flows.h"
#include "capture/kernel/front_map.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/rings.h"
#include "capture/kernel/takeover.h"
#include "tests/unit/insns.h"
#include "tests/unit/passages.h"

/* ---- programs to be in front of ---- */

enum { INSNS_MAX = 16 };

struct target {
	const char *name;
	struct bpf_insn insns[INSNS_MAX];
	uint32_t retval;
	int head, tail;			/* bytes by which it moves them */
	/* it needs another one, whose map is in this instruction; 0: none */
	int tail_call;
};

static const struct target targets[] = {
	{ "pass", { SET(0, XDP_PASS), RETURN }, .retval = XDP_PASS },
	{ "drop", { SET(0, XDP_DROP), RETURN }, .retval = XDP_DROP },
	{ "abort", { SET(0, XDP_ABORTED), RETURN }, .retval = XDP_ABORTED },
	{ "unknown", { SET(0, 77), RETURN }, .retval = 77 },
	{ "very_unknown", { SET(0, -1), RETURN }, .retval = 0xffffffff },
	{ "redirect", { SET(1, 1), SET(2, 0), CALL(BPF_FUNC_redirect), RETURN },
	  .retval = XDP_REDIRECT },
	{ "encapsulate", { SET(2, -20), CALL(BPF_FUNC_xdp_adjust_head), SET(0, XDP_TX), RETURN },
	  .retval = XDP_TX, .head = 20 },
	{ "decapsulate", { SET(2, 14), CALL(BPF_FUNC_xdp_adjust_head), SET(0, XDP_TX), RETURN },
	  .retval = XDP_TX, .head = -14 },
	{ "shorten", { SET(2, -60), CALL(BPF_FUNC_xdp_adjust_tail), SET(0, XDP_PASS), RETURN },
	  .retval = XDP_PASS, .tail = -60 },
	{ "tail_call", { SET(3, 0), MAP(2, 0), CALL(BPF_FUNC_tail_call), SET(0, XDP_ABORTED),
			 RETURN }, .retval = XDP_TX, .tail_call = 1 },
	{ "deep_stack_and_tail_call",
	  { INSN(BPF_ST | BPF_MEM | BPF_DW, 10, 0, -512, 7), MAP(2, 0), SET(3, 0),
					CALL(BPF_FUNC_tail_call), SET(0, XDP_ABORTED), RETURN },
	  .retval = XDP_TX, .tail_call = 1 },
	{ "deep_stack", { INSN(BPF_ST | BPF_MEM | BPF_DW, 10, 0, -512, 7),
			  INSN(BPF_LDX | BPF_MEM | BPF_DW, 0, 10, -512, 0),
			  INSN(BPF_ALU64 | BPF_SUB | BPF_K, 0, 0, 0, 7 - XDP_PASS), RETURN },
	  .retval = XDP_PASS },
};

static int load(const char *name, const struct bpf_insn *insns, uint32_t type, uint32_t flags)
{
	uint32_t n = INSNS_MAX;

	while (n && !insns[n - 1].code)
		n--;
	return insns_load(name, insns, n, type, flags);
}

/* ---- ours in front of it ---- */

static int ifindex;

static struct {
	struct takeover *takeover;
	int target_fd, other_fd, map_fd;
} rig = { .other_fd = -1, .map_fd = -1 };

static void load_target(const struct target *t, uint32_t type, uint32_t flags)
{
	static const struct bpf_insn tx[INSNS_MAX] = { SET(0, XDP_TX), RETURN };
	struct bpf_insn insns[INSNS_MAX];
	uint32_t key = 0;

	memcpy(insns, t->insns, sizeof(insns));
	if (t->tail_call) {
		rig.other_fd = load("other", tx, type, flags);
		rig.map_fd = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, "theirs", 4, 4, 1, NULL);
		assert_int_equal(bpf_map_update_elem(rig.map_fd, &key, &rig.other_fd, 0), 0);
		insns[t->tail_call].imm = rig.map_fd;
	}
	rig.target_fd = load(t->name, insns, type, flags);
}

/* @fd becomes the rig's. */
static void set_up_with(int fd, struct hook_settings s)
{
	rig.target_fd = fd;
	assert_int_equal(bpf_xdp_attach(ifindex, rig.target_fd, XDP_FLAGS_SKB_MODE, NULL), 0);
	assert_int_equal(takeover_open(&rig.takeover, ifindex, NULL), 0);
	assert_int_equal(rings_open(&seen.rings, 0, SNAP + 8 * EVENT_META_MAX), 0);
	s.snap = SNAP;
	s.iface = ENTRY_IFACE;
	s.exit_iface = EXIT_IFACE;
	s.takeover = rig.takeover;
	assert_int_equal(hook_open(&seen.hook, &hook_front, seen.rings, &s), 0);
	make_frame();
}

static void set_up(const struct target *t, uint32_t type, uint32_t flags, struct hook_settings s)
{
	load_target(t, type, flags);
	set_up_with(rig.target_fd, s);
}

static void tear_down(void)
{
	hook_close(seen.hook);
	takeover_close(rig.takeover);
	rings_close(seen.rings);
	assert_int_equal(bpf_xdp_detach(ifindex, XDP_FLAGS_SKB_MODE, NULL), 0);
	close(rig.target_fd);
	if (rig.map_fd >= 0)
		close(rig.map_fd);
	if (rig.other_fd >= 0)
		close(rig.other_fd);
	rig.map_fd = rig.other_fd = -1;
}

/* The frame through ours: the verdict. */
static uint32_t run(void)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = seen.frame, .data_size_in = FRAME,
		    .data_out = seen.out, .data_size_out = sizeof(seen.out), .repeat = 1);

	assert_int_equal(bpf_prog_test_run_opts(hook_program_fd(seen.hook), &opts), 0);
	seen.out_len = opts.data_size_out;
	take_records();
	return opts.retval;
}

/* @n times, and what comes out is left in the rings. */
static uint32_t run_n(unsigned n)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = seen.frame, .data_size_in = FRAME,
		    .repeat = n);

	assert_int_equal(bpf_prog_test_run_opts(hook_program_fd(seen.hook), &opts), 0);
	return opts.retval;
}

static void empty_the_array(void)
{
	int fd = front_map_open(hook_program_fd(seen.hook));
	uint32_t key = 0;

	assert_true(fd >= 0);
	assert_int_equal(bpf_map_delete_elem(fd, &key), 0);
	close(fd);
}

/* ---- tests ---- */

static void the_verdict_is_theirs_and_both_images_are_there(void **state)
{
	const struct target *t = *state;

	set_up(t, BPF_XDP, 0, (struct hook_settings){ .at = BOTH });
	for (unsigned i = 1; i <= 2; i++) {
		assert_int_equal(run(), t->retval);
		assert_int_equal(seen.out_len, FRAME + t->head + t->tail);
		check_both(t->retval);
		rings_release(seen.rings);
	}
	check_books(t->retval, 2);
	tear_down();
}

/* The program takes 14 bytes off the front and sends it back. */
static void what_is_wanted_is_captured_and_nothing_else(void **state)
{
	static const struct target decapsulate = {
		"decapsulate",
		{ SET(2, 14), CALL(BPF_FUNC_xdp_adjust_head), SET(0, XDP_TX), RETURN },
		.retval = XDP_TX,
	};
	const struct wish *w = *state;
	cleanup(to_ebpf_free) struct filter filter = { .n = 0 }, exit_filter = { .n = 0 };

	set_up(&decapsulate, BPF_XDP, 0,
	       (struct hook_settings){ .at = w->at, .verdicts = w->verdicts,
				       .filter = translate(&filter, &hook_front, w->filter),
				       .exit_filter = translate(&exit_filter, &hook_front, w->exit_filter) });
	assert_int_equal(run(), XDP_TX);
	check_wish(w);
	tear_down();
}

static const struct way {
	const char *name;
	uint32_t type, flags;
} ways[] = {
	{ "loaded_by_libbpf", BPF_XDP, 0 },
	{ "for_frames_in_pieces", BPF_XDP, BPF_F_XDP_HAS_FRAGS },
	{ "with_no_attach_type", 0, 0 },
	{ "for_frames_in_pieces_with_no_attach_type", 0, BPF_F_XDP_HAS_FRAGS },
};

/* A frame of several pages, which has pieces. */
static void run_large(void)
{
	static uint8_t large[9000];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = large, .data_size_in = sizeof(large),
		    .repeat = 1);

	assert_int_equal(bpf_prog_test_run_opts(hook_program_fd(seen.hook), &opts), 0);
	rings_look(seen.rings, UINT64_MAX);
	assert_int_equal(rings_take(seen.rings, seen.records, RECORDS_MAX), 1);
	assert_int_equal(seen.records[0]->len, sizeof(large));
	rings_release(seen.rings);
}

static void it_is_called_however_it_was_loaded(void **state)
{
	const struct way *w = *state;

	set_up(&targets[1], w->type, w->flags, (struct hook_settings){ .at = EXIT });
	assert_int_equal(hook_attach(seen.hook, ifindex, XDP_MODE_GENERIC), 0);
	assert_false(hook_is_lost(seen.hook));
	assert_int_equal(run(), XDP_DROP);
	assert_int_equal(seen.n, 1);
	/* with another filter, in the same place */
	assert_int_equal(hook_replace(seen.hook, NULL, NULL), 0);
	assert_false(hook_is_lost(seen.hook));
	rings_release(seen.rings);
	assert_int_equal(run(), XDP_DROP);
	assert_int_equal(counters_at(POINT_EXIT).delivered, 2);
	rings_release(seen.rings);
	if (w->flags & BPF_F_XDP_HAS_FRAGS)
		run_large();
	hook_detach(seen.hook);
	tear_down();
}

/* ---- tail calls of its own ---- */

/*
 * It calls itself as often as @left says, and sends the frame back; where a call fails, it drops
 * it.
 */
static int load_chain(int left, int array, uint32_t flags)
{
	const struct bpf_insn insns[] = {
		VALUE(2, left),
		LOAD(BPF_W, 3, 2, 0),
		JUMP(BPF_JEQ, 3, 0, 8),
		PLUS(3, -1),
		STORE(BPF_W, 2, 0, 3),
		MAP(2, array),
		SET(3, 0),
		CALL(BPF_FUNC_tail_call),
		SET(0, XDP_DROP),
		RETURN,
		SET(0, XDP_TX),
		RETURN,
	};

	return insns_load("chain", insns, array_size(insns), BPF_XDP, flags);
}

static uint32_t run_alone(void)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = seen.frame, .data_size_in = FRAME,
		    .repeat = 1);

	assert_int_equal(bpf_prog_test_run_opts(rig.target_fd, &opts), 0);
	return opts.retval;
}

static const struct chain {
	const char *name;
	uint32_t calls;
	uint32_t alone, behind;		/* the verdict, with ours in front of it */
	bool none_left;
	const char *filter;
} chains[] = {
	{ "no_tail_call", 0, XDP_TX, XDP_TX, false, NULL },
	{ "one_tail_call", 1, XDP_TX, XDP_TX, false, NULL },
	{ "31_tail_calls", 31, XDP_TX, XDP_TX, false, NULL },
	{ "32_tail_calls_leave_none", 32, XDP_TX, XDP_TX, true, NULL },
	{ "the_33rd_is_ours_which_is_counted", 33, XDP_TX, XDP_DROP, true, NULL },
	{ "a_34th_there_never_was", 34, XDP_DROP, XDP_DROP, true, NULL },
	{ "also_of_what_is_filtered_out", 33, XDP_TX, XDP_DROP, true, "ether[0] = 15" },
};

/* Whether the kernel counts the calls of a program and of what it has called together. */
static bool is_counted_together(void)
{
	struct utsname u;
	unsigned major, minor;

	return !uname(&u) && sscanf(u.release, "%u.%u", &major, &minor) == 2 &&
	       major * 1000 + minor >= 6012;
}

static void its_tail_calls_are_its_own_but_one(void **state)
{
	const struct chain *c = *state;
	cleanup(to_ebpf_free) struct filter filter = { .n = 0 };
	int left = bpf_map_create(BPF_MAP_TYPE_ARRAY, "left", 4, 4, 1, NULL);
	int array = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, "theirs", 4, 4, 1, NULL);
	bool none_left = c->none_left && is_counted_together();
	struct program_verdicts v;
	uint32_t key = 0;
	int fd;

	assert_true(left >= 0 && array >= 0);
	fd = load_chain(left, array, 0);
	assert_int_equal(bpf_map_update_elem(array, &key, &fd, 0), 0);
	set_up_with(fd, (struct hook_settings){ .at = ENTRY, .tail_calls = true,
						.filter = translate(&filter, &hook_front, c->filter) });
	assert_true(takeover_holder(rig.takeover)->tail_calls);
	assert_int_equal(bpf_map_update_elem(left, &key, &c->calls, 0), 0);
	assert_int_equal(run_alone(), c->alone);
	assert_int_equal(bpf_map_update_elem(left, &key, &c->calls, 0), 0);
	assert_int_equal(run(), c->behind);
	assert_int_equal(hook_verdicts(seen.hook, &v), 0);
	assert_int_equal(v.no_call_left.packets, none_left);
	assert_int_equal(v.no_call_left.bytes, none_left ? FRAME : 0);
	assert_int_equal(v.not_called.packets, 0);
	tear_down();
	close(left);
	close(array);
}

/* ---- programs that cannot be called ---- */

static void one_that_is_bound_to_the_device_is_refused_and_left(void **state is_unused)
{
	static const struct bpf_insn drop[] = { SET(0, XDP_DROP), RETURN };
	const struct hook_settings s = { .snap = SNAP, .at = ENTRY };
	struct hook_settings settings = s;
	struct xdp_program found[3];

	rig.target_fd = insns_try("bound", drop, array_size(drop), BPF_XDP, BOUND, ifindex);
	if (rig.target_fd < 0)
		skip();		/* before Linux 6.3 */
	assert_int_equal(bpf_xdp_attach(ifindex, rig.target_fd, XDP_FLAGS_DRV_MODE, NULL), 0);
	assert_int_equal(takeover_open(&rig.takeover, ifindex, NULL), 0);
	assert_int_equal(rings_open(&seen.rings, 0, SNAP + 8 * EVENT_META_MAX), 0);
	settings.takeover = rig.takeover;
	assert_int_equal(hook_open(&seen.hook, &hook_front, seen.rings, &settings), -EINVAL);
	rig.takeover = takeover_close(rig.takeover);
	assert_int_equal(xdp_query(ifindex, found), 1);
	assert_int_equal(found[0].id, xdp_program_id(rig.target_fd));
	assert_int_equal(front_map_takes(found[0].id), -EINVAL);
	rings_close(seen.rings);
	assert_int_equal(bpf_xdp_detach(ifindex, XDP_FLAGS_DRV_MODE, NULL), 0);
	close(rig.target_fd);
}

static void where_it_cannot_be_called_the_frame_passes(void **state is_unused)
{
	struct program_verdicts v;
	struct xdp_program found[3];

	set_up(&targets[1], BPF_XDP, 0,
	       (struct hook_settings){ .at = BOTH });
	assert_int_equal(xdp_query(ifindex, found), 1);
	assert_int_equal(front_map_takes(found[0].id), 0);
	empty_the_array();
	assert_int_equal(run(), XDP_PASS);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.records[1]->verdict, 0);
	assert_int_equal(hook_verdicts(seen.hook, &v), 0);
	assert_int_equal(v.not_called.packets, 1);
	assert_int_equal(v.not_called.bytes, FRAME);
	tear_down();
}

static void go_to(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
}

/* The id that @h gives a frame on @cpu. */
static uint64_t id_by(const struct hook *h, int cpu)
{
	struct hook *own = seen.hook;
	uint64_t id;

	go_to(cpu);
	seen.hook = (struct hook *)h;
	run();
	seen.hook = own;
	assert_int_equal(seen.n, 1);
	memcpy(&id, seen.records[0]->data, sizeof(id));
	rings_release(seen.rings);
	return id;
}

/* Also of interfaces whose numbers are high. */
static void no_two_packets_have_the_same_id(void **state is_unused)
{
	const int last = min_of(sysconf(_SC_NPROCESSORS_ONLN), (long)CPU_SETSIZE) - 1;
	struct hook_settings s = { .snap = SNAP, .at = 1 << POINT_ENTRY };
	struct hook *hooks[17] = { NULL };
	uint64_t ids[4 * array_size(hooks)];
	cpu_set_t before;
	unsigned n = 0;

	sched_getaffinity(0, sizeof(before), &before);
	set_up(&targets[0], BPF_XDP, 0, s);
	s.takeover = rig.takeover;
	for (size_t i = 0; i < array_size(hooks); i++) {
		s.iface = i ? 1 << (i - 1) : 0;
		assert_int_equal(hook_open(&hooks[i], &hook_front, seen.rings, &s), 0);
		for (unsigned times = 0; times < 2; times++) {
			ids[n++] = id_by(hooks[i], 0);
			ids[n++] = id_by(hooks[i], last);
		}
	}
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < i; j++)
			if (ids[i] == ids[j])
				fail_msg("packets %u and %u: id %llx", j, i,
					 (unsigned long long)ids[i]);
	for (size_t i = 0; i < array_size(hooks); i++)
		hook_close(hooks[i]);
	sched_setaffinity(0, sizeof(before), &before);
	tear_down();
}

static void a_full_ring_is_counted_at_both_points(void **state is_unused)
{
	struct counters c[POINTS_MAX];
	unsigned n = 0;

	set_up(&targets[1], BPF_XDP, 0,
	       (struct hook_settings){ .at = BOTH });
	do {
		assert_int_equal(run_n(10000), XDP_DROP);
		n += 10000;
		for (unsigned point = 0; point < POINTS_MAX; point++) {
			c[point] = counters_at(point);
			assert_int_equal(c[point].all.packets, n);
			assert_int_equal(c[point].delivered + c[point].ring_full, n);
			assert_int_equal(c[point].error, 0);
		}
	} while (!c[0].ring_full || !c[1].ring_full);
	tear_down();
}

static void of_a_sample_both_images_are_there(void **state is_unused)
{
	set_up(&targets[1], BPF_XDP, 0, (struct hook_settings){ .at = BOTH, .sample = 10 });
	run_n(20000);
	check_sampled(10, 20000);
	tear_down();
}

static void where_there_are_too_many_both_images_are_left_out(void **state is_unused)
{
	struct counters c[POINTS_MAX];

	set_up(&targets[1], BPF_XDP, 0, (struct hook_settings){ .at = BOTH, .rate = 1 });
	run_n(1000);
	for (unsigned point = 0; point < POINTS_MAX; point++) {
		c[point] = counters_at(point);
		assert_int_equal(c[point].all.packets, 1000);
		assert_int_equal(c[point].non_ip.packets, 1000);
		assert_int_equal(c[point].delivered + c[point].rate_limited, 1000);
	}
	assert_true(c[0].delivered > 0 && c[0].rate_limited > 0);
	assert_int_equal(c[0].delivered, c[1].delivered);
	tear_down();
}

/* What it says of a packet is no part of the choice: of those that are wanted one of N is kept. */
static void what_is_not_wanted_is_not_left_out_on_purpose(void **state is_unused)
{
	struct counters c;

	set_up(&targets[1], BPF_XDP, 0,
	       (struct hook_settings){
		       .at = ENTRY, .sample = 2, .rate = 1, .verdicts = 1 << XDP_TX });
	run_n(1000);
	c = counters_at(POINT_ENTRY);
	assert_int_equal(c.filtered.packets, 1000);
	assert_int_equal(c.all.packets + c.sampled_out + c.rate_limited, 0);
	tear_down();
}

static int add_up(void *sum, const struct flow_entry *e)
{
	*(uint64_t *)sum += e->flow.packets[0] + e->flow.packets[1];
	return 0;
}

/*
 * Of a flow that is of UDP, with what it says of them. The flow is of what came in, and of what is
 * wanted.
 */
static void run_flow(uint8_t verdicts, struct counters c[static POINTS_MAX], uint64_t *in_table)
{
	static const struct flows_settings s = { .count = true, .keep = { .limit = 5 } };
	static const uint8_t udp[] = { 8, 0, 0x45, 0, 0, FRAME - 14, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
				       0, 9, 0, 10, 0, FRAME - 34 };
	struct rings *rings = NULL;
	struct flows *flows = NULL;

	assert_int_equal(rings_open(&rings, 0, SNAP), 0);
	assert_int_equal(flows_open(&flows, &s, rings), 0);
	rings_close(rings);
	set_up(&targets[1], BPF_XDP, 0,
	       (struct hook_settings){ .at = BOTH, .verdicts = verdicts, .flows = flows });
	memcpy(seen.frame + 12, udp, sizeof(udp));
	run_n(100);
	for (unsigned point = 0; point < POINTS_MAX; point++)
		c[point] = counters_at(point);
	*in_table = 0;
	assert_int_equal(flows_take(flows, add_up, in_table), 0);
	tear_down();
	flows_close(flows);
}

static void of_a_flow_the_first_are_there_at_both_points(void **state is_unused)
{
	struct counters c[POINTS_MAX];
	uint64_t n;

	run_flow(0, c, &n);
	for (unsigned point = 0; point < POINTS_MAX; point++) {
		assert_int_equal(c[point].all.packets, 100);
		assert_int_equal(c[point].delivered, 5);
		assert_int_equal(c[point].flow_cut, 95);
		assert_int_equal(c[point].flow_none + c[point].flow_no_room, 0);
	}
	assert_int_equal(n, 100);
	run_flow(1 << XDP_DROP, c, &n);
	assert_int_equal(c[POINT_ENTRY].flow_cut, 95);
	assert_int_equal(n, 100);
	run_flow(1 << XDP_TX, c, &n);
	assert_int_equal(c[POINT_ENTRY].filtered.packets, 100);
	assert_int_equal(c[POINT_ENTRY].flow_cut, 0);
	assert_int_equal(n, 0);
}

int main(void)
{
	struct CMUnitTest tests[64];
	size_t n = 0;

	if (unshare(CLONE_NEWNET) ||
	    system("ip link add v0 type veth peer name v1 && ip link set v0 up")) {
		puts("1..0 # SKIP needs root (a network namespace with a veth pair)");
		return 77;
	}
	ifindex = if_nametoindex("v0");
	unit_of_table(targets, the_verdict_is_theirs_and_both_images_are_there, tests, n);
	unit_of_table(wishes, what_is_wanted_is_captured_and_nothing_else, tests, n);
	unit_of_table(ways, it_is_called_however_it_was_loaded, tests, n);
	unit_of_table(chains, its_tail_calls_are_its_own_but_one, tests, n);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(
		one_that_is_bound_to_the_device_is_refused_and_left);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(where_it_cannot_be_called_the_frame_passes);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(no_two_packets_have_the_same_id);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_full_ring_is_counted_at_both_points);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(of_a_sample_both_images_are_there);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(where_there_are_too_many_both_images_are_left_out);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(what_is_not_wanted_is_not_left_out_on_purpose);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(of_a_flow_the_first_are_there_at_both_points);
	return unit_run("front", tests, n);
}
