// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A comment is words separated by spaces, key=value. */
#include <stdio.h>
#include <string.h>

#include "bpf/event.h"
#include "capture/base/value.h"
#include "capture/packet/sample.h"

bool sample_parse(const char *s, uint32_t *n)
{
	uint64_t v;

	if (strncmp(s, "1/", 2) || !value_number(s + 2, 1, SAMPLE_MAX, &v))
		return false;
	*n = v;
	return true;
}

bool sample_parse_rate(const char *s, uint32_t *n)
{
	const size_t len = strlen(s);
	char digits[16];
	uint64_t v;

	if (len < 2 || len - 2 >= sizeof(digits) || strcmp(s + len - 2, "/s"))
		return false;
	snprintf(digits, sizeof(digits), "%.*s", (int)len - 2, s);
	if (!value_number(digits, 1, RATE_MAX, &v))
		return false;
	*n = v;
	return true;
}

/* The first word that begins with @key and goes on with what @parse takes; else @none. */
static uint32_t find_word(const char *comment, const char *key, bool (*parse)(const char *, uint32_t *),
			  uint32_t none)
{
	const size_t n_key = strlen(key);
	uint32_t n;

	for (const char *word = comment; word && *word; word += strspn(word, " ")) {
		const size_t len = strcspn(word, " ");
		char value[16];

		if (len > n_key && len - n_key < sizeof(value) && !strncmp(word, key, n_key)) {
			snprintf(value, sizeof(value), "%.*s", (int)(len - n_key), word + n_key);
			if (parse(value, &n))
				return n;
		}
		word += len;
	}
	return none;
}

uint32_t sample_of_comment(const char *comment)
{
	return find_word(comment, "sample=", sample_parse, 1);
}

uint32_t sample_rate_of_comment(const char *comment)
{
	return find_word(comment, "rate_limit=", sample_parse_rate, 0);
}

uint64_t sample_scale(uint64_t sum, uint64_t v, uint32_t n)
{
	return v > (UINT64_MAX - sum) / n ? UINT64_MAX : sum + v * n;
}
