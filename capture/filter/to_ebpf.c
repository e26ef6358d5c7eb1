// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Each classic program is translated twice. The quick version reads the first buffer of the frame
 * (the linear part of an skb) directly, and checks each extent once; where that buffer is too
 * short, a frame of one buffer is rejected, as the load is past its end. With more buffers the
 * program starts again in the careful version, which loads through the kernel. Both are straight:
 * no path of one leads back into the other, so the verifier looks at each instruction about once.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/filter/cbpf.h"
#include "capture/filter/emit.h"
#include "capture/filter/to_ebpf.h"
#include "capture/filter/xlat.h"
#include "capture/filter/xlat_load.h"

static void xlat_release(struct xlat *x)
{
	cbpf_close(&x->p);
	emit_close(x->code);
}

static void go_to(struct xlat *x, size_t from, size_t to)
{
	if (to != from + 1)
		emit_jump(x->code, BPF_JMP | BPF_JA, 0, 0, 0, xlat_label(x, to));
}

/* By 32 and more nothing is left, as libpcap has it for X; for a constant it says nothing. */
static void shift(struct xlat *x, const struct sock_filter *in)
{
	if (BPF_SRC(in->code) == BPF_K) {
		if (in->k < 32)
			emit_insn(x->code, in->code, A, 0, 0, in->k);
		else
			emit_insn(x->code, BPF_ALU | BPF_MOV | BPF_K, A, 0, 0, 0);
		return;
	}
	emit_insn(x->code, BPF_JMP32 | BPF_JLT | BPF_K, X, 0, 2, 32);
	emit_insn(x->code, BPF_ALU | BPF_MOV | BPF_K, A, 0, 0, 0);
	emit_insn(x->code, BPF_JMP | BPF_JA, 0, 0, 1, 0);
	emit_insn(x->code, in->code, A, X, 0, 0);
}

/* The codes of both languages are the same, all of 32 bits. */
static void calculate(struct xlat *x, const struct sock_filter *in)
{
	bool by_x = BPF_SRC(in->code) == BPF_X;

	switch (BPF_OP(in->code)) {
	case BPF_LSH:
	case BPF_RSH:
		shift(x, in);
		return;
	case BPF_NEG:
		emit_insn(x->code, in->code, A, 0, 0, 0);
		return;
	case BPF_DIV:
	case BPF_MOD:
		if (by_x)
			xlat_require(x, BPF_JMP32 | BPF_JNE, X, 0);
	}
	emit_insn(x->code, in->code, A, by_x ? X : 0, 0, by_x ? 0 : in->k);
}

/* The opposite of a comparison, or 0 */
static uint8_t opposite(uint8_t op)
{
	return op == BPF_JEQ ? BPF_JNE : op == BPF_JGT ? BPF_JLE : op == BPF_JGE ? BPF_JLT : 0;
}

static void compare(struct xlat *x, size_t i, size_t yes, size_t no)
{
	const struct sock_filter *in = &x->p.in[i];
	bool by_x = BPF_SRC(in->code) == BPF_X;
	uint8_t op = BPF_OP(in->code);

	if (yes == i + 1 && no != yes && opposite(op)) {
		op = opposite(op);
		yes = no;
		no = i + 1;
	}
	if (yes != no)
		emit_jump(x->code, BPF_JMP32 | op | BPF_SRC(in->code), A, by_x ? X : 0,
			  by_x ? 0 : in->k, xlat_label(x, yes));
	go_to(x, i, no);
}

/*
 * The verifier wants an end to every loop. And it must not see that the rounds differ, or that the
 * ways through them do.
 */
static void count_jump_back(struct xlat *x)
{
	xlat_hide(x, A);
	xlat_hide(x, X);
	emit_insn(x->code, BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_1, BPF_REG_10, AT_BACK, 0);
	emit_insn(x->code, BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_1, 0, 0, 1);
	emit_insn(x->code, BPF_STX | BPF_MEM | BPF_DW, BPF_REG_10, BPF_REG_1, AT_BACK, 0);
	xlat_require(x, BPF_JMP | BPF_JLE, BPF_REG_1, BACK_MAX);
}

static void go(struct xlat *x, size_t i)
{
	size_t to[2];

	if (cbpf_next(&x->p, i, to) == 2) {
		compare(x, i, to[0], to[1]);
		return;
	}
	if (to[0] <= i)
		count_jump_back(x);
	go_to(x, i, to[0]);
}

