// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What packets say, as a line tells it: each protocol whole, cut at every length, and from somebody
 * who means no good.
 */
#include <string.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/format/format.h"
#include "capture/format/payload_line.h"
#include "capture/format/summary_line.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"

#include "tests/unit/unit.h"

#define BYTES(s)	s, sizeof(s) - 1
#define DNS(flags, questions, answers)	"\x12\x34" flags "\0" questions "\0" answers "\0\0\0\0"
#define WWW		"\3www\7example\3com\0"
#define TTL		"\0\0\1\x2c"
#define ZEROS32		"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define BOOTP(op, given) \
	op "\1\6\0" "\1\2\3\4" "\0\0\0\0" "\0\0\0\0" given ZEROS32 ZEROS32 ZEROS32 ZEROS32 ZEROS32 ZEROS32 \
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" "\x63\x82\x53\x63"
/*
 * Record and handshake with their lengths, then version, random, no session, one cipher suite, no
 * compression
 */
#define CLIENT(record, len, exts) \
	"\x16\3\1\0" record "\1\0\0" len "\3\3" ZEROS32 "\0" "\0\2\x13\1" "\1\0" exts
#define LABEL63		"\x3f" "123456789012345678901234567890123456789012345678901234567890abc"
#define LABEL63_	"123456789012345678901234567890123456789012345678901234567890abc"

