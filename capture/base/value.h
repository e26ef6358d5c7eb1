/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The values of options: numbers, sizes, spans of time. Each is decimal, whole, and nothing stands
 * behind it.
 */
#ifndef XDPDUMP_BASE_VALUE_H
#define XDPDUMP_BASE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A whole number from @min to @max. */
bool value_number(const char *s, uint64_t min, uint64_t max, uint64_t *v);

/*
 * A size, more than 0, in bytes: a whole number of @unit bytes or, with k, m, g or t behind it, of
 * 2^10, 2^20, 2^30, 2^40 bytes, as in tcpdump's -C (from 5.0 on). At most 2^63 - 1.
 */
bool value_size(const char *s, uint64_t unit, uint64_t *bytes);

/*
 * A span of time in ns: seconds, with a fraction if wanted (0.5), or a number with one of ns, us,
 * ms, s, m, h, d behind it. At most 2^63 - 1 ns, which is 292 years.
 */
bool value_span(const char *s, uint64_t *ns);

/* @n digits, two for each byte of @out, which has room for n / 2: "0a0001ff". */
bool value_hex(const char *s, size_t n, uint8_t *out);

#endif
