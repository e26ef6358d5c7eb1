// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The translation of filters without a kernel: programs that are refused, inputs as the fuzz target
 * takes, and programs longer than a jump. What the kernel makes of translations is in
 * test_filter_live.c.
 */
#include "tests/fuzz/filter_fuzz.c"
#include "tests/unit/unit.h"

enum { N_INPUTS = 3000, INPUT_MAX = 1200, LONG = 24000 };

struct refused {
	const char *name;
	int err;
	struct sock_filter prog[3];
};

static const struct refused refused[] = {
	{ "a_program_without_an_end", -EINVAL,
	  { BPF_STMT(BPF_LD | BPF_IMM, 1), BPF_STMT(BPF_LD | BPF_IMM, 1),
						 BPF_STMT(BPF_LD | BPF_IMM, 1) } },
	{ "an_opcode_that_is_none", -EINVAL,
	  { BPF_STMT(0xfff, 0), BPF_STMT(BPF_RET, 0), BPF_STMT(BPF_RET, 0) } },
	{ "an_operation_that_is_none", -EINVAL,
	  { BPF_STMT(BPF_ALU | 0xb0, 0), BPF_STMT(BPF_RET, 0), BPF_STMT(BPF_RET, 0) } },
	{ "memory_behind_the_last_word", -EINVAL,
	  { BPF_STMT(BPF_ST, 16), BPF_STMT(BPF_RET, 0), BPF_STMT(BPF_RET, 0) } },
	{ "a_jump_behind_the_end", -EINVAL,
	  { BPF_JUMP(BPF_JMP | BPF_JEQ, 0, 2, 0), BPF_STMT(BPF_RET, 0),
					      BPF_STMT(BPF_RET, 0) } },
	{ "a_jump_before_the_start", -EINVAL,
	  { BPF_STMT(BPF_JMP | BPF_JA, -2u), BPF_STMT(BPF_RET, 0), BPF_STMT(BPF_RET, 0) } },
	{ "a_long_jump_behind_the_end", -EINVAL,
	  { BPF_STMT(BPF_JMP | BPF_JA, 0x7fffffff), BPF_STMT(BPF_RET, 0),
						   BPF_STMT(BPF_RET, 0) } },
	{ "the_vlan_tag_of_a_socket", -EOPNOTSUPP,
	  { BPF_STMT(BPF_LD | BPF_B | BPF_ABS, SKF_AD_OFF + SKF_AD_VLAN_TAG),
						     BPF_STMT(BPF_RET, 0), BPF_STMT(BPF_RET, 0) } },
};

static void is_refused(void **state)
{
	const struct refused *r = *state;
	struct filter f;

	assert_int_equal(to_ebpf(&f, &filter_loads_xdp, r->prog, array_size(r->prog)), r->err);
}

static void an_empty_program_is_refused(void **state is_unused)
{
	struct filter f;

	assert_int_equal(to_ebpf(&f, &filter_loads_xdp, refused[0].prog, 0), -EINVAL);
}

static void what_no_way_leads_to_is_left_out(void **state is_unused)
{
	const struct sock_filter prog[] = {
		BPF_STMT(BPF_RET | BPF_K, 7),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_STMT(BPF_RET | BPF_A, 0),
	};
	const struct frame frame = { (const uint8_t *)"", 0, 0, false };
	struct filter f;

	assert_int_equal(to_ebpf(&f, &filter_loads_xdp, prog, array_size(prog)), 0);
	check_ways(&f);
	assert_int_equal(run(&f, &contexts[0], &frame), 7);
	to_ebpf_free(&f);
}

/* Always the same numbers (Knuth, MMIX). */
static uint32_t below(uint64_t *seed, uint32_t n)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (*seed >> 33) % n;
}

/* Small constants, so that not every program ends at its first load. */
static void random_inputs_pass(void **state is_unused)
{
	uint8_t data[INPUT_MAX];
	uint64_t seed = 1;

	for (int i = 0; i < N_INPUTS; i++) {
		uint32_t n = HEAD + INSN + below(&seed, INPUT_MAX - HEAD - INSN);

		for (uint32_t k = 0; k < n; k++)
			data[k] = below(&seed, 256);
		data[3] = below(&seed, 8) ? 0 : data[3];
		for (uint32_t k = HEAD; k + INSN <= n; k += INSN)
			if (below(&seed, 10))
				data[k + 5] = data[k + 6] = data[k + 7] = 0;
		LLVMFuzzerTestOneInput(data, n);
	}
}

/*
 * In every round a byte is loaded and compared, and one of the answers leads far away, over
 * hundreds of rounds. What is counted on the way tells the ways apart.
 */
static void jumps_reach_over_long_programs(void **state is_unused)
{
	static const uint32_t far[] = { 2000, 4000, 9000, 13000, 20000 };
	static struct sock_filter prog[LONG];
	uint8_t bytes[64];

	for (size_t k = 0; k < array_size(far); k++) {
		for (uint32_t i = 0; i + 1 < LONG; i += 6) {
			uint32_t left = LONG - 1 - i - 6;
			bool jumps = i % 600 == 0 && left > far[k];

			prog[i] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
							       i % sizeof(bytes));
			prog[i + 1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K,
								   1 + i % 7, 0, 1);
			prog[i + 2] = (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA,
								   jumps ? far[k] / 6 * 6 + 3 : 0);
			prog[i + 3] = (struct sock_filter)BPF_STMT(BPF_MISC | BPF_TXA, 0);
			prog[i + 4] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_ADD | BPF_K,
								   1 + i);
			prog[i + 5] = (struct sock_filter)BPF_STMT(BPF_MISC | BPF_TAX, 0);
		}
		prog[LONG - 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
		for (int i = 0; i < 20; i++) {
			struct frame frame = { bytes, sizeof(bytes), i % 2 ? sizeof(bytes) : 20, false };
			struct filter f;

			for (size_t b = 0; b < sizeof(bytes); b++)
				bytes[b] = b * i * 37;
			assert_int_equal(to_ebpf(&f, &filter_loads_xdp, prog, LONG), 0);
			assert_true(f.n > 2 * INT16_MAX);
			to_ebpf_free(&f);
			compare(prog, LONG, &frame);
		}
		/* too long for one jump over it: all frames go the way that takes all of them */
		if (!k) {
			struct filter both, words;

			assert_int_equal(to_ebpf(&both, &filter_loads_device, prog, LONG), 0);
			assert_int_equal(to_ebpf(&words, filter_loads_device.other, prog, LONG), 0);
			assert_int_equal(both.n, words.n);
			assert_memory_equal(both.insns, words.insns,
					    words.n * sizeof(*words.insns));
			to_ebpf_free(&both);
			to_ebpf_free(&words);
		}
	}
}

int main(void)
{
	struct CMUnitTest tests[array_size(refused) + 4];
	size_t n = 0;

	unit_of_table(refused, is_refused, tests, n);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(an_empty_program_is_refused);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(what_no_way_leads_to_is_left_out);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(random_inputs_pass);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(jumps_reach_over_long_programs);
	return unit_run("filter", tests, n);
}