static const struct payload_case {
	const char *name;
	uint16_t proto, sport, dport;
	const char *bytes;
	size_t n;
	const char *line;
} cases[] = {
	{ "dns_asks", PROTO_UDP, 4001, 53,
	  BYTES(DNS("\1\0", "\1", "\0") WWW "\0\1\0\1"), " DNS A? www.example.com" },
	{ "dns_answers", PROTO_UDP, 53, 4001,
	  BYTES(DNS("\x81\x80", "\1", "\2") WWW "\0\1\0\1" "\xc0\x0c\0\5\0\1" TTL "\0\4\1a\xc0\x10"
		"\xc0\x2d\0\1\0\1" TTL "\0\4\xc0\0\2\x50"),
	  " DNS A www.example.com: CNAME a.example.com, 192.0.2.80" },
	{ "dns_of_ipv6", PROTO_UDP, 53, 4001,
	  BYTES(DNS("\x81\x80", "\1", "\1") WWW "\0\x1c\0\1" "\xc0\x0c\0\x1c\0\1" TTL "\0\x10"
		"\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"),
	  " DNS AAAA www.example.com: 2001:db8::1" },
	{ "dns_of_mail", PROTO_UDP, 53, 4001,
	  BYTES(DNS("\x81\x80", "\1", "\1") WWW "\0\xf\0\1" "\xc0\x0c\0\xf\0\1" TTL "\0\6\0\xa\1m\xc0\x10"),
	  " DNS MX www.example.com: MX m.example.com" },
	{ "dns_of_a_service", PROTO_UDP, 53, 4001,
	  BYTES(DNS("\x81\x80", "\1", "\1") WWW "\0\x21\0\1" "\xc0\x0c\0\x21\0\1" TTL
		"\0\xa\0\1\0\1\x01\xbb\1s\xc0\x10"),
	  " DNS SRV www.example.com: SRV s.example.com:443" },
	{ "dns_of_a_type_without_a_name", PROTO_UDP, 4001, 53,
	  BYTES(DNS("\1\0", "\1", "\0") WWW "\xff\xfe\0\1"),
	  " DNS TYPE65534? www.example.com" },
	{ "dns_that_knows_no_such_name", PROTO_UDP, 53, 4001,
	  BYTES(DNS("\x81\x83", "\1", "\0") WWW "\0\1\0\1"),
	  " DNS A www.example.com: NXDOMAIN" },
	{ "dns_of_a_reserved_code", PROTO_UDP, 53, 4001,
	  BYTES(DNS("\x81\x8f", "\1", "\0") WWW "\0\1\0\1"),
	  " DNS A www.example.com: RCODE15" },
	{ "dns_without_an_answer", PROTO_UDP, 53, 4001,
	  BYTES(DNS("\x81\x80", "\1", "\0") WWW "\0\1\0\1"),
	  " DNS A www.example.com: no answer" },
	{ "dns_that_is_truncated", PROTO_UDP, 53, 4001,
	  BYTES(DNS("\x83\x80", "\1", "\0") WWW "\0\1\0\1"),
	  " DNS A www.example.com: no answer truncated" },
	{ "dns_of_the_root", PROTO_UDP, 4001, 53, BYTES(DNS("\1\0", "\1", "\0") "\0\0\2\0\1"),
	  " DNS NS? ." },
	{ "dns_that_updates", PROTO_UDP, 4001, 53,
	  BYTES(DNS("\x28\0", "\1", "\1") WWW "\0\6\0\1" "\xc0\x0c\0\1\0\xfe\0\0\0\0\0\0"),
	  " DNS Update SOA? www.example.com" },
	{ "mdns_answers_what_nobody_asked", PROTO_UDP, 5353, 5353,
	  BYTES(DNS("\x84\0", "\0", "\1") "\5Nic\xc3\xa9\5local\0" "\0\1\x80\1" TTL "\0\4\xc0\0\2\7"),
	  " DNS A Nic\\195\\169.local: 192.0.2.7" },
	{ "mdns_asks_for_several", PROTO_UDP, 5353, 5353,
	  BYTES(DNS("\0\0", "\2", "\0") WWW "\0\1\0\1\xc0\x0c\0\x1c\0\1"),
	  " DNS A? www.example.com, 1 more" },
	{ "llmnr", PROTO_UDP, 4001, 5355, BYTES(DNS("\0\0", "\1", "\0") "\3nas\0" "\0\1\0\1"),
	  " DNS A? nas" },
	{ "dns_over_tcp", PROTO_TCP, 4001, 53,
	  BYTES("\0\x21" DNS("\1\0", "\1", "\0") WWW "\0\1\0\1"),
	  " DNS A? www.example.com" },
	{ "dns_over_tcp_in_segments", PROTO_TCP, 4001, 53,
	  BYTES("\0\x21" DNS("\1\0", "\1", "\0") "\3www\7exa"),
	  " DNS www.exa [CUT]" },
	{ "dns_over_tcp_that_transfers_a_zone", PROTO_TCP, 53, 4001,
	  BYTES("\0\x31" DNS("\x84\0", "\0", "\2") WWW "\0\1\0\1" TTL "\0\4\xc0\0\2\x50" "\0\0\2"),
	  " DNS A www.example.com: 192.0.2.80 [CUT]" },
	{ "the_middle_of_a_transfer_over_tcp", PROTO_TCP, 53, 4001,
	  BYTES("\xc0\x0c\0\1\0\1" TTL "\0\4\xc0\0\2\x50" "\5host2\xc0\x0c\0\1\0\1" TTL "\0\4\xc0\0\2\x51"), "" },
	{ "dns_of_more_answers_than_are_told", PROTO_UDP, 53, 4001,
	  BYTES(DNS("\x81\x80", "\1", "\x20") "\0\0\1\0\1"
		"\0\0\1\0\1" TTL "\0\4\1\1\1\1" "\0\0\1\0\1" TTL "\0\4\1\1\1\2" "\0\0\1\0\1" TTL "\0\4\1\1\1\3"
		"\0\0\1\0\1" TTL "\0\4\1\1\1\4" "\0\0\1\0\1" TTL "\0\4\1\1\1\5" "\0\0\1\0\1" TTL "\0\4\1\1\1\6"
		"\0\0\1\0\1" TTL "\0\4\1\1\1\7" "\0\0\1\0\1" TTL "\0\4\1\1\1\x8"),
	  " DNS A .: 1.1.1.1, 1.1.1.2, 1.1.1.3, 1.1.1.4, 1.1.1.5, 1.1.1.6, 1.1.1.7, 1.1.1.8, 24 more" },
	{ "a_name_that_steers_a_terminal", PROTO_UDP, 4001, 53,
	  BYTES(DNS("\1\0", "\1", "\0") "\x0a\x1b[31m.\\ |\n\0" "\0\1\0\1"),
	  " DNS A? \\027[31m\\.\\\\\\032|\\010" },
	{ "a_name_that_begins_where_it_ends", PROTO_UDP, 4001, 53,
	  BYTES(DNS("\1\0", "\1", "\0") "\xc0\x0c\0\1\0\1"), " DNS [BAD]" },
	{ "a_name_that_goes_round", PROTO_UDP, 4001, 53,
	  BYTES(DNS("\1\0", "\1", "\0") "\1a\xc0\x0c\0\1\0\1"), " DNS a [BAD]" },
	{ "a_name_that_goes_forward", PROTO_UDP, 4001, 53,
	  BYTES(DNS("\1\0", "\1", "\0") "\xc0\x12\0\1\0\1\1b\0"), " DNS [BAD]" },
	{ "a_name_of_a_reserved_kind", PROTO_UDP, 4001, 53,
	  BYTES(DNS("\1\0", "\1", "\0") "\1a\x41" "b\0\0\1\0\1"), " DNS a [BAD]" },
	{ "a_name_of_255_bytes", PROTO_UDP, 4001, 53,
	  BYTES(DNS("\1\0", "\1", "\0") LABEL63 LABEL63 LABEL63
		"\x3d" "123456789012345678901234567890123456789012345678901234567890a\0" "\0\1\0\1"),
	  " DNS A? " LABEL63_ "." LABEL63_ "." LABEL63_
	  ".123456789012345678901234567890123456789012345678901234567890a" },
	{ "a_name_of_256_bytes", PROTO_UDP, 4001, 53,
	  BYTES(DNS("\1\0", "\1", "\0") LABEL63 LABEL63 LABEL63 LABEL63 "\0\0\1\0\1"),
	  " DNS " LABEL63_ "." LABEL63_ "." LABEL63_ " [BAD]" },
	{ "an_address_of_a_wrong_length", PROTO_UDP, 53, 4001,
	  BYTES(DNS("\x81\x80", "\1", "\1") WWW "\0\1\0\1" "\xc0\x0c\0\1\0\1" TTL "\0\3\xc0\0\2"),
	  " DNS A www.example.com: [BAD]" },
	{ "a_message_that_ends_before_it_should", PROTO_UDP, 4001, 53,
	  BYTES(DNS("\1\0", "\1", "\0") "\3ww"), " DNS ww [BAD]" },
	{ "bytes_at_the_port_of_dns_that_are_no_message", PROTO_UDP, 4001, 53,
	  BYTES("GET / HTTP/1.1\r\n\r\n"), "" },
	{ "less_than_a_message", PROTO_UDP, 4001, 53, BYTES("\1\2\3"), "" },
	{ "tls_with_a_name_and_protocols", PROTO_TCP, 4001, 443,
	  BYTES(CLIENT("\x5a", "\x56", "\0\x2b" "\0\0\0\x10\0\x0e\0\0\x0bwww.a.test."
		"\0\x10\0\x0e\0\x0c\2h2\x08http/1.1"
		"\xaa\xaa\0\1\0")), " TLS ClientHello www.a.test. ALPN h2,http/1.1" },
	{ "tls_at_another_port", PROTO_TCP, 4001, 5432,
	  BYTES(CLIENT("\x3b", "\x37", "\0\x0c" "\0\0\0\x08\0\6\0\0\3nas")),
	  " TLS ClientHello nas" },
	{ "tls_without_extensions", PROTO_TCP, 4001, 443, BYTES(CLIENT("\x2d", "\x29", "")),
	  " TLS ClientHello" },
	{ "tls_of_a_server", PROTO_TCP, 443, 4001,
	  BYTES("\x16\3\3\0\x39" "\2\0\0\x35" "\3\3" ZEROS32 "\0"
		"\x13\1" "\0" "\0\x0d" "\0\0\0\0" "\0\x10\0\5\0\3\2h2"),
	  " TLS ServerHello ALPN h2" },
	{ "tls_that_goes_on_in_another_segment", PROTO_TCP, 4001, 443,
	  BYTES(CLIENT("\xff", "\xfb", "\0\xd0" "\0\0\0\x08\0\6\0\0\3na")), " TLS ClientHello na [CUT]" },
	{ "tls_with_a_name_that_steers_a_terminal", PROTO_TCP, 4001, 443,
	  BYTES(CLIENT("\x3f", "\x3b", "\0\x10" "\0\0\0\x0c\0\x0a\0\0\7\x1b[m \\\xff.")),
	  " TLS ClientHello \\x1b[m\\x20\\x5c\\xff." },
	{ "tls_with_a_name_beyond_its_extension", PROTO_TCP, 4001, 443,
	  BYTES(CLIENT("\x3b", "\x37", "\0\x0c" "\0\0\0\x08\0\6\0\0\x20nas")), " TLS ClientHello nas [BAD]" },
	{ "tls_with_extensions_beyond_its_end", PROTO_TCP, 4001, 443,
	  BYTES(CLIENT("\x3b", "\x37", "\1\x0c" "\0\0\0\x08\0\6\0\0\3nas")), " TLS ClientHello [BAD]" },
	{ "data_of_tls_is_not_told", PROTO_TCP, 4001, 443, BYTES("\x17\3\3\0\x10" ZEROS32), "" },
	{ "a_certificate_is_not_told", PROTO_TCP, 443, 4001,
	  BYTES("\x16\3\3\0\x20" "\x0b\0\0\x1c" ZEROS32), "" },
	{ "http_asks", PROTO_TCP, 4001, 80,
	  BYTES("GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n"), " HTTP \"GET /a?b=c HTTP/1.1\"" },
	{ "http_at_another_port", PROTO_TCP, 4001, 31337,
	  BYTES("POST http://x/ HTTP/1.0\r\n\r\n"), " HTTP \"POST http://x/ HTTP/1.0\"" },
	{ "http_of_a_proxy", PROTO_TCP, 4001, 3128,
	  BYTES("CONNECT x:443 HTTP/1.1\n\n"), " HTTP \"CONNECT x:443 HTTP/1.1\"" },
	{ "http_answers", PROTO_TCP, 80, 4001,
	  BYTES("HTTP/1.1 404 Not Found\r\n\r\n"), " HTTP \"HTTP/1.1 404 Not Found\"" },
	{ "http_answers_without_a_reason", PROTO_TCP, 80, 4001,
	  BYTES("HTTP/1.1 200\r\n\r\n"), " HTTP \"HTTP/1.1 200\"" },
	{ "http_that_goes_on_in_another_segment", PROTO_TCP, 4001, 80,
	  BYTES("GET /abc"), " HTTP \"GET /abc\" [CUT]" },
	{ "http_that_steers_a_terminal", PROTO_TCP, 4001, 80,
	  BYTES("GET /\x1b[m\"\\\0\xe2\x80\xae HTTP/1.1\r\n\r\n"),
	  " HTTP \"GET /\\x1b[m\\x22\\x5c\\x00\\xe2\\x80\\xae HTTP/1.1\"" },
	{ "a_request_of_sip_is_none_of_http", PROTO_TCP, 4001, 5060,
	  BYTES("OPTIONS sip:x SIP/2.0\r\n\r\n"), "" },
	{ "a_word_that_begins_as_a_method", PROTO_TCP, 4001, 21, BYTES("PUTTER /x HTTP/1.1\r\n"),
	  "" },
	{ "a_status_without_digits", PROTO_TCP, 80, 4001, BYTES("HTTP/1.1 abc Not Found\r\n\r\n"),
	  "" },
	{ "a_version_without_digits", PROTO_TCP, 80, 4001, BYTES("HTTP/x.1 200 OK\r\n\r\n"), "" },
	{ "dhcp_discovers", PROTO_UDP, 68, 67,
	  BYTES(BOOTP("\1", "\0\0\0\0") "\0\x3d\1\0\x35\1\1\xff"), " DHCP Discover" },
	{ "dhcp_acknowledges", PROTO_UDP, 67, 68,
	  BYTES(BOOTP("\2", "\xa\0\0\7") "\x35\1\5\xff"), " DHCP ACK 10.0.0.7" },
	{ "dhcp_of_an_unknown_type", PROTO_UDP, 67, 68,
	  BYTES(BOOTP("\2", "\0\0\0\0") "\x35\1\x63\xff"), " DHCP TYPE99" },
	{ "bootp_has_no_type", PROTO_UDP, 68, 67, BYTES(BOOTP("\1", "\0\0\0\0") "\xff"), " BOOTP" },
	{ "dhcp_with_an_option_beyond_its_end", PROTO_UDP, 68, 67,
	  BYTES(BOOTP("\1", "\0\0\0\0") "\x0c\xff"), " BOOTP [BAD]" },
	{ "bytes_at_the_port_of_dhcp", PROTO_UDP, 68, 67, BYTES(ZEROS32), "" },
	{ "ntp_asks", PROTO_UDP, 4001, 123,
	  BYTES("\x23\0\6\xec" ZEROS32 "\0\0\0\0\0\0\0\0\0\0\0\0"), " NTPv4 client" },
	{ "ntp_answers", PROTO_UDP, 123, 4001,
	  BYTES("\x1c\2\6\xec" ZEROS32 "\0\0\0\0\0\0\0\0\0\0\0\0"), " NTPv3 server stratum 2" },
	{ "ntp_that_controls", PROTO_UDP, 4001, 123,
	  BYTES("\x16\1\0\1" ZEROS32 "\0\0\0\0\0\0\0\0\0\0\0\0"), "" },
	{ "ntp_of_too_few_bytes", PROTO_UDP, 4001, 123, BYTES("\x23\0\6\xec" ZEROS32), "" },
	{ "quic_begins", PROTO_UDP, 4001, 443, BYTES("\xc3\0\0\0\1\x08" ZEROS32),
	  " QUIC v1 Initial" },
	{ "quic_of_version_2", PROTO_UDP, 4001, 4433, BYTES("\xd3\x6b\x33\x43\xcf\x08" ZEROS32),
	  " QUIC v2 Initial" },
	{ "quic_of_a_draft", PROTO_UDP, 443, 4001,
	  BYTES("\xe3\xff\0\0\x1d\x08" ZEROS32), " QUIC draft 29 Handshake" },
	{ "quic_names_its_versions", PROTO_UDP, 443, 4001,
	  BYTES("\x80\0\0\0\0\x08" ZEROS32), " QUIC Version Negotiation" },
	{ "no_version_is_no_quic_elsewhere", PROTO_UDP, 4001, 4002,
	  BYTES("\x80\0\0\0\0\x08" ZEROS32), "" },
	{ "a_version_that_nobody_has", PROTO_UDP, 443, 4001, BYTES("\xc3\1\2\3\4\x08" ZEROS32),
	  "" },
	{ "an_id_that_is_too_long", PROTO_UDP, 443, 4001, BYTES("\xc3\0\0\0\1\x15" ZEROS32), "" },
	{ "dns_at_another_port", PROTO_UDP, 4001, 54, BYTES(DNS("\1\0", "\1", "\0") WWW "\0\1\0\1"),
	  "" },
};

