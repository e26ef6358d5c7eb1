// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libFuzzer target for the translation of filters: a classic program and a frame go in, the
 * translations for XDP and for tc are run here, by an interpreter that knows what the verifier
 * forbids, and have to return what libpcap's interpreter returns.
 *
 *	make fuzz-filter		make check replays tests/fuzz/filter
 *
 * Input: how to read it, number of instructions, bytes in the first buffer, how often the program
 * is repeated; then 8 bytes for each instruction, and the frame.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/filter/to_ebpf.h"

#include "tests/fuzz/fuzz.h"
#include "tests/unit/classic_codes.h"

/* pcap/bpf.h clashes with linux/bpf.h; the instructions are the same. */
unsigned bpf_filter(const struct sock_filter *prog, const uint8_t *data, unsigned len,
		    unsigned caplen);
int bpf_validate(const struct sock_filter *prog, int n);

enum {
	HEAD		= 4,		/* bytes of input before the instructions */
	INSN		= 8,
	CLASSIC_MAX	= 30000,
	STEPS_MAX	= 2000000,
	CTX		= 0x1000,	/* where no memory is */
	TAG		= 0x1234,	/* that a filter is told of, and tells who loads for it */
	STACK		= 512,
};

/* ---- a machine for what the translation uses of eBPF ---- */

struct frame {
	const uint8_t *data;
	uint32_t len, linear;	/* of them in the first buffer */
	bool elsewhere;		/* what is there is not the frame */
};

/* The kinds of programs, with what the kernel lets each of them do. */
static const struct context {
	const struct filter_loads *loads;
	uint64_t data, data_end;	/* where its context has them */
	uint64_t elsewhere;		/* 0: nowhere */
	int32_t helper;			/* 0: it calls a function of the program */
	uint64_t offset_max;		/* of either */
} contexts[] = {
	{ &filter_loads_xdp, offsetof(struct xdp_md, data), offsetof(struct xdp_md, data_end), 0,
	  BPF_FUNC_xdp_load_bytes, 0xffff },
	{ &filter_loads_tc, offsetof(struct __sk_buff, data), offsetof(struct __sk_buff, data_end),
	  offsetof(struct __sk_buff, vlan_present), 0, INT32_MAX },
};

struct machine {
	const struct context *context;
	uint64_t r[11];
	uint8_t stack[STACK];
	bool written[STACK];
	const struct frame *frame;
};

static bool in_stack(const struct machine *m, uint64_t at, unsigned n)
{
	uint64_t low = (uint64_t)(uintptr_t)m->stack;

	return at >= low && at + n <= low + STACK;
}

static uint64_t load(const struct machine *m, uint64_t at, unsigned n)
{
	uint64_t first = (uint64_t)(uintptr_t)m->frame->data, value = 0;

	if (at >= CTX && at < CTX + sizeof(struct __sk_buff)) {
		if (m->context->elsewhere && at == CTX + m->context->elsewhere)
			return m->frame->elsewhere;
		must(n == 4 && (at == CTX + m->context->data || at == CTX + m->context->data_end));
		return at == CTX + m->context->data ? first : first + m->frame->linear;
	}
	if (in_stack(m, at, n)) {
		for (unsigned i = 0; i < n; i++)
			must(m->written[at - (uint64_t)(uintptr_t)m->stack + i]);
	} else {
		must(!(m->context->elsewhere && m->frame->elsewhere));
		must(at >= first && at + n <= first + m->frame->linear);
	}
	memcpy(&value, (const void *)(uintptr_t)at, n);
	return value;
}

static void store(struct machine *m, uint64_t at, uint64_t value, unsigned n)
{
	must(in_stack(m, at, n));
	memcpy((void *)(uintptr_t)at, &value, n);
	memset(&m->written[at - (uint64_t)(uintptr_t)m->stack], true, n);
}

/* frame_word() of bpf/capture.h */
static void call_function(struct machine *m)
{
	uint64_t from = m->r[2], n = m->r[3];

	must(!m->context->helper && m->r[1] == CTX && from <= m->context->offset_max);
	must(!m->context->loads->tag || m->r[4] == TAG);
	must(n == 1 || n == 2 || n == 4);
	m->r[0] = from + n > m->frame->len ? 1ull << 32 : 0;
	for (unsigned i = 0; i < n && !(m->r[0] >> 32); i++)
		m->r[0] = m->r[0] << 8 | m->frame->data[from + i];
	m->r[1] = m->r[2] = m->r[3] = m->r[4] = m->r[5] = 0xdeadbeef;
}

/* bpf_xdp_load_bytes() */
static void call(struct machine *m, const struct bpf_insn *in)
{
	uint64_t from = m->r[2], n = m->r[4];

	must(in->imm == m->context->helper && m->r[1] == CTX && from <= m->context->offset_max &&
	     n <= 4);
	m->r[0] = from + n > m->frame->len ? (uint64_t)-EINVAL : 0;
	for (unsigned i = 0; i < n; i++)
		store(m, m->r[3] + i, m->r[0] ? 0 : m->frame->data[from + i], 1);
	m->r[1] = m->r[2] = m->r[3] = m->r[4] = m->r[5] = 0xdeadbeef;
}

