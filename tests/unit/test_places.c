// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A program with places in it, before and after they are filled: each instruction has a number, as
 * its operand or as the column of its line information, and what jumped, called or pointed to a
 * number still does.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/filter/emit.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/kernel_types.h"
#include "capture/kernel/linked.h"
#include "capture/kernel/places.h"
#include "tests/unit/insns.h"

#define OWN(by)		INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, by)
#define KERNEL(id)	(struct bpf_insn)INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, id)
#define NUMBER(n)	SET(BPF_REG_5, n)
#define LINE(at, number)	{ .insn_off = at, .line_col = number }

enum { ROOM = -160, END = 1009, SUB = 1014, WORD = 1016, AFTER = 1007, FIRST = 1000, HERE = 1004 };

static const struct bpf_insn program[] = {
	NUMBER(FIRST),
	/* over both places, to END */
	JUMP(BPF_JEQ, BPF_REG_1, 0, 12),
	OWN(13),							/* SUB */
	OWN(17),							/* the place holder */
	NUMBER(HERE),
	SET(BPF_REG_0, FILTER_PLACE),
	LOAD(BPF_DW, BPF_REG_0, BPF_REG_10, ROOM),
	NUMBER(AFTER),
	JUMP(BPF_JNE, BPF_REG_0, 0, -5),				/* back, to HERE */
	INSN(BPF_LD | BPF_IMM | BPF_DW, BPF_REG_2, BPF_PSEUDO_FUNC, 0, 6), /* SUB */
	INSN(0, 0, 0, 0, 0),
	SET(BPF_REG_0, FILTER_PLACE),
	LOAD(BPF_DW, BPF_REG_0, BPF_REG_10, ROOM + 8),
	JUMP(BPF_JA, 0, 0, 0),
	NUMBER(END),
	RETURN,
	NUMBER(SUB),
	RETURN,
	NUMBER(WORD),
	SET(BPF_REG_0, 1),
	RETURN,
	OWN(-4),							/* WORD */
	SET(BPF_REG_0, FILTER_MARK),
	RETURN,
};

static const struct bpf_func_info functions[] = { { 0, FIRST }, { 16, SUB }, { 18, WORD }, { 21, 0 } };

static const struct bpf_line_info lines[] = {
	LINE(0, FIRST), LINE(4, HERE), LINE(5, 0), LINE(6, 0), LINE(7, AFTER), LINE(12, 0),
	LINE(14, END), LINE(16, SUB), LINE(18, WORD), LINE(21, 0),
};

static const struct bpf_insn accept_words[] = {
	STORE(BPF_DW, BPF_REG_10, -8, BPF_REG_1),
	COPY(BPF_REG_3, BPF_REG_10),
	PLUS(BPF_REG_3, -FILTER_ROOM),
	OWN(0),
	JUMP(BPF_JEQ, BPF_REG_0, 0, 2),
	LOAD(BPF_DW, BPF_REG_0, BPF_REG_10, -16),
	RETURN,
	SET(BPF_REG_0, 0),
	RETURN,
};

static struct linked l;

static void open_program(void)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .func_info = functions,
		    .func_info_cnt = array_size(functions),
		    .func_info_rec_size = sizeof(*functions), .line_info = lines,
		    .line_info_cnt = array_size(lines), .line_info_rec_size = sizeof(*lines));

	assert_int_equal(linked_open(&l, program, array_size(program), &opts), 0);
}

static int teardown(void **state is_unused)
{
	linked_close(&l);
	return 0;
}

/* Where the instruction with this number is. */
static size_t where(int number)
{
	size_t i = 0;

	while (i < l.n && (l.insns[i].dst_reg != BPF_REG_5 || l.insns[i].imm != number))
		i++;
	assert_true(i < l.n);
	return i;
}

static size_t jumps_to(size_t i)
{
	return i + 1 + l.insns[i].off;
}

static size_t calls(size_t i)
{
	return i + 1 + l.insns[i].imm;
}

/* What was outside of the places means what it has meant. */
static void check_others(size_t n_lines)
{
	size_t here = where(HERE), after = where(AFTER);
	const struct bpf_line_info *line = (const void *)l.lines.records;
	const struct bpf_func_info *function = (const void *)l.functions.records;

	assert_int_equal(jumps_to(where(FIRST) + 1), where(END));
	assert_int_equal(calls(where(FIRST) + 2), where(SUB));
	assert_int_equal(jumps_to(after + 1), here);
	assert_int_equal(calls(after + 2), where(SUB));
	assert_int_equal(l.insns[after + 3].code, 0);
	assert_int_equal(l.lines.n, n_lines);
	for (uint32_t i = 0; i < l.lines.n; i++) {
		assert_true(line[i].insn_off < l.n &&
			    (!i || line[i].insn_off > line[i - 1].insn_off));
		if (line[i].line_col)
			assert_int_equal(line[i].insn_off, where(line[i].line_col));
	}
	assert_int_equal(l.functions.n, array_size(functions));
	for (uint32_t i = 0; i < array_size(functions) - 1; i++)
		assert_int_equal(function[i].insn_off, where(function[i].type_id));
	assert_int_equal(function[3].insn_off, calls(where(FIRST) + 3));
}