/* IPv4 and UDP or TCP around the bytes of @c, of which @n are captured. To be freed. */
static uint8_t *build(const struct payload_case *c, size_t cut, uint32_t *caplen, uint32_t *len)
{
	bool tcp = c->proto == PROTO_TCP;
	size_t head = 20 + (tcp ? 20 : 8), all = head + c->n;
	uint8_t front[40] = { 0x45, 0, all >> 8, all, [8] = 64, c->proto, [12] = 10, 0, 0, 1, 10, 0, 0, 2,
			      c->sport >> 8, c->sport, c->dport >> 8, c->dport };
	uint8_t *out = malloc(head + c->n - cut);

	if (tcp) {
		front[32] = 0x50;
		front[33] = PARSE_ACK;
	} else {
		front[24] = (8 + c->n) >> 8;
		front[25] = 8 + c->n;
	}
	memcpy(out, front, head);
	memcpy(out + head, c->bytes, c->n - cut);
	*caplen = all - cut;
	*len = all;
	return out;
}

static void told(const struct payload_case *c, size_t cut, char *buf, size_t cap)
{
	const struct iface raw = { .linktype = LINKTYPE_RAW };
	struct packet p = { .iface = &raw };
	struct text t = text_in(buf, cap - 1);
	cleanup(freep) uint8_t *data = build(c, cut, &p.caplen, &p.len);

	p.data = data;
	link_decode(&p);
	assert_int_equal(p.hdr.end, PARSE_OK);
	payload_line(&t, &p);
	buf[t.len] = '\0';
}

