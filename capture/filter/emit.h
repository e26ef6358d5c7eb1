/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * eBPF instructions in the making, with jumps to labels. eBPF jumps 32767 instructions far; in a
 * program that is longer there are islands, each with a jump to every label that is too far from
 * some jump, so that it can be reached in hops.
 */
#ifndef XDPDUMP_FILTER_EMIT_H
#define XDPDUMP_FILTER_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_insn;
struct emit;

/*
 * Instructions that a jump goes, at most; half of what 16 bits hold, as the kernel puts some in
 * itself.
 */
enum { EMIT_REACH = 16000 };

/* With labels 0 to @n_labels - 1. Returns 0 or -ENOMEM. */
int emit_open(struct emit **c, uint32_t n_labels);

/*
 * Starts from the beginning. A program is emitted again and again until emit_finish() says that it
 * is done.
 */
void emit_begin(struct emit *c);

void emit_insn(struct emit *c, uint8_t opcode, uint8_t dst, uint8_t src, int16_t off, int32_t imm);

/* The same for a jump, whose offset is that of @label. */
void emit_jump(struct emit *c, uint8_t opcode, uint8_t dst, uint8_t src, int32_t imm,
	       uint32_t label);

/* The next instruction is where @label is. */
void emit_label(struct emit *c, uint32_t label);

/* Is there a jump to it, so far? */
bool emit_wants(const struct emit *c, uint32_t label);

/*
 * Here, where register 0 is free and the instruction above goes on to the one below, may be an
 * island if one is needed.
 */
void emit_island(struct emit *c);

enum { EMIT_DONE, EMIT_ONCE_MORE };

/* One of these; -E2BIG: the jumps do not reach, whatever is done; -ENOMEM. */
int emit_finish(struct emit *c);

/* Takes the @n instructions out, to be freed. */
struct bpf_insn *emit_take(struct emit *c, size_t *n);

struct emit *emit_close(struct emit *c);

#endif
