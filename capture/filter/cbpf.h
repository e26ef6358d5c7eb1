/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A program of classic BPF, checked, and what is known of each instruction. */
#ifndef XDPDUMP_FILTER_CBPF_H
#define XDPDUMP_FILTER_CBPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sock_filter;

enum {
	CLASSIC_MAX	= 1 << 24,	/* instructions */
	/* bytes of a frame that can be loaded: what the verifier allows of a packet pointer */
	FILTER_REACH	= 0xffff,
};

struct cbpf {
	/* a copy, where jumps to a return have become that return */
	struct sock_filter *in;
	size_t n;
	bool *live;			/* can be reached: the verifier refuses what cannot */
	/* bytes of the first buffer that are there on all ways to an instruction */
	uint32_t *known;
	bool loops;			/* some jump back */
	bool compares_x;
};

/* Takes a copy. Errors as for to_ebpf(). Whatever it returns, *p is to be closed. */
int cbpf_open(struct cbpf *p, const struct sock_filter *prog, size_t n);

/* Where @i can go on to: 0, 1 or 2 places, as returned. */
unsigned cbpf_next(const struct cbpf *p, size_t i, size_t to[2]);

/* Does it load from the frame? And how many bytes: 1, 2, 4. */
bool cbpf_loads(uint16_t code);
uint32_t cbpf_size(uint16_t code);

/* Does it reject whatever comes? */
bool cbpf_rejects(const struct sock_filter *in);

void cbpf_close(struct cbpf *p);

#endif