static void what_a_packet_says_is_told(void **state)
{
	const struct payload_case *c = *state;
	char line[LINE_MAX_BYTES];

	told(c, 0, line, sizeof(line));
	assert_string_equal(line, c->line);
}

/* As much of it as is there, marked; nothing is made up, nothing read that was not captured. */
static void what_is_cut_is_marked(void **state)
{
	const struct payload_case *c = *state;
	char line[LINE_MAX_BYTES];

	for (size_t cut = 1; cut <= c->n; cut++) {
		told(c, cut, line, sizeof(line));
		if (*line && strcmp(line, c->line) && !strstr(line, " [CUT]") &&
		    !strstr(line, "[BAD]"))
			fail_msg("cut by %zu bytes: '%s'", cut, line);
	}
}

static void row(const struct payload_case *c, size_t cut, char *buf, size_t cap)
{
	const struct iface raw = { .linktype = LINKTYPE_RAW };
	struct packet p = { .iface = &raw };
	struct format *f = format_open(FORMAT_JSON, NULL);
	cleanup(freep) uint8_t *data = build(c, cut, &p.caplen, &p.len);
	ssize_t n;

	p.data = data;
	link_decode(&p);
	n = f->ops->packet(f, buf, cap - 1, &p, 0, 0);
	assert_true(n > 0);
	buf[n] = '\0';
	format_close(f);
}

