// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Programs that do all that one can do with a frame are traced: what came in, what the program
 * said, what came out. By BPF_PROG_TEST_RUN, in a namespace of our own, where frames come from lo.
 * Needs root, and a kernel that lets programs be traced.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <libgen.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/members.h"
#include "capture/kernel/rings.h"
#include "capture/kernel/traced.h"
#include "tests/unit/passages.h"

enum { LO = 1 };

static const char *own_folder;

/* ---- programs to be traced ---- */

static const struct target {
	const char *name;
	uint32_t retval;
	int head, tail;			/* bytes by which it moves them */
} targets[] = {
	{ "traced_that_passes", XDP_PASS, 0, 0 },
	{ "traced_that_drops", XDP_DROP, 0, 0 },
	{ "traced_that_aborts", XDP_ABORTED, 0, 0 },
	{ "traced_that_is_unknown", 77, 0, 0 },
	{ "traced_that_is_very_unknown", 0xffffffff, 0, 0 },
	{ "traced_that_redirects", XDP_REDIRECT, 0, 0 },
	{ "traced_that_encapsulates", XDP_TX, 20, 0 },
	{ "traced_that_decapsulates", XDP_TX, -14, 0 },
	{ "traced_that_shortens", XDP_PASS, 0, -60 },
	{ "traced_that_tail_calls", XDP_TX, -14, 0 },
	{ "traced_that_takes_pieces", XDP_TX, -4, 0 },
};

/* ---- ours, which traces it ---- */

static struct {
	struct bpf_object *theirs, *members;
	struct bpf_link *links[2];
	const char *wanted;
	struct traced *traced;
	int target_fd;
} rig;

static int load_target_of(const char *file, const char *name)
{
	const struct bpf_program *p;

	rig.theirs = bpf_object__open_file(file, NULL);
	assert_non_null(rig.theirs);
	assert_int_equal(bpf_object__load(rig.theirs), 0);
	p = bpf_object__find_program_by_name(rig.theirs, name);
	assert_non_null(p);
	return bpf_program__fd(p);
}

static int load_target(const char *name)
{
	return load_target_of("build/tests/xdp/traced.bpf.o", name);
}

static void put_there(const char *name)
{
	memset(&rig, 0, sizeof(rig));
	memset(&seen, 0, sizeof(seen));
	rig.target_fd = load_target(name);
	assert_int_equal(bpf_xdp_attach(LO, rig.target_fd, XDP_FLAGS_SKB_MODE, NULL), 0);
	make_frame();
}

static void watch_on(int ifindex, struct hook_settings s)
{
	assert_int_equal(traced_open(&rig.traced, ifindex, rig.wanted), 0);
	s.snap = s.snap ? s.snap : SNAP;
	assert_int_equal(rings_open(&seen.rings, 0, s.snap + 8 * EVENT_META_MAX), 0);
	s.iface = ENTRY_IFACE;
	s.exit_iface = EXIT_IFACE;
	s.traced = rig.traced;
	assert_int_equal(hook_open(&seen.hook, &hook_trace, seen.rings, &s), 0);
	assert_int_equal(hook_attach(seen.hook, ifindex, XDP_MODE_GENERIC), 0);
}

static void set_up(const char *name, struct hook_settings s)
{
	put_there(name);
	watch_on(LO, s);
}

static void tear_down(void)
{
	hook_close(seen.hook);
	traced_close(rig.traced);
	rings_close(seen.rings);
	bpf_xdp_detach(LO, XDP_FLAGS_SKB_MODE, NULL);
	for (size_t i = 0; i < array_size(rig.links); i++)
		bpf_link__destroy(rig.links[i]);
	bpf_object__close(rig.members);
	bpf_object__close(rig.theirs);
}

static uint32_t run_n(int fd, uint32_t n)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = seen.frame, .data_size_in = FRAME,
		    .data_out = seen.out, .data_size_out = sizeof(seen.out), .repeat = n);

	assert_int_equal(bpf_prog_test_run_opts(fd, &opts), 0);
	seen.out_len = opts.data_size_out;
	return opts.retval;
}