/* accept_words is at @at, as a part of the function whose room is that, and goes on behind. */
static void check_body(size_t at, int room)
{
	const size_t n = array_size(accept_words);
	const struct bpf_insn *body = &l.insns[at];

	assert_int_equal(body[0].off, room + FILTER_ROOM - 8);
	assert_int_equal(body[2].imm, room);
	assert_int_equal(calls(at + 3), where(WORD));
	assert_int_equal(jumps_to(at + 4), at + 7);
	assert_int_equal(body[5].off, room + FILTER_ROOM - 16);
	assert_int_equal(body[6].code, BPF_JMP | BPF_JA);
	assert_int_equal(jumps_to(at + 6), at + n);
	assert_int_equal(body[8].code, BPF_JMP | BPF_JA);
	assert_int_equal(jumps_to(at + 8), at + n);
}

static void a_filter_becomes_a_part_of_its_places(void **state is_unused)
{
	const struct filter f = { .insns = (struct bpf_insn *)accept_words, .n = array_size(accept_words) };

	open_program();
	assert_int_equal(places_fill_filter(&l, &f), 0);
	assert_int_equal(l.n, array_size(program) + 2 * (array_size(accept_words) - 2));
	check_others(array_size(lines) - 2);
	assert_int_equal(where(AFTER), where(HERE) + 1 + array_size(accept_words));
	check_body(where(HERE) + 1, ROOM);
	check_body(where(AFTER) + 4, ROOM + 8);
	assert_int_equal(where(END), where(AFTER) + 4 + array_size(accept_words) + 1);
	assert_int_equal(calls(l.n - 3), where(WORD));
	assert_int_equal(l.insns[l.n - 2].imm, FILTER_MARK);
}

/* Of @n instructions, which call the other function first and return at their end. */
static struct filter filter_of(size_t n)
{
	struct filter f = { .insns = calloc(n, sizeof(*f.insns)), .n = n };

	assert_non_null(f.insns);
	for (size_t i = 0; i < n; i++)
		f.insns[i] = (struct bpf_insn)SET(BPF_REG_4, i);
	f.insns[0] = (struct bpf_insn)OWN(0);
	f.insns[n - 1] = (struct bpf_insn)RETURN;
	return f;
}

static void check_call(size_t at, size_t function)
{
	assert_true(linked_is_call(&l.insns[at]));
	assert_int_equal(calls(at), function);
}

/* It is not too long itself, but for the jump over two of them. */
static void one_that_is_too_long_is_called(void **state is_unused)
{
	static const size_t sizes[] = { EMIT_REACH / 2 - 4, EMIT_REACH / 2 - 3, EMIT_REACH, EMIT_REACH + 1, 70000 };

	for (size_t i = 0; i < array_size(sizes); i++) {
		struct filter f = filter_of(sizes[i]);
		size_t function;

		open_program();
		assert_int_equal(places_fill_filter(&l, &f), 0);
		check_others(array_size(lines) - 2);
		function = calls(where(FIRST) + 3);
		if (!i) {
			assert_int_equal(where(AFTER), where(HERE) + 1 + f.n);
		} else {
			assert_int_equal(l.n, function + f.n);
			check_call(where(HERE) + 1, function);
			check_call(where(AFTER) + 4, function);
			check_call(function, where(WORD));
			assert_int_equal(l.insns[l.n - 1].code, BPF_JMP | BPF_EXIT);
		}
		to_ebpf_free(&f);
		linked_close(&l);
	}
}

static void one_that_needs_more_of_the_stack_is_called(void **state is_unused)
{
	for (int more = 0; more < 2; more++) {
		struct filter f = filter_of(3);
		const struct bpf_insn store = STORE(BPF_W, BPF_REG_10, -FILTER_ROOM - 4 * more,
						    BPF_REG_1);

		f.insns[1] = store;
		open_program();
		assert_int_equal(places_fill_filter(&l, &f), 0);
		if (more)
			check_call(where(HERE) + 1, calls(where(FIRST) + 3));
		else
			assert_int_equal(l.insns[where(HERE) + 2].off, ROOM);
		to_ebpf_free(&f);
		linked_close(&l);
	}
}

