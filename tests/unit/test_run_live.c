// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Programs out of tests/xdp over frames: which is taken, what comes out, what the kernel takes, and
 * that nothing is left behind.
 */
#include <bpf/bpf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/map_option.h"
#include "capture/kernel/object.h"
#include "capture/kernel/run_object.h"
#include "capture/kernel/test_run.h"

#include "tests/unit/unit.h"

enum { FRAGMENTS_MAX = 17 };	/* MAX_SKB_FRAGS of kernels that nobody has configured otherwise */

static uint8_t frame[256 << 10];

/* A program, ready to be run. */
struct subject {
	struct run_object *object;
	struct test_run *test;
};

static enum status open_object(struct run_object **r, const char *what, const char *const *maps)
{
	struct map_option options[4];
	char path[256], said[256];
	unsigned n = 0;

	for (; maps && maps[n]; n++)
		assert_true(map_option_parse(&options[n], maps[n], said, sizeof(said)));
	snprintf(path, sizeof(path), "%s/tests/xdp/%s", getenv("B") ? getenv("B") : "build", what);
	return run_object_open(r, path, options, n, false);
}

static struct subject begin_from(const char *what, const char *const *maps, uint32_t ifindex)
{
	struct subject s = { .object = NULL };

	assert_int_equal(open_object(&s.object, what, maps), STATUS_OK);
	assert_int_equal(test_run_open(&s.test, run_object_fd(s.object),
				       &(struct test_run_settings){ .ifindex = ifindex }), 0);
	return s;
}

static struct subject begin(const char *what, const char *const *maps)
{
	return begin_from(what, maps, 0);
}

static void end(struct subject *s)
{
	test_run_close(s->test);
	run_object_close(s->object);
}

static struct test_run_result run(struct subject *s, uint32_t len)
{
	struct test_run_result r = { 0 };

	assert_int_equal(test_run_frame(s->test, frame, len, &r), 0);
	return r;
}

static void the_only_program_needs_no_name(void **state is_unused)
{
	struct subject s = begin("blocklist.bpf.o", NULL);

	assert_string_equal(run_object_name(s.object), "blocklist");
	assert_int_equal(run(&s, 60).action, XDP_PASS);
	end(&s);
}

static void a_program_is_named_by_function_or_section(void **state is_unused)
{
	struct subject s = begin("several.bpf.o:called", NULL);

	assert_int_equal(run(&s, 60).action, XDP_TX);
	end(&s);
	s = begin("several.bpf.o:xdp_where", NULL);
	assert_string_equal(run_object_name(s.object), "where_from");
	end(&s);
}

static void a_frame_comes_from_the_loopback_or_where_it_is_said(void **state is_unused)
{
	struct subject s = begin("several.bpf.o:where_from", NULL);

	assert_int_equal(run(&s, 60).action, 100);
	end(&s);
	s = begin_from("several.bpf.o:where_from", NULL, 1);
	assert_int_equal(run(&s, 60).action, 100);
	end(&s);
}

static void an_interface_or_a_queue_that_is_not_there(void **state is_unused)
{
	struct run_object *object = NULL;
	struct test_run *t = NULL;

	assert_int_equal(open_object(&object, "several.bpf.o:where_from", NULL), STATUS_OK);
	assert_int_equal(test_run_open(&t, run_object_fd(object),
				       &(struct test_run_settings){ .ifindex = 1 << 30 }), -ENODEV);
	assert_int_equal(test_run_open(&t, run_object_fd(object),
				       &(struct test_run_settings){ 1, 9999 }),
			 -EINVAL);
	run_object_close(object);
}

static void an_unchanged_frame_is_the_same(void **state is_unused)
{
	struct subject s = begin("several.bpf.o:called", NULL);
	struct test_run_result r = run(&s, 1514);

	assert_false(r.changed);
	assert_int_equal(r.len, 1514);
	assert_memory_equal(r.data, frame, 1514);
	end(&s);
}

