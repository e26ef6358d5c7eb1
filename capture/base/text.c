// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Numbers, addresses and foreign strings into a bounded buffer. */
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "capture/base/text.h"
#include "capture/base/util.h"

#define TEN(d)		d "0" d "1" d "2" d "3" d "4" d "5" d "6" d "7" d "8" d "9"
#define HUNDRED(d)	TEN(d "0") TEN(d "1") TEN(d "2") TEN(d "3") TEN(d "4") \
			TEN(d "5") TEN(d "6") TEN(d "7") TEN(d "8") TEN(d "9")

/* Three digits for each number below 1000. */
static const char digits[] = HUNDRED("0") HUNDRED("1") HUNDRED("2") HUNDRED("3") HUNDRED("4")
			     HUNDRED("5") HUNDRED("6") HUNDRED("7") HUNDRED("8") HUNDRED("9");
static const char hex[] = "0123456789abcdef";

enum {
	U64_DIGITS	= 20,
	IPV4_MAX	= 15,
	/* ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255, which no address needs */
	IPV6_MAX	= 45,
};

struct text text_in(char *buf, size_t cap)
{
	return (struct text){ .buf = buf, .cap = cap };
}

/*
 * Where the next @n bytes can be written: in the text or, if they might not fit there, in @spare.
 */
static char *begin(const struct text *t, char *spare, size_t n)
{
	return t->cap - t->len >= n ? t->buf + t->len : spare;
}

/* From what begin() gave up to @end there is text now. */
static void end(struct text *t, const char *at, const char *end)
{
	if (at == t->buf + t->len)
		t->len += end - at;
	else
		text_bytes(t, at, end - at);
}

/*
 * A number below 1000. What must not stand there is overwritten, for a branch would often be
 * guessed wrong.
 */
static char *put_short(char *out, unsigned v)
{
	const char *d = digits + 3 * v;

	*out = d[0];
	out += v >= 100;
	*out = d[1];
	out += v >= 10;
	*out = d[2];
	return out + 1;
}

/* Three digits of a number below 1000. */
static char *put_three(char *out, unsigned v)
{
	memcpy(out, digits + 3 * v, 3);
	return out + 3;
}

static char *put_u64(char *out, uint64_t v)
{
	if (v < 1000)
		return put_short(out, v);
	return put_three(put_u64(out, v / 1000), v % 1000);
}

void text_u64(struct text *t, uint64_t v)
{
	char spare[U64_DIGITS], *out = begin(t, spare, sizeof(spare));

	end(t, out, put_u64(out, v));
}

