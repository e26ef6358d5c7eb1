// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The stream under both formats: bytes of the file, unpacked where they are compressed. What is
 * compressed and what is not may alternate: each piece is one stream, which ends where the next one
 * begins.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/read/capfile_impl.h"
#include "capture/read/decompress.h"

enum {
	/* bytes that are taken again at once: of short pieces most go back again */
	BACK_STEP	= 16 * 1024,
	LARGE		= 8 << 20,	/* bytes of a buffer that are not kept for long */
	/* bytes: a fraction of a millisecond, of unpacking as well */
	LOOK_EVERY	= 256 * 1024,
};

/* Hostile files give nothing but bytes for hours. */
static bool may_go_on(struct capfile *r, size_t n)
{
	r->since_look += n;
	if (!r->hooks.look || r->since_look < LOOK_EVERY)
		return true;
	r->since_look = 0;
	r->io_error = r->hooks.look(r->hooks.ctx);
	return !r->io_error;
}

/*
 * What is there, and no waiting for more: fread() would wait until all is read that was asked for.
 * A stream in memory has no descriptor. 0: the end, or io_error is set.
 */
static size_t read_file(struct capfile *r, void *buf, size_t n)
{
	ssize_t got;

	if (fileno(r->file) < 0) {
		got = fread(buf, 1, n, r->file);
		if (!got && ferror(r->file))
			r->io_error = errno ? errno : EIO;
		text_lines_count(&r->raw_lines, buf, got);
		return got;
	}
	if (r->hooks.wait)
		r->io_error = r->hooks.wait(r->hooks.ctx, fileno(r->file));
	if (r->io_error)
		return 0;
	do
		got = read(fileno(r->file), buf, n);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		r->io_error = errno;
		return 0;
	}
	text_lines_count(&r->raw_lines, buf, got);
	return may_go_on(r, got) ? got : 0;
}

/* As @read_from gives them; what has to be undone is. There is room for two bytes at least. */
static size_t read_undone(struct capfile *r, struct text_undo *t,
			  size_t (*read_from)(struct capfile *, void *, size_t), uint8_t *buf,
			  size_t n)
{
	size_t got, out;

	if (!t->kind && !t->held)
		return read_from(r, buf, n);
	do {
		got = read_from(r, buf + 1, n - 1);
		out = got ? text_undo(t, buf, buf + 1, got) : text_undo_end(t, buf);
	} while (got && !out);
	return out;
}

static void drop_back(struct capfile *r)
{
	capfile_give(r, r->back.cap);
	free(r->back.bytes);
	r->back = (struct given_back){ .bytes = NULL };
}

/* Bytes that were given back come first. */
static size_t read_raw(struct capfile *r, void *buf, size_t n)
{
	struct given_back *b = &r->back;

	if (b->begin < b->end) {
		n = min_of(n, (size_t)BACK_STEP);
		n = min_of(n, b->end - b->begin);
		memcpy(buf, b->bytes + b->begin, n);
		b->begin += n;
		return n;
	}
	drop_back(r);
	return read_undone(r, &r->raw_text, read_file, buf, n);
}

/* The last @n bytes that were taken, which are at @p, are to be taken again. */
static bool give_back(struct capfile *r, const uint8_t *p, size_t n)
{
	struct given_back *b = &r->back;
	size_t rest = b->end - b->begin;
	uint8_t *bytes;

	if (n <= b->begin) {	/* they are still there */
		b->begin -= n;
		return true;
	}
	bytes = capfile_take(r, n + rest) ? malloc(n + rest) : NULL;
	if (!bytes)
		return false;
	memcpy(bytes, p, n);
	if (rest)
		memcpy(bytes + n, b->bytes + b->begin, rest);
	drop_back(r);
	*b = (struct given_back){ .bytes = bytes, .end = n + rest, .cap = n + rest };
	return true;
}

static ssize_t read_packed(void *ctx, void *buf, size_t n)
{
	struct capfile *r = ctx;
	size_t got = read_raw(r, buf, n);

	return got || !r->io_error ? (ssize_t)got : -r->io_error;
}

/* What it has taken is known only afterwards; memory that was not touched yet is none. */
static bool pay_for_unpacking(struct capfile *r)
{
	size_t bytes = decompress_memory(r->unpack);

	if (bytes > r->unpack_bytes && !capfile_take(r, bytes - r->unpack_bytes))
		return false;
	if (bytes < r->unpack_bytes)
		capfile_give(r, r->unpack_bytes - bytes);
	r->unpack_bytes = bytes;
	return true;
}

static size_t read_unpacked(struct capfile *r, void *buf, size_t n)
{
	ssize_t got = decompress_read(r->unpack, buf, n);

	if (!pay_for_unpacking(r)) {
		r->io_error = ENOMEM;
		return 0;
	}

	if (got > 0) {
		text_lines_count(&r->lines, buf, got);
		return may_go_on(r, got) ? got : 0;
	}
	r->io_error = -got;
	if (decompress_warning(r->unpack))
		capfile_warn(r, WARN_TRAILER, "%s", decompress_warning(r->unpack));
	return 0;
}

