// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/event.h"
#include "capture/base/util.h"
#include "capture/filter/emit.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/kernel_types.h"
#include "capture/kernel/linked.h"
#include "capture/kernel/places.h"

enum { PLACE = 2 };		/* instructions, of that of a filter */

static bool is_mark(const struct bpf_insn *insn, int32_t mark)
{
	return BPF_CLASS(insn->code) == BPF_ALU64 && BPF_OP(insn->code) == BPF_MOV &&
	       insn->imm == mark;
}

/* The first place, or the end. */
static size_t find_place(const struct linked *l, int32_t mark)
{
	size_t i = 0;

	while (i < l->n && !is_mark(&l->insns[i], mark))
		i++;
	return i;
}

/* Where the last function begins, that is the place holder; 0: it is not. */
static size_t find_function(const struct linked *l)
{
	size_t last = 0;

	for (size_t i = 0; i < l->n; i++)
		if (linked_is_call(&l->insns[i]))
			last = max_of(last, i + 1 + l->insns[i].imm);
	return l->n >= 2 && l->insns[l->n - 2].imm == FILTER_MARK ? last : 0;
}

/*
 * Where the one function begins that the place holder calls, if any: it is the one that filters
 * call.
 */
static size_t find_callee(const struct linked *l)
{
	for (size_t i = find_function(l); i < l->n; i++)
		if (linked_is_call(&l->insns[i]))
			return i + 1 + l->insns[i].imm;
	return 0;
}

/* Those of the @n instructions at @start. */
static void direct_calls(struct linked *l, size_t start, size_t n, size_t callee)
{
	for (size_t i = start; i < start + n; i++)
		if (linked_is_call(&l->insns[i]))
			l->insns[i].imm = (int64_t)callee - (int64_t)(i + 1);
}

/* An address on the stack is made by two instructions. */
static void move_stack(struct bpf_insn *insn, size_t i, int by)
{
	uint8_t class = BPF_CLASS(insn[i].code);

	if ((class == BPF_LDX && insn[i].src_reg == BPF_REG_10) ||
	    ((class == BPF_ST || class == BPF_STX) && insn[i].dst_reg == BPF_REG_10))
		insn[i].off += by;
	else if (insn[i].code == (BPF_ALU64 | BPF_MOV | BPF_X) && insn[i].src_reg == BPF_REG_10)
		insn[i + 1].imm += by;
}

/*
 * The function as a part of another one: its stack is moved, and where it returns it goes to the
 * end.
 */
static void unwrap(struct bpf_insn *insns, size_t n, int room)
{
	for (size_t i = 0; i < n; i++) {
		move_stack(insns, i, room + FILTER_ROOM);
		if (insns[i].code == (BPF_JMP | BPF_EXIT))
			insns[i] = (struct bpf_insn){ .code = BPF_JMP | BPF_JA, .off = n - 1 - i };
	}
}

static int fill_place(struct linked *l, size_t at, const struct filter *f)
{
	cleanup(freep) struct bpf_insn *body = calloc(f->n, sizeof(*body));
	int err;

	if (!body)
		return -ENOMEM;
	memcpy(body, f->insns, f->n * sizeof(*body));
	unwrap(body, f->n, l->insns[at + 1].off);
	err = linked_replace(l, at, PLACE, body, f->n);
	if (!err)
		direct_calls(l, at, f->n, find_callee(l));
	return err;
}

/* Is the room on the stack enough for it? */
static bool fits(const struct filter *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->insns[i].dst_reg == BPF_REG_10 && f->insns[i].off < -FILTER_ROOM)
			return false;
	return f->n <= EMIT_REACH;
}

static int fill_places(struct linked *l, const struct filter *f, int32_t mark)
{
	int err = fits(f) ? 0 : -ERANGE;
	size_t at;

	while (!err && (at = find_place(l, mark)) < l->n)
		err = fill_place(l, at, f);
	return err;
}

static int call_from_places(struct linked *l)
{
	const struct bpf_insn call = { .code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_CALL };
	size_t at;
	int err = 0;

	while (!err && (at = find_place(l, FILTER_PLACE)) < l->n) {
		err = linked_replace(l, at, PLACE, &call, 1);
		if (!err)
			direct_calls(l, at, 1, find_function(l));
	}
	return err;
}

static int fill_function(struct linked *l, const struct filter *f)
{
	int err = call_from_places(l);
	size_t callee, start;

	if (!err) {
		callee = find_callee(l);
		start = find_function(l);
		err = linked_replace(l, start, l->n - start, f->insns, f->n);
	}
	if (!err)
		direct_calls(l, start, f->n, callee);
	return err;
}

int places_fill_filter(struct linked *l, const struct filter *f)
{
	cleanup(linked_close) struct linked copy = { .n = 0 };
	int err = find_function(l) ? linked_copy(&copy, l) : -ENOEXEC;

	if (!err)
		err = fill_places(&copy, f, FILTER_PLACE);
	if (err == -ERANGE)
		return fill_function(l, f);
	if (err)
		return err;
	linked_close(l);
	*l = copy;
	copy = (struct linked){ .n = 0 };
	return 0;
}

int places_fill_trigger(struct linked *l, const struct filter *f)
{
	return fill_places(l, f, TRIGGER_PLACE);
}

static int fill_each(struct linked *l, int32_t mark, const struct bpf_insn *insns, size_t n)
{
	size_t at;
	int err = 0;

	while (!err && (at = find_place(l, mark)) < l->n)
		err = linked_replace(l, at, 1, insns, n);
	return err;
}

static struct bpf_insn call_of_kernel(uint32_t id)
{
	return (struct bpf_insn){ .code = BPF_JMP | BPF_CALL,
				  .src_reg = BPF_PSEUDO_KFUNC_CALL,
				  .imm = id };
}

static int fill_question(struct linked *l, int32_t mark, uint32_t id)
{
	const struct bpf_insn call = call_of_kernel(id);

	return id ? fill_each(l, mark, &call, 1) : 0;
}

int places_fill_types(struct linked *l, const struct kernel_types *t)
{
	const struct bpf_insn look[] = {
		call_of_kernel(t->cast_id),
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .src_reg = BPF_REG_0, .off = t->frags_off },
		{ .code = BPF_ALU64 | BPF_AND | BPF_K, .imm = t->frags_bits },
	};
	int err = t->has_frags_flag ? fill_each(l, FRAGS_PLACE, look, array_size(look)) : 0;

	if (!err)
		err = fill_question(l, DEVICE_TIME_PLACE, t->rx_timestamp_id);
	if (!err)
		err = fill_question(l, DEVICE_HASH_PLACE, t->rx_hash_id);
	return err ? err : fill_question(l, DEVICE_TAG_PLACE, t->rx_vlan_tag_id);
}
