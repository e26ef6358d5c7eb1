// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Text to bytes; what the map is, only its owner knows. */
#include <stdio.h>
#include <string.h>

#include "capture/base/value.h"
#include "capture/kernel/map_option.h"

static bool refuse(char *error, size_t cap, const char *text)
{
	snprintf(
		error, cap,
		"--map '%s' is neither NAME=KEY:VALUE, in hex as in blocked=0a000001:01, nor NAME=@PATH",
		text);
	return false;
}

bool map_option_parse(struct map_option *m, const char *text, char *error, size_t cap)
{
	const char *behind = strchr(text, '='), *colon;

	if (!behind || behind == text)
		return refuse(error, cap, text);
	*m = (struct map_option){ .name = text, .name_len = behind - text };
	behind++;
	if (*behind == '@') {
		m->pin = behind + 1;
		return *m->pin || refuse(error, cap, text);
	}
	colon = strchr(behind, ':');
	if (!colon || !colon[1])
		return refuse(error, cap, text);
	m->key = behind;
	m->key_len = colon - behind;
	m->value = colon + 1;
	return true;
}

bool map_option_bytes(const struct map_option *m, enum map_side side, void *out, size_t size,
		      char *error, size_t cap)
{
	bool is_key = side == MAP_KEY;
	const char *what = is_key ? "key" : "value", *s = is_key ? m->key : m->value;
	size_t n = is_key ? m->key_len : strlen(m->value);

	if (n % 2 || n / 2 != size)
		snprintf(error, cap,
			 "%s '%.*s' has %zu digits in hex; the map wants %zu, two a byte", what,
			 (int)n, s, n, 2 * size);
	else if (!value_hex(s, n, out))
		snprintf(error, cap, "%s '%.*s' is not in hex", what, (int)n, s);
	else
		return true;
	return false;
}
