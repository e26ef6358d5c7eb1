// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Reads only what struct parsed says is there; whatever lies further is looked up through
 * link_at().
 */
#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/format/option_words.h"
#include "capture/format/payload_line.h"
#include "capture/format/summary_line.h"
#include "capture/format/summary_verbose.h"
#include "capture/packet/link.h"
#include "capture/packet/names.h"
#include "capture/packet/packet.h"
#include "capture/packet/payload.h"
#include "capture/packet/pcapng_options.h"
#include "capture/packet/quoted.h"
#include "capture/packet/tunnel.h"

static void put_address(struct text *t, const struct packet *p, bool dst)
{
	const uint8_t *ip = p->data + p->hdr.l3_off;
	bool ports = p->hdr.flags & PARSE_PORTS;

	if (p->hdr.ip_version == 4) {
		text_ipv4(t, ip + (dst ? 16 : 12));
	} else {
		if (ports)
			text_char(t, '[');
		text_ipv6(t, ip + (dst ? 24 : 8));
		if (ports)
			text_char(t, ']');
	}
	if (ports) {
		text_char(t, ':');
		text_u64(t, dst ? p->hdr.dport : p->hdr.sport);
	}
}

static void put_protocol(struct text *t, const struct parsed *h)
{
	const char *name = h->ip_version ? names_protocol(h->ip_proto)
					 : names_ether_type(h->eth_type);

	if (name) {
		text_str(t, name);
	} else if (h->ip_version) {
		text_str(t, "PROTO_");
		text_u64(t, h->ip_proto);
	} else {
		text_str(t, "0x");
		text_hex(t, h->eth_type, 4);
	}
}

static void put_arp(struct text *t, const struct packet *p)
{
	const uint8_t *arp = link_arp(p);

	if (!arp)
		return;
	switch (be16(arp + 6)) {
	case 1:
		text_str(t, " who-has ");
		text_ipv4(t, arp + 24);
		text_str(t, " tell ");
		text_ipv4(t, arp + 14);
		break;
	case 2:
		text_str(t, " reply ");
		text_ipv4(t, arp + 14);
		text_str(t, " is-at ");
		text_mac(t, arp + 8);
		break;
	case 3:
		text_str(t, " who-is ");
		text_mac(t, arp + 18);
		text_str(t, " tell ");
		text_mac(t, arp + 8);
		break;
	case 4:
		text_str(t, " reply ");
		text_mac(t, arp + 18);
		text_str(t, " at ");
		text_ipv4(t, arp + 24);
		break;
	}
}

/* Which flags a line shows. */
static unsigned shown_flags(int verbose)
{
	const unsigned always = PARSE_FRAG | PARSE_TTL_LOW;
	const unsigned tcp = PARSE_SYN | PARSE_FIN | PARSE_RST | PARSE_ACK | PARSE_PSH | PARSE_URG;
	const unsigned ecn = PARSE_ECE | PARSE_CWR | PARSE_AE;

	return always | (verbose >= 0 ? tcp : 0) | (verbose > 0 ? ecn : 0);
}

static void put_flags(struct text *t, const struct parsed *h, int verbose)
{
	static const struct { uint16_t flag; const char *name; } flags[] = {
		{ PARSE_FRAG, "FRAG" }, { PARSE_TTL_LOW, "LOW_TTL" }, { PARSE_SYN, "SYN" },
		{ PARSE_FIN, "FIN" },
		{ PARSE_RST, "RST" }, { PARSE_ACK, "ACK" }, { PARSE_PSH, "PSH" },
		{ PARSE_URG, "URG" },
		{ PARSE_ECE, "ECE" }, { PARSE_CWR, "CWR" }, { PARSE_AE, "AE" },
	};
	static const char *const ends[] = {
		[PARSE_SHORT] = "SHORT", [PARSE_BAD] = "BAD", [PARSE_DEEP] = "DEEP"
	};
	unsigned left = h->flags & shown_flags(verbose);
	const char *sep = " [";

	for (size_t i = 0; left; i++) {
		if (!(left & flags[i].flag))
			continue;
		left &= ~flags[i].flag;
		text_str(t, sep);
		text_str(t, flags[i].name);
		sep = ",";
	}
	if (h->end != PARSE_OK) {
		text_str(t, sep);
		text_str(t, ends[h->end]);
		sep = ",";
	}
	if (*sep == ',')
		text_char(t, ']');
}

void summary_line_verdict(struct text *t, const struct packet *p)
{
	struct verdict v;

	if (!pcapng_options_verdict(p, &v))
		return;
	text_str(t, " => ");
	option_words_verdict(t, &v);
}

void summary_line_process(struct text *t, const struct packet *p, int verbose)
{
	if (!(p->has & PACKET_PROCESS) || !p->pid)
		return;
	text_str(t, " by ");
	if (p->process)
		text_escaped(t, p->process, text_utf8_cut(p->process, LINE_PROCESS_MAX));
	text_str(t, p->process ? " (" : "process ");
	text_u64(t, p->pid);
	if (verbose > 0 && p->tid) {
		text_str(t, ", thread ");
		text_u64(t, p->tid);
	}
	if (p->process)
		text_char(t, ')');
}

