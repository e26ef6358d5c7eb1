// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "capture/filter/xlat.h"

uint32_t xlat_label(const struct xlat *x, size_t i)
{
	return x->careful ? x->p.n + i : i;
}

uint32_t xlat_careful_label(const struct xlat *x)
{
	return 2 * x->p.n;
}

void xlat_reject(struct xlat *x)
{
	emit_insn(x->code, BPF_ALU | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0);
	emit_insn(x->code, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/* The way that ends is the one that the verifier takes first, and is done with. */
void xlat_require(struct xlat *x, uint8_t code, uint8_t dst, int32_t imm)
{
	emit_insn(x->code, code | BPF_K, dst, 0, 2, imm);
	xlat_reject(x);
}

void xlat_hide(struct xlat *x, uint8_t reg)
{
	emit_insn(x->code, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_1, BPF_REG_10, AT_LEN, 0);
	emit_insn(x->code, BPF_ALU64 | BPF_ADD | BPF_X, reg, BPF_REG_1, 0, 0);
	emit_insn(x->code, BPF_ALU64 | BPF_SUB | BPF_X, reg, BPF_REG_1, 0, 0);
}

int16_t xlat_word(const struct xlat *x, uint32_t k)
{
	return AT_MEM - 4 * (1 + __builtin_popcount(x->words & ((1u << k) - 1)));
}
