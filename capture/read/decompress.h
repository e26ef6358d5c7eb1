/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Compressed data comes in as a stream, unpacked data goes out as a stream: gzip members and zstd
 * frames, any number of them behind each other, with a bound on the memory. What can be unpacked is
 * handed out before more is asked for.
 */
#ifndef XDPDUMP_READ_DECOMPRESS_H
#define XDPDUMP_READ_DECOMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "capture/base/codec.h"

struct decompress;

enum { DECOMPRESS_FIRST_MAX = 256 * 1024 };

/* Gives the next bytes, at most @n and at least one; 0: there are no more; -errno. */
typedef ssize_t (*unpack_source_fn)(void *ctx, void *buf, size_t n);

/*
 * Starts on the @n bytes at @first, at most DECOMPRESS_FIRST_MAX, which @source goes on from.
 * -ENOMEM, or 0.
 */
int decompress_open(struct decompress **u, enum codec_kind kind, const void *first, size_t n,
		    unpack_source_fn source, void *ctx);

/*
 * Up to @n bytes, which is not 0; 0: the end. -EBADMSG: cut short or damaged, see
 * decompress_error(). Else -errno of the source.
 */
ssize_t decompress_read(struct decompress *u, void *buf, size_t n);

/* What is behind the bytes that it has taken so far comes from @source, from now on. */
void decompress_set_source(struct decompress *u, unpack_source_fn source, void *ctx);

/* What was found, and at which byte of the compressed data; NULL: nothing. */
const char *decompress_error(const struct decompress *u);

/* Is it that the end is missing? */
bool decompress_is_cut(const struct decompress *u);

/* At the end: what is odd and did not matter, or NULL. */
const char *decompress_warning(const struct decompress *u);

/*
 * At the end: a capture, or data that is compressed otherwise, stands behind. *@n bytes of it have
 * been taken from the source already and live as long as @u; NULL: there is none.
 */
const uint8_t *decompress_behind(const struct decompress *u, size_t *n);

/*
 * The place in the compressed data that decompress_read() has come to. It counts from what
 * decompress_count_from() said, or 0.
 */
uint64_t decompress_offset(const struct decompress *u);
void decompress_count_from(struct decompress *u, uint64_t offset);

enum decompress_answer { DECOMPRESS_NO, DECOMPRESS_YES, DECOMPRESS_TOO_FEW };

/*
 * Does what is compressed in these bytes begin as a capture does? There may be too few of them to
 * tell.
 */
enum decompress_answer decompress_is_capture(const uint8_t *p, size_t n);

/*
 * Is what is compressed in these bytes damaged, or no more of it than its end missing? *@out: bytes
 * that come out of it, of a million at most.
 */
bool decompress_is_damaged(const uint8_t *p, size_t n, size_t *out);

/* Bytes that it has allocated. */
size_t decompress_memory(const struct decompress *u);

enum codec_kind decompress_codec(const struct decompress *u);

/* Returns NULL. */
struct decompress *decompress_close(struct decompress *u);

#endif