/* The frame through theirs: the verdict. */
static uint32_t run(void)
{
	uint32_t verdict = run_n(rig.target_fd, 1);

	take_records();
	return verdict;
}

/* ---- tests ---- */

static void the_verdict_is_theirs_and_both_images_are_there(void **state)
{
	const struct target *t = *state;

	set_up(t->name, (struct hook_settings){ .at = BOTH });
	assert_string_equal(traced_function(rig.traced)->name, t->name);
	for (unsigned i = 1; i <= 2; i++) {
		assert_int_equal(run(), t->retval);
		assert_int_equal(seen.out_len, FRAME + t->head + t->tail);
		check_both(t->retval);
		rings_release(seen.rings);
	}
	check_books(t->retval, 2);
	hook_detach(seen.hook);
	assert_int_equal(run(), t->retval);
	assert_int_equal(seen.n, 0);
	assert_int_equal(counters_at(POINT_ENTRY).all.packets, 2);
	tear_down();
}

/* The program takes 14 bytes off the front and sends it back. */
static void what_is_wanted_is_captured_and_nothing_else(void **state)
{
	const struct wish *w = *state;
	cleanup(to_ebpf_free) struct filter filter = { .n = 0 }, exit_filter = { .n = 0 };

	set_up("traced_that_decapsulates",
	       (struct hook_settings){ .at = w->at, .verdicts = w->verdicts,
				       .filter = translate(&filter, &hook_trace, w->filter),
				       .exit_filter = translate(&exit_filter, &hook_trace, w->exit_filter) });
	assert_int_equal(run(), XDP_TX);
	check_wish(w);
	tear_down();
}

static void a_full_ring_is_counted_at_both_points(void **state is_unused)
{
	struct counters c[POINTS_MAX];
	unsigned n = 0;

	set_up("traced_that_drops", (struct hook_settings){ .at = BOTH });
	do {
		assert_int_equal(run_n(rig.target_fd, 10000), XDP_DROP);
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
	set_up("traced_that_drops", (struct hook_settings){ .at = BOTH, .sample = 10 });
	assert_int_equal(run_n(rig.target_fd, 20000), XDP_DROP);
	check_sampled(10, 20000);
	tear_down();
}

/* ---- frames in several buffers ---- */

enum { LARGE = 9014, MOVED = 4 };	/* bytes by which the program moves the start */

static uint8_t large[LARGE];

/* As load_target() has it, for frames in pieces, on @ifindex. */
static void watch_large(int ifindex, uint32_t mode, uint32_t snap, const char *filter)
{
	cleanup(to_ebpf_free) struct filter f = { .n = 0 };
	struct hook_settings s = { .at = BOTH, .filter = translate(&f, &hook_trace, filter), .snap = snap };

	memset(&rig, 0, sizeof(rig));
	memset(&seen, 0, sizeof(seen));
	rig.target_fd = load_target("traced_that_takes_pieces");
	assert_int_equal(bpf_xdp_attach(ifindex, rig.target_fd, mode, NULL), 0);
	for (unsigned i = 0; i < LARGE; i++)
		large[i] = i * 7 + i / 256;
	watch_on(ifindex, s);
}

static void check_large(const struct event *ev, const uint8_t *bytes, uint32_t len, uint32_t caplen)
{
	assert_int_equal(ev->len, len);
	assert_int_equal(ev->caplen, caplen);
	assert_memory_equal(ev->data + 8, bytes, caplen);
}

static const struct large_case {
	const char *name;
	uint32_t snap;
	const char *filter;
	bool wanted;
} large_cases[] = {
	{ "all_buffers_are_copied", 16384, NULL, true },
	{ "up_to_the_snapshot_length", 5001, NULL, true },
	{ "of_which_the_first_buffer_may_be_enough", 96, NULL, true },
	{ "a_filter_sees_the_last_byte", 96, "ether[9013] = 150 and len = 9014", true },
	{ "a_filter_sees_a_word_in_two_buffers", 96, "ether[3518:4] = 0x3f464d54", true },
	{ "and_rejects_it", 96, "ether[3518:4] = 0x3f464d55", false },
	{ "behind_the_last_byte_is_none", 96, "ether[9012:4] >= 0", false },
};

/* Of pages of 4096 bytes the first buffer has 3520. */
static void a_frame_in_several_buffers(void **state)
{
	const struct large_case *c = *state;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = large, .data_size_in = LARGE, .repeat = 1);

	watch_large(LO, XDP_FLAGS_SKB_MODE, c->snap, c->filter);
	assert_int_equal(bpf_prog_test_run_opts(rig.target_fd, &opts), 0);
	assert_int_equal(opts.retval, XDP_TX);
	rings_look(seen.rings, UINT64_MAX);
	seen.n = rings_take(seen.rings, seen.records, RECORDS_MAX);
	assert_int_equal(seen.n, c->wanted ? 2 : 0);
	if (c->wanted) {
		check_large(seen.records[0], large, LARGE, min_of(c->snap, (uint32_t)LARGE));
		check_large(seen.records[1], large + MOVED, LARGE - MOVED,
			    min_of(c->snap, (uint32_t)LARGE - MOVED));
	}
	assert_int_equal(counters_at(POINT_ENTRY).filtered.packets, !c->wanted);
	assert_int_equal(counters_at(POINT_EXIT).error, 0);
	tear_down();
}

