/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * eBPF instructions in the making, with jumps to labels. eBPF jumps 32767 instructions far; in a program that is longer there
 * are islands, each with a jump to every label that is too far from some jump, so that it can be reached in hops.
 */
#ifndef XDPDUMP_FILTER_EMIT_H
#define XDPDUMP_FILTER_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_insn;
struct code;

/* With labels 0 to @n_labels - 1. Returns 0 or -ENOMEM. */
int code_open(struct code **c, uint32_t n_labels);

/* Starts from the beginning. A program is emitted again and again until code_finish() says that it is done. */
void code_begin(struct code *c);

void code_emit(struct code *c, uint8_t opcode, uint8_t dst, uint8_t src, int16_t off, int32_t imm);

/* The same for a jump, whose offset is that of @label. */
void code_jump(struct code *c, uint8_t opcode, uint8_t dst, uint8_t src, int32_t imm, uint32_t label);

/* The next instruction is where @label is. */
void code_label(struct code *c, uint32_t label);

/* Is there a jump to it, so far? */
bool code_wants(const struct code *c, uint32_t label);

/* Here, where register 0 is free and the instruction above goes on to the one below, may be an island if one is needed. */
void code_island(struct code *c);

/* 0: done; -EAGAIN: once more; -E2BIG: the jumps do not reach, whatever is done; -ENOMEM. */
int code_finish(struct code *c);

/* Takes the @n instructions out, to be freed. */
struct bpf_insn *code_take(struct code *c, size_t *n);

struct code *code_close(struct code *c);

#endif
