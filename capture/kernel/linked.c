// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/filter/emit.h"
#include "capture/kernel/linked.h"

/* What is replaced. */
struct cut {
	size_t at, n_old, n_new;
};

/* Where the instruction @i of before is. */
static size_t moved(const struct cut *c, size_t i)
{
	return i <= c->at ? i : i - c->n_old + c->n_new;
}

static int copy_info(struct linked_info *to, const void *records, uint32_t n, uint32_t size)
{
	to->records = malloc((size_t)n * size + 1);
	if (!to->records)
		return -ENOMEM;
	if (n)
		memcpy(to->records, records, (size_t)n * size);
	to->n = n;
	to->size = size;
	return 0;
}

static int copy_insns(struct linked *l, const struct bpf_insn *insns, size_t n)
{
	*l = (struct linked){ .insns = calloc(n, sizeof(*insns)), .n = n };
	if (!l->insns)
		return -ENOMEM;
	memcpy(l->insns, insns, n * sizeof(*insns));
	return 0;
}

int linked_open(struct linked *l, const struct bpf_insn *insns, size_t n,
		const struct bpf_prog_load_opts *opts)
{
	int err = copy_insns(l, insns, n);

	if (!err)
		err = copy_info(&l->functions, opts->func_info, opts->func_info_cnt,
				opts->func_info_rec_size);
	return err ? err
		   : copy_info(&l->lines, opts->line_info, opts->line_info_cnt,
			       opts->line_info_rec_size);
}

int linked_copy(struct linked *l, const struct linked *from)
{
	const struct linked_info *f = &from->functions, *lines = &from->lines;
	int err = copy_insns(l, from->insns, from->n);

	if (!err)
		err = copy_info(&l->functions, f->records, f->n, f->size);
	return err ? err : copy_info(&l->lines, lines->records, lines->n, lines->size);
}

static bool is_jump(const struct bpf_insn *insn)
{
	uint8_t class = BPF_CLASS(insn->code), op = BPF_OP(insn->code);

	return (class == BPF_JMP || class == BPF_JMP32) && op != BPF_CALL && op != BPF_EXIT;
}

bool linked_is_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL;
}

/* A call, or the address of a function for a helper that calls it. */
static bool names_function(const struct bpf_insn *insn)
{
	return linked_is_call(insn) ||
	       (insn->code == (BPF_LD | BPF_IMM | BPF_DW) && insn->src_reg == BPF_PSEUDO_FUNC);
}

/* How far it is from the instruction behind @i to the one that was @far from it. */
static int64_t distance(const struct cut *c, size_t i, int64_t far)
{
	return (int64_t)moved(c, i + 1 + far) - (int64_t)moved(c, i) - 1;
}

/* @insn was at @i. */
static int direct(const struct cut *c, struct bpf_insn *insn, size_t i)
{
	int64_t far;

	if (names_function(insn))
		insn->imm = distance(c, i, insn->imm);
	if (!is_jump(insn))
		return 0;
	far = distance(c, i, insn->off);
	if (far == insn->off)
		return 0;
	if (far < -EMIT_REACH || far > EMIT_REACH)
		return -ERANGE;
	insn->off = far;
	return 0;
}

static bool is_cut(const struct cut *c, size_t i)
{
	return i > c->at && i < c->at + c->n_old;
}

static void move_info(struct linked_info *info, const struct cut *c)
{
	uint32_t kept = 0, at;

	for (uint32_t k = 0; k < info->n; k++) {
		uint8_t *record = info->records + (size_t)k * info->size;

		memcpy(&at, record, sizeof(at));
		if (is_cut(c, at))
			continue;
		at = moved(c, at);
		memcpy(record, &at, sizeof(at));
		memmove(info->records + (size_t)kept++ * info->size, record, info->size);
	}
	info->n = kept;
}

int linked_replace(struct linked *l, size_t at, size_t n_old, const struct bpf_insn *with,
		   size_t n_new)
{
	const struct cut c = { at, n_old, n_new };
	size_t n = l->n - n_old + n_new;
	cleanup(freep) struct bpf_insn *all = calloc(n, sizeof(*all));

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < l->n; i++) {
		struct bpf_insn *to;

		if (i >= at && i < at + n_old)
			continue;
		to = &all[moved(&c, i)];
		*to = l->insns[i];
		if (direct(&c, to, i))
			return -ERANGE;
	}
	memcpy(all + at, with, n_new * sizeof(*all));
	move_info(&l->functions, &c);
	move_info(&l->lines, &c);
	free(l->insns);
	l->insns = steal(&all);
	l->n = n;
	return 0;
}

void linked_close(struct linked *l)
{
	free(l->insns);
	free(l->functions.records);
	free(l->lines.records);
	*l = (struct linked){ .n = 0 };
}