static void a_jump_that_does_not_reach_leaves_all_as_it_was(void **state is_unused)
{
	struct filter f = filter_of(EMIT_REACH);

	open_program();
	assert_int_equal(linked_replace(&l, 5, 2, f.insns, EMIT_REACH - 9), -ERANGE);
	assert_int_equal(l.n, array_size(program));
	assert_memory_equal(l.insns, program, sizeof(program));
	assert_int_equal(l.lines.n, array_size(lines));
	assert_memory_equal(l.lines.records, lines, sizeof(lines));
	assert_int_equal(linked_replace(&l, 5, 2, f.insns, EMIT_REACH - 10), 0);
	assert_int_equal(jumps_to(1), where(END));
	to_ebpf_free(&f);
}

static void a_look_at_the_frame_is_put_into_all_its_places(void **state is_unused)
{
	static const struct bpf_insn two[] = {
		SET(BPF_REG_0, FRAGS_PLACE), JUMP(BPF_JEQ, BPF_REG_0, 0, 1), SET(BPF_REG_0, FRAGS_PLACE), RETURN,
	};
	struct kernel_types t = { .cast_id = 70000, .frags_off = 52, .frags_bits = 1 };
	const struct bpf_insn look[] = {
		INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, 70000),
		LOAD(BPF_W, BPF_REG_0, BPF_REG_0, 52),
		INSN(BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_0, 0, 0, 1),
	};
	static const struct bpf_prog_load_opts nothing = { .sz = sizeof(nothing) };

	assert_int_equal(linked_open(&l, two, array_size(two), &nothing), 0);
	assert_int_equal(places_fill_types(&l, &t), 0);
	assert_int_equal(l.n, array_size(two));
	assert_memory_equal(l.insns, two, sizeof(two));
	t.has_frags_flag = true;
	assert_int_equal(places_fill_types(&l, &t), 0);
	assert_int_equal(l.n, array_size(two) + 4);
	assert_memory_equal(l.insns, look, sizeof(look));
	assert_int_equal(jumps_to(3), 7);
	assert_memory_equal(&l.insns[4], look, sizeof(look));
}

static void questions_to_the_driver_are_calls_where_there_is_such_a_function(void **state is_unused)
{
	static const struct bpf_insn asks[] = {
		SET(BPF_REG_0, DEVICE_TIME_PLACE), NUMBER(1),
		SET(BPF_REG_0, DEVICE_HASH_PLACE), NUMBER(2),
		SET(BPF_REG_0, DEVICE_TAG_PLACE),  NUMBER(3),
		SET(BPF_REG_0, DEVICE_TAG_PLACE),  RETURN,
	};
	static const struct bpf_prog_load_opts nothing = { .sz = sizeof(nothing) };
	const struct kernel_types t = { .rx_timestamp_id = 11, .rx_vlan_tag_id = 70001 };

	assert_int_equal(linked_open(&l, asks, array_size(asks), &nothing), 0);
	assert_int_equal(places_fill_types(&l, &t), 0);
	assert_int_equal(l.n, array_size(asks));
	for (size_t i = 0; i < l.n; i++) {
		const struct bpf_insn want = i == 0			? KERNEL(11)
					     : i == 4 || i == 6 ? KERNEL(70001)
								: asks[i];

		assert_memory_equal(&l.insns[i], &want, sizeof(want));
	}
}

static void a_program_without_a_function_for_it_takes_no_filter(void **state is_unused)
{
	const struct filter f = { .insns = (struct bpf_insn *)accept_words, .n = array_size(accept_words) };

	open_program();
	l.insns[l.n - 2].imm = 0;
	assert_int_equal(places_fill_filter(&l, &f), -ENOEXEC);
	assert_int_equal(l.n, array_size(program));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_filter_becomes_a_part_of_its_places, teardown),
		cmocka_unit_test_teardown(one_that_is_too_long_is_called, teardown),
		cmocka_unit_test_teardown(one_that_needs_more_of_the_stack_is_called, teardown),
		cmocka_unit_test_teardown(a_jump_that_does_not_reach_leaves_all_as_it_was, teardown),
		cmocka_unit_test_teardown(a_look_at_the_frame_is_put_into_all_its_places, teardown),
		cmocka_unit_test_teardown(questions_to_the_driver_are_calls_where_there_is_such_a_function, teardown),
		cmocka_unit_test_teardown(a_program_without_a_function_for_it_takes_no_filter, teardown),
	};

	return unit_run("places", tests, array_size(tests));
}