static void a_frame_that_became_shorter(void **state is_unused)
{
	struct subject s = begin("several.bpf.o:shorter", NULL);
	struct test_run_result r = run(&s, 100);

	assert_true(r.changed);
	assert_int_equal(r.len, 96);
	assert_memory_equal(r.data, frame, 96);
	end(&s);
}

/* They stand in front of it. */
static void metadata_are_no_part_of_the_frame(void **state is_unused)
{
	struct subject s = begin("several.bpf.o:with_metadata", NULL);
	struct test_run_result r = run(&s, 100);

	assert_true(r.changed);
	assert_int_equal(r.len, 100);
	assert_memory_equal(r.data, frame, 100);
	end(&s);
}

/*
 * A page but for 256 bytes of headroom, and for struct skb_shared_info, which are 320 on x86-64 and
 * arm64.
 */
static void a_program_without_fragments_takes_a_page(void **state is_unused)
{
	struct subject s = begin("several.bpf.o:called", NULL);
	uint32_t max = test_run_max(s.test);

	assert_in_range(max, 3000, sysconf(_SC_PAGESIZE) - 256);
	assert_int_equal(run(&s, max).len, max);
	end(&s);
}

static void one_with_fragments_takes_all_that_the_kernel_does(void **state is_unused)
{
	struct subject s = begin("several.bpf.o:in_fragments", NULL);
	struct test_run_result r;

	assert_int_equal(test_run_max(s.test), UINT32_MAX);
	r = run(&s, 9014);
	assert_int_equal(r.action, XDP_DROP);
	assert_int_equal(r.len, 9014);
	assert_memory_equal(r.data, frame, 9014);
	assert_int_equal(run(&s, 60000).action, XDP_DROP);
	assert_int_equal(test_run_frame(s.test, frame, 4096 * (FRAGMENTS_MAX + 1) + 1, &r), -E2BIG);
	assert_int_equal(run(&s, 9000).action, XDP_PASS);
	end(&s);
}

/* Loaders do not agree on the type of attachment, and nothing else tells. */
static void a_program_of_any_loader_is_asked_for_fragments(void **state is_unused)
{
	static const struct bpf_insn drop[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_DROP },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	static const uint32_t types[] = { BPF_XDP, 0 };

	for (unsigned i = 0; i < 4; i++) {
		LIBBPF_OPTS(bpf_prog_load_opts, o, .expected_attach_type = types[i / 2],
			    .prog_flags = i % 2 ? BPF_F_XDP_HAS_FRAGS : 0);
		int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "drop", "GPL", drop, array_size(drop),
				       &o);
		struct test_run *t = NULL;

		assert_true(fd >= 0);
		assert_int_equal(test_run_open(&t, fd, &(struct test_run_settings){ 0 }), 0);
		assert_int_equal(test_run_max(t) == UINT32_MAX, i % 2);
		test_run_close(t);
		close(fd);
	}
}

static void the_shortest_frame_has_14_bytes(void **state is_unused)
{
	struct subject s = begin("several.bpf.o:called", NULL);
	struct test_run_result r;

	assert_int_equal(run(&s, TEST_RUN_MIN).len, TEST_RUN_MIN);
	assert_int_equal(test_run_frame(s.test, frame, TEST_RUN_MIN - 1, &r), -EINVAL);
	end(&s);
}

/* Not one run more, and each with the frame as it came, whether it is cut or not. */
static void time_is_that_of_so_many_runs(void **state is_unused)
{
	for (unsigned stays = 0; stays < 2; stays++) {
		struct subject s = begin("several.bpf.o:counts_runs", NULL);
		uint64_t ns = UINT64_MAX;

		frame[14] = stays;
		assert_int_equal(run(&s, 100).action, 1001);
		assert_int_equal(test_run_time(s.test, 100, &ns), 0);
		assert_true(ns < 1000000);
		assert_int_equal(run(&s, 100).action, 1102);
		assert_int_equal(test_run_time(s.test, 7, &ns), 0);
		assert_int_equal(run(&s, 100).action, 1110);
		end(&s);
	}
	frame[14] = 0;
}