static size_t read_some(struct capfile *r, void *buf, size_t n)
{
	return read_undone(r, &r->text, r->unpack ? read_unpacked : read_raw, buf, n);
}

int stream_decompress(struct capfile *r, enum codec_kind kind)
{
	uint64_t at = r->offset;
	int err;

	if (!give_back(r, stream_bytes(r), stream_have(r)))
		return r->poor ? capfile_fail(r, "no memory left") : -ENOMEM;
	err = decompress_open(&r->unpack, kind, "", 0, read_packed, r);
	if (err)
		return err;
	decompress_count_from(r->unpack, at);
	r->packed_at = at;
	if (!r->compression)
		r->compression = codec_name(kind);
	r->begin = r->end = 0;
	r->offset = r->not_zero = 0;
	r->ended = false;
	r->lines = (struct text_lines){ 0 };
	if (r->text.kind)	/* what is compressed went the same way */
		r->raw_text = r->text;
	r->text = (struct text_undo){ 0 };
	return 0;
}

bool stream_is_behind(const struct capfile *r)
{
	size_t n;

	return r->unpack && stream_have(r) == 0 && decompress_behind(r->unpack, &n);
}

int stream_leave(struct capfile *r)
{
	size_t n;
	const uint8_t *behind = decompress_behind(r->unpack, &n);

	if (!give_back(r, behind, n))
		return r->poor ? capfile_fail(r, "no memory left") : -ENOMEM;
	r->offset = decompress_offset(r->unpack);
	r->unpack = decompress_close(r->unpack);
	capfile_give(r, r->unpack_bytes);
	r->unpack_bytes = 0;
	r->begin = r->end = 0;
	r->not_zero = 0;
	r->ended = false;
	return 0;
}

bool capfile_is_drained(const struct capfile *r)
{
	return r->begin == r->end;
}

/* Bytes that are consumed, and to which recovery will go back. */
static size_t kept(const struct capfile *r)
{
	return r->go_on && r->go_on < r->offset ? r->offset - r->go_on : 0;
}

static void move_down(struct capfile *r)
{
	size_t by = r->begin - kept(r);

	r->looked_at += (r->end - by) / 16;	/* so many can be moved in the time of a look */
	memmove(r->buf, r->buf + by, r->end - by);
	r->end -= by;
	r->begin -= by;
}

/*
 * There is no room behind the bytes. They are moved only if that is worth it: bytes that are held
 * for long, while few are consumed, would be moved for each of those few.
 */
static bool make_room(struct capfile *r)
{
	uint8_t *bigger;

	if (r->begin > kept(r) && r->begin - kept(r) >= (r->end - r->begin) / 4) {
		move_down(r);
		return true;
	}
	bigger = capfile_take(r, r->cap) ? realloc(r->buf, r->cap * 2) : NULL;
	if (!bigger) {
		r->io_error = ENOMEM;
		return false;
	}
	r->buf = bigger;
	r->cap *= 2;
	return true;
}

/* A long block is a rare thing, and other files may want to have some. */
static void shrink(struct capfile *r)
{
	uint8_t *smaller;

	move_down(r);
	smaller = realloc(r->buf, r->base);
	if (!smaller)
		return;
	r->buf = smaller;
	capfile_give(r, r->cap - r->base);
	r->cap = r->base;
}

bool stream_fill(struct capfile *r, size_t n)
{
	if (r->cap >= LARGE && n <= r->base && stream_have(r) < r->base && !kept(r))
		shrink(r);
	if (r->begin > kept(r) && (r->begin >= stream_have(r) || n > r->cap))
		move_down(r);
	/* Grows as the bytes come in: a length in a file that is cut short costs no memory. */
	while (stream_have(r) < n) {
		size_t got;

		if (r->ended || (r->cap - r->end < 2 && !make_room(r)))
			return false;
		got = read_some(r, r->buf + r->end, r->cap - r->end);
		r->ended = !got;
		if (!got)
			return false;
		r->end += got;
	}
	return true;
}

bool stream_skip(struct capfile *r, uint64_t n)
{
	while (n) {
		size_t step = min_of(n, (uint64_t)r->cap);

		if (!stream_need(r, step))
			return false;
		r->begin += step;
		r->offset += step;
		n -= step;
	}
	return true;
}

bool stream_zero_tail(struct capfile *r, size_t least)
{
	size_t n;

	if (r->not_zero > r->offset)
		return false;
	stream_need(r, CAPFILE_BUFFER);
	n = min_of(stream_have(r), (size_t)CAPFILE_BUFFER);
	for (size_t i = 0; i < n; i++) {
		if (stream_bytes(r)[i]) {
			r->not_zero = r->offset + i;
			return false;
		}
	}
	return n >= least;
}

