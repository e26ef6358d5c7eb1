/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Numbers in the byte order of a file, which may be the other one. */
#ifndef XDPDUMP_READ_ORDER_H
#define XDPDUMP_READ_ORDER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t order_u16(bool swapped, const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, 2);
	return swapped ? __builtin_bswap16(v) : v;
}

static inline uint32_t order_u32(bool swapped, const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return swapped ? __builtin_bswap32(v) : v;
}

static inline uint64_t order_u64(bool swapped, const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return swapped ? __builtin_bswap64(v) : v;
}

/* Two words, the high one first. */
static inline uint64_t order_words(bool swapped, const uint8_t *p)
{
	return (uint64_t)order_u32(swapped, p) << 32 | order_u32(swapped, p + 4);
}

#endif
