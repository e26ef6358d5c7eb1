/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a program has made of a packet: two images of it, byte by byte, in words where they are
 * known.
 */
#ifndef XDPDUMP_REPORT_CHANGES_H
#define XDPDUMP_REPORT_CHANGES_H

#include <stdint.h>

struct packet;
struct text;

enum change_kind {
	CHANGE_PUT,		/* @len bytes in front, @before is empty */
	CHANGE_TAKEN,		/* the same, the other way round */
	CHANGE_HEADER,		/* a header was made one of another version */
	CHANGE_FIELD,
	CHANGE_BYTES,		/* that are no field */
	CHANGE_MORE,		/* @len more bytes in @now places, which are too many to tell */
	CHANGE_CUT,		/* @len bytes off the end */
	CHANGE_GROWN,		/* @len bytes at the end, @after what is captured of them */
	/* a checksum that is not right any more: @before, as it should be @after */
	CHANGE_WRONG,
};

enum { CHANGE_VALUE = 576 };

struct change {
	enum change_kind kind;
	/*
	 * in the entry, and where that is now in the exit; of what was taken out both are
	 * the same
	 */
	uint32_t at, now;
	uint32_t len;
	const char *what;		/* the name of a field, or where the bytes are */
	char before[CHANGE_VALUE], after[CHANGE_VALUE];
};

typedef void (*change_fn)(void *ctx, const struct change *c);

/*
 * Each change is given to @fn, if there is one; returns how many there are. Both packets are
 * decoded. Only bytes that both have captured are compared. What programs at XDP never do for
 * themselves, such as a queue or a time, does not count, nor does the verdict.
 */
unsigned changes(const struct packet *entry, const struct packet *exit, change_fn fn, void *ctx);

enum { CHANGE_TEXT = 2 * CHANGE_VALUE + 256 };

/* As a line, without its end: "byte 22: TTL 64 -> 63". At most CHANGE_TEXT bytes. */
void changes_put(struct text *t, const struct change *c);

#endif