/*
 * Is nothing known but the link: of an unknown type, cut within its header, or of an unknown
 * address family?
 */
static bool is_only_link(const struct packet *p)
{
	const struct parsed *h = &p->hdr;

	if (p->iface->linktype == LINKTYPE_ETHERNET)
		return !h->eth_type && h->hdr_len < 14;
	return (!h->eth_type && !h->ip_version) || !link_knows(p->iface->linktype);
}

static void put_link_type(struct text *t, const struct packet *p)
{
	char name[64];

	link_type_name(p->iface->linktype, name, sizeof(name));
	text_str(t, name);
}

void summary_line_protocol(struct text *t, const struct packet *p)
{
	if (is_only_link(p))
		put_link_type(t, p);
	else
		put_protocol(t, &p->hdr);
}

static void put_what(struct text *t, const struct packet *p)
{
	if (is_only_link(p)) {
		put_link_type(t, p);
		return;
	}
	put_protocol(t, &p->hdr);
	if (p->hdr.ip_version) {
		text_char(t, ' ');
		put_address(t, p, false);
		text_str(t, " -> ");
		put_address(t, p, true);
	} else {
		put_arp(t, p);
	}
}

/* " VXLAN 42", or " key 7" where the protocol in front is the tunnel's name already. */
static void put_tunnel(struct text *t, const struct tunnel *tunnel)
{
	static const char *const words[N_TUNNELS] = {
		[TUNNEL_GRE] = "key", [TUNNEL_MPLS] = "label", [TUNNEL_PPPOE] = "session",
	};
	const char *word = words[tunnel->kind] ? words[tunnel->kind] : tunnel_name(tunnel->kind);

	if (tunnel->n_ids) {
		text_char(t, ' ');
		text_str(t, word);
	}
	for (unsigned i = 0; i < tunnel->n_ids; i++) {
		text_char(t, i ? '/' : ' ');
		text_u64(t, tunnel->ids[i]);
	}
	text_str(t, " | ");
}

/* A packet inside another, as that one, but for its length. */
static void put_inner(struct text *t, const struct packet *p, int verbose)
{
	put_what(t, p);
	put_flags(t, &p->hdr, verbose);
	if (verbose > 0)
		summary_verbose_headers(t, p, verbose);
}

/* What tunnels carry; the innermost says something, or is about another. */
static void put_inside(struct text *t, const struct packet *p, int verbose)
{
	struct tunnel tunnels[TUNNEL_MAX];
	unsigned n = tunnel_walk(p, tunnels);
	struct packet quoted;

	for (unsigned i = 0; i < n; i++) {
		p = &tunnels[i].inner;
		put_tunnel(t, &tunnels[i]);
		put_inner(t, p, verbose);
	}
	if (verbose < 0)
		return;
	payload_line(t, p);
	if (quoted_packet(p, &quoted)) {
		text_str(t, " about | ");
		put_inner(t, &quoted, verbose);
	}
}

/* Of most packets it is known soon that put_inside() would find nothing. */
static bool may_have_inside(const struct packet *p)
{
	switch (p->hdr.ip_proto) {
	case PROTO_TCP:
		return payload_may_be_read(p);
	case PROTO_UDP:
		return tunnel_has_port(p) || payload_may_be_read(p);
	}
	return true;
}

void summary_line_packet(struct text *t, const struct packet *p, int verbose)
{
	put_what(t, p);
	text_str(t, " (");
	text_u64(t, p->len);
	text_str(t, p->len == 1 ? " byte)" : " bytes)");
	put_flags(t, &p->hdr, verbose);
	if (verbose > 0)
		summary_verbose_headers(t, p, verbose);
	if (may_have_inside(p))
		put_inside(t, p, verbose);
	if (verbose > 0)
		summary_verbose_frame(t, p);
}

void summary_line_sequence(struct text *t, const struct packet *p)
{
	struct tunnel tunnels[TUNNEL_MAX];
	unsigned n = tunnel_walk(p, tunnels);

	summary_verbose_sequence(t, n ? &tunnels[n - 1].inner : p);
}

void summary_line_direction(struct text *t, const struct packet *p)
{
	static const char *const words[] = {
		[COOKED_IN] = "In ",	[COOKED_BROADCAST] = "B ", [COOKED_MULTICAST] = "M ",
		[COOKED_OTHERS] = "P ", [COOKED_OUT] = "Out ",
	};
	struct cooked c;

	if (p->iface->linktype == LINKTYPE_ETHERNET || !link_cooked(p, &c))
		return;
	if (c.has_ifindex) {
		text_str(t, "ifindex ");
		text_u64(t, c.ifindex);
		text_char(t, ' ');
	}
	text_str(t, c.type < array_size(words) ? words[c.type] : "? ");
}

void summary_line_link(struct text *t, const struct packet *p)
{
	const uint8_t *b;

	if (p->iface->linktype == LINKTYPE_ETHERNET && (b = link_at(p, 0, 12))) {
		text_mac(t, b + 6);
		text_str(t, " -> ");
		text_mac(t, b);
		text_char(t, ' ');
	} else if ((b = link_cooked_mac(p))) {
		text_mac(t, b);
		text_char(t, ' ');
	}
}
