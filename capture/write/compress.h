/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Compression while writing. Each piece of data becomes a zstd frame or gzip member that is
 * complete in itself, so that a file is readable up to its last whole frame whatever happens to the
 * writer, and frames can be cut off its end.
 */
#ifndef XDPDUMP_WRITE_COMPRESS_H
#define XDPDUMP_WRITE_COMPRESS_H

#include <stddef.h>
#include <stdint.h>

#include "capture/base/codec.h"

struct compress;

/* @c is not CODEC_NONE. -ENOMEM, or 0. */
int compress_open(struct compress **p, struct codec c);

/* Makes @n bytes a frame, which lives at *@frame until the next call. -ENOMEM, or 0. */
int compress_frame(struct compress *p, const void *data, size_t n, const uint8_t **frame,
		   size_t *len);

/* Returns NULL. */
struct compress *compress_close(struct compress *p);

#endif