/* Sent by v1. */
static void send_large(void)
{
	const struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex("v1") };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	assert_int_equal(sendto(fd, large, LARGE, 0, (const void *)&to, sizeof(to)), LARGE);
	close(fd);
}

static void one_from_a_driver_as_well(void **state is_unused)
{
	time_t give_up = time(NULL) + 60;
	int v0 = if_nametoindex("v0");

	watch_large(v0, XDP_FLAGS_DRV_MODE, 16384, "len = 9014");
	send_large();
	while (!(seen.n = rings_take(seen.rings, seen.records, RECORDS_MAX)) &&
	       time(NULL) < give_up) {
		usleep(10000);
		rings_look(seen.rings, UINT64_MAX);
	}
	assert_int_equal(seen.n, 2);
	check_large(seen.records[0], large, LARGE, LARGE);
	check_large(seen.records[1], large + MOVED, LARGE - MOVED, LARGE - MOVED);
	assert_int_equal(bpf_xdp_detach(v0, XDP_FLAGS_DRV_MODE, NULL), 0);
	tear_down();
}

/* ---- it changes ---- */

static void another_filter_takes_over(void **state is_unused)
{
	cleanup(to_ebpf_free) struct filter filter = { .n = 0 };

	set_up("traced_that_drops", (struct hook_settings){ .at = BOTH });
	assert_int_equal(run(), XDP_DROP);
	assert_int_equal(seen.n, 2);
	rings_release(seen.rings);
	assert_int_equal(hook_replace(seen.hook, translate(&filter, &hook_trace, "ether[0] = 2"), NULL), 0);
	assert_int_equal(run(), XDP_DROP);
	assert_int_equal(seen.n, 0);
	assert_int_equal(hook_replace(seen.hook, NULL, NULL), 0);
	assert_int_equal(run(), XDP_DROP);
	assert_int_equal(seen.n, 2);
	assert_int_equal(counters_at(POINT_EXIT).delivered, 2);
	assert_int_equal(counters_at(POINT_EXIT).filtered.packets, 1);
	tear_down();
}

static int other_fd(const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(rig.theirs, name));
}

