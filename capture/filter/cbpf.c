// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What can be known of a classic program without running it: the same that the verifier will want
 * to know of its translation.
 */
#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/filter/cbpf.h"

uint32_t cbpf_size(uint16_t code)
{
	return BPF_SIZE(code) == BPF_W ? 4 : BPF_SIZE(code) == BPF_H ? 2 : 1;
}

static bool is_valid_load(const struct sock_filter *in)
{
	switch (in->code) {
	case BPF_LD | BPF_ABS | BPF_W:
	case BPF_LD | BPF_ABS | BPF_H:
	case BPF_LD | BPF_ABS | BPF_B:
	case BPF_LD | BPF_IND | BPF_W:
	case BPF_LD | BPF_IND | BPF_H:
	case BPF_LD | BPF_IND | BPF_B:
	case BPF_LDX | BPF_MSH | BPF_B:
	case BPF_LD | BPF_LEN:
	case BPF_LDX | BPF_LEN:
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
		return true;
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
	case BPF_ST:
	case BPF_STX:
		return in->k < BPF_MEMWORDS;
	}
	return false;
}

static bool is_valid(const struct sock_filter *in)
{
	switch (BPF_CLASS(in->code)) {
	case BPF_ALU:
		return in->code <= (BPF_ALU | BPF_X | BPF_XOR) &&
		       (BPF_OP(in->code) != BPF_NEG || in->code == (BPF_ALU | BPF_NEG));
	case BPF_JMP:
		return in->code == (BPF_JMP | BPF_JA) ||
		       (BPF_OP(in->code) >= BPF_JEQ && in->code <= (BPF_JMP | BPF_X | BPF_JSET));
	case BPF_RET:
		return in->code == (BPF_RET | BPF_K) || in->code == (BPF_RET | BPF_A);
	case BPF_MISC:
		return in->code == (BPF_MISC | BPF_TAX) || in->code == (BPF_MISC | BPF_TXA);
	}
	return is_valid_load(in);
}

bool cbpf_loads(uint16_t code)
{
	bool ld = BPF_CLASS(code) == BPF_LD &&
		  (BPF_MODE(code) == BPF_ABS || BPF_MODE(code) == BPF_IND);

	return ld || code == (BPF_LDX | BPF_MSH | BPF_B);
}

static bool is_ancillary(const struct sock_filter *in)
{
	return BPF_CLASS(in->code) == BPF_LD && BPF_MODE(in->code) == BPF_ABS &&
	       in->k >= (uint32_t)SKF_AD_OFF && in->k < (uint32_t)SKF_AD_OFF + SKF_AD_MAX;
}

bool cbpf_rejects(const struct sock_filter *in)
{
	if (cbpf_loads(in->code))
		return in->k > FILTER_REACH - cbpf_size(in->code);
	return (in->code == (BPF_ALU | BPF_DIV | BPF_K) ||
		in->code == (BPF_ALU | BPF_MOD | BPF_K)) &&
	       !in->k;
}

unsigned cbpf_next(const struct cbpf *p, size_t i, size_t to[2])
{
	const struct sock_filter *in = &p->in[i];

	to[0] = i + 1;
	if (BPF_CLASS(in->code) == BPF_RET || cbpf_rejects(in))
		return 0;
	if (in->code == (BPF_JMP | BPF_JA)) {
		to[0] = i + 1 + (int64_t)(int32_t)in->k;
		return 1;
	}
	if (BPF_CLASS(in->code) != BPF_JMP)
		return 1;
	to[0] = i + 1 + in->jt;
	to[1] = i + 1 + in->jf;
	return 2;
}

static int check(const struct cbpf *p)
{
	size_t to[2];

	for (size_t i = 0; i < p->n; i++) {
		if (!is_valid(&p->in[i]))
			return -EINVAL;
		if (is_ancillary(&p->in[i]))
			return -EOPNOTSUPP;
		for (unsigned k = cbpf_next(p, i, to); k; k--)
			if (to[k - 1] >= p->n)
				return -EINVAL;
	}
	return 0;
}

/* A jump to a return becomes that return: these are the longest jumps that libpcap makes. */
static void shorten(struct cbpf *p)
{
	size_t to[2];

	for (size_t i = p->n; i-- > 0;)
		if (p->in[i].code == (BPF_JMP | BPF_JA) && cbpf_next(p, i, to) &&
		    BPF_CLASS(p->in[to[0]].code) == BPF_RET)
			p->in[i] = p->in[to[0]];
}

/* Another round only for what jumps back. */
static void find_live(struct cbpf *p)
{
	bool again = true;
	size_t to[2];

	p->live[0] = true;
	while (again) {
		again = false;
		for (size_t i = 0; i < p->n; i++) {
			for (unsigned k = p->live[i] ? cbpf_next(p, i, to) : 0; k; k--) {
				again |= to[k - 1] <= i && !p->live[to[k - 1]];
				p->loops |= to[k - 1] <= i;
				p->live[to[k - 1]] = true;
				p->compares_x |= k == 2 && BPF_SRC(p->in[i].code) == BPF_X;
			}
		}
	}
}

/* Bytes that are known to be there behind instruction @i. */
static uint32_t extent(const struct cbpf *p, size_t i)
{
	const struct sock_filter *in = &p->in[i];

	if (!cbpf_loads(in->code) || BPF_MODE(in->code) == BPF_IND)
		return p->known[i];
	return max_of(p->known[i], in->k + cbpf_size(in->code));
}

static void find_known(struct cbpf *p)
{
	size_t to[2];

	memset(p->known, 0xff, p->n * sizeof(*p->known));
	p->known[0] = 0;
	for (size_t i = 0; i < p->n; i++)
		for (unsigned k = p->live[i] ? cbpf_next(p, i, to) : 0; k; k--)
			if (to[k - 1] <= i)
				p->known[to[k - 1]] = 0;
	for (size_t i = 0; i < p->n; i++)
		for (unsigned k = p->live[i] ? cbpf_next(p, i, to) : 0; k; k--)
			p->known[to[k - 1]] = min_of(p->known[to[k - 1]], extent(p, i));
}

int cbpf_open(struct cbpf *p, const struct sock_filter *prog, size_t n)
{
	int err;

	*p = (struct cbpf){ .n = n };
	if (!n)
		return -EINVAL;
	if (n > CLASSIC_MAX)
		return -E2BIG;
	p->in = calloc(n, sizeof(*p->in));
	p->live = calloc(n, sizeof(*p->live));
	p->known = calloc(n, sizeof(*p->known));
	if (!p->in || !p->live || !p->known)
		return -ENOMEM;
	memcpy(p->in, prog, n * sizeof(*p->in));
	err = check(p);
	if (err)
		return err;
	shorten(p);
	find_live(p);
	find_known(p);
	return 0;
}

void cbpf_close(struct cbpf *p)
{
	free(p->in);
	free(p->live);
	free(p->known);
}
