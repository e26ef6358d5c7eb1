// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The stream under both formats: bytes of the file, unpacked where they are compressed. What is
 * compressed and what is not may alternate: each piece is one stream, which ends where the next one
 * begins.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/util.h"
#include "capture/read/ahead.h"
#include "capture/read/decompress.h"
#include "capture/read/stream.h"

enum {
	LARGE		= 8 << 20,	/* bytes of a buffer that are not kept for long */
	/* bytes: a fraction of a millisecond, of unpacking as well */
	LOOK_EVERY	= 256 * 1024,
};

/* Tells that the places in a sentence are not those of the file. */
static void say_inside(struct stream *s, size_t n)
{
	const char *packed = codec_name(decompress_codec(s->packed.unpack));

	if (n >= sizeof(s->error))
		return;
	if (s->packed.at)
		snprintf(s->error + n, sizeof(s->error) - n,
			 " (inside the %s data from byte %llu on)", packed,
			 (unsigned long long)s->packed.at);
	else
		snprintf(s->error + n, sizeof(s->error) - n, " (inside the %s data)", packed);
}

static int fail_poor(struct stream *s)
{
	unsigned long long at = s->offset;

	if (s->share.poor == BUDGET_NO_IFACES)
		snprintf(s->error, sizeof(s->error),
			 "not read on from byte %llu: more than %u interfaces, all files together",
			 at, BUDGET_IFACES);
	else
		snprintf(
			s->error, sizeof(s->error),
			"not read on from byte %llu: it would take more than %u MiB of memory, all files "
			"together",
			at, BUDGET_BYTES >> 20);
	return -EBADMSG;
}

int stream_fail(struct stream *s, const char *fmt, ...)
{
	va_list args;
	size_t n;

	if (s->share.poor)
		return fail_poor(s);
	if (s->io_error == EBADMSG && s->packed.unpack) {
		snprintf(s->error, sizeof(s->error), "%s; byte %llu of the capture inside",
			 decompress_error(s->packed.unpack),
			 (unsigned long long)(s->offset + stream_have(s)));
		return -EBADMSG;
	}
	if (s->io_error) {
		snprintf(s->error, sizeof(s->error), "cannot read on at byte %llu: %s",
			 (unsigned long long)(s->offset + stream_have(s)), strerror(s->io_error));
		return -s->io_error;
	}
	va_start(args, fmt);
	n = vsnprintf(s->error, sizeof(s->error), fmt, args);
	va_end(args);
	if (s->packed.unpack)
		say_inside(s, n);
	return -EBADMSG;
}

void stream_warn(struct stream *s, enum stream_warning kind, const char *fmt, ...)
{
	char sentence[256];
	va_list args;

	if (s->warned & 1u << kind || !s->hooks.warn)
		return;
	s->warned |= 1u << kind;
	va_start(args, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, args);
	va_end(args);
	s->hooks.warn(s->hooks.ctx, sentence);
}

bool stream_may_keep(struct stream *s, size_t n)
{
	if (budget_keep(&s->share, n))
		return true;
	stream_warn(
		s, WARN_KEPT,
		"more than %u MiB of names, comments and statistics: what is too much is left out",
		BUDGET_KEPT >> 20);
	return false;
}

/* Hostile files give nothing but bytes for hours. */
static bool may_go_on(struct stream *s, size_t n)
{
	s->since_look += n;
	if (!s->hooks.look || s->since_look < LOOK_EVERY)
		return true;
	s->since_look = 0;
	s->io_error = s->hooks.look(s->hooks.ctx);
	return !s->io_error;
}

/*
 * What is there, and no waiting for more: fread() would wait until all is read that was asked for.
 * A stream in memory has no descriptor. 0: the end, or io_error is set.
 */
