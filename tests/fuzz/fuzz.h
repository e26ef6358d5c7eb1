/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the fuzz targets share: a check that ends the run, input as a file, and what text has to
 * look like.
 */
#ifndef XDPDUMP_FUZZ_H
#define XDPDUMP_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(cond)										\
	do {											\
		if (!(cond)) {									\
			fprintf(stderr, "%s: line %d: not %s\n", __FILE__, __LINE__, #cond);	\
			abort();								\
		}										\
	} while (0)

/* fmemopen() refuses a length of 0. The bytes have to outlive the file. */
static inline FILE *fuzz_file(const uint8_t *data, size_t size)
{
	FILE *f = size ? fmemopen((void *)(uintptr_t)data, size, "r") : fopen("/dev/null", "r");

	must(f);
	return f;
}

/*
 * The bytes of the code point at @s (RFC 3629), or 0 if it is none. Written anew, for the tool's
 * own is to be tested.
 */
static inline size_t fuzz_utf8(const char *s, size_t n, uint32_t *cp)
{
	const uint8_t *p = (const uint8_t *)s;

	if (n >= 1 && p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	if (n >= 2 && p[0] >= 0xc2 && p[0] < 0xe0 && (p[1] & 0xc0) == 0x80) {
		*cp = (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
		return 2;
	}
	if (n >= 3 && (p[0] & 0xf0) == 0xe0 && (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80) {
		*cp = (p[0] & 0xfu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
		return *cp < 0x800 || (*cp >= 0xd800 && *cp < 0xe000) ? 0 : 3;
	}
	if (n >= 4 && (p[0] & 0xf8) == 0xf0 && (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80 &&
	    (p[3] & 0xc0) == 0x80) {
		*cp = (p[0] & 7u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 |
		      (p[3] & 0x3fu);
		return *cp < 0x10000 || *cp > 0x10ffff ? 0 : 4;
	}
	return 0;
}

static inline bool fuzz_is_utf8(const char *s, size_t n)
{
	uint32_t cp;
	size_t len;

	for (; n; s += len, n -= len)
		if (!(len = fuzz_utf8(s, n, &cp)))
			return false;
	return true;
}

/*
 * Valid UTF-8 that no terminal obeys: no control characters but those in @allowed, no change of
 * direction.
 */
static inline bool fuzz_is_safe(const char *s, size_t n, const char *allowed)
{
	uint32_t cp;
	size_t len;

	for (; n; s += len, n -= len) {
		const char *a = allowed;

		if (!(len = fuzz_utf8(s, n, &cp)))
			return false;
		while (*a && (uint32_t)*a != cp)
			a++;
		if (!*a && (cp < 0x20 || (cp >= 0x7f && cp < 0xa0)))
			return false;
		if ((cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069))
			return false;
	}
	return true;
}

#endif
