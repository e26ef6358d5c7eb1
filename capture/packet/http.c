// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * HTTP is known by its bytes, at any port: a method that there is, and HTTP at the end of
 * the line.
 */
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/http.h"

/* RFC 9110, 9.3; 5789; PRI begins HTTP/2 (RFC 9113, 3.4). */
static const char *const methods[] = {
	"GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "CONNECT ", "OPTIONS ", "TRACE ", "PATCH ", "PRI ",
};

static size_t method_len(const char *s, size_t n)
{
	for (size_t i = 0; i < array_size(methods); i++) {
		size_t len = strlen(methods[i]);

		if (n > len && !memcmp(s, methods[i], len))
			return len - 1;
	}
	return 0;
}

/* "HTTP/1.1" */
static bool is_version(const char *s, size_t n)
{
	return n == 8 && !memcmp(s, "HTTP/", 5) && s[5] >= '0' && s[5] <= '9' && s[6] == '.' &&
	       s[7] >= '0' && s[7] <= '9';
}

/* What else begins with a method has no such target. */
static bool is_target(const char *s, size_t n)
{
	return *s == '/' || *s == '*' || (n >= 4 && !memcmp(s, "http", 4));
}

static bool read_request(struct http *h)
{
	const char *uri = h->line + h->method_len + 1, *end = h->line + h->line_len, *blank;

	if (h->end == PARSE_OK) {
		blank = memrchr(uri, ' ', end - uri);
		if (!blank || !is_version(blank + 1, end - blank - 1))
			return false;
	} else {		/* of the version a part, if any */
		blank = memchr(uri, ' ', end - uri);
		if (!is_target(uri, end - uri))
			return false;
	}
	h->uri = uri;
	h->uri_len = (blank ? blank : end) - uri;
	return true;
}

/* "HTTP/1.1 200 OK", of which the reason may be missing. */
static bool read_response(struct http *h)
{
	const char *s = h->line;

	if (h->line_len < 12 || !is_version(s, 8) || s[8] != ' ' ||
	    (h->line_len > 12 && s[12] != ' '))
		return false;
	for (unsigned i = 9; i < 12; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		h->code = h->code * 10 + s[i] - '0';
	}
	return true;
}

bool http_read(struct cursor *c, struct http *h)
{
	const char *s = (const char *)c->base + c->off, *end;
	size_t n = c->limit - c->off;

	*h = (struct http){ .line = s, .method_len = method_len(s, n) };
	if (!h->method_len && (n < 12 || memcmp(s, "HTTP/", 5)))
		return false;
	end = memchr(s, '\n', min_of(n, (size_t)HTTP_LINE_MAX));
	h->end = end ? PARSE_OK : PARSE_SHORT;
	h->line_len = end ? (size_t)(end - s) : min_of(n, (size_t)HTTP_LINE_MAX);
	if (h->line_len && s[h->line_len - 1] == '\r')
		h->line_len--;
	return h->method_len ? h->line_len > h->method_len + 1 && read_request(h)
			     : read_response(h);
}
