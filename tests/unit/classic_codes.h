/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The instructions of classic BPF that libpcap makes and the kernel knows, as numbers to choose
 * from.
 */
#ifndef XDPDUMP_TESTS_CLASSIC_CODES_H
#define XDPDUMP_TESTS_CLASSIC_CODES_H

#include <linux/filter.h>

/* For an array of uint16_t. Inputs of tests/fuzz/filter count on the order. */
#define CLASSIC_CODES \
	BPF_LD | BPF_ABS | BPF_W, \
	BPF_LD | BPF_ABS | BPF_H, \
	BPF_LD | BPF_ABS | BPF_B, \
	BPF_LD | BPF_IND | BPF_W, \
	BPF_LD | BPF_IND | BPF_H, \
	BPF_LD | BPF_IND | BPF_B, \
	BPF_LDX | BPF_MSH | BPF_B, \
	BPF_LD | BPF_LEN, \
	BPF_LDX | BPF_LEN, \
	BPF_LD | BPF_IMM, \
	BPF_LDX | BPF_IMM, \
	BPF_LD | BPF_MEM, \
	BPF_LDX | BPF_MEM, \
	BPF_ST, \
	BPF_STX, \
	BPF_MISC | BPF_TAX, \
	BPF_MISC | BPF_TXA, \
	BPF_ALU | BPF_ADD | BPF_K, \
	BPF_ALU | BPF_SUB | BPF_K, \
	BPF_ALU | BPF_MUL | BPF_K, \
	BPF_ALU | BPF_DIV | BPF_K, \
	BPF_ALU | BPF_MOD | BPF_K, \
	BPF_ALU | BPF_AND | BPF_K, \
	BPF_ALU | BPF_OR | BPF_K, \
	BPF_ALU | BPF_XOR | BPF_K, \
	BPF_ALU | BPF_LSH | BPF_K, \
	BPF_ALU | BPF_RSH | BPF_K, \
	BPF_ALU | BPF_NEG, \
	BPF_ALU | BPF_ADD | BPF_X, \
	BPF_ALU | BPF_SUB | BPF_X, \
	BPF_ALU | BPF_MUL | BPF_X, \
	BPF_ALU | BPF_DIV | BPF_X, \
	BPF_ALU | BPF_MOD | BPF_X, \
	BPF_ALU | BPF_AND | BPF_X, \
	BPF_ALU | BPF_OR | BPF_X, \
	BPF_ALU | BPF_XOR | BPF_X, \
	BPF_ALU | BPF_LSH | BPF_X, \
	BPF_ALU | BPF_RSH | BPF_X, \
	BPF_JMP | BPF_JA, \
	BPF_JMP | BPF_JEQ | BPF_K, \
	BPF_JMP | BPF_JGT | BPF_K, \
	BPF_JMP | BPF_JGE | BPF_K, \
	BPF_JMP | BPF_JSET | BPF_K, \
	BPF_JMP | BPF_JEQ | BPF_X, \
	BPF_JMP | BPF_JGT | BPF_X, \
	BPF_JMP | BPF_JGE | BPF_X, \
	BPF_JMP | BPF_JSET | BPF_X, \
	BPF_RET | BPF_K, \
	BPF_RET | BPF_A,

#endif
