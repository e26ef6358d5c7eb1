// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Powers of ten and of two, down to the ends of 64 bits. */
#include "capture/read/time_unit.h"

/* 10^19 is the largest power of ten in 64 bits. */
static uint64_t power_of_ten(unsigned n)
{
	uint64_t v = 1;

	while (n--)
		v *= 10;
	return v;
}

/* Where a tick is a whole number of ns, as nearly always, one multiplication will do. */
static bool whole_ns(const struct time_unit *u, uint64_t ticks, uint64_t *ts_ns)
{
	return u->ns_per_tick && !u->offset_sec &&
	       !__builtin_mul_overflow(ticks, u->ns_per_tick, ts_ns) && *ts_ns <= INT64_MAX;
}

void time_unit_set(struct time_unit *u, uint8_t resolution)
{
	unsigned n = resolution & 0x7f;

	u->resolution = resolution;
	u->unknown = n > (resolution & 0x80 ? 63 : 19);
	u->ns_per_tick = resolution <= 9 ? power_of_ten(9 - n) : 0;
}

bool time_unit_ns(const struct time_unit *u, uint64_t ticks, uint64_t *ts_ns)
{
	const int64_t sec_max = INT64_MAX / 1000000000;
	unsigned n = u->resolution & 0x7f;
	uint64_t sec, frac, ns;
	int64_t total;

	if (whole_ns(u, ticks, ts_ns))
		return true;
	if (u->unknown)
		return false;
	if (u->resolution & 0x80) {
		sec = ticks >> n;
		frac = ticks - (sec << n);
		ns = (unsigned __int128)frac * 1000000000 >> n;
	} else {
		uint64_t unit = power_of_ten(n);

		sec = ticks / unit;
		frac = ticks % unit;
		ns = (unsigned __int128)frac * 1000000000 / unit;
	}
	if (sec > (uint64_t)sec_max || __builtin_add_overflow((int64_t)sec, u->offset_sec, &total))
		return false;
	if (total < 0 || total > sec_max)
		return false;
	*ts_ns = (uint64_t)total * 1000000000 + ns;
	return true;
}