static void finish(struct xlat *x, const struct sock_filter *in)
{
	if (in->code == (BPF_RET | BPF_A))
		emit_insn(x->code, BPF_ALU | BPF_MOV | BPF_X, BPF_REG_0, A, 0, 0);
	else
		emit_insn(x->code, BPF_ALU | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, in->k);
	emit_insn(x->code, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static void translate_one(struct xlat *x, size_t i)
{
	const struct sock_filter *in = &x->p.in[i];

	if (cbpf_rejects(in)) {
		xlat_reject(x);
		return;
	}
	switch (BPF_CLASS(in->code)) {
	case BPF_LD:
	case BPF_LDX:
		xlat_load(x, i);
		break;
	case BPF_ST:
	case BPF_STX:
		emit_insn(x->code, BPF_STX | BPF_MEM | BPF_W, BPF_REG_10,
			  in->code == BPF_ST ? A : X, xlat_word(x, in->k), 0);
		break;
	case BPF_ALU:
		calculate(x, in);
		break;
	case BPF_JMP:
		go(x, i);
		break;
	case BPF_RET:
		finish(x, in);
		break;
	case BPF_MISC:
		emit_insn(x->code, BPF_ALU | BPF_MOV | BPF_X,
			  in->code == (BPF_MISC | BPF_TAX) ? X : A,
			  in->code == (BPF_MISC | BPF_TAX) ? A : X, 0, 0);
	}
}

/* ---- the whole ---- */

/* Does @i go on to @i + 1, and jumps nowhere? */
static bool falls(const struct xlat *x, size_t i)
{
	size_t to[2];

	return x->p.live[i] && BPF_CLASS(x->p.in[i].code) != BPF_JMP && cbpf_next(&x->p, i, to);
}

static bool uses_memory(const struct sock_filter *in, bool loads)
{
	uint8_t class = BPF_CLASS(in->code);

	if (class == BPF_LD || class == BPF_LDX)
		return BPF_MODE(in->code) == BPF_MEM;
	return !loads && (class == BPF_ST || class == BPF_STX);
}

/* The words that are loaded, or all that are used. */
static uint32_t words_of(const struct cbpf *p, bool loads)
{
	uint32_t words = 0;

	for (size_t i = 0; i < p->n; i++)
		if (uses_memory(&p->in[i], loads))
			words |= 1u << p->in[i].k;
	return words;
}

static void clear_memory(struct xlat *x)
{
	uint32_t loaded = words_of(&x->p, true);

	for (uint32_t k = 0; k < BPF_MEMWORDS; k++)
		if (loaded & 1u << k)
			emit_insn(x->code, BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, xlat_word(x, k),
				  0);
	if (x->p.loops)
		emit_insn(x->code, BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, AT_BACK, 0);
}

static void translate_version(struct xlat *x, bool careful)
{
	x->careful = careful;
	emit_insn(x->code, BPF_ALU | BPF_MOV | BPF_K, A, 0, 0, 0);
	emit_insn(x->code, BPF_ALU | BPF_MOV | BPF_K, X, 0, 0, 0);
	clear_memory(x);
	for (size_t i = 0; i < x->p.n; i++) {
		if (!x->p.live[i])
			continue;
		if (i && falls(x, i - 1))
			emit_island(x->code);
		emit_label(x->code, xlat_label(x, i));
		translate_one(x, i);
	}
}

static void translate_all(struct xlat *x)
{
	emit_insn(x->code, BPF_STX | BPF_MEM | BPF_DW, BPF_REG_10, BPF_REG_1, AT_CTX, 0);
	emit_insn(x->code, BPF_STX | BPF_MEM | BPF_W, BPF_REG_10, BPF_REG_2, AT_LEN, 0);
	if (x->loads->tag)
		emit_insn(x->code, BPF_STX | BPF_MEM | BPF_W, BPF_REG_10, BPF_REG_3, AT_TAG, 0);
	if (x->loads->data == x->loads->data_end) {
		translate_version(x, true);
		return;
	}
	emit_insn(x->code, BPF_LDX | BPF_MEM | BPF_W, DATA, BPF_REG_1, x->loads->data, 0);
	emit_insn(x->code, BPF_LDX | BPF_MEM | BPF_W, END, BPF_REG_1, x->loads->data_end, 0);
	if (x->loads->elsewhere) {
		emit_insn(x->code, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_1, BPF_REG_1,
			  x->loads->elsewhere, 0);
		emit_jump(x->code, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_1, 0, 0,
			  xlat_careful_label(x));
	}
	translate_version(x, false);
	if (!emit_wants(x->code, xlat_careful_label(x)))
		return;
	emit_label(x->code, xlat_careful_label(x));
	emit_insn(x->code, BPF_ALU64 | BPF_SUB | BPF_X, END, DATA, 0, 0);
	emit_insn(x->code, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_1, BPF_REG_10, AT_LEN, 0);
	emit_insn(x->code, BPF_JMP | BPF_JLT | BPF_X, END, BPF_REG_1, 2, 0);
	xlat_reject(x);
	translate_version(x, true);
}

static int translate(struct xlat *x)
{
	int done;

	do {
		emit_begin(x->code);
		translate_all(x);
		done = emit_finish(x->code);
	} while (done == EMIT_ONCE_MORE);
	return done;
}

static int translate_for(struct filter *f, const struct filter_loads *loads,
			 const struct sock_filter *prog, size_t n)
{
	cleanup(xlat_release) struct xlat x = { .loads = loads };
	int err = cbpf_open(&x.p, prog, n);

	if (!err)
		err = emit_open(&x.code, 2 * n + 1);
	if (err)
		return err;
	x.words = words_of(&x.p, false);
	err = translate(&x);
	if (!err)
		f->insns = emit_take(x.code, &f->n);
	return err;
}

/* Where two do not fit into one it is the other one, for all frames. */
static int translate_for_both(struct filter *f, const struct filter_loads *loads,
			      const struct sock_filter *prog, size_t n)
{
	cleanup(to_ebpf_free) struct filter first = { .n = 0 }, second = { .n = 0 };
	int err;

	if (!loads->other)
		return translate_for(f, loads, prog, n);
	err = translate_for(&first, loads, prog, n);
	if (!err)
		err = translate_for(&second, loads->other, prog, n);
	if (!err)
		err = to_ebpf_pair(f, &first, &second);
	if (err != -E2BIG || !second.n)
		return err;
	f->n = second.n;
	f->insns = steal(&second.insns);
	return 0;
}

static void *copy_of(const void *from, size_t n, size_t size)
{
	void *copy = reallocarray(NULL, n, size);

	return copy ? memcpy(copy, from, n * size) : NULL;
}

int to_ebpf(struct filter *f, const struct filter_loads *loads, const struct sock_filter *prog,
	    size_t n)
{
	int err = translate_for_both(f, loads, prog, n);

	if (err)
		return err;
	f->classic = copy_of(prog, n, sizeof(*prog));
	f->n_classic = n;
	if (f->classic)
		return 0;
	to_ebpf_free(f);
	return -ENOMEM;
}

int to_ebpf_pair(struct filter *f, const struct filter *entry, const struct filter *exit)
{
	struct bpf_insn accept[] = {
		{ .code = BPF_ALU | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	const struct filter all = { .insns = accept, .n = array_size(accept) };
	const struct filter *first = entry ? entry : &all, *second = exit ? exit : &all;

	if (first->n > INT16_MAX)
		return -E2BIG;
	f->n = 1 + first->n + second->n;
	f->insns = calloc(f->n, sizeof(*f->insns));
	if (!f->insns)
		return -ENOMEM;
	f->insns[0] = (struct bpf_insn){ .code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = BPF_REG_3,
					 .off = first->n };
	memcpy(f->insns + 1, first->insns, first->n * sizeof(*f->insns));
	memcpy(f->insns + 1 + first->n, second->insns, second->n * sizeof(*f->insns));
	return 0;
}

int to_ebpf_copy(struct filter *copy, const struct filter *f)
{
	*copy = (struct filter){ .n = 0 };
	if (!f || !f->n)
		return 0;
	copy->insns = copy_of(f->insns, f->n, sizeof(*f->insns));
	copy->n = f->n;
	copy->classic = f->classic ? copy_of(f->classic, f->n_classic, sizeof(*f->classic)) : NULL;
	copy->n_classic = f->n_classic;
	if (copy->insns && (copy->classic || !f->classic))
		return 0;
	to_ebpf_free(copy);
	return -ENOMEM;
}

bool to_ebpf_is(const struct filter *a, const struct filter *b)
{
	const size_t n = a ? a->n : 0;

	return n == (b ? b->n : 0) && (!n || !memcmp(a->insns, b->insns, n * sizeof(*a->insns)));
}

void to_ebpf_free(struct filter *f)
{
	free(f->insns);
	free(f->classic);
	*f = (struct filter){ .n = 0 };
}