static size_t read_file(struct stream *s, void *buf, size_t n)
{
	ssize_t got;

	if (s->hooks.read)
		return s->hooks.read(s->hooks.ctx, buf, n);
	if (fileno(s->file) < 0) {
		got = fread(buf, 1, n, s->file);
		if (!got && ferror(s->file))
			s->io_error = errno ? errno : EIO;
		text_mode_count(&s->raw.lines, buf, got);
		return got;
	}
	if (s->hooks.wait)
		s->io_error = s->hooks.wait(s->hooks.ctx, fileno(s->file));
	if (s->io_error)
		return 0;
	do
		got = read(fileno(s->file), buf, n);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		s->io_error = errno;
		return 0;
	}
	text_mode_count(&s->raw.lines, buf, got);
	return may_go_on(s, got) ? got : 0;
}

/* As @read_from gives them; what has to be undone is. There is room for two bytes at least. */
static size_t read_undone(struct stream *s, struct text_undo *t,
			  size_t (*read_from)(struct stream *, void *, size_t), uint8_t *buf,
			  size_t n)
{
	size_t got, out;

	if (!t->kind && !t->held)
		return read_from(s, buf, n);
	do {
		got = read_from(s, buf + 1, n - 1);
		out = got ? text_mode_undo(t, buf, buf + 1, got) : text_mode_undo_end(t, buf);
	} while (got && !out);
	return out;
}

/* Bytes that were given back come first. */
static size_t read_raw(struct stream *s, void *buf, size_t n)
{
	size_t got = pushback_take(&s->back, &s->share, buf, n);

	return got ? got : read_undone(s, &s->raw.undo, read_file, buf, n);
}

/* The last @n bytes that were taken, which are at @p, are to be taken again. */
static int give_back(struct stream *s, const uint8_t *p, size_t n)
{
	if (pushback_give(&s->back, &s->share, p, n))
		return 0;
	return s->share.poor ? stream_fail(s, "no memory left") : -ENOMEM;
}

static ssize_t read_packed(void *ctx, void *buf, size_t n)
{
	struct stream *s = ctx;
	size_t got = read_raw(s, buf, n);

	return got || !s->io_error ? (ssize_t)got : -s->io_error;
}

/* What it has taken is known only afterwards; memory that was not touched yet is none. */
static bool pay_for_unpacking(struct stream *s)
{
	size_t bytes = s->packed.ahead ? ahead_memory(s->packed.ahead)
				       : decompress_memory(s->packed.unpack);

	if (bytes > s->packed.bytes && !budget_take(&s->share, bytes - s->packed.bytes))
		return false;
	if (bytes < s->packed.bytes)
		budget_give(&s->share, s->packed.bytes - bytes);
	s->packed.bytes = bytes;
	return true;
}

/* By a thread, once the bytes that were given back are used up. */
static bool is_ahead(struct stream *s)
{
	struct ahead *a = s->hooks.ahead;

	if (s->packed.ahead || !a || ahead_has_begun(a) || s->raw.undo.kind ||
	    s->back.begin != s->back.end)
		return s->packed.ahead;
	ahead_begin(a, s->packed.unpack, fileno(s->file));
	s->packed.ahead = a;
	return true;
}

static ssize_t read_ahead(struct stream *s, void *buf, size_t n)
{
	ssize_t got;

	while ((got = ahead_read(s->packed.ahead, buf, n)) == -EAGAIN)
		if (!may_go_on(s, LOOK_EVERY))
			return -s->io_error;
	return got;
}

static size_t read_unpacked(struct stream *s, void *buf, size_t n)
{
	ssize_t got = is_ahead(s) ? read_ahead(s, buf, n)
				  : decompress_read(s->packed.unpack, buf, n);

	if (!pay_for_unpacking(s)) {
		s->io_error = ENOMEM;
		return 0;
	}

	if (got > 0) {
		text_mode_count(&s->text.lines, buf, got);
		return may_go_on(s, got) ? got : 0;
	}
	s->io_error = -got;
	if (decompress_warning(s->packed.unpack))
		stream_warn(s, WARN_TRAILER, "%s", decompress_warning(s->packed.unpack));
	return 0;
}