static unsigned count_descriptors(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void nothing_is_left_open(void **state is_unused)
{
	const unsigned before = count_descriptors();
	struct subject s = begin("several.bpf.o:in_fragments", NULL);

	run(&s, 100);
	end(&s);
	assert_int_equal(count_descriptors(), before);
}

static void maps_are_filled_in_order(void **state is_unused)
{
	static const char *const maps[] = { "by_value=2a:01000000", "by_value=2a:03000000", NULL };
	struct subject s = begin("several.bpf.o:verdict_by_value", maps);

	frame[14] = 0x2a;
	assert_int_equal(run(&s, 60).action, XDP_TX);
	frame[14] = 0;
	assert_int_equal(run(&s, 60).action, XDP_PASS);
	end(&s);
}

static void a_per_cpu_map_is_filled_for_all_cpus(void **state is_unused)
{
	static const char *const maps[] = { "by_cpu=00000000:04000000", NULL };
	struct subject s = begin("several.bpf.o:verdict_by_cpu", maps);

	for (int i = 0; i < 100; i++) {
		assert_int_equal(run(&s, 60).action, XDP_REDIRECT);
		usleep(100);	/* may be on another CPU then */
	}
	end(&s);
}

static void a_map_without_keys_is_filled_in_turn(void **state is_unused)
{
	static const char *const maps[] = { "by_turn=:03000000", "by_turn=:01000000", NULL };
	struct subject s = begin("several.bpf.o:verdict_by_turn", maps);

	assert_int_equal(run(&s, 60).action, XDP_TX);
	assert_int_equal(run(&s, 60).action, XDP_DROP);
	assert_int_equal(run(&s, 60).action, XDP_PASS);
	end(&s);
}

static void a_map_of_programs_is_filled_by_name(void **state is_unused)
{
	static const char *const maps[] = { "calls=01000000:called", NULL };
	struct subject s = begin("several.bpf.o:calling", maps);

	assert_int_equal(run(&s, 60).action, XDP_TX);
	end(&s);
	s = begin("several.bpf.o:calling", NULL);
	assert_int_equal(run(&s, 60).action, XDP_DROP);
	end(&s);
}

/* by_value wants to be. */
static void no_map_is_pinned(void **state is_unused)
{
	struct subject s = begin("several.bpf.o:verdict_by_value", NULL);

	assert_int_not_equal(access("/sys/fs/bpf/by_value", F_OK), 0);
	end(&s);
}

static void a_program_of_the_kernel_is_taken_by_its_id(void **state is_unused)
{
	struct subject s = begin("several.bpf.o:called", NULL);
	struct bpf_prog_info info = { .id = 0 };
	struct run_object *loaded = NULL;
	uint32_t len = sizeof(info);
	char what[32];

	assert_int_equal(bpf_obj_get_info_by_fd(run_object_fd(s.object), &info, &len), 0);
	snprintf(what, sizeof(what), "id:%u", info.id);
	assert_int_equal(run_object_open(&loaded, what, NULL, 0, false), STATUS_OK);
	assert_string_equal(run_object_name(loaded), "called");
	assert_null(run_object_path(loaded));
	run_object_close(loaded);
	end(&s);
	/* gone with its last descriptor */
	assert_int_equal(run_object_open(&loaded, what, NULL, 0, false), STATUS_USAGE);
}

static const struct refusal {
	const char *name, *what, *map;
	enum status status;
} refusals[] = {
	{ "no_such_file", "nonesuch.o", NULL, STATUS_RUNTIME },
	{ "no_such_file_with_a_name", "nonesuch.o:called", NULL, STATUS_RUNTIME },
	{ "several_programs", "several.bpf.o", NULL, STATUS_USAGE },
	{ "no_such_program", "several.bpf.o:nonesuch", NULL, STATUS_USAGE },
	{ "a_section_of_several", "several.bpf.o:xdp", NULL, STATUS_USAGE },
	{ "a_program_of_a_device_map", "several.bpf.o:for_a_map", NULL, STATUS_USAGE },
	{ "a_program_that_the_verifier_refuses", "refused.bpf.o", NULL, STATUS_UNSUPPORTED },
	{ "not_an_object", "../../../Makefile", NULL, STATUS_RUNTIME },
	{ "an_object_of_another_machine", "../../capture/main.o", NULL, STATUS_RUNTIME },
	{ "no_program_of_xdp", "../../tc.bpf.o", NULL, STATUS_USAGE },
	{ "no_such_map", "blocklist.bpf.o", "nonesuch=00:00", STATUS_USAGE },
	{ "a_key_of_another_size", "blocklist.bpf.o", "blocked=00:00", STATUS_USAGE },
	{ "a_value_of_another_size", "blocklist.bpf.o", "blocked=0000000000000000:0000",
	  STATUS_USAGE },
	{ "an_index_beyond", "several.bpf.o:verdict_by_cpu", "by_cpu=01000000:00000000",
	  STATUS_USAGE },
	{ "an_entry_that_makes_no_sense", "blocklist.bpf.o", "blocked=ffffffff00000000:01",
	  STATUS_RUNTIME },
	{ "constants", "several.bpf.o:called", ".rodata=00000000:01000000", STATUS_USAGE },
	{ "a_map_of_maps", "several.bpf.o:called", "of_maps=00000000:00000000", STATUS_USAGE },
	{ "a_program_that_is_none", "several.bpf.o:calling", "calls=00000000:nonesuch",
	  STATUS_USAGE },
	{ "a_map_that_is_not_pinned", "blocklist.bpf.o", "blocked=@/nonexistent", STATUS_USAGE },
};

static void is_refused(void **state)
{
	const struct refusal *c = *state;
	const char *const maps[] = { c->map, NULL };
	struct run_object *r = NULL;

	assert_int_equal(open_object(&r, c->what, maps), c->status);
	assert_null(r);
}

int main(void)
{
	struct CMUnitTest tests[64] = {
		cmocka_unit_test(the_only_program_needs_no_name),
		cmocka_unit_test(a_program_is_named_by_function_or_section),
		cmocka_unit_test(a_frame_comes_from_the_loopback_or_where_it_is_said),
		cmocka_unit_test(an_interface_or_a_queue_that_is_not_there),
		cmocka_unit_test(an_unchanged_frame_is_the_same),
		cmocka_unit_test(a_frame_that_became_shorter),
		cmocka_unit_test(metadata_are_no_part_of_the_frame),
		cmocka_unit_test(a_program_without_fragments_takes_a_page),
		cmocka_unit_test(one_with_fragments_takes_all_that_the_kernel_does),
		cmocka_unit_test(a_program_of_any_loader_is_asked_for_fragments),
		cmocka_unit_test(the_shortest_frame_has_14_bytes),
		cmocka_unit_test(time_is_that_of_so_many_runs),
		cmocka_unit_test(nothing_is_left_open),
		cmocka_unit_test(maps_are_filled_in_order),
		cmocka_unit_test(a_per_cpu_map_is_filled_for_all_cpus),
		cmocka_unit_test(a_map_without_keys_is_filled_in_turn),
		cmocka_unit_test(a_map_of_programs_is_filled_by_name),
		cmocka_unit_test(no_map_is_pinned),
		cmocka_unit_test(a_program_of_the_kernel_is_taken_by_its_id),
	};
	struct run_object *probe = NULL;
	size_t n = 19;

	object_set_log(OBJECT_SILENT);
	for (size_t i = 0; i < sizeof(frame); i++)
		frame[i] = i;
	frame[14] = 0;
	if (open_object(&probe, "several.bpf.o:called", NULL) == STATUS_PERMISSION) {
		puts("1..0 # SKIP needs root (CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON)");
		return 77;
	}
	run_object_close(probe);
	unit_of_table(refusals, is_refused, tests, n);
	return unit_run("run", tests, n);
}
