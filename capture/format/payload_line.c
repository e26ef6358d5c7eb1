// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Names and lines out of packets are never shown as they are: what could pass for our words is
 * escaped.
 */
#include "capture/base/text.h"
#include "capture/format/payload_line.h"
#include "capture/packet/payload.h"

static void put_end(struct text *t, enum parse_end end)
{
	if (end != PARSE_OK)
		text_str(t, end == PARSE_SHORT ? " [CUT]" : " [BAD]");
}

/* Bytes out of the packet, of which @but is not shown as it is; nor is the backslash. */
static void put_bytes(struct text *t, const char *s, size_t n, char but)
{
	while (n) {
		size_t run = 0;

		while (run < n && s[run] != '\\' && s[run] != but)
			run++;
		text_escaped(t, s, run);
		if (run == n)
			break;
		text_str(t, "\\x");
		text_hex(t, (uint8_t)s[run], 2);
		s += run + 1;
		n -= run + 1;
	}
}

static void put_dns_result(struct text *t, const struct dns *d)
{
	const char *rcode = dns_rcode_name(d->rcode);

	text_str(t, d->rcode || d->answers_len || d->end == PARSE_OK ? ": " : ":");
	if (d->rcode && rcode) {
		text_str(t, rcode);
	} else if (d->rcode) {
		text_str(t, "RCODE");
		text_u64(t, d->rcode);
	}
	if (d->rcode && d->answers_len)
		text_char(t, ' ');
	text_bytes(t, d->answers, d->answers_len);
	if (!d->rcode && !d->answers_len && d->end == PARSE_OK)
		text_str(t, d->opcode ? "done" : "no answer");
	if (d->truncated)
		text_str(t, " truncated");
}

static void put_dns(struct text *t, const struct dns *d)
{
	const char *opcode = dns_opcode_name(d->opcode);

	text_str(t, " DNS");
	if (opcode) {
		text_char(t, ' ');
		text_str(t, opcode);
	} else if (d->opcode) {
		text_str(t, " OPCODE");
		text_u64(t, d->opcode);
	}
	if (d->has_type) {
		text_char(t, ' ');
		dns_put_type(t, d->type);
		text_str(t, d->response ? "" : "?");
	}
	if (d->has_name) {
		text_char(t, ' ');
		text_bytes(t, d->name, d->name_len);
	}
	if (!d->response && d->n_questions > 1) {
		text_str(t, ", ");
		text_u64(t, d->n_questions - 1u);
		text_str(t, " more");
	}
	if (d->response)
		put_dns_result(t, d);
	put_end(t, d->end);
}

static void put_tls(struct text *t, const struct tls *tls)
{
	text_str(t, tls->handshake == TLS_CLIENT_HELLO ? " TLS ClientHello" : " TLS ServerHello");
	if (tls->name) {
		text_char(t, ' ');
		put_bytes(t, tls->name, tls->name_len, ' ');
	}
	if (tls->alpn_len) {
		text_str(t, " ALPN ");
		put_bytes(t, tls->alpn, tls->alpn_len, ' ');
	}
	put_end(t, tls->end);
}

static void put_http(struct text *t, const struct http *h)
{
	text_str(t, " HTTP \"");
	put_bytes(t, h->line, h->line_len, '"');
	text_char(t, '"');
	put_end(t, h->end);
}

static void put_dhcp(struct text *t, const struct dhcp *d)
{
	const char *type = dhcp_type_name(d->type);

	text_str(t, d->type || d->end == PARSE_SHORT ? " DHCP" : " BOOTP");
	if (type) {
		text_char(t, ' ');
		text_str(t, type);
	} else if (d->type) {
		text_str(t, " TYPE");
		text_u64(t, d->type);
	}
	if (d->address) {
		text_char(t, ' ');
		text_ipv4(t, d->address);
	}
	put_end(t, d->end);
}

static void put_ntp(struct text *t, const struct ntp *n)
{
	text_str(t, " NTPv");
	text_u64(t, n->version);
	text_char(t, ' ');
	text_str(t, ntp_mode_name(n->mode));
	if (n->stratum) {
		text_str(t, " stratum ");
		text_u64(t, n->stratum);
	}
}

static void put_quic(struct text *t, const struct quic *q)
{
	text_str(t, " QUIC ");
	if (q->version >> 24 == 0xff) {
		text_str(t, "draft ");
		text_u64(t, q->version & 0xff);
		text_char(t, ' ');
	} else if (q->version) {
		text_str(t, q->version == 1 ? "v1 " : "v2 ");
	}
	text_str(t, q->type);
}

void payload_line(struct text *t, const struct packet *p)
{
	struct payload said;

	if (!payload_read(p, &said))
		return;
	switch (said.kind) {
	case PAYLOAD_DNS:
		put_dns(t, &said.dns);
		break;
	case PAYLOAD_TLS:
		put_tls(t, &said.tls);
		break;
	case PAYLOAD_HTTP:
		put_http(t, &said.http);
		break;
	case PAYLOAD_DHCP:
		put_dhcp(t, &said.dhcp);
		break;
	case PAYLOAD_NTP:
		put_ntp(t, &said.ntp);
		break;
	case PAYLOAD_QUIC:
		put_quic(t, &said.quic);
		break;
	}
}
