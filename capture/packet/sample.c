// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A comment is words separated by spaces, key=value. */
#include <stdio.h>
#include <string.h>

#include "bpf/event.h"
#include "capture/base/value.h"
#include "capture/packet/sample.h"

#define KEY	"sample="

bool sample_parse(const char *s, uint32_t *n)
{
	uint64_t v;

	if (strncmp(s, "1/", 2) || !value_number(s + 2, 1, SAMPLE_MAX, &v))
		return false;
	*n = v;
	return true;
}

uint32_t sample_of_comment(const char *comment)
{
	const size_t key = strlen(KEY);
	uint32_t n = 1;

	for (const char *word = comment; word && *word; word += strspn(word, " ")) {
		const size_t len = strcspn(word, " ");
		char value[16];

		if (len > key && len - key < sizeof(value) && !strncmp(word, KEY, key)) {
			snprintf(value, sizeof(value), "%.*s", (int)(len - key), word + key);
			if (sample_parse(value, &n))
				return n;
		}
		word += len;
	}
	return 1;
}

uint64_t sample_scale(uint64_t sum, uint64_t v, uint32_t n)
{
	return v > (UINT64_MAX - sum) / n ? UINT64_MAX : sum + v * n;
}
