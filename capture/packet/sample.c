// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A comment is words separated by spaces, key=value. */
#include <stdio.h>
#include <string.h>

#include "bpf/event.h"
#include "capture/base/util.h"
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

bool sample_parse_flow_limit(const char *s, struct flow_choice *c)
{
	const size_t len = strlen(s);
	const char unit = len ? s[len - 1] : '\0';
	char digits[32];

	if (len >= sizeof(digits))
		return false;
	snprintf(digits, sizeof(digits), "%.*s", (int)len - (unit == 'p' || unit == 'b'), s);
	c->limit_bytes = unit == 'b' || (unit && strchr("kmgtKMGT", unit));
	if (unit == 'p' || unit == 'b' || !c->limit_bytes)
		return value_number(digits, 1, INT64_MAX, &c->limit);
	return value_size(s, 1, &c->limit) && c->limit && c->limit <= INT64_MAX;
}

size_t sample_flow_limit_to_text(const struct flow_choice *c, char *out, size_t cap)
{
	return snprintf(out, cap, "%llu%s", (unsigned long long)c->limit,
			c->limit_bytes ? "b" : "");
}

size_t sample_to_words(const struct sampling *s, char *out, size_t cap)
{
	char limit[24];
	size_t len = 0;

	*out = '\0';
	if (s->sample > 1)
		len += snprintf(out + len, cap - len, " sample=1/%u", s->sample);
	if (s->flow.sample > 1)
		len += snprintf(out + len, cap - len, " flow_sample=1/%u", s->flow.sample);
	if (s->flow.limit) {
		sample_flow_limit_to_text(&s->flow, limit, sizeof(limit));
		len += snprintf(out + len, cap - len, " flow_limit=%s", limit);
	}
	if (s->rate)
		len += snprintf(out + len, cap - len, " rate_limit=%u/s", s->rate);
	return len;
}

/* The first word that begins with @key and goes on with what @parse takes: that is in *to. */
static void find_word(const char *comment, const char *key, bool (*parse)(const char *, void *),
		      void *to)
{
	const size_t n_key = strlen(key);

	for (const char *word = comment; word && *word; word += strspn(word, " ")) {
		const size_t len = strcspn(word, " ");
		char value[32];

		if (len > n_key && len - n_key < sizeof(value) && !strncmp(word, key, n_key)) {
			snprintf(value, sizeof(value), "%.*s", (int)(len - n_key), word + n_key);
			if (parse(value, to))
				return;
		}
		word += len;
	}
}

static bool to_sample(const char *s, void *n)
{
	return sample_parse(s, n);
}

static bool to_rate(const char *s, void *n)
{
	return sample_parse_rate(s, n);
}

static bool to_flow_limit(const char *s, void *to)
{
	struct flow_choice c;
	const bool is = sample_parse_flow_limit(s, &c);

	if (is) {
		((struct flow_choice *)to)->limit = c.limit;
		((struct flow_choice *)to)->limit_bytes = c.limit_bytes;
	}
	return is;
}

struct sampling sample_of_comment(const char *comment)
{
	struct sampling s = { .sample = 1, .flow = { .sample = 1 } };

	find_word(comment, "sample=", to_sample, &s.sample);
	find_word(comment, "rate_limit=", to_rate, &s.rate);
	find_word(comment, "flow_sample=", to_sample, &s.flow.sample);
	find_word(comment, "flow_limit=", to_flow_limit, &s.flow);
	return s;
}

bool sample_is_scaled(const char *comment)
{
	const struct sampling s = sample_of_comment(comment);

	return s.sample > 1 || s.flow.sample > 1;
}

uint64_t sample_scale(uint64_t sum, uint64_t v, uint32_t n)
{
	return v > (UINT64_MAX - sum) / n ? UINT64_MAX : sum + v * n;
}
