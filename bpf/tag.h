/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A VLAN tag that is kept beside the bytes of a frame is put back: it is where it is on the wire
 * for all that is copied, parsed, measured or asked by a filter. Behind bpf/capture.h, with
 * FRAME_LOADS; a program defines BUFFER_LOAD, the helper that loads bytes at an offset, and two
 * functions.
 */
#ifndef XDPDUMP_TAG_H
#define XDPDUMP_TAG_H

#include <bpf/bpf_endian.h>

/*
 * @tag: its type (IEEE 802.1Q, 9.6), and what is kept of it, so in the order of its bytes; 0: there
 * is none.
 */

/* Bytes of the frame without it. */
static __always_inline __u32 buffers_len(FRAME *ctx);

/* As frame_load(), from @off of that on, which is a constant. */
static __always_inline long buffers_load(FRAME *ctx, __u32 off, __u8 *to, __u64 n);

/* Bytes of the addresses, and up to the end of the tag behind them. */
enum { TAG_OFF = 12, TAG_END = 16 };

static __always_inline __u32 frame_len(FRAME *ctx, __u32 tag)
{
	return buffers_len(ctx) + (tag ? TAG_END - TAG_OFF : 0);
}

static __always_inline int frame_is_elsewhere(FRAME *ctx __attribute__((unused)), __u32 tag)
{
	return tag != 0;
}

/* @n is at least 1. */
static __always_inline long load_tagged(FRAME *ctx, __u32 tag, __u8 *to, __u64 n)
{
	if (n <= TAG_OFF)
		return BUFFER_LOAD(ctx, 0, to, n);
	if (BUFFER_LOAD(ctx, 0, to, TAG_OFF))
		return -1;
	to[12] = tag >> 24;
	if (n > 13)
		to[13] = tag >> 16;
	if (n > 14)
		to[14] = tag >> 8;
	if (n > 15)
		to[15] = tag;
	pin(n);
	if (n <= TAG_END)
		return 0;
	return buffers_load(ctx, TAG_OFF, to + TAG_END, n - TAG_END);
}

static __always_inline long frame_load(FRAME *ctx, __u32 tag, __u8 *to, __u64 n,
				       __u32 most __attribute__((unused)))
{
	return tag ? load_tagged(ctx, tag, to, n) : buffers_load(ctx, 0, to, n);
}

/* @n bytes at @off of the buffers, 1 to 4 */
static __always_inline __u64 number_at(FRAME *ctx, __u32 off, __u32 n)
{
	__u32 word = 0;

	switch (n) {
	case 1:
		return BUFFER_LOAD(ctx, off, &word, 1) ? WORD_NOT_THERE : (__u8)word;
	case 2:
		return BUFFER_LOAD(ctx, off, &word, 2) ? WORD_NOT_THERE : bpf_ntohs(word);
	case 4:
		return BUFFER_LOAD(ctx, off, &word, 4) ? WORD_NOT_THERE : bpf_ntohl(word);
	}
	return WORD_NOT_THERE;
}

/* Some of the bytes are of the tag: of the four before it, of it, and of those behind it. */
static __always_inline __u64 number_around_tag(FRAME *ctx, __u32 tag, __u32 off, __u32 n)
{
	__u64 before, behind = 0, all;
	__u32 end = off + n, shift;

	if (end > TAG_END) {
		__u32 more = end - TAG_END;

		behind = more == 3
				 ? number_at(ctx, TAG_OFF, 2) << 8 | number_at(ctx, TAG_OFF + 2, 1)
				 : number_at(ctx, TAG_OFF, more);
		if (behind >= WORD_NOT_THERE)
			return WORD_NOT_THERE;
		behind <<= 8 * (4 - more);
		all = (__u64)tag << 32 | behind;
		shift = 8 * (TAG_END + 4 - end);
	} else {
		before = number_at(ctx, TAG_OFF - 4, 4);
		if (before == WORD_NOT_THERE)
			return before;
		all = before << 32 | tag;
		shift = 8 * (TAG_END - end);
	}
	all >>= shift & 63;
	return n == 4 ? (__u32)all : n == 2 ? (__u16)all : (__u8)all;
}

__noinline __u64 frame_word(FRAME *ctx, __u32 off, __u32 n, __u32 tag)
{
	/* numbers above INT_MAX are offsets of sockets (SKF_NET_OFF), here as well */
	if (off > EVENT_SNAP_MAX || n > 4)
		return WORD_NOT_THERE;
	if (off + n <= TAG_OFF || !tag)
		return number_at(ctx, off, n);
	if (off >= TAG_END)
		return number_at(ctx, off - (TAG_END - TAG_OFF), n);
	return number_around_tag(ctx, tag, off, n);
}

#endif
