// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The unit is the last letter. */
#include <stdio.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/base/value.h"
#include "capture/write/reach.h"

bool reach_parse(const char *s, struct reach *r)
{
	static const struct { const char *ends; enum reach_unit unit; } units[] = {
		{ "p", REACH_PACKETS }, { "kmgtKMGT", REACH_BYTES }, { "sh", REACH_TIME },
	};
	const size_t len = strlen(s);
	char number[32];

	if (len < 2 || len >= sizeof(number))
		return false;
	r->unit = REACH_ALL;
	for (size_t i = 0; i < array_size(units); i++)
		if (strchr(units[i].ends, s[len - 1]))
			r->unit = units[i].unit;
	snprintf(number, sizeof(number), "%.*s", (int)len - 1, s);
	switch (r->unit) {
	case REACH_PACKETS:
		return value_number(number, 0, INT64_MAX, &r->n);
	case REACH_BYTES:
		return value_size(s, 1, &r->n);
	case REACH_TIME:
		return value_span(s, &r->n) && r->n;
	case REACH_ALL:
		break;
	}
	return false;
}