static uint32_t calculate32(uint8_t op, uint32_t a, uint32_t b)
{
	switch (op) {
	case BPF_ADD: return a + b;
	case BPF_SUB: return a - b;
	case BPF_MUL: return a * b;
	case BPF_DIV: must(b); return a / b;
	case BPF_MOD: must(b); return a % b;
	case BPF_AND: return a & b;
	case BPF_OR: return a | b;
	case BPF_XOR: return a ^ b;
	case BPF_LSH: must(b < 32); return a << b;
	case BPF_RSH: must(b < 32); return a >> b;
	case BPF_NEG: return -a;
	case BPF_MOV: return b;
	}
	must(!"an operation");
	return 0;
}

static void calculate(struct machine *m, const struct bpf_insn *in)
{
	uint64_t *dst = &m->r[in->dst_reg];
	uint64_t src = BPF_SRC(in->code) == BPF_X ? m->r[in->src_reg] : (uint64_t)(int64_t)in->imm;
	uint8_t op = BPF_OP(in->code);

	if (BPF_CLASS(in->code) == BPF_ALU64) {
		must(op == BPF_MOV || op == BPF_ADD || op == BPF_SUB ||
		     (op == BPF_RSH && src == 32));
		*dst = op == BPF_MOV   ? src
		       : op == BPF_ADD ? *dst + src
		       : op == BPF_SUB ? *dst - src
				       : *dst >> 32;
	} else if (op == BPF_END) {
		must(in->imm == 16 || in->imm == 32);
		*dst = in->imm == 16 ? __builtin_bswap16(*dst) : __builtin_bswap32(*dst);
	} else {
		*dst = calculate32(op, *dst, src);
	}
}

static bool holds(const struct machine *m, const struct bpf_insn *in)
{
	uint64_t a = m->r[in->dst_reg];
	uint64_t b = BPF_SRC(in->code) == BPF_X ? m->r[in->src_reg] : (uint64_t)(int64_t)in->imm;

	if (BPF_CLASS(in->code) == BPF_JMP32) {
		a = (uint32_t)a;
		b = (uint32_t)b;
	}
	switch (BPF_OP(in->code)) {
	case BPF_JA: return true;
	case BPF_JEQ: return a == b;
	case BPF_JNE: return a != b;
	case BPF_JGT: return a > b;
	case BPF_JGE: return a >= b;
	case BPF_JLT: return a < b;
	case BPF_JLE: return a <= b;
	case BPF_JSET: return a & b;
	}
	must(!"a comparison");
	return false;
}

static unsigned bytes_of(uint8_t code)
{
	return BPF_SIZE(code) == BPF_DW	 ? 8
	       : BPF_SIZE(code) == BPF_W ? 4
	       : BPF_SIZE(code) == BPF_H ? 2
					 : 1;
}

static uint32_t run(const struct filter *f, const struct context *context,
		    const struct frame *frame)
{
	static struct machine m;
	size_t pc = 0;

	memset(&m, 0, sizeof(m));
	m.context = context;
	m.frame = frame;
	m.r[1] = CTX;
	m.r[2] = frame->len;
	m.r[3] = TAG;
	m.r[10] = (uint64_t)(uintptr_t)m.stack + STACK;
	for (unsigned steps = 0; steps < STEPS_MAX; steps++) {
		const struct bpf_insn *in = &f->insns[pc++];
		uint64_t at = m.r[in->dst_reg] + in->off;

		must(pc <= f->n);
		switch (BPF_CLASS(in->code)) {
		case BPF_LDX:
			m.r[in->dst_reg] = load(&m, m.r[in->src_reg] + in->off, bytes_of(in->code));
			break;
		case BPF_ST:
			store(&m, at, (int64_t)in->imm, bytes_of(in->code));
			break;
		case BPF_STX:
			store(&m, at, m.r[in->src_reg], bytes_of(in->code));
			break;
		case BPF_ALU:
		case BPF_ALU64:
			calculate(&m, in);
			break;
		case BPF_JMP:
		case BPF_JMP32:
			if (in->code == (BPF_JMP | BPF_EXIT))
				return m.r[0];
			if (in->code == (BPF_JMP | BPF_CALL) && in->src_reg == BPF_PSEUDO_CALL)
				call_function(&m);
			else if (in->code == (BPF_JMP | BPF_CALL))
				call(&m, in);
			else if (holds(&m, in))
				pc += in->off;
		}
	}
	must(!"an end");
	return 0;
}

