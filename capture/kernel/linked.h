/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A program as libbpf has linked it, before the kernel gets it: its instructions, and what BTF
 * tells of them. Some of them can be replaced by others, more or fewer: all that jumps over them,
 * or calls what is behind them, and what is told of it, goes on to mean the same.
 */
#ifndef XDPDUMP_KERNEL_LINKED_H
#define XDPDUMP_KERNEL_LINKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_insn;
struct bpf_prog_load_opts;

/*
 * Records of @size bytes, struct bpf_func_info or bpf_line_info: each begins with the number of an
 * instruction.
 */
struct linked_info {
	uint8_t *records;
	uint32_t n, size;
};

struct linked {
	struct bpf_insn *insns;
	size_t n;
	struct linked_info functions, lines;
};

/*
 * Copies of @n instructions, and of what @opts tells of them. 0 or -ENOMEM; closed in
 * both cases.
 */
int linked_open(struct linked *l, const struct bpf_insn *insns, size_t n,
		const struct bpf_prog_load_opts *opts);

int linked_copy(struct linked *l, const struct linked *from);

/*
 * The @n_old instructions at @at become the @n_new of @with, whose jumps stay within them or lead
 * to the one behind. Jumps of others lead to the first of the old ones, if to any, and calls to
 * none but that. Of what is told of the old ones only what is told of the first stays. -ERANGE: a
 * jump does not reach any more; -ENOMEM; then nothing is replaced.
 */
int linked_replace(struct linked *l, size_t at, size_t n_old, const struct bpf_insn *with,
		   size_t n_new);

/*
 * Is it a call of a function of the program itself, whose number of instructions from the next on
 * is imm?
 */
bool linked_is_call(const struct bpf_insn *insn);

void linked_close(struct linked *l);

#endif
