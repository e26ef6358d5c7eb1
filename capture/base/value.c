// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Digits to numbers, with every overflow noticed. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "capture/base/util.h"
#include "capture/base/value.h"

/* The digits at *s, at least one, and *s moved behind them. */
static bool digits(const char **s, uint64_t *v)
{
	char *end;

	if (**s < '0' || **s > '9')
		return false;
	errno = 0;
	*v = strtoull(*s, &end, 10);
	*s = end;
	return !errno;
}

bool value_number(const char *s, uint64_t min, uint64_t max, uint64_t *v)
{
	return digits(&s, v) && !*s && *v >= min && *v <= max;
}

bool value_size(const char *s, uint64_t unit, uint64_t *bytes)
{
	static const char suffixes[] = "kmgt";
	const char *suffix;

	if (!digits(&s, bytes))
		return false;
	if (*s) {
		suffix = strchr(suffixes, *s | 0x20);
		if (!suffix || s[1])
			return false;
		unit = 1ull << 10 * (suffix - suffixes + 1);
	}
	return !__builtin_mul_overflow(*bytes, unit, bytes) && *bytes && *bytes <= INT64_MAX;
}

/* What stands behind the point, of @unit ns; digits below a nanosecond are dropped. */
static bool fraction(const char **s, uint64_t unit, uint64_t *ns)
{
	if (**s < '0' || **s > '9')
		return false;
	*ns = 0;
	for (; **s >= '0' && **s <= '9'; (*s)++) {
		*ns += unit / 10 * (**s - '0');
		unit /= 10;
	}
	return true;
}

bool value_span(const char *s, uint64_t *ns)
{
	static const struct { const char *name; uint64_t ns; } units[] = {
		{ "", 1000000000 }, { "ns", 1 }, { "us", 1000 }, { "ms", 1000000 },
		{ "s", 1000000000 },
		{ "m", 60000000000 }, { "h", 3600000000000 }, { "d", 86400000000000 },
	};
	const char *behind = s + strspn(s, "0123456789.");
	uint64_t whole, part = 0, unit = 0;

	for (size_t i = 0; i < array_size(units); i++)
		if (!strcmp(behind, units[i].name))
			unit = units[i].ns;
	if (!unit || !digits(&s, &whole))
		return false;
	if (*s == '.' && (s++, !fraction(&s, unit, &part)))
		return false;
	return s == behind && !__builtin_mul_overflow(whole, unit, ns) &&
	       !__builtin_add_overflow(*ns, part, ns) && *ns <= INT64_MAX;
}

/* -1: none. */
static int nibble(char c)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;

	return !at ? -1 : at - digits < 16 ? at - digits : at - digits - 6;
}

bool value_hex(const char *s, size_t n, uint8_t *out)
{
	for (size_t i = 0; i + 1 < n; i += 2) {
		int high = nibble(s[i]), low = nibble(s[i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i / 2] = high << 4 | low;
	}
	return n % 2 == 0;
}