static size_t read_some(struct stream *s, void *buf, size_t n)
{
	return read_undone(s, &s->text.undo, s->packed.unpack ? read_unpacked : read_raw, buf, n);
}

int stream_decompress(struct stream *s, enum codec_kind kind)
{
	uint64_t at = s->offset;
	int err = give_back(s, stream_bytes(s), stream_have(s));

	if (!err)
		err = decompress_open(&s->packed.unpack, kind, "", 0, read_packed, s);
	if (err)
		return err;
	decompress_count_from(s->packed.unpack, at);
	s->packed.at = at;
	if (!s->packed.first)
		s->packed.first = codec_name(kind);
	s->begin = s->end = 0;
	s->before += at;
	s->offset = s->not_zero = 0;
	s->ended = false;
	s->text.lines = (struct text_lines){ 0 };
	if (s->text.undo.kind)	/* what is compressed went the same way */
		s->raw.undo = s->text.undo;
	s->text.undo = (struct text_undo){ 0 };
	return 0;
}

bool stream_is_behind(const struct stream *s)
{
	size_t n;

	return s->packed.unpack && stream_have(s) == 0 && decompress_behind(s->packed.unpack, &n);
}

int stream_leave(struct stream *s)
{
	size_t n;
	const uint8_t *behind = decompress_behind(s->packed.unpack, &n);
	int err = give_back(s, behind, n);

	if (err)
		return err;
	s->packed.ahead = NULL;
	s->before += s->offset - decompress_offset(s->packed.unpack);
	s->offset = decompress_offset(s->packed.unpack);
	s->packed.unpack = decompress_close(s->packed.unpack);
	budget_give(&s->share, s->packed.bytes);
	s->packed.bytes = 0;
	s->begin = s->end = 0;
	s->not_zero = 0;
	s->ended = false;
	return 0;
}

/* Bytes that are consumed, and will be gone back to, or looked at again. */
static size_t kept(const struct stream *s)
{
	const size_t to_go = s->go_on && s->go_on < s->offset ? s->offset - s->go_on : 0,
		     to_look = min_of(s->begin, (size_t)STREAM_BACK);

	return max_of(to_go, to_look);
}

static void move_down(struct stream *s)
{
	size_t by = s->begin - kept(s);

	s->looks.taken += (s->end - by) / 16;	/* so many can be moved in the time of a look */
	memmove(s->buf, s->buf + by, s->end - by);
	s->end -= by;
	s->begin -= by;
}

/*
 * There is no room behind the bytes. They are moved only if that is worth it: bytes that are held
 * for long, while few are consumed, would be moved for each of those few.
 */
static bool make_room(struct stream *s)
{
	uint8_t *bigger;

	if (s->begin > kept(s) && s->begin - kept(s) >= (s->end - s->begin) / 4) {
		move_down(s);
		return true;
	}
	bigger = budget_take(&s->share, s->cap) ? realloc(s->buf, s->cap * 2) : NULL;
	if (!bigger) {
		s->io_error = ENOMEM;
		return false;
	}
	s->buf = bigger;
	s->cap *= 2;
	return true;
}

/* A long block is a rare thing, and other files may want to have some. */
static void shrink(struct stream *s)
{
	uint8_t *smaller;

	move_down(s);
	smaller = realloc(s->buf, s->base);
	if (!smaller)
		return;
	s->buf = smaller;
	budget_give(&s->share, s->cap - s->base);
	s->cap = s->base;
}

bool stream_fill(struct stream *s, size_t n)
{
	if (s->cap >= LARGE && n <= s->base && stream_have(s) + kept(s) < s->base)
		shrink(s);
	if (s->begin > kept(s) && (s->begin >= stream_have(s) || n > s->cap))
		move_down(s);
	/* Grows as the bytes come in: a length in a file that is cut short costs no memory. */
	while (stream_have(s) < n) {
		size_t got;

		if (s->ended || (s->cap - s->end < 2 && !make_room(s)))
			return false;
		got = read_some(s, s->buf + s->end, s->cap - s->end);
		s->ended = !got;
		if (!got)
			return false;
		s->end += got;
	}
	return true;
}

