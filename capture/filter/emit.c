// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The first time the instructions are only counted, then there is room for them. When jumps do not
 * reach, their labels are far ones, and the program is made again with islands for these.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdlib.h>

#include "capture/base/util.h"
#include "capture/filter/emit.h"

enum {
	ISLAND_EVERY	= 6000,
	FAR_MAX		= 1000,		/* labels: what an island has must be short of EMIT_REACH */
};

/* An instruction at @at that jumps to a label. */
struct jump {
	uint32_t at, label;
};

struct emit {
	struct bpf_insn *insns;
	struct jump *jumps;
	uint32_t *islands;		/* where they begin */
	/* may be more than there is room for: then they are only counted */
	size_t n, n_jumps, n_islands;
	size_t cap, islands_cap;	/* @cap of insns and jumps */
	uint32_t *label_at;
	uint32_t far[FAR_MAX];		/* labels */
	size_t n_far;
	size_t since;			/* the end of the last island */
};

static void code_closep(struct emit **c)
{
	emit_close(*c);
}

int emit_open(struct emit **out, uint32_t n_labels)
{
	cleanup(code_closep) struct emit *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->label_at = calloc(n_labels, sizeof(*c->label_at));
	if (!c->label_at)
		return -ENOMEM;
	*out = steal(&c);
	return 0;
}

void emit_begin(struct emit *c)
{
	c->n = c->n_jumps = c->n_islands = c->since = 0;
}

void emit_insn(struct emit *c, uint8_t opcode, uint8_t dst, uint8_t src, int16_t off, int32_t imm)
{
	if (c->n < c->cap)
		c->insns[c->n] = (struct bpf_insn){ opcode, dst, src, off, imm };
	c->n++;
}

void emit_jump(struct emit *c, uint8_t opcode, uint8_t dst, uint8_t src, int32_t imm,
	       uint32_t label)
{
	if (c->n_jumps < c->cap)
		c->jumps[c->n_jumps] = (struct jump){ c->n, label };
	c->n_jumps++;
	emit_insn(c, opcode, dst, src, 0, imm);
}

void emit_label(struct emit *c, uint32_t label)
{
	c->label_at[label] = c->n;
}

/* While they are only counted, there may be one. */
bool emit_wants(const struct emit *c, uint32_t label)
{
	for (size_t i = 0; i < min_of(c->n_jumps, c->cap); i++)
		if (c->jumps[i].label == label)
			return true;
	return c->n_jumps > c->cap;
}

/*
 * The verifier refuses what no way leads to, and does not look at what is behind a comparison that
 * never holds; so one stands before each of the jumps, where those who come from the instruction
 * above pass by.
 */
void emit_island(struct emit *c)
{
	if (!c->n_far || c->n - c->since < ISLAND_EVERY)
		return;
	emit_insn(c, BPF_ALU | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0);
	if (c->n_islands < c->islands_cap)
		c->islands[c->n_islands] = c->n;
	c->n_islands++;
	for (size_t k = 0; k < c->n_far; k++) {
		emit_insn(c, BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 1, 0);
		emit_jump(c, BPF_JMP | BPF_JA, 0, 0, 0, c->far[k]);
	}
	c->since = c->n;
}

static int make_room(struct emit *c)
{
	free(c->insns);
	free(c->jumps);
	free(c->islands);
	c->cap = c->n;
	c->islands_cap = c->n_islands;
	c->insns = calloc(c->cap, sizeof(*c->insns));
	c->jumps = calloc(c->cap, sizeof(*c->jumps));
	c->islands = calloc(c->islands_cap + 1, sizeof(*c->islands));
	return c->insns && c->jumps && c->islands ? EMIT_ONCE_MORE : -ENOMEM;
}

static bool reaches(uint32_t at, uint32_t to)
{
	int64_t off = (int64_t)to - at - 1;

	return off >= -EMIT_REACH && off <= EMIT_REACH;
}

static uint32_t distance(uint32_t a, uint32_t b)
{
	return a < b ? b - a : a - b;
}

/* The number of a far label, the same in each island; n_far: it is none. */
static size_t far_number(const struct emit *c, uint32_t label)
{
	size_t k;

	for (k = 0; k < c->n_far && c->far[k] != label; k++)
		;
	return k;
}

/*
 * Where @j is to jump to: its label, or an island that is nearer to it; or to itself if there is
 * none.
 */
static uint32_t next_hop(const struct emit *c, const struct jump *j)
{
	uint32_t to = c->label_at[j->label], best = j->at;
	size_t number;

	if (reaches(j->at, to))
		return to;
	number = far_number(c, j->label);
	for (size_t k = 0; number < c->n_far && k < c->n_islands; k++) {
		uint32_t hop = c->islands[k] + 2 * number + 1;

		if (reaches(j->at, hop) && distance(hop, to) < distance(best, to))
			best = hop;
	}
	return best;
}

/* Fills in the jumps. Those that do not reach become far ones, where there is room for more. */
static int connect(struct emit *c)
{
	size_t n_far = c->n_far;
	bool all = true;

	for (size_t i = 0; i < c->n_jumps; i++) {
		const struct jump *j = &c->jumps[i];
		uint32_t to = next_hop(c, j);

		c->insns[j->at].off = to - j->at - 1;
		if (to != j->at)
			continue;
		all = false;
		if (far_number(c, j->label) == c->n_far && c->n_far < FAR_MAX)
			c->far[c->n_far++] = j->label;
	}
	return all ? EMIT_DONE : c->n_far > n_far ? EMIT_ONCE_MORE : -E2BIG;
}

int emit_finish(struct emit *c)
{
	return c->n > c->cap || c->n_islands > c->islands_cap ? make_room(c) : connect(c);
}

struct bpf_insn *emit_take(struct emit *c, size_t *n)
{
	*n = c->n;
	return steal(&c->insns);
}

struct emit *emit_close(struct emit *c)
{
	if (!c)
		return NULL;
	free(c->insns);
	free(c->jumps);
	free(c->islands);
	free(c->label_at);
	free(c);
	return NULL;
}
