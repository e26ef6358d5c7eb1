/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Text built in a buffer of fixed size. What does not fit is left out, never written past the end;
 * nothing is allocated.
 */
#ifndef XDPDUMP_BASE_TEXT_H
#define XDPDUMP_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
	char *buf;
	size_t len;	/* bytes in use, at most cap; no NUL at the end */
	size_t cap;
};

struct text text_in(char *buf, size_t cap);

static inline void text_char(struct text *t, char c)
{
	if (t->len < t->cap)
		t->buf[t->len++] = c;
}

static inline void text_bytes(struct text *t, const char *s, size_t n)
{
	size_t room = t->cap - t->len;

	if (n <= room) {
		memcpy(t->buf + t->len, s, n);
		t->len += n;
	} else {
		memcpy(t->buf + t->len, s, room);
		t->len = t->cap;
	}
}

/* Of a literal the compiler knows the length, and copies without a call. */
static inline void text_str(struct text *t, const char *s)
{
	text_bytes(t, s, strlen(s));
}

void text_u64(struct text *t, uint64_t v);
void text_i64(struct text *t, int64_t v);

/* Nine digits, as behind the point of seconds. @ns: below 10^9. */
void text_nanoseconds(struct text *t, uint32_t ns);

/* Decimal with leading zeros, or blanks, to @width digits. */
void text_zeros(struct text *t, uint64_t v, unsigned width);
void text_blanks(struct text *t, uint64_t v, unsigned width);

struct tm;

/* "2026-11-23" and "15:04:05". */
void text_date(struct text *t, const struct tm *date);
void text_clock(struct text *t, const struct tm *date);

/* Hexadecimal of exactly @digits digits, without 0x. */
void text_hex(struct text *t, uint64_t v, unsigned digits);

/* The offset of a row in a dump: "0x0010", with as many digits as it needs. */
void text_offset(struct text *t, uint32_t off);

void text_mac(struct text *t, const uint8_t mac[static 6]);
void text_ipv4(struct text *t, const uint8_t addr[static 4]);
void text_ipv6(struct text *t, const uint8_t addr[static 16]);	/* RFC 5952 */

/*
 * Bytes from a file, a packet or the kernel as text that is safe on a terminal and valid UTF-8:
 * control characters (C0, DEL, C1), bidirectional controls, line separators and invalid UTF-8
 * become \xHH for each of their bytes.
 */
void text_escaped(struct text *t, const char *s, size_t n);

/*
 * The same as part of a JSON string: what would steer a terminal as \uXXXX, each invalid byte as
 * U+FFFD, quotes and backslashes with a backslash. No byte becomes more than six.
 */
void text_json(struct text *t, const char *s, size_t n);

/*
 * The same as part of a cell of CSV that is in quotes: those within are doubled, and one that a
 * spreadsheet would take for a formula begins with an apostrophe. And what follows in the same
 * cell.
 */
void text_csv(struct text *t, const char *s, size_t n);
void text_csv_more(struct text *t, const char *s, size_t n);

/*
 * Copies @n bytes up to the first NUL as valid UTF-8 into @out, with a NUL at the end; an invalid
 * byte becomes U+FFFD. Cut between code points at @cap - 1 bytes. Returns the length.
 */
size_t text_utf8_clean(char *out, size_t cap, const char *s, size_t n);

/* The length of @s or, if that is more than @max, of as much as ends between code points. */
size_t text_utf8_cut(const char *s, size_t max);

#endif