bool stream_skip(struct stream *s, uint64_t n)
{
	while (n) {
		/* what is kept of those before has room as well */
		size_t step = min_of(n, (uint64_t)s->cap - STREAM_BACK);

		if (!stream_need(s, step))
			return false;
		s->begin += step;
		s->offset += step;
		n -= step;
	}
	return true;
}

void stream_jump(struct stream *s, uint64_t offset)
{
	const uint64_t from = offset - min_of(offset, (uint64_t)STREAM_BACK);

	if (lseek(fileno(s->file), from, SEEK_SET) < 0)
		s->io_error = errno;
	s->begin = s->end = 0;
	s->offset = from;
	s->ended = s->io_error;
	s->jumped = true;
	if (stream_need(s, offset - from))
		stream_step(s, offset - from);
}

void stream_recount(struct stream *s)
{
	uint8_t bytes[4096];
	uint64_t at = 0, end = s->offset + stream_have(s);
	ssize_t got = 1;

	if (!s->jumped)
		return;
	s->raw.lines = (struct text_lines){ 0 };
	while (at < end && got > 0 && !(s->raw.lines.crlf && s->raw.lines.bare) &&
	       may_go_on(s, got)) {
		got = uninterrupted(pread(fileno(s->file), bytes,
					  min_of(end - at, (uint64_t)sizeof(bytes)), at));
		text_mode_count(&s->raw.lines, bytes, max_of(got, (ssize_t)0));
		at += max_of(got, (ssize_t)0);
	}
}

bool stream_zero_tail(struct stream *s, size_t least)
{
	size_t n;

	if (s->not_zero > s->offset)
		return false;
	stream_need(s, STREAM_BUFFER);
	n = min_of(stream_have(s), (size_t)STREAM_BUFFER);
	for (size_t i = 0; i < n; i++) {
		if (stream_bytes(s)[i]) {
			s->not_zero = s->offset + i;
			return false;
		}
	}
	return n >= least;
}

void stream_undo_text(struct stream *s, struct stream_text *t, enum text_kind kind)
{
	uint8_t *p = stream_bytes(s);

	t->undo = (struct text_undo){ .kind = kind };
	s->end = s->begin + text_mode_undo(&t->undo, p, p, stream_have(s));
}

void stream_grant_looks(struct stream *s)
{
	enum { FREE = 4 << 20, FOR_A_BYTE = 8 };
	struct stream_looks *l = &s->looks;

	if (!l->granted)
		l->granted = FREE;
	if (s->offset > l->granted_at)
		l->granted += FOR_A_BYTE * (s->offset - l->granted_at);
	l->granted_at = s->offset;
}

int stream_open(struct stream *s, FILE *f, const struct stream_hooks *hooks, struct budget *budget,
		size_t buffer)
{
	*s = (struct stream){
		.file = f,
		.hooks = *hooks,
		.share = { .budget = budget },
		.base = buffer,
		.cap = buffer,
	};
	if (!budget_take(&s->share, buffer))
		return stream_fail(s, "no memory left");
	s->buf = malloc(buffer);
	return s->buf ? 0 : -ENOMEM;
}

void stream_finish(struct stream *s, size_t kept)
{
	if (s->packed.ahead)
		ahead_stop(s->packed.ahead);
	s->packed.ahead = NULL;
	s->packed.unpack = decompress_close(s->packed.unpack);
	pushback_drop(&s->back, &s->share);
	free(s->buf);
	s->buf = NULL;
	s->begin = s->end = s->cap = 0;
	budget_give(&s->share, s->share.taken - kept);
}
