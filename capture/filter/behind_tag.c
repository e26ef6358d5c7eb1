// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Classic BPF to classic BPF: loads from behind the addresses go four bytes further, and the length
 * is four less. Behind a load the accumulator is new, so it is free before it.
 */
#include <errno.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <stdlib.h>

#include "capture/base/util.h"
#include "capture/filter/behind_tag.h"
#include "capture/filter/cbpf.h"

enum {
	TAG_AT	= 12,		/* bytes of the addresses */
	TAG	= 4,
	ACCEPT	= 262144,	/* as libpcap's programs return it */
	MOST	= 7,		/* instructions that one becomes */
	/*
	 * conditional jumps reach 255 instructions far; what is further in the old program is a
	 * long jump
	 */
	NEAR	= 255 / MOST,
};

struct shift {
	const struct sock_filter *in;
	size_t n;
	size_t *at;		/* where each has gone; the last one: the end */
	struct sock_filter *out;	/* NULL: they are only counted */
	size_t n_out;
	int err;
};

static void shift_free(struct shift *s)
{
	free(s->at);
	free(s->out);
}

static void put(struct shift *s, uint16_t code, uint8_t yes, uint8_t no, uint32_t k)
{
	if (s->out)
		s->out[s->n_out] = (struct sock_filter){ code, yes, no, k };
	s->n_out++;
}

/* What is of a socket, and not of the frame, is above INT32_MAX (SKF_AD_OFF), and no byte of it. */
static bool is_behind(uint32_t k)
{
	return k >= TAG_AT && k <= INT32_MAX - TAG;
}

/* The number X + k may be on either side of the tag. */
static void put_indirect(struct shift *s, const struct sock_filter *in)
{
	const uint32_t size = cbpf_size(in->code), behind = TAG_AT - in->k,
		       amid = behind + 1 > size ? behind + 1 - size : 0;

	put(s, BPF_MISC | BPF_TXA, 0, 0, 0);
	put(s, BPF_JMP | BPF_JGE | BPF_K, 4, 0, behind);
	put(s, BPF_JMP | BPF_JGE | BPF_K, 2, 0, amid);
	put(s, in->code, 0, 0, in->k);
	put(s, BPF_JMP | BPF_JA, 0, 0, 2);
	put(s, BPF_RET | BPF_K, 0, 0, 0);
	put(s, in->code, 0, 0, in->k + TAG);
}

static void put_load(struct shift *s, const struct sock_filter *in)
{
	const bool x = BPF_CLASS(in->code) == BPF_LDX;

	if (BPF_MODE(in->code) == BPF_LEN) {
		s->err = x ? -EOPNOTSUPP : s->err;
		put(s, in->code, 0, 0, in->k);
		put(s, BPF_ALU | BPF_SUB | BPF_K, 0, 0, TAG);
	} else if (!cbpf_loads(in->code) || in->k > INT32_MAX) {
		put(s, in->code, 0, 0, in->k);
	} else if (is_behind(in->k)) {
		put(s, in->code, 0, 0, in->k + TAG);
	} else if (BPF_MODE(in->code) == BPF_IND) {
		put_indirect(s, in);
	} else {
		s->err = in->k + cbpf_size(in->code) > TAG_AT ? -EOPNOTSUPP : s->err;
		put(s, in->code, 0, 0, in->k);
	}
}

/* From the instruction that is put next to where the one before at @to has gone. */
static uint32_t distance(const struct shift *s, size_t to)
{
	return s->out ? s->at[to] - s->n_out - 1 : 0;
}

static void put_jump(struct shift *s, size_t i)
{
	const struct sock_filter *in = &s->in[i];
	const bool always = BPF_OP(in->code) == BPF_JA;
	const size_t yes = i + 1 + (always ? (int32_t)in->k : in->jt),
		     no = i + 1 + (always ? 0 : in->jf);

	if (yes >= s->n || no >= s->n) {
		s->err = -EINVAL;
	} else if (always) {
		put(s, in->code, 0, 0, distance(s, yes));
	} else if (in->jt <= NEAR && in->jf <= NEAR) {
		put(s, in->code, distance(s, yes), distance(s, no), in->k);
	} else {
		put(s, in->code, 0, 1, in->k);
		put(s, BPF_JMP | BPF_JA, 0, 0, distance(s, yes));
		put(s, BPF_JMP | BPF_JA, 0, 0, distance(s, no));
	}
}

/* The accumulator is 0 in the end, as programs find it. */
static void put_head(struct shift *s, const struct vlan_tag *tag)
{
	put(s, BPF_LD | BPF_H | BPF_ABS, 0, 0, TAG_AT);
	put(s, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, tag->type);
	put(s, BPF_RET | BPF_K, 0, 0, 0);
	put(s, BPF_LD | BPF_H | BPF_ABS, 0, 0, TAG_AT + 2);
	put(s, BPF_ALU | BPF_AND | BPF_K, 0, 0, 0xfff);
	put(s, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, tag->number);
	put(s, BPF_RET | BPF_K, 0, 0, 0);
	put(s, BPF_LD | BPF_IMM, 0, 0, 0);
}

static void put_all(struct shift *s, const struct vlan_tag *tag)
{
	s->n_out = 0;
	put_head(s, tag);
	for (size_t i = 0; i < s->n; i++) {
		const uint16_t class = BPF_CLASS(s->in[i].code);

		s->at[i] = s->n_out;
		if (class == BPF_LD || class == BPF_LDX)
			put_load(s, &s->in[i]);
		else if (class == BPF_JMP)
			put_jump(s, i);
		else
			put(s, s->in[i].code, 0, 0, s->in[i].k);
	}
}

int behind_tag(const struct sock_filter *prog, size_t n, const struct vlan_tag *tag,
	       struct sock_filter **made, size_t *n_made)
{
	static const struct sock_filter all = BPF_STMT(BPF_RET | BPF_K, ACCEPT);
	cleanup(shift_free) struct shift s = { .in = prog ? prog : &all, .n = prog ? n : 1 };

	s.at = calloc(s.n, sizeof(*s.at));
	if (!s.at)
		return -ENOMEM;
	put_all(&s, tag);
	if (s.err)
		return s.err;
	s.out = calloc(s.n_out, sizeof(*s.out));
	if (!s.out)
		return -ENOMEM;
	put_all(&s, tag);
	*n_made = s.n_out;
	*made = steal(&s.out);
	return 0;
}
