// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What this kernel tells of its types, tried with programs that believe it. Needs root. */
#include <bpf/bpf.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/kernel/kernel_types.h"
#include "capture/kernel/linked.h"
#include "capture/kernel/places.h"
#include "bpf/event.h"
#include "tests/unit/insns.h"

/* What the program in it returns for a frame of @len bytes. */
static uint32_t returned(const struct linked *l, uint32_t len)
{
	static const uint8_t frame[60000];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = len, .repeat = 1);
	int fd = insns_load("look", l->insns, l->n, BPF_XDP, BPF_F_XDP_HAS_FRAGS);

	assert_int_equal(bpf_prog_test_run_opts(fd, &opts), 0);
	close(fd);
	return opts.retval;
}

static void frames_in_pieces_are_told_from_others(void **state is_unused)
{
	static const struct bpf_insn program[] = { SET(BPF_REG_0, FRAGS_PLACE), RETURN };
	static const struct bpf_prog_load_opts nothing = { .sz = sizeof(nothing) };
	const struct kernel_types *t = kernel_types();
	cleanup(linked_close) struct linked l = { .n = 0 };

	if (!t->has_frags_flag)
		skip();
	assert_int_equal(linked_open(&l, program, array_size(program), &nothing), 0);
	assert_int_equal(returned(&l, 60), FRAGS_PLACE);
	assert_int_equal(places_fill_types(&l, t), 0);
	assert_int_equal(returned(&l, 60), 0);
	assert_int_equal(returned(&l, 1500), 0);
	assert_int_equal(returned(&l, 9000), t->frags_bits);
	assert_int_equal(returned(&l, 60000), t->frags_bits);
}

static void they_are_asked_for_once(void **state is_unused)
{
	const struct kernel_types *t = kernel_types();
	const struct kernel_types before = *t;

	assert_ptr_equal(kernel_types(), t);
	assert_memory_equal(&before, t, sizeof(before));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_in_pieces_are_told_from_others),
		cmocka_unit_test(they_are_asked_for_once),
	};

	if (geteuid() != 0) {
		printf("1..0 # SKIP needs root\n");
		return 0;
	}
	return unit_run("kernel_types_live", tests, array_size(tests));
}
