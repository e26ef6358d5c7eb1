// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* There are 40 bytes of options at most, so the text is bounded as well. */
#include <stdbool.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/format/tcp_options.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"

/* IANA, Transmission Control Protocol (TCP) Parameters. */
enum {
	OPTION_EOL	= 0,
	OPTION_NOP	= 1,
	OPTION_MSS	= 2,
	OPTION_WSCALE	= 3,
	OPTION_SACK_OK	= 4,
	OPTION_SACK	= 5,
	OPTION_TIME	= 8,
	OPTION_MD5	= 19,	/* RFC 2385 */
	OPTION_AO	= 29,	/* RFC 5925 */
	OPTION_MPTCP	= 30,	/* RFC 8684 */
	OPTION_TFO	= 34,	/* RFC 7413 */
};

static void number(struct text *t, const char *name, uint32_t v)
{
	text_str(t, name);
	text_u64(t, v);
}

static void hex(struct text *t, const char *name, const uint8_t *b, unsigned n)
{
	text_str(t, name);
	for (unsigned i = 0; i < n; i++)
		text_hex(t, b[i], 2);
}

static void sack(struct text *t, const uint8_t *b, unsigned n)
{
	number(t, "sack ", n / 8);
	for (unsigned i = 0; i < n; i += 8) {
		number(t, " {", be32(b + i));
		number(t, ":", be32(b + i + 4));
		text_char(t, '}');
	}
}

/* RFC 8684: the high half of the first byte. */
static void mptcp(struct text *t, const uint8_t *b)
{
	static const char *const subtypes[] = {
		"capable", "join", "dss", "add-addr", "rem-addr", "prio", "fail", "fastclose", "tcprst",
	};

	text_str(t, "mptcp ");
	if (b[0] >> 4 < (int)array_size(subtypes))
		text_str(t, subtypes[b[0] >> 4]);
	else
		text_u64(t, b[0] >> 4);
}

/* Is @n a number of bytes that the value of this option can have? */
static bool has_length(uint8_t kind, unsigned n)
{
	switch (kind) {
	case OPTION_MSS:
		return n == 2;
	case OPTION_WSCALE:
		return n == 1;
	case OPTION_SACK_OK:
		return n == 0;
	case OPTION_SACK:
		return n && n % 8 == 0;
	case OPTION_TIME:
		return n == 8;
	case OPTION_MPTCP:
		return n >= 1;
	}
	return true;
}

static void known(struct text *t, uint8_t kind, const uint8_t *b, unsigned n)
{
	switch (kind) {
	case OPTION_MSS:
		number(t, "mss ", be16(b));
		break;
	case OPTION_WSCALE:
		number(t, "wscale ", b[0]);
		break;
	case OPTION_SACK_OK:
		text_str(t, "sackOK");
		break;
	case OPTION_SACK:
		sack(t, b, n);
		break;
	case OPTION_TIME:
		number(t, "TS val ", be32(b));
		number(t, " ecr ", be32(b + 4));
		break;
	case OPTION_MD5:
		text_str(t, "md5");
		break;
	case OPTION_AO:
		text_str(t, "ao");
		break;
	case OPTION_MPTCP:
		mptcp(t, b);
		break;
	case OPTION_TFO:
		hex(t, n ? "tfo cookie " : "tfo cookiereq", b, n);
		break;
	default:
		number(t, "unknown-", kind);
	}
}

/* One of them. False: there is nothing to be read behind it. */
static bool option(struct text *t, struct cursor *c)
{
	const uint8_t *kind = pull(c, 1), *len, *value;
	bool fits;

	if (kind && *kind <= OPTION_NOP) {
		text_str(t, *kind == OPTION_NOP ? "nop" : "eol");
		return *kind == OPTION_NOP;
	}
	len = kind ? pull(c, 1) : NULL;
	fits = len && *len >= 2 && *len - 2u <= c->l3_end - c->off && has_length(*kind, *len - 2u);
	value = fits ? pull(c, *len - 2u) : NULL;
	if (value)
		known(t, *kind, value, *len - 2u);
	else
		text_str(t, c->limit < c->l3_end && (fits || !len) ? "cut" : "bad");
	return value;
}

void tcp_options(struct text *t, const struct packet *p)
{
	const uint8_t *tcp = link_at(p, p->hdr.l4_off, 20);
	uint32_t len = tcp ? (tcp[12] >> 4) * 4u : 0;
	struct cursor c;

	if (len <= 20)
		return;
	c = cursor_init(tcp, min_of(p->caplen - p->hdr.l4_off, len), len, PARSE_REACH);
	c.off = 20;
	text_str(t, " options [");
	while (c.off < c.l3_end && option(t, &c))
		if (c.off < c.l3_end)
			text_char(t, ',');
	text_char(t, ']');
}
