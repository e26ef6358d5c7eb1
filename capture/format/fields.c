// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Each field is a line of the table: in which layer it is, and where there, or who puts it
 * together. Nothing is read that was not captured.
 */
#include <string.h>
#include <time.h>

#include "capture/base/util.h"
#include "capture/format/fields.h"
#include "capture/format/fields_inside.h"
#include "capture/format/option_words.h"
#include "capture/format/summary_line.h"
#include "capture/format/summary_verbose.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_options.h"

/* ---- what is put together ---- */

static void put_time(struct text *t, const struct row *r, const struct field *f)
{
	(void)f;
	text_str(t, r->second);
	text_nanoseconds(t, r->packet->ts_ns % 1000000000);
	text_char(t, 'Z');
}

/* A number of struct packet. */
static void put_member(struct text *t, const struct row *r, const struct field *f)
{
	const uint8_t *at = (const uint8_t *)r->packet + f->off;
	uint64_t v = 0;
	uint32_t v32;

	if (f->bytes == sizeof(v)) {
		memcpy(&v, at, sizeof(v));
	} else {
		memcpy(&v32, at, sizeof(v32));
		v = v32;
	}
	text_u64(t, f->mask ? v & f->mask : v);
}

static void put_number(struct text *t, const struct row *r, const struct field *f)
{
	(void)f;
	text_u64(t, r->number);
}

static void put_iface(struct text *t, const struct row *r, const struct field *f)
{
	(void)f;
	text_u64(t, r->packet->iface->id);
}

static void put_verdict(struct text *t, const struct row *r, const struct field *f)
{
	(void)f;
	text_i64(t, r->verdict.action);
}

static void put_verdict_name(struct text *t, const struct row *r, const struct field *f)
{
	(void)f;
	option_words_verdict(t, &r->verdict);
}

static void put_hash(struct text *t, const struct row *r, const struct field *f)
{
	(void)f;
	option_words_hash(t, &r->hash);
}

static void put_hash_name(struct text *t, const struct row *r, const struct field *f)
{
	(void)f;
	option_words_algorithm(t, &r->hash);
}

static void put_link_type(struct text *t, const struct row *r, const struct field *f)
{
	(void)f;
	text_u64(t, r->packet->iface->linktype);
}

static void put_protocol(struct text *t, const struct row *r, const struct field *f)
{
	(void)f;
	summary_line_protocol(t, r->packet);
}

static void put_damage(struct text *t, const struct row *r, const struct field *f)
{
	static const char *const ends[] = {
		[PARSE_SHORT] = "SHORT", [PARSE_BAD] = "BAD", [PARSE_DEEP] = "DEEP"
	};

	(void)f;
	text_str(t, ends[r->packet->hdr.end]);
}

static void put_cooked_type(struct text *t, const struct row *r, const struct field *f)
{
	(void)f;
	text_u64(t, r->cooked_type);
}

/* The same of each tag. */
static void put_tags(struct text *t, const struct row *r, const struct field *f)
{
	for (unsigned i = 0; i < r->packet->hdr.n_tags; i++) {
		if (i)
			text_char(t, ',');
		text_u64(t, be16(r->at[LAYER_TAGS] + 4 * i + f->off) >> f->shift & f->mask);
	}
}

static void put_mac(struct text *t, const struct row *r, const struct field *f)
{
	text_mac(t, r->at[f->layer] + f->off);
}

static void put_ipv4(struct text *t, const struct row *r, const struct field *f)
{
	text_ipv4(t, r->at[f->layer] + f->off);
}

static void put_ipv6(struct text *t, const struct row *r, const struct field *f)
{
	text_ipv6(t, r->at[f->layer] + f->off);
}

static const char *iface_name(const struct row *r, size_t *pos, size_t *len)
{
	const char *name = *pos ? NULL : r->packet->iface->name;

	*pos = 1;
	*len = name ? text_utf8_cut(name, SUMMARY_VERBOSE_NAME_MAX) : 0;
	return name;
}

/* The whole of it: it is to be opened again. */
static const char *file(const struct row *r, size_t *pos, size_t *len)
{
	const char *name = *pos ? NULL : r->packet->iface->file;

	*pos = 1;
	*len = name ? strlen(name) : 0;
	return name;
}

