/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The bytes of an XDP frame in several buffers, for a program that traces another one, to which the
 * kernel lends no function for that. The list of the buffers is where bpf_xdp_copy_buf() of
 * net/core/filter.c has it, and their pages are where page_address() of include/linux/mm.h says,
 * which is known on x86-64.
 */
#ifndef XDPDUMP_BUFFERS_H
#define XDPDUMP_BUFFERS_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "bpf/event.h"

enum {
	BUFFERS_MAX	= 45,	/* CONFIG_MAX_SKB_FRAGS goes up to that */
	PIECES_MAX	= 64,	/* of a frame */
	PAGE_BYTES	= 4096,
	CACHE_LINE	= 64,	/* SMP_CACHE_BYTES, to which the list is aligned */
};

/* What is there to know of a frame. The kernel's addresses are numbers here. */
struct frame {
	__u64 data;		/* the first buffer, */
	__u32 linear;		/* and its bytes */
	__u32 len;		/* of all buffers */
	__u32 reach;		/* of those that can be read: linear or len */
	__u32 queue;
	__u64 buffers;		/* the list of the others, */
	__u64 n_buffers;	/* 0 where they cannot be read */
	struct memory memory;
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct page {
	unsigned long flags;
};
struct skb_shared_info {
	__u8 nr_frags;
	unsigned int xdp_frags_size;
	struct {} frags[1];
};
#pragma clang attribute pop

/* struct bio_vec, and since Linux 6.9 struct skb_frag, which is the same on a machine of 64 bits */
struct buffer {
	__u64 page;
	__u32 len, offset;
};

/* Without them it is as if there were no other buffers than the first. */
static __always_inline void find_buffers(struct frame *f, __u64 hard_end, const struct memory *m)
{
	const __u64 size = bpf_core_type_size(struct skb_shared_info);
	struct skb_shared_info *list = (void *)(hard_end -
						(size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);

	if (!m->pages || BPF_CORE_READ(list, xdp_frags_size) != f->len - f->linear)
		return;
	f->memory = *m;
	f->buffers = (long)list + bpf_core_field_offset(struct skb_shared_info, frags);
	f->n_buffers = BPF_CORE_READ(list, nr_frags);
	f->reach = f->len;
}

/*
 * Where the byte at @off is, as *@at, and how many there are from there on; 0: none that can be
 * read. Not static: the verifier looks at it once.
 */
__noinline __u32 piece_at(struct frame *f, __u32 off, __u64 *at)
{
	struct buffer b;

	if (!f || !at)
		return 0;
	if (off < f->linear) {
		*at = f->data + off;
		return f->linear - off;
	}
	off -= f->linear;
	for (__u32 i = 0; i < BUFFERS_MAX && i < f->n_buffers; i++) {
		if (bpf_probe_read_kernel(&b, sizeof(b), (void *)(f->buffers + i * sizeof(b))))
			return 0;
		if (off < b.len) {
			*at = f->memory.direct + b.offset + off +
			      (b.page - f->memory.pages) / bpf_core_type_size(struct page) *
				      PAGE_BYTES;
			return b.len - off;
		}
		off -= b.len;
	}
	return 0;
}

struct copy {
	struct frame *f;
	__u8 *to;
	__u64 n, done;
	__u32 most;
};

/*
 * The verifier does not see that all pieces together are no more than @most, so it wants room for
 * one piece behind that.
 */
static long copy_piece(__u32 i __attribute__((unused)), void *ctx)
{
	struct copy *c = ctx;
	__u64 chunk, done = c->done, at = 0;

	chunk = piece_at(c->f, done, &at);
	if (chunk > c->n - done)
		chunk = c->n - done;
	pin(chunk);
	pin(done);
	if (!chunk || done >= c->most)
		return 1;
	if (chunk > EVENT_PIECE)
		chunk = EVENT_PIECE;
	if (bpf_probe_read_kernel(c->to + done, chunk, (void *)at))
		return 1;
	c->done = done + chunk;
	return c->done >= c->n;
}

/* Copies the first @n bytes, never more than @most, a constant. */
static __always_inline long copy_pieces(struct frame *f, __u8 *to, __u64 n, __u32 most)
{
	struct copy c = { .f = f, .to = to, .n = n, .most = most };

	bpf_loop(PIECES_MAX, copy_piece, &c, 0);
	return c.done < n ? -1 : 0;
}

#endif