/* The frames come from lo. */
static void frames_of_another_interface_do_not_count(void **state is_unused)
{
	int v0 = if_nametoindex("v0");
	struct program_verdicts v;

	put_there("traced_that_drops");
	assert_int_equal(bpf_xdp_attach(v0, rig.target_fd, XDP_FLAGS_SKB_MODE, NULL), 0);
	watch_on(v0, (struct hook_settings){ .at = BOTH });
	assert_int_equal(run(), XDP_DROP);
	assert_int_equal(seen.n, 0);
	assert_int_equal(counters_at(POINT_ENTRY).all.packets, 0);
	assert_int_equal(hook_verdicts(seen.hook, &v), 0);
	assert_int_equal(v.by[XDP_DROP].packets, 0);
	assert_int_equal(bpf_xdp_detach(v0, XDP_FLAGS_SKB_MODE, NULL), 0);
	tear_down();
}

/* Each namespace has a lo, of the same number. */
static void frames_of_another_namespace_do_not_count(void **state is_unused)
{
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	set_up("traced_that_drops", (struct hook_settings){ .at = BOTH });
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	assert_int_equal(run(), XDP_DROP);
	assert_int_equal(seen.n, 0);
	assert_int_equal(setns(here, CLONE_NEWNET), 0);
	assert_int_equal(counters_at(POINT_ENTRY).all.packets, 0);
	assert_int_equal(run(), XDP_DROP);
	assert_int_equal(seen.n, 2);
	close(here);
	tear_down();
}

static void two_of_ours_trace_the_same_program(void **state is_unused)
{
	struct hook_settings s = { .snap = SNAP, .at = BOTH };
	struct counters c;
	struct hook *second;

	set_up("traced_that_drops", (struct hook_settings){ .at = BOTH });
	s.traced = rig.traced;
	assert_int_equal(hook_open(&second, &hook_trace, seen.rings, &s), 0);
	assert_int_equal(hook_attach(second, LO, XDP_MODE_GENERIC), 0);
	for (unsigned i = 0; i < 100; i++) {
		run();
		rings_release(seen.rings);
	}
	assert_int_equal(hook_counters(second, POINT_EXIT, &c), 0);
	assert_int_equal(c.all.packets, 100);
	assert_int_equal(counters_at(POINT_EXIT).all.packets, 100);
	hook_close(second);
	assert_int_equal(run(), XDP_DROP);
	assert_int_equal(counters_at(POINT_EXIT).all.packets, 101);
	tear_down();
}

static void one_that_is_replaced_is_followed(void **state is_unused)
{
	struct traced *next;
	uint32_t by;
	int fd;

	set_up("traced_that_drops", (struct hook_settings){ .at = BOTH });
	assert_int_equal(run(), XDP_DROP);
	assert_false(hook_is_lost(seen.hook));
	fd = other_fd("traced_that_decapsulates");
	assert_int_equal(bpf_xdp_attach(LO, fd, XDP_FLAGS_SKB_MODE, NULL), 0);
	assert_true(hook_is_lost(seen.hook));
	assert_int_equal(traced_state(rig.traced, &by), TRACED_REPLACED);
	assert_int_equal(by, xdp_program_id(fd));
	rings_release(seen.rings);

	assert_int_equal(traced_open(&next, LO, NULL), 0);
	assert_int_equal(hook_follow(seen.hook, next, NULL, NULL), 0);
	traced_close(rig.traced);
	rig.traced = next;
	assert_false(hook_is_lost(seen.hook));
	assert_int_equal(run(), XDP_DROP);	/* the old one, wherever it may be */
	assert_int_equal(seen.n, 0);
	rig.target_fd = fd;
	assert_int_equal(run(), XDP_TX);
	assert_int_equal(seen.n, 2);
	check_record(seen.records[1], POINT_EXIT, seen.out, FRAME - 14, byte_of(XDP_TX));
	assert_int_equal(counters_at(POINT_ENTRY).delivered, 2);	/* they go on */
	tear_down();
}

static void one_that_is_taken_off_is_missed(void **state is_unused)
{
	uint32_t by;

	set_up("traced_that_drops", (struct hook_settings){ .at = BOTH });
	assert_int_equal(bpf_xdp_detach(LO, XDP_FLAGS_SKB_MODE, NULL), 0);
	assert_true(hook_is_lost(seen.hook));
	assert_int_equal(traced_state(rig.traced, &by), TRACED_REMOVED);
	assert_int_equal(by, 0);
	tear_down();
}

