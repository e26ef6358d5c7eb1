// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What tunnels carry, and what a packet says: strings of it are foreign, whatever they hold. */
#include <string.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/format/fields_inside.h"
#include "capture/format/row.h"
#include "capture/format/summary_line.h"
#include "capture/packet/link.h"
#include "capture/packet/quoted.h"

/* The outermost first. */
void fields_inside_tunnels(struct text *t, const struct row *r, const struct field *f)
{
	(void)f;
	for (unsigned i = 0; i < r->n_tunnels; i++) {
		if (i)
			text_char(t, '/');
		text_str(t, tunnel_name(r->tunnels[i].kind));
	}
}

void fields_inside_tunnel_ids(struct text *t, const struct row *r, const struct field *f)
{
	bool several = false;

	(void)f;
	for (unsigned i = 0; i < r->n_tunnels; i++) {
		for (unsigned k = 0; k < r->tunnels[i].n_ids; k++) {
			if (several)
				text_char(t, ',');
			several = true;
			text_u64(t, r->tunnels[i].ids[k]);
		}
	}
}

static const struct packet *innermost(const struct row *r)
{
	return r->n_tunnels ? &r->tunnels[r->n_tunnels - 1].inner : r->packet;
}

/* Which one a field is of. */
static const struct packet *told(const struct row *r, const struct field *f)
{
	bool quoted = f->layer == LAYER_QUOTED || f->layer == LAYER_QUOTED_PORTS;

	return quoted ? &r->quoted : innermost(r);
}

void fields_inside_protocol(struct text *t, const struct row *r, const struct field *f)
{
	summary_line_protocol(t, told(r, f));
}

/* The first of the two in its header, or the second. */
void fields_inside_address(struct text *t, const struct row *r, const struct field *f)
{
	const struct packet *p = told(r, f);
	const uint8_t *ip = p->data + p->hdr.l3_off;

	if (p->hdr.ip_version == 4)
		text_ipv4(t, ip + 12 + 4 * f->off);
	else
		text_ipv6(t, ip + 8 + 16 * f->off);
}

void fields_inside_port(struct text *t, const struct row *r, const struct field *f)
{
	uint16_t port;

	memcpy(&port, (const uint8_t *)&told(r, f)->hdr + f->off, sizeof(port));
	text_u64(t, port);
}

/* All twelve bits, as tcp_tcp_flags has them. */
void fields_inside_flags(struct text *t, const struct row *r, const struct field *f)
{
	(void)f;
	text_u64(t, be16(link_at_l4(innermost(r), 14) + 12) & 0xfff);
}

void fields_inside_said(struct text *t, const struct row *r, const struct field *f)
{
	const uint8_t *at = (const uint8_t *)&r->said + f->off;
	uint16_t v16;
	uint32_t v32;

	switch (f->bytes) {
	case 1:
		v32 = *at;
		break;
	case 2:
		memcpy(&v16, at, sizeof(v16));
		v32 = v16;
		break;
	default:
		memcpy(&v32, at, sizeof(v32));
	}
	if (f->type == FIELD_BOOLEAN)
		text_str(t, v32 ? "true" : "false");
	else
		text_u64(t, v32);
}

/* One string, as struct field wants it. */
static const char *once(const char *s, size_t n, size_t *pos, size_t *len)
{
	*len = n;
	return (*pos)++ ? NULL : s;
}

const char *fields_inside_dns_name(const struct row *r, size_t *pos, size_t *len)
{
	return once(r->said.dns.name, r->said.dns.name_len, pos, len);
}

const char *fields_inside_dns_answers(const struct row *r, size_t *pos, size_t *len)
{
	return once(r->said.dns.answers, r->said.dns.answers_len, pos, len);
}

const char *fields_inside_tls_name(const struct row *r, size_t *pos, size_t *len)
{
	return once(r->said.tls.name, r->said.tls.name_len, pos, len);
}

const char *fields_inside_tls_alpn(const struct row *r, size_t *pos, size_t *len)
{
	return once(r->said.tls.alpn, r->said.tls.alpn_len, pos, len);
}

const char *fields_inside_http_method(const struct row *r, size_t *pos, size_t *len)
{
	return once(r->said.http.line, r->said.http.method_len, pos, len);
}

const char *fields_inside_http_uri(const struct row *r, size_t *pos, size_t *len)
{
	return once(r->said.http.uri, r->said.http.uri_len, pos, len);
}

static uint64_t dns_layers(const struct dns *d)
{
	uint64_t there = row_bit(LAYER_DNS);

	there |= d->response ? row_bit(LAYER_DNS_RESPONSE) : 0;
	if (d->has_name && d->has_type)		/* its type is behind it: it is whole */
		there |= d->n_questions ? row_bit(LAYER_DNS_QUESTION) : row_bit(LAYER_DNS_OWNER);
	there |= d->n_questions && d->has_type ? row_bit(LAYER_DNS_TYPE) : 0;
	return there | (d->answers_len ? row_bit(LAYER_DNS_ANSWERS) : 0);
}

static uint64_t tls_layers(const struct tls *t)
{
	return row_bit(LAYER_TLS) | (t->name_is_whole ? row_bit(LAYER_TLS_NAME) : 0) |
	       (t->alpn_is_whole ? row_bit(LAYER_TLS_ALPN) : 0);
}

static void look_at_payload(struct row *r)
{
	switch (r->said.kind) {
	case PAYLOAD_DNS:
		r->present |= dns_layers(&r->said.dns);
		break;
	case PAYLOAD_TLS:
		r->present |= tls_layers(&r->said.tls);
		break;
	case PAYLOAD_HTTP:
		r->present |= row_bit(r->said.http.code ? LAYER_HTTP_RESPONSE : LAYER_HTTP_REQUEST);
		break;
	case PAYLOAD_DHCP:
		r->present |= r->said.dhcp.type ? row_bit(LAYER_DHCP_TYPE) : 0;
		break;
	case PAYLOAD_NTP:
		r->present |= row_bit(LAYER_NTP);
		break;
	case PAYLOAD_QUIC:
		r->present |= row_bit(LAYER_QUIC);
		break;
	}
}

static void look_at_quoted(struct row *r)
{
	if (!quoted_packet(innermost(r), &r->quoted))
		return;
	r->present |= row_bit(LAYER_QUOTED);
	r->present |= r->quoted.hdr.flags & PARSE_PORTS ? row_bit(LAYER_QUOTED_PORTS) : 0;
}

void fields_inside_look(struct row *r)
{
	const struct packet *p;

	r->n_tunnels = tunnel_walk(r->packet, r->tunnels);
	if (payload_read(innermost(r), &r->said))
		look_at_payload(r);
	look_at_quoted(r);
	if (!r->n_tunnels)
		return;
	r->present |= row_bit(LAYER_TUNNEL);
	for (unsigned i = 0; i < r->n_tunnels; i++)
		r->present |= r->tunnels[i].n_ids ? row_bit(LAYER_TUNNEL_ID) : 0;
	p = innermost(r);
	r->present |= p->hdr.ip_version ? row_bit(LAYER_INNER_IP) : 0;
	r->present |= p->hdr.flags & PARSE_PORTS ? row_bit(LAYER_INNER_PORTS) : 0;
	if (p->hdr.ip_version && p->hdr.ip_proto == PROTO_TCP && p->hdr.flags & PARSE_L4 &&
	    p->hdr.end != PARSE_DEEP && link_at_l4(p, 14))
		r->present |= row_bit(LAYER_INNER_TCP);
}
