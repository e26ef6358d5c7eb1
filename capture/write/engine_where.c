// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <string.h>

#include "capture/base/util.h"
#include "capture/base/value.h"
#include "capture/write/engine_where.h"

enum { TOPIC_MAX = 249 };	/* org.apache.kafka.common.internals.Topic */

#define DIGITS	"0123456789"
#define LETTERS	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define HOST	LETTERS DIGITS ".-_:[]"

/* The @n bytes at @s, which are all in @allowed. */
static bool copy(char *out, size_t cap, const char *s, size_t n, const char *allowed)
{
	if (!n || n >= cap || strspn(s, allowed) < n)
		return false;
	memcpy(out, s, n);
	out[n] = '\0';
	return true;
}

static bool is_port(const char *s, size_t n)
{
	char port[6];
	uint64_t number;

	return copy(port, sizeof(port), s, n, DIGITS) && value_number(port, 1, UINT16_MAX, &number);
}

/* How many of the @n bytes of "HOST[:PORT]" are the host; 0: it is none. */
static size_t host_of(const char *s, size_t n)
{
	const char *bracket = *s == '[' ? memchr(s, ']', n) : NULL;
	const char *colon = memchr(bracket ? bracket : s, ':', n - (bracket ? bracket - s : 0));
	const size_t len = colon ? (size_t)(colon - s) : n;

	if (*s == '[' ? !bracket || bracket + 1 != s + len || len < 4
		      : !!memchr(s, ']', n) || !!memchr(s, '[', n))
		return 0;
	return strspn(s, HOST) >= len && (!colon || is_port(colon + 1, n - len - 1)) ? len : 0;
}

/* "//" is in front of it, and "/" behind; NULL: it is not. */
static const char *behind_hosts(const char **where)
{
	if (strncmp(*where, "//", 2))
		return NULL;
	*where += 2;
	return strchr(*where, '/');
}

bool engine_where_table(const char *where, struct engine_table *t)
{
	const char *end = behind_hosts(&where), *dot = end ? strchr(end, '.') : NULL;
	const size_t n = end ? end - where : 0, host = n ? host_of(where, n) : 0;

	if (!host || !dot || !copy(t->host, sizeof(t->host), where, host, HOST))
		return false;
	t->port[0] = '\0';
	if (host < n && !copy(t->port, sizeof(t->port), where + host + 1, n - host - 1, DIGITS))
		return false;
	return copy(t->database, sizeof(t->database), end + 1, dot - end - 1, LETTERS DIGITS "_") &&
	       copy(t->table, sizeof(t->table), dot + 1, strlen(dot + 1), LETTERS DIGITS "_");
}

bool engine_where_topic(const char *where, struct engine_topic *t)
{
	const char *end = behind_hosts(&where), *comma;

	if (!end || !copy(t->brokers, sizeof(t->brokers), where, end - where, HOST ","))
		return false;
	for (const char *s = where; s <= end; s = comma + 1) {
		comma = memchr(s, ',', end - s);
		comma = comma ? comma : end;
		if (comma == s || !host_of(s, comma - s))
			return false;
	}
	return copy(t->topic, sizeof(t->topic), end + 1, strlen(end + 1), LETTERS DIGITS "._-") &&
	       strlen(t->topic) <= TOPIC_MAX;
}