static const char *process(const struct row *r, size_t *pos, size_t *len)
{
	const char *name = *pos ? NULL : r->packet->process;

	*pos = 1;
	*len = name ? text_utf8_cut(name, LINE_PROCESS_MAX) : 0;
	return name;
}

static const char *comment(const struct row *r, size_t *pos, size_t *len)
{
	return pcapng_options_comment(r->packet, pos, len);
}

/* ---- the table ---- */

#define JSON(name)			",\"" #name "\":"
#define KEY(name_)			.name = #name_, .json = JSON(name_), .json_len = sizeof(JSON(name_)) - 1
#define MADE(key, l, t, f, ...)		{ KEY(key), .layer = LAYER_##l, .type = FIELD_##t, .put = f, ##__VA_ARGS__ }
#define NUMBER(key, l, o, n, ...) \
	{ KEY(key), .layer = LAYER_##l, .type = FIELD_NUMBER, .off = o, .bytes = n, ##__VA_ARGS__ }
#define MEMBER(key, l, m, ...) \
	MADE(key, l, NUMBER, put_member, .off = offsetof(struct packet, m), \
	     .bytes = sizeof(((struct packet *)NULL)->m), ##__VA_ARGS__)
#define BIT(key, l, o, s) \
	{ KEY(key), .layer = LAYER_##l, .type = FIELD_BOOLEAN, .off = o, .bytes = 1, .shift = s, \
	  .mask = 1 }
/* A number or a truth of what a packet says. */
#define SAID(key, l, t, m) \
	MADE(key, l, t, fields_inside_said, .off = offsetof(struct payload, m), \
	     .bytes = sizeof(((struct payload *)NULL)->m))
#define FOREIGN(key, l, f)		{ KEY(key), .layer = LAYER_##l, .type = FIELD_FOREIGN, .foreign = f }

static const struct field table[] = {
	MADE(frame_frame_time, TIME, STRING, put_time),
	MEMBER(time_ns, TIME, ts_ns),
	MADE(frame_frame_number, FRAME, NUMBER, put_number),
	MADE(frame_frame_interface_id, FRAME, NUMBER, put_iface),
	FOREIGN(frame_frame_interface_name, NAME, iface_name),
	MEMBER(frame_frame_interface_queue, QUEUE, queue),
	MEMBER(frame_frame_len, FRAME, len),
	MEMBER(frame_frame_cap_len, FRAME, caplen),
	MEMBER(frame_frame_packet_flags, FLAGS, flags),
	MEMBER(frame_frame_packet_flags_direction, FLAGS, flags, .mask = 3),
	MEMBER(frame_frame_packet_id, ID, id),
	MEMBER(frame_frame_drop_count, DROPPED, dropped),
	MADE(frame_frame_verdict_ebpf_xdp, XDP_VERDICT, NUMBER, put_verdict),
	MADE(frame_frame_verdict_ebpf_tc, TC_VERDICT, NUMBER, put_verdict),
	FOREIGN(frame_frame_comment, COMMENT, comment),
	MADE(link_type, FRAME, NUMBER, put_link_type),
	MADE(protocol, FRAME, STRING, put_protocol),
	MADE(damage, DAMAGE, STRING, put_damage),
	MADE(eth_eth_dst, MACS, STRING, put_mac, .off = 0),
	MADE(eth_eth_src, MACS, STRING, put_mac, .off = 6),
	NUMBER(eth_eth_type, ETHER, 12, 2),
	MADE(sll_sll_pkttype, DIRECTION, NUMBER, put_cooked_type),
	NUMBER(sll_sll_ifindex, COOKED2, 4, 4),
	MADE(sll_sll_src_eth, COOKED, STRING, put_mac),
	MADE(vlan_vlan_id, TAGS, NUMBERS, put_tags, .off = 0, .mask = 0xfff),
	MADE(vlan_vlan_priority, TAGS, NUMBERS, put_tags, .off = 0, .shift = 13, .mask = 7),
	MADE(vlan_vlan_etype, TAGS, NUMBERS, put_tags, .off = 2, .mask = 0xffff),
	NUMBER(arp_arp_opcode, ARP, 6, 2),
	MADE(arp_arp_src_hw_mac, ARP, STRING, put_mac, .off = 8),
	MADE(arp_arp_src_proto_ipv4, ARP, STRING, put_ipv4, .off = 14),
	MADE(arp_arp_dst_hw_mac, ARP, STRING, put_mac, .off = 18),
	MADE(arp_arp_dst_proto_ipv4, ARP, STRING, put_ipv4, .off = 24),
	MADE(ip_ip_src, IPV4, STRING, put_ipv4, .off = 12),
	MADE(ip_ip_dst, IPV4, STRING, put_ipv4, .off = 16),
	NUMBER(ip_ip_proto, IPV4, 9, 1),
	NUMBER(ip_ip_ttl, IPV4, 8, 1),
	NUMBER(ip_ip_dsfield, IPV4, 1, 1),
	NUMBER(ip_ip_len, IPV4, 2, 2),
	NUMBER(ip_ip_id, IPV4, 4, 2),
	BIT(ip_ip_flags_df, IPV4, 6, 6),
	BIT(ip_ip_flags_mf, IPV4, 6, 5),
	NUMBER(ip_ip_frag_offset, IPV4, 6, 2, .mask = 0x1fff),
	MADE(ipv6_ipv6_src, IPV6, STRING, put_ipv6, .off = 8),
	MADE(ipv6_ipv6_dst, IPV6, STRING, put_ipv6, .off = 24),
	NUMBER(ipv6_ipv6_nxt, IPV6, 6, 1),
	NUMBER(ipv6_ipv6_hlim, IPV6, 7, 1),
	NUMBER(ipv6_ipv6_tclass, IPV6, 0, 2, .shift = 4, .mask = 0xff),
	NUMBER(ipv6_ipv6_flow, IPV6, 0, 4, .mask = 0xfffff),
	NUMBER(ipv6_ipv6_plen, IPV6, 4, 2),
	NUMBER(icmp_icmp_type, ICMP, 0, 1),
	NUMBER(icmp_icmp_code, ICMP, 1, 1),
	NUMBER(icmpv6_icmpv6_type, ICMPV6, 0, 1),
	NUMBER(icmpv6_icmpv6_code, ICMPV6, 1, 1),
	NUMBER(tcp_tcp_srcport, TCP_PORTS, 0, 2),
	NUMBER(tcp_tcp_dstport, TCP_PORTS, 2, 2),
	NUMBER(tcp_tcp_seq_raw, TCP, 4, 4),
	NUMBER(tcp_tcp_ack_raw, TCP, 8, 4),
	NUMBER(tcp_tcp_flags, TCP, 12, 2, .mask = 0xfff),
	NUMBER(tcp_tcp_window_size_value, TCP_WINDOW, 14, 2),
	NUMBER(udp_udp_srcport, UDP_PORTS, 0, 2),
	NUMBER(udp_udp_dstport, UDP_PORTS, 2, 2),
	NUMBER(udp_udp_length, UDP, 4, 2),
	NUMBER(sctp_sctp_srcport, SCTP, 0, 2),
	NUMBER(sctp_sctp_dstport, SCTP, 2, 2),
	MADE(verdict, VERDICT, STRING, put_verdict_name),
	MADE(frame_frame_hash, HASH, STRING, put_hash_name),
	MADE(frame_frame_hash_value, HASH, STRING, put_hash),
	FOREIGN(process_name, PROCESS_NAME, process),
	MEMBER(process_id, PROCESS, pid),
	MEMBER(thread_id, PROCESS, tid),
	MADE(tunnel, TUNNEL, STRING, fields_inside_tunnels),
	MADE(tunnel_id, TUNNEL_ID, NUMBERS, fields_inside_tunnel_ids),
	MADE(inner_protocol, TUNNEL, STRING, fields_inside_protocol),
	MADE(inner_src, INNER_IP, STRING, fields_inside_address, .off = 0),
	MADE(inner_dst, INNER_IP, STRING, fields_inside_address, .off = 1),
	MADE(inner_srcport, INNER_PORTS, NUMBER, fields_inside_port, .off = offsetof(struct parsed, sport)),
	MADE(inner_dstport, INNER_PORTS, NUMBER, fields_inside_port, .off = offsetof(struct parsed, dport)),
	MADE(inner_tcp_flags, INNER_TCP, NUMBER, fields_inside_flags),
	SAID(dns_dns_flags_response, DNS, BOOLEAN, dns.response),
	SAID(dns_dns_flags_rcode, DNS_RESPONSE, NUMBER, dns.rcode),
	FOREIGN(dns_dns_qry_name, DNS_QUESTION, fields_inside_dns_name),
	SAID(dns_dns_qry_type, DNS_TYPE, NUMBER, dns.type),
	FOREIGN(dns_dns_resp_name, DNS_OWNER, fields_inside_dns_name),
	SAID(dns_dns_count_answers, DNS, NUMBER, dns.n_answers),
	FOREIGN(dns_answer, DNS_ANSWERS, fields_inside_dns_answers),
	SAID(tls_tls_handshake_type, TLS, NUMBER, tls.handshake),
	FOREIGN(tls_tls_handshake_extensions_server_name, TLS_NAME, fields_inside_tls_name),
	FOREIGN(tls_alpn, TLS_ALPN, fields_inside_tls_alpn),
	FOREIGN(http_http_request_method, HTTP_REQUEST, fields_inside_http_method),
	FOREIGN(http_http_request_uri, HTTP_REQUEST, fields_inside_http_uri),
	SAID(http_http_response_code, HTTP_RESPONSE, NUMBER, http.code),
	SAID(dhcp_dhcp_option_dhcp, DHCP_TYPE, NUMBER, dhcp.type),
	SAID(ntp_ntp_flags_mode, NTP, NUMBER, ntp.mode),
	SAID(ntp_ntp_stratum, NTP, NUMBER, ntp.stratum),
	SAID(quic_quic_version, QUIC, NUMBER, quic.version),
	MADE(quoted_protocol, QUOTED, STRING, fields_inside_protocol),
	MADE(quoted_src, QUOTED, STRING, fields_inside_address, .off = 0),
	MADE(quoted_dst, QUOTED, STRING, fields_inside_address, .off = 1),
	MADE(quoted_srcport, QUOTED_PORTS, NUMBER, fields_inside_port, .off = offsetof(struct parsed, sport)),
	MADE(quoted_dstport, QUOTED_PORTS, NUMBER, fields_inside_port, .off = offsetof(struct parsed, dport)),
	FOREIGN(file, FILE, file),
	MEMBER(offset, FILE, offset),
};

const struct field *fields(size_t *n)
{
	*n = array_size(table);
	return table;
}

size_t fields_foreign(const struct packet *p)
{
	return p->options.len +
	       (p->has & PACKET_PROCESS && p->process ? text_utf8_cut(p->process, LINE_PROCESS_MAX)
						      : 0) +
	       (p->iface->name ? text_utf8_cut(p->iface->name, SUMMARY_VERBOSE_NAME_MAX) : 0) +
	       (p->iface->file ? strlen(p->iface->file) : 0);
}

void fields_row_value(struct text *t, const struct row *r, const struct field *f)
{
	uint32_t v = 0;

	if (f->put) {
		f->put(t, r, f);
		return;
	}
	for (unsigned i = 0; i < f->bytes; i++)
		v = v << 8 | r->at[f->layer][f->off + i];
	v >>= f->shift;
	v = f->mask ? v & f->mask : v;
	if (f->type == FIELD_BOOLEAN)
		text_str(t, v ? "true" : "false");
	else
		text_u64(t, v);
}

/* ---- looking at a packet ---- */

static void found(struct row *r, enum layer l, const uint8_t *at)
{
	if (!at)
		return;
	r->at[l] = at;
	r->present |= row_bit(l);
}

static void look_at_cooked(struct row *r)
{
	struct cooked c;

	if (!link_cooked(r->packet, &c))
		return;
	r->cooked_type = c.type;
	r->present |= row_bit(LAYER_DIRECTION);
	found(r, LAYER_COOKED2, c.has_ifindex ? r->packet->data : NULL);
}

static void look_at_link(struct row *r)
{
	const struct packet *p = r->packet;
	unsigned n_tags = p->hdr.n_tags, behind = p->hdr.l3_off ? p->hdr.l3_off : p->hdr.hdr_len;
	const uint8_t *b;

	if (p->iface->linktype == LINKTYPE_ETHERNET) {
		found(r, LAYER_MACS, link_at(p, 0, 12));
		b = link_at(p, 0, 14);
		found(r, LAYER_ETHER, b && be16(b + 12) >= 0x600 ? b : NULL);
	} else {
		found(r, LAYER_COOKED, link_cooked_mac(p));
		look_at_cooked(r);
	}
	if (n_tags && behind >= 4 * n_tags)
		found(r, LAYER_TAGS, link_at(p, behind - 4 * n_tags, 4 * n_tags));
}

static void look_at_transport(struct row *r)
{
	const struct packet *p = r->packet;

	switch (p->hdr.ip_proto) {
	case PROTO_ICMP:
		found(r, LAYER_ICMP, link_at_l4(p, 2));
		break;
	case PROTO_ICMPV6:
		found(r, LAYER_ICMPV6, link_at_l4(p, 2));
		break;
	case PROTO_TCP:
		found(r, LAYER_TCP_PORTS, link_at_l4(p, 4));
		found(r, LAYER_TCP, link_at_l4(p, 14));
		found(r, LAYER_TCP_WINDOW, link_at_l4(p, 16));
		break;
	case PROTO_UDP:
		found(r, LAYER_UDP_PORTS, link_at_l4(p, 4));
		found(r, LAYER_UDP, link_at_l4(p, 6));
		break;
	case PROTO_SCTP:
		found(r, LAYER_SCTP, link_at_l4(p, 4));
		break;
	}
}

static void look_at_network(struct row *r)
{
	const struct packet *p = r->packet;
	const struct parsed *h = &p->hdr;

	if (h->ip_version == 4)
		found(r, LAYER_IPV4, link_at(p, h->l3_off, 20));
	else if (h->ip_version == 6)
		found(r, LAYER_IPV6, link_at(p, h->l3_off, 40));
	else
		found(r, LAYER_ARP, link_arp(p));
	if (h->ip_version && h->flags & PARSE_L4 && h->end != PARSE_DEEP)
		look_at_transport(r);
}

static void look_at_frame(struct row *r)
{
	const struct packet *p = r->packet;
	size_t len, pos = 0;

	r->present = row_bit(LAYER_FRAME);
	r->present |= p->has & PACKET_TIME ? row_bit(LAYER_TIME) : 0;
	r->present |= p->has & PACKET_QUEUE ? row_bit(LAYER_QUEUE) : 0;
	r->present |= p->has & PACKET_FLAGS ? row_bit(LAYER_FLAGS) : 0;
	r->present |= p->has & PACKET_ID ? row_bit(LAYER_ID) : 0;
	r->present |= p->dropped ? row_bit(LAYER_DROPPED) : 0;
	r->present |= r->offsets && p->iface->file ? row_bit(LAYER_FILE) : 0;
	r->present |= p->iface->name ? row_bit(LAYER_NAME) : 0;
	r->present |= p->hdr.end != PARSE_OK ? row_bit(LAYER_DAMAGE) : 0;
	if (p->has & PACKET_PROCESS && p->pid)
		r->present |= row_bit(LAYER_PROCESS) |
			      (p->process ? row_bit(LAYER_PROCESS_NAME) : 0);
	if (!p->options.len && !(p->has & (PACKET_VERDICT | PACKET_HASH)))
		return;
	if (pcapng_options_hash(p, &r->hash))
		r->present |= row_bit(LAYER_HASH);
	if (pcapng_options_comment(p, &pos, &len))
		r->present |= row_bit(LAYER_COMMENT);
	if (pcapng_options_verdict(p, &r->verdict))
		r->present |= row_bit(LAYER_VERDICT) |
			      row_bit(r->verdict.type == VERDICT_XDP ? LAYER_XDP_VERDICT
								    : LAYER_TC_VERDICT);
}

static void describe_second(struct row *r, uint64_t second)
{
	struct text t = text_in(r->second, sizeof(r->second) - 1);
	struct tm date = { 0 };

	gmtime_r(&(time_t){ second }, &date);
	text_date(&t, &date);
	text_char(&t, 'T');
	text_clock(&t, &date);
	text_char(&t, '.');
	r->second[t.len] = '\0';
	r->second_of = second;
}

void fields_row_init(struct row *r, bool offsets)
{
	*r = (struct row){ .second_of = UINT64_MAX, .offsets = offsets };
}

void fields_row_look(struct row *r, const struct packet *p)
{
	uint64_t second = p->ts_ns / 1000000000;

	r->packet = p;
	r->number++;
	if (p->has & PACKET_TIME && second != r->second_of)
		describe_second(r, second);
	look_at_frame(r);
	look_at_link(r);
	look_at_network(r);
	fields_inside_look(r);
}
