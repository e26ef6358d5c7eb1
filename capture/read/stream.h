/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The ground on which captures are read: bytes of a file in their order, unpacked where they are
 * compressed, and with a conversion of line ends undone. Knows of no format. What is wrong is kept
 * as a sentence, what is odd is told.
 */
#ifndef XDPDUMP_READ_STREAM_H
#define XDPDUMP_READ_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "capture/base/codec.h"
#include "capture/read/budget.h"
#include "capture/read/pushback.h"
#include "capture/read/text_mode.h"

enum {
	STREAM_BUFFER	= 256 * 1024,	/* bytes to begin with, unless told otherwise */
	STREAM_HELD_MAX	= 64 << 20,	/* of a block or packet that is held in memory */
};

/* So many bytes before those that come stay in memory, if there were as many. */
enum { STREAM_BACK = 8 };

/* Each is said once a file. */
enum stream_warning {
	WARN_CAPLEN_SNAPLEN,
	WARN_CAPLEN_LEN,
	WARN_OPTION,
	WARN_VERSION,
	WARN_RESOLUTION,
	WARN_FRACTION,
	WARN_TIME,
	WARN_KEPT,
	WARN_COPY,
	WARN_COPY_TYPE,
	WARN_COPY_LONG,
	WARN_COPY_BAD,
	WARN_IFACE_LOST,
	WARN_TRAILER,
	WARN_LOCAL,
	WARN_TEXT,
};

/* As those of capfile.h. Each may be NULL. */
struct stream_hooks {
	struct ahead *ahead;
	void (*warn)(void *ctx, const char *sentence);
	int (*wait)(void *ctx, int fd);
	int (*look)(void *ctx);
	size_t (*read)(void *ctx, void *buf, size_t n);
	void *ctx;
	bool grows;
};

/* What was compressed. */
struct stream_packed {
	struct decompress *unpack;	/* NULL: it is not, here */
	struct ahead *ahead;		/* has it; NULL: we have */
	uint64_t at;			/* where it begins in the file */
	size_t bytes;			/* of memory that it takes */
	const char *first;		/* the first codec that was met; NULL: none */
	uint32_t n_tried;		/* places where it was tried to unpack something */
};

/* Ends of lines, and what is undone of them, in the file or in what is unpacked. */
struct stream_text {
	struct text_lines lines;
	struct text_undo undo;
};

/* Work that looks for something better than what was found; see stream_grant_looks(). */
struct stream_looks {
	uint64_t taken;			/* places, headers and blocks */
	uint64_t granted, granted_at;	/* up to that offset they are */
};

struct stream {
	uint8_t *buf;			/* bytes [begin, end) are read and not consumed */
	size_t begin, end, cap;
	uint64_t offset;		/* of buf[begin] in the file, or in what is unpacked */
	/* and with this in front in the whole of what is unpacked and what is not (modulo 2^64) */
	uint64_t before;
	/* where to later; what is consumed from there on is kept in memory. 0: not known */
	uint64_t go_on;
	/* of a byte that stream_zero_tail() found: not to be looked for again */
	uint64_t not_zero;
	size_t base;			/* bytes that buf had at first */
	bool ended;			/* no more bytes come behind buf[end] */
	/* what is no packet, or may be another capture, is an end: the whole looks at it (part.h) */
	bool is_part;
	bool jumped;			/* not all bytes up to here were read */
	int io_error;			/* errno; EBADMSG: what is compressed is damaged */

	FILE *file;
	struct pushback back;
	struct stream_packed packed;
	struct stream_text raw, text;	/* of the file, and of what is unpacked */
	struct stream_hooks hooks;
	size_t since_look;		/* bytes that have come since hooks.look() */
	struct stream_looks looks;
	struct budget_share share;
	unsigned warned;		/* 1 << enum stream_warning */
	char error[400];
};

/*
 * Begins to read @f. @buffer: bytes. -EBADMSG: the budget is not enough, which stream_fail() told;
 * -ENOMEM.
 */
int stream_open(struct stream *s, FILE *f, const struct stream_hooks *hooks, struct budget *budget,
		size_t buffer);

/* No more is read; what is kept of interfaces, whose bytes are @kept, stays paid for. */
void stream_finish(struct stream *s, size_t kept);

/* Sets the sentence; returns -EBADMSG, or the error of the last read if there was one. */
int stream_fail(struct stream *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void stream_warn(struct stream *s, enum stream_warning kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* May @n bytes more be kept for as long as the file is read? Counts them; says so once if not. */
bool stream_may_keep(struct stream *s, size_t n);

/* The stream is compressed from here on. -ENOMEM. */
int stream_decompress(struct stream *s, enum codec_kind kind);

/* Is what was compressed at its end, and another capture behind it? And goes on there. -ENOMEM. */
bool stream_is_behind(const struct stream *s);
int stream_leave(struct stream *s);

/*
 * What is at stream_bytes(), and all that comes, is read as it was before the conversion; @raw:
 * what is compressed is.
 */
void stream_undo_text(struct stream *s, struct stream_text *t, enum text_kind kind);

/* Reads until there are @n bytes at stream_bytes(): for stream_need(). */
bool stream_fill(struct stream *s, size_t n);

/*
 * At least @n bytes at stream_bytes(), read in if needed. False at the end of the file or after an
 * error.
 */
static inline bool stream_need(struct stream *s, size_t n)
{
	return s->end - s->begin >= n || stream_fill(s, n);
}

static inline uint8_t *stream_bytes(const struct stream *s)
{
	return s->buf + s->begin;
}

/* How many of the wanted bytes there were when stream_need() said no. */
static inline size_t stream_have(const struct stream *s)
{
	return s->end - s->begin;
}

static inline void stream_step(struct stream *s, size_t n)
{
	s->begin += n;
	s->offset += n;
}

/* Forward to what is in memory, or back to what was kept. */
static inline void stream_go_to(struct stream *s, uint64_t offset)
{
	s->begin += offset - s->offset;
	s->offset = offset;
}

/* A place in the file as if all of it was unpacked; @offset: as that of the stream. */
static inline uint64_t stream_place(const struct stream *s, uint64_t offset)
{
	return s->before + offset;
}

/* On to a place in a regular file, which is not compressed. */
void stream_jump(struct stream *s, uint64_t offset);

/* Counts the ends of lines up to here again, where that was jumped over. */
void stream_recount(struct stream *s);

/* Steps over @n bytes without holding them. False if the file ends before. */
bool stream_skip(struct stream *s, uint64_t n);

/*
 * Are the bytes from here on, not fewer than @least, to the end of the file (or for 256 KiB) all
 * zero?
 */
bool stream_zero_tail(struct stream *s, size_t least);

/*
 * Something better than what was found may be looked for as long as the work stays in a proportion
 * to the bytes that were passed: grants what has come since the last time.
 */
void stream_grant_looks(struct stream *s);

static inline bool stream_may_look(const struct stream *s)
{
	return s->looks.taken < s->looks.granted;
}

#endif
