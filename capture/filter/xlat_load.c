// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What a classic program loads: bytes of the frame, its length, its memory, a constant. */
#include "capture/filter/xlat.h"
#include "capture/filter/xlat_load.h"

/* Goes on if the bytes before the one at @reg are in the first buffer. */
static void require_linear(struct xlat *x, uint8_t reg)
{
	emit_insn(x->code, BPF_JMP | BPF_JLE | BPF_X, reg, END, 1, 0);
	emit_jump(x->code, BPF_JMP | BPF_JA, 0, 0, 0, xlat_careful_label(x));
}

/* The number at register 2, by frame_word() of bpf/capture.h. */
static void load_by_function(struct xlat *x, const struct sock_filter *in, uint8_t dst)
{
	emit_insn(x->code, BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_1, BPF_REG_10, AT_CTX, 0);
	emit_insn(x->code, BPF_ALU | BPF_MOV | BPF_K, BPF_REG_3, 0, 0, cbpf_size(in->code));
	if (x->loads->tag)
		emit_insn(x->code, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_4, BPF_REG_10, AT_TAG, 0);
	emit_insn(x->code, BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, 0);
	emit_insn(x->code, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_0, 0, 0);
	emit_insn(x->code, BPF_ALU64 | BPF_RSH | BPF_K, BPF_REG_1, 0, 0, 32);
	xlat_require(x, BPF_JMP | BPF_JEQ, BPF_REG_1, 0);
	emit_insn(x->code, BPF_ALU | BPF_MOV | BPF_X, dst, BPF_REG_0, 0, 0);
}

/* The value at register 2, from wherever it is in the frame. */
static void load_careful(struct xlat *x, const struct sock_filter *in, uint8_t dst)
{
	if (!x->loads->helper) {
		load_by_function(x, in, dst);
		return;
	}
	emit_insn(x->code, BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_1, BPF_REG_10, AT_CTX, 0);
	emit_insn(x->code, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_3, BPF_REG_10, 0, 0);
	emit_insn(x->code, BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_3, 0, 0, AT_LOADED);
	emit_insn(x->code, BPF_ALU | BPF_MOV | BPF_K, BPF_REG_4, 0, 0, cbpf_size(in->code));
	emit_insn(x->code, BPF_JMP | BPF_CALL, 0, 0, 0, x->loads->helper);
	xlat_require(x, BPF_JMP | BPF_JEQ, BPF_REG_0, 0);
	emit_insn(x->code, BPF_LDX | BPF_MEM | BPF_SIZE(in->code), dst, BPF_REG_10, AT_LOADED, 0);
}

static void load_absolute(struct xlat *x, size_t i, uint8_t dst)
{
	const struct sock_filter *in = &x->p.in[i];
	uint32_t end = in->k + cbpf_size(in->code);
	bool near = in->k <= INT16_MAX;

	if (x->careful) {
		emit_insn(x->code, BPF_ALU | BPF_MOV | BPF_K, BPF_REG_2, 0, 0, in->k);
		load_careful(x, in, dst);
		return;
	}
	if (end > x->p.known[i]) {
		emit_insn(x->code, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, DATA, 0, 0);
		emit_insn(x->code, BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_1, 0, 0, end);
		require_linear(x, BPF_REG_1);
	}
	if (!near) {
		emit_insn(x->code, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, DATA, 0, 0);
		emit_insn(x->code, BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_1, 0, 0, in->k);
	}
	emit_insn(x->code, BPF_LDX | BPF_MEM | BPF_SIZE(in->code), dst, near ? DATA : BPF_REG_1,
		  near ? in->k : 0, 0);
}

/*
 * The sum of X and k has 33 bits, which libpcap does not let wrap either. Behind a comparison with
 * X, Linux 6.1 follows ways that contradict themselves, where X has no value; it must have one to
 * be added to a pointer.
 */
static void load_indirect(struct xlat *x, const struct sock_filter *in)
{
	uint32_t size = cbpf_size(in->code);

	emit_insn(x->code, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, X, 0, 0);
	emit_insn(x->code, BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0, in->k);
	if (x->p.compares_x)
		xlat_hide(x, BPF_REG_2);
	xlat_require(x, BPF_JMP | BPF_JLE, BPF_REG_2, FILTER_REACH - size);
	if (x->careful) {
		load_careful(x, in, A);
		return;
	}
	emit_insn(x->code, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, DATA, 0, 0);
	emit_insn(x->code, BPF_ALU64 | BPF_ADD | BPF_X, BPF_REG_1, BPF_REG_2, 0, 0);
	emit_insn(x->code, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_3, BPF_REG_1, 0, 0);
	emit_insn(x->code, BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_3, 0, 0, size);
	require_linear(x, BPF_REG_3);
	emit_insn(x->code, BPF_LDX | BPF_MEM | BPF_SIZE(in->code), A, BPF_REG_1, 0, 0);
}

static void load_packet(struct xlat *x, size_t i)
{
	const struct sock_filter *in = &x->p.in[i];

	if (BPF_CLASS(in->code) == BPF_LDX) {	/* the length of an IPv4 header */
		load_absolute(x, i, X);
		emit_insn(x->code, BPF_ALU | BPF_AND | BPF_K, X, 0, 0, 15);
		emit_insn(x->code, BPF_ALU | BPF_LSH | BPF_K, X, 0, 0, 2);
		return;
	}
	if (BPF_MODE(in->code) == BPF_IND)
		load_indirect(x, in);
	else
		load_absolute(x, i, A);
	if (cbpf_size(in->code) > 1 && !(x->careful && !x->loads->helper))
		emit_insn(x->code, BPF_ALU | BPF_END | BPF_TO_BE, A, 0, 0, 8 * cbpf_size(in->code));
}

void xlat_load(struct xlat *x, size_t i)
{
	const struct sock_filter *in = &x->p.in[i];
	uint8_t dst = BPF_CLASS(in->code) == BPF_LDX ? X : A;

	if (cbpf_loads(in->code))
		load_packet(x, i);
	else if (BPF_MODE(in->code) == BPF_LEN)
		emit_insn(x->code, BPF_LDX | BPF_MEM | BPF_W, dst, BPF_REG_10, AT_LEN, 0);
	else if (BPF_MODE(in->code) == BPF_MEM)
		emit_insn(x->code, BPF_LDX | BPF_MEM | BPF_W, dst, BPF_REG_10, xlat_word(x, in->k),
			  0);
	else
		emit_insn(x->code, BPF_ALU | BPF_MOV | BPF_K, dst, 0, 0, in->k);
}
