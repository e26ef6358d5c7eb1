// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Streams of libzstd and zlib, fed piece by piece, so that all in front of damaged data has gone
 * out before it is met.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "capture/base/util.h"
#include "capture/read/decompress.h"
#include "capture/read/magic.h"

enum {
	/* zstd: 32 MiB. Levels up to 19 want 8 MiB, --ultra and --long up to 128 MiB and more */
	WINDOW_LOG_MAX = 25,
	ZSTD_FIRST = 5,		/* bytes that begin a frame of zstd */
	USUAL = 64 * 1024,	/* bytes that are read at once */
	/* that zlib takes, says zconf.h: 32 KiB for the window and about 7 */
	GZIP_BYTES = 48 * 1024,
};

struct decompress {
	enum codec_kind kind;
	ZSTD_DCtx *zstd;
	z_stream gzip;
	bool has_gzip;		/* gzip is to be ended */
	unpack_source_fn source;
	void *ctx;
	uint8_t *in;		/* bytes [begin, end) are not unpacked yet */
	size_t begin, end, cap;
	uint64_t offset;	/* of in[begin] in the compressed data */
	size_t hint;		/* zstd: how much it wants to have */
	bool begun;		/* the first frame */
	bool within;		/* a frame that has begun */
	bool full;		/* the last output filled its buffer: there may be more */
	int done;		/* 1: the end, -EBADMSG */
	bool cut;		/* its end is missing */
	bool garbage;		/* behind the end */
	bool another;		/* something that can be read, behind the end */
	char message[160];
};

static void unpack_closep(struct decompress **u)
{
	decompress_close(*u);
}

static int open_codec(struct decompress *u)
{
	const int with_gzip_header = 16;

	if (u->kind == CODEC_GZIP) {
		u->has_gzip = inflateInit2(&u->gzip, MAX_WBITS + with_gzip_header) == Z_OK;
		return u->has_gzip ? 0 : -ENOMEM;
	}
	u->zstd = ZSTD_createDCtx();
	if (!u->zstd)
		return -ENOMEM;
	ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	u->hint = ZSTD_FIRST;
	return 0;
}

int decompress_open(struct decompress **unpack, enum codec_kind kind, const void *first, size_t n,
		    unpack_source_fn source, void *ctx)
{
	cleanup(unpack_closep) struct decompress *u = calloc(1, sizeof(*u));
	int err;

	if (!u)
		return -ENOMEM;
	u->kind = kind;
	u->source = source;
	u->ctx = ctx;
	u->cap = n > USUAL ? DECOMPRESS_FIRST_MAX : USUAL;
	u->in = malloc(u->cap);
	if (!u->in)
		return -ENOMEM;
	memcpy(u->in, first, n);
	u->end = n;
	err = open_codec(u);
	if (err)
		return err;
	*unpack = steal(&u);
	return 0;
}

static ssize_t damaged(struct decompress *u, const char *what)
{
	snprintf(u->message, sizeof(u->message), "%s data damaged at byte %llu: %s",
		 codec_name(u->kind), (unsigned long long)u->offset, what);
	return u->done = -EBADMSG;
}

static void consumed(struct decompress *u, size_t n)
{
	u->begin += n;
	u->offset += n;
}

static ssize_t refuse_zstd(struct decompress *u, size_t code)
{
	if (ZSTD_getErrorCode(code) != ZSTD_error_frameParameter_windowTooLarge)
		return damaged(u, ZSTD_getErrorName(code));
	snprintf(u->message, sizeof(u->message),
		 "the zstd frame at byte %llu takes more than %u MiB of memory; unpack it "
		 "first: zstd -dc --long=31 FILE | xdpdump -r -",
		 (unsigned long long)u->offset, 1 << (WINDOW_LOG_MAX - 20));
	return u->done = -EBADMSG;
}

/*
 * Not more than the decoder wants: about one block, since an error takes all with it that it has
 * unpacked in that call.
 */
static ssize_t step_zstd(struct decompress *u, void *buf, size_t n)
{
	ZSTD_inBuffer in = { u->in + u->begin, min_of(u->end - u->begin, u->hint), 0 };
	ZSTD_outBuffer out = { buf, n, 0 };
	size_t left = ZSTD_decompressStream(u->zstd, &out, &in);

	if (ZSTD_isError(left))
		return refuse_zstd(u, left);
	u->begun = true;
	consumed(u, in.pos);
	u->within = left;
	u->hint = left ? left : ZSTD_FIRST;
	return out.pos;
}

/* Another member, or whatever gzip itself ignores: zeros silently, the rest with a warning. */
static void next_member(struct decompress *u)
{
	const uint8_t *p = u->in + u->begin;

	if (magic_codec(p, u->end - u->begin) == CODEC_GZIP) {
		inflateReset(&u->gzip);
		u->within = true;
		return;
	}
	u->done = 1;
	u->garbage = p[0] != 0;
	if (u->garbage)
		snprintf(u->message, sizeof(u->message),
			 "what stands behind the gzip data, from byte %llu on, is ignored",
			 (unsigned long long)u->offset);
}

/* A frame has ended, and there may be more. */
static bool is_border(const struct decompress *u)
{
	return u->begun && !u->within;
}