/* The verifier refuses a jump out of the program, and what no way leads to. */
static void check_ways(const struct filter *f)
{
	bool *reached = calloc(f->n + 1, sizeof(*reached));
	bool again = true;

	must(reached);
	reached[0] = true;
	while (again) {
		again = false;
		for (size_t i = 0; i < f->n; i++) {
			const struct bpf_insn *in = &f->insns[i];
			bool jumps = BPF_CLASS(in->code) == BPF_JMP ||
				     BPF_CLASS(in->code) == BPF_JMP32;
			bool is_exit = in->code == (BPF_JMP | BPF_EXIT),
			     is_call = in->code == (BPF_JMP | BPF_CALL);
			size_t to = i + 1 + (jumps && !is_call ? in->off : 0);

			if (!reached[i] || is_exit)
				continue;
			must(to < f->n && i + 1 < f->n + (in->code == (BPF_JMP | BPF_JA)));
			again |= !reached[to] && to <= i;
			reached[to] = true;
			if (in->code != (BPF_JMP | BPF_JA))
				reached[i + 1] = true;
		}
	}
	for (size_t i = 0; i < f->n; i++)
		must(reached[i]);
	free(reached);
}

/* ---- the input ---- */

static const uint16_t codes[] = { CLASSIC_CODES };

/*
 * Bends an instruction with @left behind it into a valid one. In a program repeated @times jumps
 * are as much longer.
 */
static struct sock_filter make_valid(struct sock_filter in, uint32_t left, uint32_t times)
{
	uint8_t op;

	in.code = codes[in.code % array_size(codes)];
	op = BPF_OP(in.code);
	switch (BPF_CLASS(in.code)) {
	case BPF_LD:
	case BPF_LDX:
	case BPF_ST:
	case BPF_STX:
		if (BPF_MODE(in.code) == BPF_MEM || BPF_CLASS(in.code) >= BPF_ST)
			in.k %= BPF_MEMWORDS;
		else if (in.k >= (uint32_t)SKF_AD_OFF)
			in.k = 0;
		break;
	case BPF_ALU:
		if (op == BPF_LSH || op == BPF_RSH)
			in.k %= 32;
		if ((op == BPF_DIV || op == BPF_MOD) && !in.k)
			in.k = 3;
		break;
	case BPF_JMP:
		in.jt %= left;
		in.jf %= left;
		in.k = op == BPF_JA ? (in.k % 512 * times) % left : in.k;
	}
	return in;
}

/* libpcap leaves the memory to chance, so it is set first. */
static size_t valid_program(struct sock_filter *prog, const uint8_t *data, size_t n, uint32_t times)
{
	size_t all = min_of(n * times, (size_t)CLASSIC_MAX) + BPF_MEMWORDS + 1, i;

	for (i = 0; i < BPF_MEMWORDS; i++)
		prog[i] = (struct sock_filter)BPF_STMT(BPF_ST, i);
	for (; i < all - 1; i++) {
		memcpy(&prog[i], data + (i - BPF_MEMWORDS) % n * INSN, INSN);
		prog[i] = make_valid(prog[i], all - 1 - i, times);
	}
	prog[all - 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
	return all;
}

static void compare_in(const struct context *context, const struct sock_filter *prog, size_t n,
		       const struct frame *frame)
{
	struct filter f;
	int err = to_ebpf(&f, context->loads, prog, n);

	if (err == -E2BIG)
		return;
	must(!err);
	check_ways(&f);
	must(run(&f, context, frame) == bpf_filter(prog, frame->data, frame->len, frame->len));
	to_ebpf_free(&f);
}

static void compare(const struct sock_filter *prog, size_t n, const struct frame *frame)
{
	must(bpf_validate(prog, n));
	for (size_t i = 0; i < array_size(contexts); i++)
		compare_in(&contexts[i], prog, n, frame);
}

/* Anything: it is refused, or the jumps are sound. */
static void translate_raw(const uint8_t *data, size_t n)
{
	struct sock_filter *prog = calloc(n, sizeof(*prog));
	struct filter f;

	must(prog);
	memcpy(prog, data, n * INSN);
	for (size_t i = 0; i < array_size(contexts); i++) {
		if (to_ebpf(&f, contexts[i].loads, prog, n))
			continue;
		check_ways(&f);
		to_ebpf_free(&f);
	}
	free(prog);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sock_filter prog[CLASSIC_MAX + BPF_MEMWORDS + 1];
	struct frame frame;
	uint8_t *copy;
	size_t n;

	if (size < HEAD + INSN)
		return 0;
	n = min_of((size_t)data[1] + 1, (size - HEAD) / INSN);
	if (data[0] & 1) {
		translate_raw(data + HEAD, n);
		return 0;
	}
	frame.len = size - HEAD - n * INSN;
	frame.linear = min_of(frame.len, (uint32_t)data[2]);
	frame.elsewhere = data[0] & 2 && frame.len > 4;	/* a tag of 4 bytes is beside it */
	if (frame.elsewhere)
		frame.linear = min_of(frame.linear, frame.len - 4);
	copy = malloc(frame.len + 1);	/* so that a sanitizer sees each step too far */
	must(copy);
	memcpy(copy, data + HEAD + n * INSN, frame.len);
	frame.data = copy;
	compare(prog, valid_program(prog, data + HEAD, n, 1 + data[3]), &frame);
	free(copy);
	return 0;
}