/* ---- one of several ---- */

#define PASSES	"member_with_a_name_that_passes"
#define DROPS	"member_with_a_name_that_drops"

static int member_fd(unsigned i)
{
	return bpf_program__fd(bpf_object__find_program_by_name(rig.members, i ? DROPS : PASSES));
}

/* A dispatcher on lo, with two programs in it, and frames to run through it. */
static void put_dispatcher_there(void)
{
	struct bpf_program *p;
	unsigned n = 0;

	put_there("traced_that_passes");
	bpf_object__close(rig.theirs);
	rig.target_fd = load_target_of("build/tests/xdp/dispatcher.bpf.o", "xdp_dispatcher");
	assert_int_equal(bpf_xdp_attach(LO, rig.target_fd, XDP_FLAGS_SKB_MODE, NULL), 0);
	rig.members = bpf_object__open_file("build/tests/xdp/members.bpf.o", NULL);
	bpf_object__for_each_program(p, rig.members) {
		char name[] = "prog0";

		name[4] += n++;
		assert_int_equal(bpf_program__set_attach_target(p, rig.target_fd, name), 0);
	}
	assert_int_equal(bpf_object__load(rig.members), 0);
	n = 0;
	bpf_object__for_each_program(p, rig.members) {
		rig.links[n] = bpf_program__attach(p);
		assert_non_null(rig.links[n++]);
	}
}

static void the_programs_of_a_dispatcher_are_found(void **state is_unused)
{
	struct member found[MEMBERS_MAX];
	struct xdp_program whole[3];

	put_dispatcher_there();
	assert_int_equal(xdp_query(LO, whole), 1);
	assert_int_equal(members_find(&whole[0], found), 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(found[i].program.id, xdp_program_id(member_fd(i)));
		assert_int_equal(found[i].program.mode, XDP_MODE_GENERIC);
		assert_string_equal(found[i].program.name, "member_with_a_n");
		assert_string_equal(found[i].function, i ? "prog1" : "prog0");
		assert_true(found[i].is_configured);
		assert_int_equal(found[i].priority, i ? 50 : 10);
	}
	assert_int_equal(found[0].chain, 1 << XDP_PASS);
	assert_int_equal(members_find(&found[0].program, found), 0);
	tear_down();
}

static const struct member_case {
	const char *name, *wanted;
	int member;			/* whose id is wanted instead; -1: of none */
	/* bytes gone from the front before it, of the frame before and behind it */
	uint32_t before, len, after;
	uint32_t verdict;
	const char *function;
} member_cases[] = {
	{ "the_whole", NULL, -1, 0, FRAME, FRAME - 10, XDP_DROP, "xdp_dispatcher" },
	{ "the_whole_by_name", "xdp_dispatcher", -1, 0, FRAME, FRAME - 10, XDP_DROP,
	  "xdp_dispatcher" },
	{ "the_first_by_name", PASSES, -1, 0, FRAME, FRAME - 4, XDP_PASS, PASSES },
	{ "the_first_by_id", NULL, 0, 0, FRAME, FRAME - 4, XDP_PASS, PASSES },
	{ "the_second_by_name", DROPS, -1, 4, FRAME - 4, FRAME - 10, XDP_DROP, DROPS },
	{ "the_second_by_id", NULL, 1, 4, FRAME - 4, FRAME - 10, XDP_DROP, DROPS },
	{ "by_the_name_of_the_kernel", "member_with_a_n", -1, 0, FRAME, FRAME - 4, XDP_PASS,
	  PASSES },
};

