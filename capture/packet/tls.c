// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A hello is known by its bytes, at any port: record, handshake and version have to agree. */
#include "capture/base/text.h"
#include "capture/packet/tls.h"

enum { RECORD_HANDSHAKE = 22, EXT_SERVER_NAME = 0, EXT_ALPN = 16, HOST_MAX = 255 };

/* The @n bytes of length that stand at the cursor; 0: they are not there. */
static bool pull_length(struct cursor *c, unsigned n, uint32_t *len)
{
	*len = 0;
	for (; n; n--) {
		const uint8_t *b = pull(c, 1);

		if (!b)
			return false;
		*len = *len << 8 | *b;
	}
	return true;
}

/* Over a vector that has its length in @n bytes in front. */
static bool skip_vector(struct cursor *c, unsigned n)
{
	uint32_t len;

	return pull_length(c, n, &len) && skip(c, len);
}

/* Of a list of names the first, which is the only one there is. */
static enum parse_end read_server_name(struct cursor *c, struct tls *t)
{
	const uint8_t *b;
	uint32_t len, there;

	if (!pull_length(c, 2, &len))
		return PARSE_SHORT;
	b = pull(c, 1);
	if (!b || !pull_length(c, 2, &len))
		return PARSE_SHORT;
	if (*b)		/* not the name of a host */
		return PARSE_OK;
	if (len > HOST_MAX)
		return PARSE_BAD;
	there = c->limit - c->off < len ? c->limit - c->off : len;
	t->name = (const char *)c->base + c->off;
	t->name_len = there;
	t->name_is_whole = skip(c, len);
	return t->name_is_whole ? PARSE_OK : PARSE_SHORT;
}

static enum parse_end read_alpn(struct cursor *c, struct tls *t)
{
	struct text alpn = text_in(t->alpn, TLS_ALPN_MAX);
	uint32_t all, len;
	enum parse_end end = pull_length(c, 2, &all) ? PARSE_OK : PARSE_SHORT;
	uint32_t start = c->off;

	while (end == PARSE_OK && c->off < c->limit) {
		pull_length(c, 1, &len);
		if (len > c->limit - c->off) {
			end = PARSE_SHORT;
			len = c->limit - c->off;
		}
		if (alpn.len)
			text_char(&alpn, ',');
		text_bytes(&alpn, (const char *)c->base + c->off, len);
		skip(c, len);
	}
	t->alpn_len = alpn.len;
	t->alpn_is_whole = alpn.len && alpn.len < alpn.cap && end == PARSE_OK &&
			   c->off - start == all;
	return end;
}

/* An extension, as much of it as is there. */
static enum parse_end read_extension(struct cursor *c, struct tls *t)
{
	struct cursor in = *c;
	uint32_t type, len;
	enum parse_end end = PARSE_OK;

	if (!pull_length(&in, 2, &type) || !pull_length(&in, 2, &len))
		return PARSE_SHORT;
	*c = in;
	if (in.limit - in.off > len)
		in.limit = in.off + len;
	if (type == EXT_SERVER_NAME && len)	/* a server confirms with an empty one */
		end = read_server_name(&in, t);
	else if (type == EXT_ALPN)
		end = read_alpn(&in, t);
	if (!skip(c, len))
		return PARSE_SHORT;
	return end == PARSE_SHORT ? PARSE_BAD : end;
}

/* From the session id on. */
static enum parse_end read_hello(struct cursor *c, struct tls *t)
{
	uint32_t len;
	bool there = skip_vector(c, 1);

	if (t->handshake == TLS_CLIENT_HELLO)
		there = there && skip_vector(c, 2) && skip_vector(c, 1);
	else
		there = there && skip(c, 3);
	if (!there)
		return PARSE_SHORT;
	if (c->off == c->limit && c->limit == c->l3_end)	/* without extensions: RFC 5246, 7.4.1.2 */
		return PARSE_OK;
	if (!pull_length(c, 2, &len))
		return PARSE_SHORT;
	if (c->off + len > c->l3_end)
		return PARSE_BAD;
	for (uint32_t end = c->off + len; c->off < end;) {
		enum parse_end e = read_extension(c, t);

		if (e != PARSE_OK)
			return e;
	}
	return PARSE_OK;
}

bool tls_read(struct cursor *c, struct tls *t)
{
	const uint8_t *b = pull(c, 11);
	uint32_t len;

	if (!b || b[0] != RECORD_HANDSHAKE || b[1] != 3 || b[2] > 4 || b[9] != 3 || b[6] ||
	    (b[5] != TLS_CLIENT_HELLO && b[5] != TLS_SERVER_HELLO))
		return false;
	*t = (struct tls){ .handshake = b[5] };
	/* the hello ends where it says; it may go through segments, or records */
	len = be16(b + 7);
	c->l3_end = c->off - 2 + len;
	if (c->limit > c->l3_end)
		c->limit = c->l3_end;
	if (be16(b + 3) < 4 + len && c->limit > c->off - 6 + be16(b + 3))
		c->limit = c->off - 6 + be16(b + 3);
	if (c->off > c->limit)
		return false;
	t->end = skip(c, 32) ? read_hello(c, t) : PARSE_SHORT;
	if (t->end == PARSE_SHORT && c->limit == c->l3_end)
		t->end = PARSE_BAD;
	return true;
}
