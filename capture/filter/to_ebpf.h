/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Classic BPF, as libpcap makes it, becomes eBPF: the body of filter() in bpf/capture.h. It accepts
 * the frames that libpcap's own interpreter accepts, with two limits: a load behind byte 65534 of a
 * frame rejects it, and so does the 193rd jump back (the header that "protochain" would follow
 * then).
 */
#ifndef XDPDUMP_FILTER_TO_EBPF_H
#define XDPDUMP_FILTER_TO_EBPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/filter/filter_loads.h"

struct bpf_insn;
struct sock_filter;

/*
 * A function of two arguments, the program's context and the bytes of the frame on the wire. It
 * returns 0: reject the frame.
 */
struct filter {
	struct bpf_insn *insns;
	size_t n;
	/* what it was made of, by to_ebpf(); NULL: of something else */
	struct sock_filter *classic;
	size_t n_classic;
};

/*
 * Translates @n instructions of @prog, any sizes and contents, for a program that has @loads.
 * Returns 0 and an f to be released with to_ebpf_free(), or
 * -EINVAL: not a valid program (an opcode or a jump that is none, no end); -EOPNOTSUPP: it loads
 * what only a socket has, the ancillary data of linux/filter.h; -E2BIG: too long for the jumps of
 * eBPF; -ENOMEM.
 */
int to_ebpf(struct filter *f, const struct filter_loads *loads, const struct sock_filter *prog,
	    size_t n);

/*
 * Two of them in one: with a third argument of 0 @entry is asked, else @exit (FILTER_... in
 * bpf/event.h). NULL: accepts everything. -E2BIG, -ENOMEM; to be released.
 */
int to_ebpf_pair(struct filter *f, const struct filter *entry, const struct filter *exit);

/* @f, or with NULL none, n 0; to be released. -ENOMEM. */
int to_ebpf_copy(struct filter *copy, const struct filter *f);

/* Are they the same? NULL and n 0: none. */
bool to_ebpf_is(const struct filter *a, const struct filter *b);

void to_ebpf_free(struct filter *f);

#endif
