// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * On each way it is known what the accumulator was loaded from, which bits of it are left, and what
 * was found out by comparing. What is not understood is not known, and both ways are possible.
 */
#include <linux/filter.h>

#include "capture/base/util.h"
#include "capture/filter/possible.h"

enum { STEPS_MAX = 20000, DEPTH_MAX = 500, FACTS_MAX = 24 };

enum what { UNKNOWN, NUMBER, LOADED };

/* What is in the accumulator. */
struct value {
	enum what what;
	struct noted_load load;
	uint32_t mask;		/* of what was loaded; or the number */
};

struct way {
	size_t at;
	struct value a;
	uint32_t x_msh;		/* X is 4 * (that byte & 15); NOTED_ABS: not known */
	struct noted_fact facts[FACTS_MAX];
	unsigned n_facts;
};

struct search {
	const struct sock_filter *in;
	size_t n;
	const struct noted *noted;
	noted_has_fn has;
	void *ctx;
	unsigned steps;
};

static struct value loaded(uint32_t msh, const struct sock_filter *in)
{
	const uint32_t size = BPF_SIZE(in->code) == BPF_W ? 4 : BPF_SIZE(in->code) == BPF_H ? 2 : 1;

	return (struct value){ LOADED, { msh, in->k, size }, UINT32_MAX >> (32 - 8 * size) };
}

static struct value load_a(const struct way *w, const struct sock_filter *in)
{
	switch (BPF_MODE(in->code)) {
	case BPF_ABS:
		/* beside the packet, as the kernel has it */
		return in->k > INT32_MAX ? (struct value){ .what = UNKNOWN }
					 : loaded(NOTED_ABS, in);
	case BPF_IND:
		return w->x_msh == NOTED_ABS ? (struct value){ .what = UNKNOWN }
					     : loaded(w->x_msh, in);
	case BPF_IMM:
		return (struct value){ .what = NUMBER, .mask = in->k };
	}
	return (struct value){ .what = UNKNOWN };
}

/* All but comparisons. */
static void step(struct way *w, const struct sock_filter *in)
{
	switch (BPF_CLASS(in->code)) {
	case BPF_LD:
		w->a = load_a(w, in);
		break;
	case BPF_LDX:
		w->x_msh = in->code == (BPF_LDX | BPF_B | BPF_MSH) ? in->k : NOTED_ABS;
		break;
	case BPF_ALU:
		if (in->code == (BPF_ALU | BPF_AND | BPF_K))
			w->a.mask &= in->k;
		else
			w->a = (struct value){ .what = UNKNOWN };
		break;
	case BPF_MISC:
		if (BPF_MISCOP(in->code) == BPF_TAX)
			w->x_msh = NOTED_ABS;
		else
			w->a = (struct value){ .what = UNKNOWN };
		break;
	}
	w->at++;
}

/* What the facts say of it: 1: it holds, 0: it does not, -1: nothing. */
static int known(const struct way *w, const struct noted_fact *f)
{
	for (const struct noted_fact *k = w->facts; k < w->facts + w->n_facts; k++) {
		if (!noted_same_load(&k->load, &f->load))
			continue;
		if ((k->value ^ f->value) & k->mask & f->mask)
			return 0;
		if ((k->mask & f->mask) == f->mask)
			return 1;
	}
	return -1;
}

static bool search(struct search *s, struct way *w, unsigned depth);

/* The way on which the comparison at @w finds that @f holds, which leads to @to. */
static bool may_hold(struct search *s, const struct way *w, size_t to, const struct noted_fact *f,
		     unsigned depth)
{
	struct way other = *w;

	other.at = to;
	if (f->value & ~f->mask || !noted_allows(s->noted, w->facts, w->n_facts, f, s->has, s->ctx))
		return false;
	if (other.n_facts < FACTS_MAX)
		other.facts[other.n_facts++] = *f;
	return search(s, &other, depth + 1);
}

/* Goes on with @w on one way and looks at the other one. True: that one matches. */
static bool part(struct search *s, struct way *w, const struct sock_filter *in, unsigned depth)
{
	const size_t yes = w->at + 1 + in->jt, no = w->at + 1 + in->jf;
	const struct noted_fact f = { w->a.load, w->a.mask, in->k };
	struct way other = *w;
	int is;

	if (in->code == (BPF_JMP | BPF_JEQ | BPF_K) && w->a.what == LOADED) {
		is = known(w, &f);
		w->at = is > 0 ? yes : no;
		return is < 0 && may_hold(s, &other, yes, &f, depth);
	}
	w->at = no;
	if (in->code == (BPF_JMP | BPF_JEQ | BPF_K) && w->a.what == NUMBER) {
		w->at = w->a.mask == in->k ? yes : no;
		return false;
	}
	other.at = yes;
	return search(s, &other, depth + 1);
}

/* Does the way lead to a match? */
static bool search(struct search *s, struct way *w, unsigned depth)
{
	if (depth > DEPTH_MAX)
		return true;
	while (w->at < s->n && s->steps++ < STEPS_MAX) {
		const struct sock_filter *in = &s->in[w->at];

		if (BPF_CLASS(in->code) == BPF_RET)
			return in->code != (BPF_RET | BPF_K) || in->k;
		if (in->code == (BPF_JMP | BPF_JA)) {
			if (in->k >= s->n)	/* back, or out of it */
				return true;
			w->at += 1 + in->k;
		} else if (BPF_CLASS(in->code) == BPF_JMP) {
			if (part(s, w, in, depth))
				return true;
		} else {
			step(w, in);
		}
	}
	return true;
}

bool possible(const struct sock_filter *program, size_t n, const struct noted *noted,
	      noted_has_fn has, void *ctx)
{
	struct search s = { .in = program, .n = n, .noted = noted, .has = has, .ctx = ctx };
	struct way w = { .x_msh = NOTED_ABS };

	return search(&s, &w, 0);
}
