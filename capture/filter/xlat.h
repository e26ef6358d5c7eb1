/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A program on its way from classic BPF to eBPF, and what more than one kind of instruction needs.
 */
#ifndef XDPDUMP_FILTER_XLAT_H
#define XDPDUMP_FILTER_XLAT_H

#include <linux/bpf.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/filter/cbpf.h"
#include "capture/filter/emit.h"
#include "capture/filter/filter_loads.h"

enum {
	A	= BPF_REG_6,
	X	= BPF_REG_7,
	DATA	= BPF_REG_8,		/* the first buffer of the frame */
	END	= BPF_REG_9,

	/* on the stack */
	AT_CTX	= -8,
	AT_LEN	= -16,
	AT_BACK	= -24,			/* jumps back so far */
	AT_TAG	= -28,
	AT_LOADED = -32,
	/* words below that, those that are used one next to the other */
	AT_MEM	= AT_LOADED,

	/* jumps back: headers that "protochain" follows; 1500 bytes have 181 at most */
	BACK_MAX = 192,
};

/* A label is a classic instruction in one of the versions, or the place where the second begins. */
struct xlat {
	struct cbpf p;
	const struct filter_loads *loads;
	struct emit *code;
	uint32_t words;			/* of its memory, that it uses: 1 << number */
	bool careful;			/* the version that is emitted */
};

/* Of the classic instruction @i in this version; and of the place where the second one begins. */
uint32_t xlat_label(const struct xlat *x, size_t i);
uint32_t xlat_careful_label(const struct xlat *x);

void xlat_reject(struct xlat *x);

/* Rejects, unless the comparison of @dst with @imm holds. */
void xlat_require(struct xlat *x, uint8_t code, uint8_t dst, int32_t imm);

/*
 * Hides the value of @reg from the verifier, see forget() in bpf/parse.h: the length is one that it
 * does not know.
 */
void xlat_hide(struct xlat *x, uint8_t reg);

/* Where on the stack the word @k of the memory is. */
int16_t xlat_word(const struct xlat *x, uint32_t k);

#endif