/* A row has no mark for what is cut: half a name would be another one. */
static void a_name_is_a_field_if_it_is_whole(void **state)
{
	static const char *const names[] = {
		"\"dns_dns_qry_name\":", "\"dns_dns_resp_name\":",
		"\"tls_tls_handshake_extensions_server_name\":", "\"tls_alpn\":",
	};
	const struct payload_case *c = *state;
	char whole[4 * LINE_MAX_BYTES], part[4 * LINE_MAX_BYTES];

	row(c, 0, whole, sizeof(whole));
	for (size_t i = 0; i < array_size(names); i++) {
		for (size_t cut = 1; cut <= c->n; cut++) {
			char *field;

			row(c, cut, part, sizeof(part));
			field = strstr(part, names[i]);
			if (!field)
				continue;
			*(strchr(field + strlen(names[i]) + 1, '"') + 1) = '\0';
			if (!strstr(whole, field))
				fail_msg("cut by %zu bytes: %s", cut, field);
		}
	}
}

int main(void)
{
	enum { N = sizeof(cases) / sizeof(cases[0]) };
	struct CMUnitTest tests[3 * N];
	size_t n = 0;

	unit_of_table(cases, what_a_packet_says_is_told, tests, n);
	unit_of_table_as(cases, "%s_cut", what_is_cut_is_marked, tests, n);
	unit_of_table_as(cases, "%s_as_a_row", a_name_is_a_field_if_it_is_whole, tests, n);
	return unit_run("payload", tests, n);
}
