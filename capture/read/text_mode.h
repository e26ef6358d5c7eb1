/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a terminal, or a transfer in text mode, makes of the ends of lines, and how it is undone:
 * where each LF has got a CR before it, taking one away gives the very bytes that were sent.
 */
#ifndef XDPDUMP_READ_TEXT_MODE_H
#define XDPDUMP_READ_TEXT_MODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How many LF have a CR before them, and how many have none. Once both are known no more are
 * counted.
 */
struct text_lines {
	uint32_t crlf, bare;
	bool cr;		/* the last byte */
};

void text_mode_count(struct text_lines *l, const uint8_t *bytes, size_t n);

static inline bool text_mode_is_crlf(const struct text_lines *l)
{
	return l->crlf && !l->bare;
}

enum text_kind {
	TEXT_SOUND,
	TEXT_LF_TO_CRLF,	/* each LF has got a CR */
	TEXT_CRLF_TO_CRCRLF,	/* each CR LF has */
};

/*
 * May these bytes have come to be so by a conversion? True only if there is a line end that it has
 * changed.
 */
bool text_mode_may_be(enum text_kind kind, const uint8_t *bytes, size_t n);

struct text_undo {
	enum text_kind kind;	/* TEXT_SOUND: nothing is to be undone (any more) */
	unsigned run;		/* CRs at the end */
	bool held;		/* the last of them has still to come out */
};

/*
 * Undoes a conversion on @n bytes at @from, which may follow others; @to has room for one more, and
 * may be one byte before @from or more. Where an end of line is met that cannot have come of it,
 * that is the end of it. Returns the number of bytes at @to.
 */
size_t text_mode_undo(struct text_undo *t, uint8_t *to, const uint8_t *from, size_t n);

/* At the end of all: 0 or 1 byte more. */
size_t text_mode_undo_end(struct text_undo *t, uint8_t *to);

#endif
