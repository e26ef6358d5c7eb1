/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* eBPF instructions as text, in the notation of the kernel's verifier and of bpftool. */
#ifndef XDPDUMP_FILTER_DISASM_H
#define XDPDUMP_FILTER_DISASM_H

#include <stddef.h>

struct bpf_insn;	/* <linux/bpf.h> */

/* Prints @n instructions on stdout, one a line with its number. */
void disasm_print(const struct bpf_insn *insns, size_t n);

#endif
