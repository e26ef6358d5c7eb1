// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What a translated filter may consist of is spelled out; any other instruction is shown as
 * numbers.
 */
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>

#include "capture/base/util.h"
#include "capture/filter/disasm.h"

/* By BPF_OP(code) >> 4. */
static const char *const alu_ops[16] = {
	"+=", "-=", "*=", "/=", "|=", "&=", "<<=", ">>=", NULL, "%=", "^=", "=", "s>>=",
};
static const char *const jump_ops[16] = {
	NULL, "==", ">", ">=", "&", "!=", "s>", "s>=", NULL, NULL, "<", "<=", "s<", "s<=",
};
/* By BPF_SIZE(code) >> 3. */
static const char *const sizes[4] = { "u32", "u16", "u8", "u64" };

#define NAME(name) #name
static const char *const helpers[] = { __BPF_FUNC_MAPPER(NAME) };
#undef NAME

static void print_numbers(const struct bpf_insn *i)
{
	printf("dst %u src %u off %d imm %d", i->dst_reg, i->src_reg, i->off, i->imm);
}

/* @r: 'r', or 'w' for the lower half of a register. */
static void print_alu(const struct bpf_insn *i, char r)
{
	unsigned op = BPF_OP(i->code);

	if (op == BPF_END)
		printf("r%u = %ce%d r%u", i->dst_reg, BPF_SRC(i->code) == BPF_TO_BE ? 'b' : 'l',
		       i->imm, i->dst_reg);
	else if (op == BPF_NEG)
		printf("%c%u = -%c%u", r, i->dst_reg, r, i->dst_reg);
	else if (!alu_ops[op >> 4])
		print_numbers(i);
	else if (BPF_SRC(i->code) == BPF_X)
		printf("%c%u %s %c%u", r, i->dst_reg, alu_ops[op >> 4], r, i->src_reg);
	else
		printf("%c%u %s %d", r, i->dst_reg, alu_ops[op >> 4], i->imm);
}

static void print_jump(const struct bpf_insn *i, char r)
{
	unsigned op = BPF_OP(i->code);

	if (op == BPF_CALL && i->src_reg == BPF_PSEUDO_CALL)
		printf("call pc%+d", i->imm);
	else if (op == BPF_CALL && (uint32_t)i->imm < array_size(helpers))
		printf("call bpf_%s#%d", helpers[i->imm], i->imm);
	else if (op == BPF_EXIT)
		printf("exit");
	else if (op == BPF_JA)
		printf("goto pc%+d", i->off);
	else if (!jump_ops[op >> 4])
		print_numbers(i);
	else if (BPF_SRC(i->code) == BPF_X)
		printf("if %c%u %s %c%u goto pc%+d", r, i->dst_reg, jump_ops[op >> 4], r,
		       i->src_reg, i->off);
	else
		printf("if %c%u %s 0x%x goto pc%+d", r, i->dst_reg, jump_ops[op >> 4],
		       (uint32_t)i->imm, i->off);
}

static void print_access(const struct bpf_insn *i)
{
	const char *size = sizes[BPF_SIZE(i->code) >> 3];

	if (BPF_MODE(i->code) != BPF_MEM)
		print_numbers(i);
	else if (BPF_CLASS(i->code) == BPF_LDX)
		printf("r%u = *(%s *)(r%u %+d)", i->dst_reg, size, i->src_reg, i->off);
	else if (BPF_CLASS(i->code) == BPF_STX)
		printf("*(%s *)(r%u %+d) = r%u", size, i->dst_reg, i->off, i->src_reg);
	else
		printf("*(%s *)(r%u %+d) = %d", size, i->dst_reg, i->off, i->imm);
}

static void print_insn(const struct bpf_insn *i)
{
	printf("(%02x) ", i->code);
	switch (BPF_CLASS(i->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		print_alu(i, BPF_CLASS(i->code) == BPF_ALU ? 'w' : 'r');
		break;
	case BPF_JMP:
	case BPF_JMP32:
		print_jump(i, BPF_CLASS(i->code) == BPF_JMP32 ? 'w' : 'r');
		break;
	case BPF_LDX:
	case BPF_STX:
	case BPF_ST:
		print_access(i);
		break;
	default:
		/* the only one that takes the place of two */
		if (i->code == (BPF_LD | BPF_IMM | BPF_DW))
			printf("r%u = 0x%llx", i->dst_reg,
			       (unsigned long long)(uint32_t)i[1].imm << 32 | (uint32_t)i->imm);
		else
			print_numbers(i);
	}
	putchar('\n');
}

void disasm_print(const struct bpf_insn *insns, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		printf("%4zu: ", i);
		print_insn(&insns[i]);
		i += insns[i].code == (BPF_LD | BPF_IMM | BPF_DW);
	}
}