static void one_of_several_is_traced(void **state)
{
	const struct member_case *c = *state;
	char id[16];

	put_dispatcher_there();
	rig.wanted = c->wanted;
	if (c->member >= 0) {
		snprintf(id, sizeof(id), "%u", xdp_program_id(member_fd(c->member)));
		rig.wanted = id;
	}
	watch_on(LO, (struct hook_settings){ .at = BOTH });
	assert_string_equal(traced_function(rig.traced)->name, c->function);
	assert_int_equal(run(), XDP_DROP);
	assert_int_equal(seen.n, 2);
	check_record(seen.records[0], POINT_ENTRY, seen.frame + c->before, c->len, 0);
	check_record(seen.records[1], POINT_EXIT, seen.frame + FRAME - c->after, c->after,
		     byte_of(c->verdict));
	assert_false(hook_is_lost(seen.hook));
	tear_down();
}

/* What the tool prints of lo. */
static void the_list_shows_the_programs_of_a_dispatcher(void **state is_unused)
{
	char command[512], said[4096] = "", row[256];
	FILE *p;

	put_dispatcher_there();
	snprintf(command, sizeof(command), "%s/../../xdpdump -D; %s/../../xdpdump -D -T json",
		 own_folder, own_folder);
	p = popen(command, "r");
	assert_non_null(p);
	said[fread(said, 1, sizeof(said) - 1, p)] = '\0';
	pclose(p);
	snprintf(row, sizeof(row), "=> member_with_a_n  %-3u", xdp_program_id(member_fd(1)));
	assert_non_null(strstr(said, "xdp_dispatcher "));
	assert_non_null(strstr(said, row));
	assert_non_null(strstr(said, "  generic: xdp_dispatcher is there, which is traced\n"));
	assert_non_null(strstr(said, "in the place of prog0, priority 10, the next one after PASS\n"));
	assert_non_null(strstr(said, "in the place of prog1, priority 50, the next one after PASS,TX\n"));
	snprintf(row, sizeof(row),
		 "\"members\":[{\"id\":%u,\"name\":\"member_with_a_n\",\"mode\":\"generic\",\"tag\":\"",
		 xdp_program_id(member_fd(0)));
	assert_non_null(strstr(said, row));
	assert_non_null(strstr(said, "\"function\":\"prog1\",\"priority\":50,\"chain\":\"PASS,TX\"}]"));
	tear_down();
}

/* ---- what cannot be traced ---- */

static void there_has_to_be_a_program(void **state is_unused)
{
	struct traced *t;

	assert_int_equal(traced_open(&t, LO, NULL), -ENOENT);
}

static void it_has_to_be_the_one_that_is_meant(void **state is_unused)
{
	static const char *const others[] = {
		"traced_that_drop", "traced_that_drops_", "traced", "0", "4294967297", "x",
	};
	struct traced *t;
	char id[32];

	put_there("traced_that_drops");
	for (size_t i = 0; i < array_size(others); i++)
		assert_int_equal(traced_open(&t, LO, others[i]), -ESRCH);
	snprintf(id, sizeof(id), "%ux", xdp_program_id(rig.target_fd));
	assert_int_equal(traced_open(&t, LO, id), -ESRCH);
	id[strlen(id) - 1] = '\0';
	assert_int_equal(traced_open(&t, LO, id), 0);
	traced_close(t);
	assert_int_equal(traced_open(&t, LO, "traced_that_drops"), 0);
	traced_close(t);
	assert_int_equal(traced_open(&t, LO, "traced_that_dro"), 0);
	traced_close(t);
	tear_down();
}

static void one_without_btf_is_refused(void **state is_unused)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "plain", "GPL", insns, array_size(insns), NULL);
	struct traced *t;

	assert_true(fd >= 0);
	assert_int_equal(bpf_xdp_attach(LO, fd, XDP_FLAGS_SKB_MODE, NULL), 0);
	assert_int_equal(traced_open(&t, LO, NULL), -ENODATA);
	assert_int_equal(bpf_xdp_detach(LO, XDP_FLAGS_SKB_MODE, NULL), 0);
	close(fd);
}

