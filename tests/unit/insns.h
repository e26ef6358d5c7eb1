/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* XDP programs for tests, written as instructions, and loaded as anybody may do that. */
#ifndef XDPDUMP_TESTS_INSNS_H
#define XDPDUMP_TESTS_INSNS_H

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define INSN(c, d, s, o, i) { .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) }
#define SET(reg, value)	INSN(BPF_ALU64 | BPF_MOV | BPF_K, reg, 0, 0, value)
#define COPY(reg, from)	INSN(BPF_ALU64 | BPF_MOV | BPF_X, reg, from, 0, 0)
#define LOAD(size, reg, from, off)	INSN(BPF_LDX | BPF_MEM | (size), reg, from, off, 0)
#define STORE(size, to, off, reg)	INSN(BPF_STX | BPF_MEM | (size), to, reg, off, 0)
#define PLUS(reg, value)	INSN(BPF_ALU64 | BPF_ADD | BPF_K, reg, 0, 0, value)
#define JUMP(op, reg, value, by)	INSN(BPF_JMP | (op) | BPF_K, reg, 0, by, value)
#define CALL(helper)	INSN(BPF_JMP | BPF_CALL, 0, 0, 0, helper)
#define RETURN		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
/* Two instructions each: @map is a descriptor, and so is that of what is in it. */
#define MAP(reg, map)	INSN(BPF_LD | BPF_DW | BPF_IMM, reg, BPF_PSEUDO_MAP_FD, 0, map), INSN(0, 0, 0, 0, 0)
#define VALUE(reg, map)	INSN(BPF_LD | BPF_DW | BPF_IMM, reg, BPF_PSEUDO_MAP_VALUE, 0, map), INSN(0, 0, 0, 0, 0)

enum { BOUND = 1 << 6 }; /* BPF_F_XDP_DEV_BOUND_ONLY, which headers of Linux 6.1 do not have */

/*
 * By a call of our own: libbpf always sets an expected_attach_type. @ifindex: the device for which
 * it is loaded. -1, and errno.
 */
static inline int insns_try(const char *name, const struct bpf_insn *insns, uint32_t n,
			    uint32_t type, uint32_t flags, uint32_t ifindex)
{
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_XDP,
		.insns = (uintptr_t)insns,
		.insn_cnt = n,
		.license = (uintptr_t)"GPL",
		.prog_flags = flags,
		.expected_attach_type = type,
		.prog_ifindex = ifindex,
	};
	int fd;

	snprintf(attr.prog_name, sizeof(attr.prog_name), "%s", name);
	fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd >= 0)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

static inline int insns_load(const char *name, const struct bpf_insn *insns, uint32_t n,
			     uint32_t type, uint32_t flags)
{
	int fd = insns_try(name, insns, n, type, flags, 0);

	if (fd < 0)
		fail_msg("%s: cannot load: %s", name, strerror(errno));
	return fd;
}

#endif
