/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * An expression as a hook loads it. For tests that have included what they need of the kernel's
 * headers.
 */
#ifndef XDPDUMP_TESTS_UNIT_TRANSLATED_H
#define XDPDUMP_TESTS_UNIT_TRANSLATED_H

#include "capture/base/util.h"
#include "capture/filter/expr.h"
#include "capture/filter/to_ebpf.h"
#include "capture/kernel/hook.h"
#include "capture/packet/packet.h"
#include "tests/unit/unit.h"

static void expr_closep(struct expr **e)
{
	expr_close(*e);
}

/* @f, to be freed by to_ebpf_free(). NULL, as no text is no filter. */
static const struct filter *translate(struct filter *f, const struct hook_ops *ops,
				      const char *text)
{
	cleanup(expr_closep) struct expr *e = NULL;
	const struct sock_filter *insns;
	size_t n;

	if (!text)
		return NULL;
	assert_int_equal(expr_open(&e, text, LINKTYPE_ETHERNET, true), 0);
	insns = expr_insns(e, &n);
	assert_int_equal(to_ebpf(f, ops->loads, insns, n), 0);
	return f;
}

#endif