/* What the whole tool says on a kernel that refuses. */
static void the_tool_says_that_the_kernel_refuses(void **state is_unused)
{
	static const char *const ways[] = { "auto", "trace" };

	put_there("traced_that_drops");
	for (size_t i = 0; i < array_size(ways); i++) {
		char command[512], said[1024] = "";
		FILE *p;

		snprintf(command, sizeof(command), "%s/../../xdpdump -i lo --observe %s 2>&1",
			 own_folder, ways[i]);
		p = popen(command, "r");
		assert_non_null(p);
		said[fread(said, 1, sizeof(said) - 1, p)] = '\0';
		assert_int_equal(WEXITSTATUS(pclose(p)), 5);
		assert_non_null(strstr(said, "lo: an XDP program is attached already: traced_that_dro (id "));
		assert_non_null(strstr(said, "generic mode); it is left as it is, as this kernel does not let "
				       "programs be traced; --observe front would put ours in its place"));
		assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
	}
	tear_down();
}

/* Does this kernel let programs be traced? -EPERM, -ENOTSUP ... */
static int try_it(void)
{
	struct hook_settings s = { .snap = SNAP, .at = BOTH };
	int err;

	put_there("traced_that_passes");
	err = traced_open(&rig.traced, LO, NULL);
	s.traced = rig.traced;
	if (!err)
		err = rings_open(&seen.rings, 0, SNAP + 8 * EVENT_META_MAX);
	if (!err)
		err = hook_open(&seen.hook, &hook_trace, seen.rings, &s);
	if (!err)
		err = hook_attach(seen.hook, LO, XDP_MODE_GENERIC);
	tear_down();
	return err;
}

static int tried;

/* As -D asks it, which attaches nothing. */
static void whether_it_could_be_is_known_before(void **state is_unused)
{
	put_there("traced_that_passes");
	assert_int_equal(traced_open(&rig.traced, LO, NULL), 0);
	assert_int_equal(!traced_try(rig.traced), !tried);
	tear_down();
}

int main(int argc is_unused, char **argv)
{
	static const struct CMUnitTest always[] = {
		cmocka_unit_test(there_has_to_be_a_program),
		cmocka_unit_test(it_has_to_be_the_one_that_is_meant),
		cmocka_unit_test(one_without_btf_is_refused),
		cmocka_unit_test(whether_it_could_be_is_known_before),
	};
	struct CMUnitTest tests[64];
	size_t n = array_size(always);
	int err;

	if (unshare(CLONE_NEWNET) ||
	    system("ip=$(command -v /sbin/ip || command -v ip); $ip link set lo up && "
		   "$ip link add v0 mtu 9000 type veth peer name v1 mtu 9000 && "
		   "$ip link set v0 arp off up && $ip link set v1 arp off up")) {
		puts("1..0 # SKIP needs root (a network namespace)");
		return 77;
	}
	own_folder = dirname(argv[0]);
	memcpy(tests, always, sizeof(always));
	object_set_log(getenv("LOUD") ? OBJECT_ALL : OBJECT_SILENT);
	err = tried = try_it();
	if (err) {
		if (err == -EPERM)
			tests[n++] = (struct CMUnitTest)cmocka_unit_test(the_tool_says_that_the_kernel_refuses);
		if (unit_run("trace", tests, n))
			return 1;
		printf("1..0 # SKIP this kernel does not let programs be traced: %s\n",
		       strerror(-err));
		return 77;
	}
	unit_of_table(targets, the_verdict_is_theirs_and_both_images_are_there, tests, n);
	unit_of_table(large_cases, a_frame_in_several_buffers, tests, n);
	unit_of_table(member_cases, one_of_several_is_traced, tests, n);
	unit_of_table(wishes, what_is_wanted_is_captured_and_nothing_else, tests, n);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_full_ring_is_counted_at_both_points);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(of_a_sample_both_images_are_there);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(the_programs_of_a_dispatcher_are_found);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(the_list_shows_the_programs_of_a_dispatcher);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(one_from_a_driver_as_well);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(another_filter_takes_over);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(frames_of_another_interface_do_not_count);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(frames_of_another_namespace_do_not_count);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(two_of_ours_trace_the_same_program);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(one_that_is_replaced_is_followed);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(one_that_is_taken_off_is_missed);
	return unit_run("trace", tests, n);
}