void text_i64(struct text *t, int64_t v)
{
	if (v < 0)
		text_char(t, '-');
	text_u64(t, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

void text_nanoseconds(struct text *t, uint32_t ns)
{
	char spare[9], *out = begin(t, spare, sizeof(spare));

	put_three(put_three(put_three(out, ns / 1000000), ns / 1000 % 1000), ns % 1000);
	end(t, out, out + 9);
}

static void text_padded(struct text *t, uint64_t v, unsigned width, char pad)
{
	char number[U64_DIGITS];
	unsigned n = put_u64(number, v) - number;

	for (; width > n; width--)
		text_char(t, pad);
	text_bytes(t, number, n);
}

void text_zeros(struct text *t, uint64_t v, unsigned width)
{
	text_padded(t, v, width, '0');
}

void text_blanks(struct text *t, uint64_t v, unsigned width)
{
	text_padded(t, v, width, ' ');
}

static void three_numbers(struct text *t, const int numbers[static 3], char between)
{
	for (unsigned i = 0; i < 3; i++) {
		if (i)
			text_char(t, between);
		text_zeros(t, numbers[i], 2);
	}
}

void text_date(struct text *t, const struct tm *date)
{
	three_numbers(t, (int[]){ date->tm_year + 1900, date->tm_mon + 1, date->tm_mday }, '-');
}

void text_clock(struct text *t, const struct tm *date)
{
	three_numbers(t, (int[]){ date->tm_hour, date->tm_min, date->tm_sec }, ':');
}

void text_hex(struct text *t, uint64_t v, unsigned n)
{
	while (n--)
		text_char(t, hex[v >> 4 * n & 15]);
}

void text_offset(struct text *t, uint32_t off)
{
	unsigned n = 4;

	while (n < 8 && off >> 4 * n)
		n++;
	text_str(t, "0x");
	text_hex(t, off, n);
}

void text_mac(struct text *t, const uint8_t mac[static 6])
{
	for (int i = 0; i < 6; i++) {
		if (i)
			text_char(t, ':');
		text_hex(t, mac[i], 2);
	}
}

static char *put_ipv4(char *out, const uint8_t addr[static 4])
{
	for (int i = 0; i < 3; i++) {
		out = put_short(out, addr[i]);
		*out++ = '.';
	}
	return put_short(out, addr[3]);
}

void text_ipv4(struct text *t, const uint8_t addr[static 4])
{
	char spare[IPV4_MAX], *out = begin(t, spare, sizeof(spare));

	end(t, out, put_ipv4(out, addr));
}

/* One of the eight words of an address, without leading zeros; as put_short() does it. */
static char *put_word(char *out, unsigned v)
{
	*out = hex[v >> 12];
	out += v >= 0x1000;
	*out = hex[v >> 8 & 15];
	out += v >= 0x100;
	*out = hex[v >> 4 & 15];
	out += v >= 0x10;
	*out = hex[v & 15];
	return out + 1;
}

/* Words [first, end) of an address that are zero. */
struct zeros {
	int first, end;
};

/* The longest run of two or more, of several as long the first (RFC 5952, 4.2). */
static struct zeros longest_zeros(const uint8_t addr[static 16])
{
	struct zeros best = { 8, 8 };

	for (int i = 0; i < 8; i++) {
		int first = i;

		while (i < 8 && !addr[2 * i] && !addr[2 * i + 1])
			i++;
		if (i - first >= 2 && i - first > best.end - best.first)
			best = (struct zeros){ first, i };
	}
	return best;
}

/* IPv4-mapped and -compatible addresses (RFC 4291, 2.5.5) end with one of IPv4. */
static bool ends_with_ipv4(const uint8_t addr[static 16], struct zeros z)
{
	return z.first == 0 && (z.end == 6 || (z.end == 5 && addr[10] == 0xff && addr[11] == 0xff));
}

static char *put_ipv6(char *out, const uint8_t addr[static 16])
{
	struct zeros z = longest_zeros(addr);
	int words = ends_with_ipv4(addr, z) ? 6 : 8;

	for (int i = 0; i < words; i++) {
		if (i == z.first) {
			*out++ = ':';
			i = z.end;
			if (i == 8)
				*out++ = ':';
			if (i == words)
				break;
		}
		if (i)
			*out++ = ':';
		out = put_word(out, addr[2 * i] << 8 | addr[2 * i + 1]);
	}
	if (words == 8)
		return out;
	*out++ = ':';
	return put_ipv4(out, addr + 12);
}

void text_ipv6(struct text *t, const uint8_t addr[static 16])
{
	char spare[IPV6_MAX], *out = begin(t, spare, sizeof(spare));

	end(t, out, put_ipv6(out, addr));
}

/* The code point at @s in *cp and its length, or 0: not UTF-8 as RFC 3629, 4 has it. */
static size_t utf8_next(const char *s, size_t n, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const uint8_t *p = (const uint8_t *)s;
	size_t len = p[0] < 0x80       ? 1
		     : p[0] >> 5 == 6  ? 2
		     : p[0] >> 4 == 14 ? 3
		     : p[0] >> 3 == 30 ? 4
				       : 0;

	if (!len || len > n)
		return 0;
	*cp = len == 1 ? p[0] : p[0] & (0x7f >> len);
	for (size_t i = 1; i < len; i++) {
		if (p[i] >> 6 != 2)
			return 0;
		*cp = *cp << 6 | (p[i] & 0x3f);
	}
	return *cp < least[len] || *cp > 0x10ffff || (*cp >= 0xd800 && *cp < 0xe000) ? 0 : len;
}

/* Controls, and what turns the direction of text or ends a line in Unicode. */
static bool steers_terminal(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x61c || cp == 0x200e ||
	       cp == 0x200f || (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

void text_escaped(struct text *t, const char *s, size_t n)
{
	while (n) {
		uint32_t cp;
		size_t len = utf8_next(s, n, &cp);

		if (len && !steers_terminal(cp)) {
			text_bytes(t, s, len);
		} else {
			len = len ? len : 1;
			for (size_t i = 0; i < len; i++) {
				text_str(t, "\\x");
				text_hex(t, (uint8_t)s[i], 2);
			}
		}
		s += len;
		n -= len;
	}
}

void text_json(struct text *t, const char *s, size_t n)
{
	while (n) {
		uint32_t cp = 0xfffd;
		size_t len = utf8_next(s, n, &cp);

		if (!len || steers_terminal(cp)) {	/* all of them have four digits */
			text_str(t, "\\u");
			text_hex(t, len ? cp : 0xfffd, 4);
		} else {
			if (cp == '"' || cp == '\\')
				text_char(t, '\\');
			text_bytes(t, s, len);
		}
		len = len ? len : 1;
		s += len;
		n -= len;
	}
}

size_t text_utf8_clean(char *out, size_t cap, const char *s, size_t n)
{
	struct text t = text_in(out, cap - 1);

	n = strnlen(s, n);
	while (n) {
		uint32_t cp;
		size_t len = utf8_next(s, n, &cp);
		const char *from = len ? s : "\xef\xbf\xbd";
		size_t width = len ? len : 3;

		if (width > t.cap - t.len)
			break;
		text_bytes(&t, from, width);
		len = len ? len : 1;
		s += len;
		n -= len;
	}
	out[t.len] = '\0';
	return t.len;
}

size_t text_utf8_cut(const char *s, size_t max)
{
	size_t n = strnlen(s, max + 1);

	if (n <= max)
		return n;
	for (n = max; n && max - n < 3 && (uint8_t)s[n] >> 6 == 2; n--)
		;
	return n;
}

void text_csv_more(struct text *t, const char *s, size_t len)
{
	while (len) {
		const char *quote = memchr(s, '"', len);
		size_t n = quote ? (size_t)(quote - s) : len;

		text_escaped(t, s, n);
		if (quote)
			text_str(t, "\"\"");
		n += quote ? 1 : 0;
		s += n;
		len -= n;
	}
}

/*
 * A spreadsheet takes a cell for a formula that begins with one of these (OWASP, "CSV Injection"),
 * also of full width. A tab or CR, which it would look behind, is a backslash by now.
 */
static bool is_formula(const char *s, size_t len)
{
	static const char *const signs[] = {
		"=", "+", "-", "@", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0",
	};

	for (size_t i = 0; i < array_size(signs); i++) {
		size_t n = strlen(signs[i]);

		if (len >= n && !memcmp(s, signs[i], n))
			return true;
	}
	return false;
}

void text_csv(struct text *t, const char *s, size_t n)
{
	if (is_formula(s, n))
		text_char(t, '\'');
	text_csv_more(t, s, n);
}
