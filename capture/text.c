// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Numbers, addresses and foreign strings into a bounded buffer. */
#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

#include "capture/text.h"

struct text text_in(char *buf, size_t cap)
{
	return (struct text){ .buf = buf, .cap = cap };
}

void text_char(struct text *t, char c)
{
	if (t->len < t->cap)
		t->buf[t->len++] = c;
}

void text_bytes(struct text *t, const char *s, size_t n)
{
	if (n > t->cap - t->len)
		n = t->cap - t->len;
	memcpy(t->buf + t->len, s, n);
	t->len += n;
}

void text_str(struct text *t, const char *s)
{
	text_bytes(t, s, strlen(s));
}

static void text_padded(struct text *t, uint64_t v, unsigned width, char pad)
{
	char digits[20];
	unsigned n = 0;

	do {
		digits[n++] = '0' + v % 10;
		v /= 10;
	} while (v);
	for (; width > n; width--)
		text_char(t, pad);
	while (n)
		text_char(t, digits[--n]);
}

void text_u64(struct text *t, uint64_t v)
{
	text_padded(t, v, 0, '0');
}

void text_zeros(struct text *t, uint64_t v, unsigned width)
{
	text_padded(t, v, width, '0');
}

void text_blanks(struct text *t, uint64_t v, unsigned width)
{
	text_padded(t, v, width, ' ');
}

void text_hex(struct text *t, uint64_t v, unsigned digits)
{
	while (digits--)
		text_char(t, "0123456789abcdef"[v >> 4 * digits & 15]);
}

void text_mac(struct text *t, const uint8_t mac[static 6])
{
	for (int i = 0; i < 6; i++) {
		if (i)
			text_char(t, ':');
		text_hex(t, mac[i], 2);
	}
}

void text_ipv4(struct text *t, const uint8_t addr[static 4])
{
	for (int i = 0; i < 4; i++) {
		if (i)
			text_char(t, '.');
		text_u64(t, addr[i]);
	}
}

void text_ipv6(struct text *t, const uint8_t addr[static 16])
{
	char s[INET6_ADDRSTRLEN];

	text_str(t, inet_ntop(AF_INET6, addr, s, sizeof(s)));
}

/* The code point at @s in *cp and its length, or 0: not UTF-8 as RFC 3629, 4 has it. */
static size_t utf8_next(const char *s, size_t n, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const uint8_t *p = (const uint8_t *)s;
	size_t len = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;

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
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x61c || cp == 0x200e || cp == 0x200f ||
	       (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
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

size_t utf8_clean(char *out, size_t cap, const char *s, size_t n)
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
