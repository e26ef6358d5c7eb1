// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Ports say what it may be; where others use them too, the bytes have to agree. */
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/packet/payload.h"

enum {
	PORT_DNS		= 53,
	PORT_DHCP_SERVER	= 67,
	PORT_DHCP_CLIENT	= 68,
	PORT_NTP		= 123,
	PORT_HTTPS		= 443,
	PORT_MDNS		= 5353,
	PORT_LLMNR		= 5355,
	TLS_HANDSHAKE		= 22,	/* the first byte of a record */
	QUIC_LONG		= 0x80,	/* a bit of the first byte of a long header */
};

static bool has_port(const struct packet *p, uint16_t port)
{
	return p->hdr.sport == port || p->hdr.dport == port;
}

static bool is_dns(const struct packet *p)
{
	return has_port(p, PORT_DNS) || has_port(p, PORT_MDNS) || has_port(p, PORT_LLMNR);
}

static bool read_dns(struct cursor *c, struct payload *out)
{
	out->kind = PAYLOAD_DNS;
	return dns_read(c, &out->dns);
}

/* Where a server names its versions nothing else tells that it is QUIC. */
static bool read_quic(const struct packet *p, struct cursor *c, struct payload *out)
{
	out->kind = PAYLOAD_QUIC;
	return quic_read(c, &out->quic) && (out->quic.version || p->hdr.sport == PORT_HTTPS);
}

static bool read_udp(const struct packet *p, struct payload *out)
{
	struct cursor c;

	if (!link_payload(p, &c) || c.off == c.limit)
		return false;
	if (is_dns(p))
		return read_dns(&c, out);
	if (has_port(p, PORT_DHCP_SERVER) || has_port(p, PORT_DHCP_CLIENT)) {
		out->kind = PAYLOAD_DHCP;
		return dhcp_read(&c, &out->dhcp);
	}
	if (has_port(p, PORT_NTP)) {
		out->kind = PAYLOAD_NTP;
		return ntp_read(&c, &out->ntp);
	}
	return read_quic(p, &c, out);
}

/*
 * A message with its length in front (RFC 1035, 4.2.2), which is not in the middle of one, as most
 * segments of a transfer of a zone are: it asks one thing at most (RFC 9619), and makes sense up to
 * the first type.
 */
static bool read_dns_of_tcp(struct cursor *c, struct payload *out)
{
	const uint8_t *b = pull(c, 2);

	if (!b || be16(b) < 12 || c->limit - c->off < 12 || be16(b + 6) > 1)
		return false;
	/* what is in other segments is as good as cut */
	c->l3_end = c->off + be16(b);
	if (c->limit > c->l3_end)
		c->limit = c->l3_end;
	return read_dns(c, out) && (out->dns.end != PARSE_BAD || out->dns.has_type);
}

/* The letters that a method or a version begin with. */
static bool is_http(uint8_t first)
{
	return first >= 'A' && first <= 'T';
}

static bool read_tcp(const struct packet *p, struct payload *out)
{
	struct cursor c;

	if (!link_payload(p, &c) || c.off == c.limit)
		return false;
	if (has_port(p, PORT_DNS))
		return read_dns_of_tcp(&c, out);
	if (c.base[c.off] == TLS_HANDSHAKE) {
		out->kind = PAYLOAD_TLS;
		return tls_read(&c, &out->tls);
	}
	out->kind = PAYLOAD_HTTP;
	return is_http(c.base[c.off]) && http_read(&c, &out->http);
}

static bool is_known_port(uint16_t port)
{
	switch (port) {
	case PORT_DNS:
	case PORT_DHCP_SERVER:
	case PORT_DHCP_CLIENT:
	case PORT_NTP:
	case PORT_MDNS:
	case PORT_LLMNR:
		return true;
	}
	return false;
}

/* By the byte behind the headers, without a port that says so. */
static bool may_begin(const struct packet *p, uint8_t first)
{
	if (p->hdr.ip_proto == PROTO_UDP)
		return first & QUIC_LONG;
	return first == TLS_HANDSHAKE || is_http(first);
}

bool payload_may_be_read(const struct packet *p)
{
	return p->hdr.flags & PARSE_PORTS && p->hdr.hdr_len < p->caplen &&
	       (may_begin(p, p->data[p->hdr.hdr_len]) || is_known_port(p->hdr.sport) ||
		is_known_port(p->hdr.dport));
}

bool payload_read(const struct packet *p, struct payload *out)
{
	if (!payload_may_be_read(p))
		return false;
	switch (p->hdr.ip_proto) {
	case PROTO_TCP:
		return read_tcp(p, out);
	case PROTO_UDP:
		return read_udp(p, out);
	}
	return false;
}
