// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* libzstd and zlib behind one door. */
#include <errno.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "capture/base/util.h"
#include "capture/write/compress.h"

enum {
	/* What the writer hands over at once, as a rule; more makes the buffer grow. */
	FRAME_USUAL = 256 * 1024,
};

struct compress {
	struct codec codec;
	ZSTD_CCtx *zstd;
	z_stream gzip;
	bool has_gzip;		/* gzip is to be ended */
	uint8_t *buf;		/* the frame */
	size_t cap;
};

static void pack_closep(struct compress **p)
{
	compress_close(*p);
}

/* Room for the frame of @n bytes, whatever they are. */
static int make_room(struct compress *p, size_t n)
{
	size_t cap = p->zstd ? ZSTD_compressBound(n) : deflateBound(&p->gzip, n);
	uint8_t *bigger;

	if (cap <= p->cap)
		return 0;
	bigger = realloc(p->buf, cap);
	if (!bigger)
		return -ENOMEM;
	p->buf = bigger;
	p->cap = cap;
	return 0;
}

static int open_zstd(struct compress *p)
{
	p->zstd = ZSTD_createCCtx();
	if (!p->zstd)
		return -ENOMEM;
	ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_compressionLevel, p->codec.level);
	ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_checksumFlag, 1);
	return 0;
}

static int open_gzip(struct compress *p)
{
	const int with_gzip_header = 16, memory = 8;	/* zlib's default for memory */

	if (deflateInit2(&p->gzip, p->codec.level, Z_DEFLATED, MAX_WBITS + with_gzip_header, memory,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	p->has_gzip = true;
	return 0;
}

int compress_open(struct compress **pack, struct codec c)
{
	cleanup(pack_closep) struct compress *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	p->codec = c;
	err = c.kind == CODEC_ZSTD ? open_zstd(p) : open_gzip(p);
	if (!err)
		err = make_room(p, FRAME_USUAL);
	if (err)
		return err;
	*pack = steal(&p);
	return 0;
}

static int frame_of_zstd(struct compress *p, const void *data, size_t n, size_t *len)
{
	*len = ZSTD_compress2(p->zstd, p->buf, p->cap, data, n);
	return ZSTD_isError(*len) ? -ENOMEM : 0;	/* there is room: nothing else can fail */
}

static int frame_of_gzip(struct compress *p, const void *data, size_t n, size_t *len)
{
	deflateReset(&p->gzip);
	p->gzip.next_in = (void *)data;
	p->gzip.avail_in = n;
	p->gzip.next_out = p->buf;
	p->gzip.avail_out = p->cap;
	if (deflate(&p->gzip, Z_FINISH) != Z_STREAM_END)
		return -ENOMEM;
	*len = p->cap - p->gzip.avail_out;
	return 0;
}

int compress_frame(struct compress *p, const void *data, size_t n, const uint8_t **frame,
		   size_t *len)
{
	int err = make_room(p, n);

	if (err)
		return err;
	*frame = p->buf;
	return p->zstd ? frame_of_zstd(p, data, n, len) : frame_of_gzip(p, data, n, len);
}

struct compress *compress_close(struct compress *p)
{
	if (!p)
		return NULL;
	ZSTD_freeCCtx(p->zstd);
	if (p->has_gzip)
		deflateEnd(&p->gzip);
	free(p->buf);
	free(p);
	return NULL;
}
