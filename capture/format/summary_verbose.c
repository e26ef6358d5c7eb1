// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What -v says of headers, and of the frame. */
#include "capture/base/text.h"
#include "capture/format/option_words.h"
#include "capture/format/summary_verbose.h"
#include "capture/format/tcp_options.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/packet/pcapng_options.h"

static void field(struct text *t, const char *name, uint64_t v)
{
	text_char(t, ' ');
	text_str(t, name);
	text_char(t, ' ');
	text_u64(t, v);
}

void summary_verbose_sequence(struct text *t, const struct packet *p)
{
	bool is_tcp = p->hdr.ip_version && p->hdr.ip_proto == PROTO_TCP &&
		      p->hdr.flags & PARSE_L4 && p->hdr.end != PARSE_DEEP;
	const uint8_t *b = is_tcp ? link_at_l4(p, 12) : NULL;

	if (!b)
		return;
	field(t, "seq", be32(b + 4));
	field(t, "ack", be32(b + 8));
}

void summary_verbose_captured(struct text *t, const struct packet *p)
{
	field(t, "captured", p->caplen);
}

static void verbose_ipv4(struct text *t, const struct packet *p, int verbose)
{
	const uint8_t *ip = p->data + p->hdr.l3_off;
	unsigned frag = be16(ip + 6);

	field(t, "ttl", ip[8]);
	field(t, "id", be16(ip + 4));
	if (frag & 0x1fff || frag & 0x2000)
		field(t, "offset", (frag & 0x1fff) * 8);
	if (frag & 0x2000)
		text_str(t, " MF");
	if (frag & 0x4000)
		text_str(t, " DF");
	if (verbose > 1) {
		text_str(t, " tos 0x");
		text_hex(t, ip[1], 2);
		field(t, "ihl", (ip[0] & 15) * 4);
		field(t, "total", be16(ip + 2));
	}
}

/*
 * Looks for the fragment header again; of several, which nobody should send, the last one is shown.
 */
static void verbose_fragment6(struct text *t, const struct packet *p)
{
	size_t off = p->hdr.l3_off + 40u;
	uint8_t next = p->data[p->hdr.l3_off + 6];
	const uint8_t *h, *frag = NULL;

	for (int n = 0; n < PARSE_MAX_EXT && is_extension(next) && (h = link_at(p, off, 8)); n++) {
		if (next == PROTO_FRAGMENT)
			frag = h;
		if (next == PROTO_FRAGMENT && be16(h + 2) >> 3)
			break;
		off += extension_len(next, h[1]);
		next = h[0];
	}
	if (!frag)
		return;
	field(t, "id", be32(frag + 4));
	field(t, "offset", be16(frag + 2) & 0xfff8);
	if (be16(frag + 2) & 1)
		text_str(t, " MF");
}

static void verbose_ipv6(struct text *t, const struct packet *p, int verbose)
{
	const uint8_t *ip = p->data + p->hdr.l3_off;

	field(t, "hlim", ip[7]);
	verbose_fragment6(t, p);
	if (verbose > 1) {
		text_str(t, " class 0x");
		text_hex(t, be16(ip) >> 4 & 0xff, 2);
		text_str(t, " flow 0x");
		text_hex(t, be32(ip) & 0xfffff, 5);
		field(t, "payload", be16(ip + 4));
	}
}

static void verbose_l4(struct text *t, const struct packet *p, int verbose)
{
	const uint8_t *b;

	switch (p->hdr.ip_proto) {
	case PROTO_TCP:
		b = link_at_l4(p, 16);
		if (!b)
			break;
		field(t, "win", be16(b + 14));
		if (verbose > 1) {
			summary_verbose_sequence(t, p);
			field(t, "header", (b[12] >> 4) * 4);
		}
		tcp_options(t, p);
		break;
	case PROTO_UDP:
		b = link_at_l4(p, 6);
		if (b && verbose > 1)
			field(t, "length", be16(b + 4));
		break;
	case PROTO_ICMP:
	case PROTO_ICMPV6:
		b = link_at_l4(p, 2);
		if (!b)
			break;
		field(t, "type", b[0]);
		field(t, "code", b[1]);
		break;
	}
}

/*
 * The tags were followed, so they are there, from 12 bytes of addresses on, or behind a cooked
 * header.
 */
static void verbose_tags(struct text *t, const struct packet *p)
{
	unsigned first = (p->hdr.l3_off ? p->hdr.l3_off : p->hdr.hdr_len) - 4u * p->hdr.n_tags;

	for (unsigned i = 0; i < p->hdr.n_tags; i++) {
		const uint8_t *tag = link_at(p, first + 4 * i, 2);

		if (!tag)
			return;
		field(t, "vlan", be16(tag) & 0xfff);
		if (be16(tag) >> 13)
			field(t, "prio", be16(tag) >> 13);
		if (be16(tag) & 0x1000)
			text_str(t, " DEI");
	}
}

void summary_verbose_headers(struct text *t, const struct packet *p, int verbose)
{
	verbose_tags(t, p);
	if (p->hdr.ip_version == 4)
		verbose_ipv4(t, p, verbose);
	else if (p->hdr.ip_version == 6)
		verbose_ipv6(t, p, verbose);
	if (p->hdr.flags & PARSE_L4 && p->hdr.end != PARSE_DEEP)
		verbose_l4(t, p, verbose);
}

/* " hash 8f2a1b3c (Toeplitz)" */
static void put_hash(struct text *t, const struct packet *p)
{
	struct packet_hash h;

	if (!pcapng_options_hash(p, &h))
		return;
	text_str(t, " hash ");
	option_words_hash(t, &h);
	text_str(t, " (");
	option_words_algorithm(t, &h);
	text_char(t, ')');
}

void summary_verbose_frame(struct text *t, const struct packet *p)
{
	if (p->caplen < p->len)
		summary_verbose_captured(t, p);
	if (p->has & PACKET_QUEUE)
		field(t, "queue", p->queue);
	put_hash(t, p);
	if (p->iface->name) {
		text_str(t, " if ");
		text_escaped(t, p->iface->name, text_utf8_cut(p->iface->name, SUMMARY_VERBOSE_NAME_MAX));
	}
	if (p->has & PACKET_FLAGS && (p->flags & 3) == EPB_INBOUND)
		text_str(t, " In");
	if (p->has & PACKET_FLAGS && (p->flags & 3) == EPB_OUTBOUND)
		text_str(t, " Out");
	if (p->dropped)
		field(t, "dropped", p->dropped);
}