static ssize_t step_gzip(struct decompress *u, void *buf, size_t n)
{
	z_stream *z = &u->gzip;
	int status;

	if (is_border(u))
		next_member(u);
	if (u->done)
		return 0;
	u->within = u->begun = true;
	z->next_in = u->in + u->begin;
	z->avail_in = u->end - u->begin;
	z->next_out = buf;
	z->avail_out = min_of(n, (size_t)UINT32_MAX / 2);
	status = inflate(z, Z_NO_FLUSH);
	consumed(u, u->end - u->begin - z->avail_in);
	n = z->next_out - (uint8_t *)buf;
	if (status == Z_STREAM_END)
		u->within = false;
	else if (status != Z_OK && status != Z_BUF_ERROR)
		damaged(u, z->msg ? z->msg : "no memory to unpack it");
	return n;
}

/* Bytes behind those that are there. */
static ssize_t fetch(struct decompress *u)
{
	ssize_t got;

	memmove(u->in, u->in + u->begin, u->end - u->begin);
	u->end -= u->begin;
	u->begin = 0;
	got = u->source(u->ctx, u->in + u->end, u->cap - u->end);
	if (got > 0)
		u->end += got;
	return got;
}

static void ended(struct decompress *u)
{
	u->cut = u->within;
	u->done = u->cut ? -EBADMSG : 1;
	snprintf(u->message, sizeof(u->message), "cut short at byte %llu: the %s data goes on",
		 (unsigned long long)u->offset, codec_name(u->kind));
}

/* Is there enough to go on with? To know what follows a frame takes its first bytes. */
static bool is_ready(const struct decompress *u)
{
	return (u->within && u->full) || u->end - u->begin >= (is_border(u) ? MAGIC_LEN : 1);
}

/* Is there, behind a frame, something that is not for us and can be read all the same? */
static bool is_another(const struct decompress *u)
{
	enum magic m;

	if (!is_border(u))
		return false;
	m = magic_of(u->in + u->begin, u->end - u->begin);
	return m != MAGIC_NONE && m != (u->kind == CODEC_GZIP ? MAGIC_GZIP : MAGIC_ZSTD);
}

ssize_t decompress_read(struct decompress *u, void *buf, size_t n)
{
	while (!u->done) {
		ssize_t got = 1;

		while (!is_ready(u) && got > 0)
			got = fetch(u);
		if (got < 0)
			return got;
		if (got == 0 && u->begin == u->end)
			ended(u);
		else if (is_another(u))
			u->done = u->another = true;
		if (u->done)
			break;
		got = u->kind == CODEC_GZIP ? step_gzip(u, buf, n) : step_zstd(u, buf, n);
		u->full = got == (ssize_t)n;
		if (got > 0)
			return got;
	}
	return u->done < 0 ? u->done : 0;
}

void decompress_set_source(struct decompress *u, unpack_source_fn source, void *ctx)
{
	u->source = source;
	u->ctx = ctx;
}

const char *decompress_error(const struct decompress *u)
{
	return u->done < 0 ? u->message : NULL;
}

bool decompress_is_cut(const struct decompress *u)
{
	return u->cut;
}

const char *decompress_warning(const struct decompress *u)
{
	return u->garbage ? u->message : NULL;
}

const uint8_t *decompress_behind(const struct decompress *u, size_t *n)
{
	*n = u->end - u->begin;
	return u->another ? u->in + u->begin : NULL;
}

uint64_t decompress_offset(const struct decompress *u)
{
	return u->offset;
}

void decompress_count_from(struct decompress *u, uint64_t offset)
{
	u->offset = offset;
}

/* of the source, at the end of the bytes behind which there may be more */
enum { NO_MORE = -EAGAIN };

static ssize_t no_more(void *ctx is_unused, void *buf is_unused, size_t n is_unused)
{
	return NO_MORE;
}

enum decompress_answer decompress_is_capture(const uint8_t *p, size_t n)
{
	cleanup(unpack_closep) struct decompress *u = NULL;
	uint8_t first[MAGIC_LEN];
	size_t have = 0;
	ssize_t got = decompress_open(&u, magic_codec(p, n), p, n, no_more, NULL);

	if (got)
		return DECOMPRESS_NO;
	while (have < sizeof(first) &&
	       (got = decompress_read(u, first + have, sizeof(first) - have)) > 0)
		have += got;
	if (have < sizeof(first) && got == NO_MORE)
		return DECOMPRESS_TOO_FEW;
	return magic_of(first, have) == MAGIC_PCAP || magic_of(first, have) == MAGIC_PCAPNG
		       ? DECOMPRESS_YES
		       : DECOMPRESS_NO;
}

bool decompress_is_damaged(const uint8_t *p, size_t n, size_t *out)
{
	enum { ENOUGH = 1000000 };
	cleanup(unpack_closep) struct decompress *u = NULL;
	uint8_t piece[16 * 1024];
	ssize_t got = decompress_open(&u, magic_codec(p, n), p, n, no_more, NULL);

	*out = 0;
	while (!got && *out < ENOUGH && (got = decompress_read(u, piece, sizeof(piece))) > 0) {
		*out += got;
		got = 0;
	}
	return got == -EBADMSG;
}

size_t decompress_memory(const struct decompress *u)
{
	return u->cap + (u->kind == CODEC_ZSTD ? ZSTD_sizeof_DCtx(u->zstd) : GZIP_BYTES);
}

enum codec_kind decompress_codec(const struct decompress *u)
{
	return u->kind;
}

struct decompress *decompress_close(struct decompress *u)
{
	if (!u)
		return NULL;
	ZSTD_freeDCtx(u->zstd);
	if (u->has_gzip)
		inflateEnd(&u->gzip);
	free(u->in);
	free(u);
	return NULL;
}
