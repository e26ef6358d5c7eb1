// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What is inside of tunnels, as a line tells it: with each kind of header, its versions and options
 * that are followed and those that are not, and cut at every length.
 */
#include <string.h>

#include "capture/base/text.h"
#include "capture/format/format.h"
#include "capture/format/summary_line.h"
#include "capture/format/text_settings.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/packet/tunnel.h"

#include "tests/unit/unit.h"

#define MACS	"020000000002" "020000000001"
#define INNER	"450000240001000040110000" "0a010001" "0a010002" "04000009" "00100000" "7061796c6f616421"
#define INNER6	"60000000" "00081140" "20010db8000000000000000000000001" "20010db8000000000000000000000002" \
		"04000009" "00080000"
#define ETHER	MACS "0800" INNER
#define UDP4	"UDP 10.1.0.1:1024 -> 10.1.0.2:9"
#define UDP6	"UDP [2001:db8::1]:1024 -> [2001:db8::2]:9"

static const struct tunnel_case {
	const char *name;
	/* of the outer packet: UDP, IP or Ethernet, the first that is not 0 */
	unsigned port, proto, eth_type;
	const char *payload;
	const char *line;		/* what stands behind the outer packet */
} cases[] = {
	{ "vxlan", 4789, 0, 0, "0800000000002a00" ETHER, " VXLAN 42 | " UDP4 },
	{ "vxlan_of_a_group_policy", 4789, 0, 0, "8800000700002a00" ETHER, " VXLAN 42 | " UDP4 },
	{ "vxlan_without_a_vni_is_none", 4789, 0, 0, "0000000000002a00" ETHER, "" },
	{ "vxlan_with_nothing_inside", 4789, 0, 0, "0800000000002a00",
	  " VXLAN 42 | EN10MB [SHORT]" },
	{ "vxlan_at_the_port_of_linux", 8472, 0, 0, "0800000000000100" ETHER, " VXLAN 1 | " UDP4 },
	{ "the_port_of_linux_is_that_of_others_too", 8472, 0, 0, "0800010000000100" ETHER, "" },
	{ "vxlan_with_tags_inside", 4789, 0, 0, "0800000000002a00" MACS "81000064" "0800" INNER,
	  " VXLAN 42 | " UDP4 },
	{ "vxlan_in_vxlan", 4789, 0, 0, "0800000000002a00" MACS "0800" "450000560001000040110000"
	  "0a020001" "0a020002" "c00012b500420000" "0800000000002b00" ETHER,
	  " VXLAN 42 | UDP 10.2.0.1:49152 -> 10.2.0.2:4789 VXLAN 43 | " UDP4 },
	{ "arp_in_vxlan", 4789, 0, 0, "0800000000002a00" MACS "0806" "0001080006040001" "020000000001"
	  "0a010001" "000000000000" "0a010002", " VXLAN 42 | ARP who-has 10.1.0.2 tell 10.1.0.1" },
	{ "geneve", 6081, 0, 0, "0000655800002a00" ETHER, " Geneve 42 | " UDP4 },
	{ "geneve_with_options", 6081, 0, 0, "0200655800002a00" "0102800100000001" ETHER,
	  " Geneve 42 | " UDP4 },
	{ "geneve_of_ipv6", 6081, 0, 0, "000086dd00002a00" INNER6, " Geneve 42 | " UDP6 },
	{ "geneve_of_a_later_version_is_none", 6081, 0, 0, "4000655800002a00" ETHER, "" },
	{ "geneve_with_options_beyond_its_end", 6081, 0, 0, "3f00655800002a00" ETHER, "" },
	{ "gtp_user", 2152, 0, 0, "30ff0024000000ff" INNER, " GTP-U 255 | " UDP4 },
	{ "gtp_user_ipv6", 2152, 0, 0, "30ff0030ffffffff" INNER6, " GTP-U 4294967295 | " UDP6 },
	{ "gtp_user_with_a_sequence", 2152, 0, 0, "32ff002800000001" "00070000" INNER,
	  " GTP-U 1 | " UDP4 },
	{ "gtp_user_with_an_extension", 2152, 0, 0, "34ff002c00000001" "00000085" "01100900" INNER,
	  " GTP-U 1 | " UDP4 },
	{ "gtp_with_extensions_without_end", 2152, 0, 0, "34ff002c00000001" "00000085"
	  "0110098501100985011009850110098501100985" INNER, "" },
	{ "gtp_with_an_extension_of_no_length", 2152, 0, 0,
	  "34ff002c00000001" "00000085" "00100900" INNER, "" },
	{ "gtp_echo_is_none", 2152, 0, 0, "3201000400000000" "00070000", "" },
	{ "gtp_prime_is_none", 2152, 0, 0, "20ff0024000000ff" INNER, "" },
	{ "gre", 0, 47, 0, "00000800" INNER, " | " UDP4 },
	{ "gre_with_everything", 0, 47, 0, "b0000800" "00000000" "0000002a" "00000001" INNER,
	  " key 42 | " UDP4 },
	{ "gre_of_ethernet", 0, 47, 0, "00006558" ETHER, " | " UDP4 },
	{ "gre_of_mpls", 0, 47, 0, "00008847" "00064140" INNER, " | MPLS label 100 | " UDP4 },
	{ "gre_with_routing_is_not_followed", 0, 47, 0, "40000800" "00000000" INNER, "" },
	{ "gre_of_pptp_is_not_followed", 0, 47, 0, "3081880b" "00080001" "00000000" "ff03c021",
	  "" },
	{ "gre_that_keeps_alive", 0, 47, 0, "00000000", "" },
	{ "ip_in_ip", 0, 4, 0, INNER, " | " UDP4 },
	{ "ipv6_in_ip", 0, 41, 0, INNER6, " | " UDP6 },
	{ "mpls_in_ip", 0, 137, 0, "00064140" INNER, " | MPLS label 100 | " UDP4 },
	{ "no_more_than_three", 0, 4, 0, "4500006000010000" "40040000" "0a010001" "0a010002"
	  "4500004c00010000" "40040000" "0a010001" "0a010002" "4500003800010000" "40040000" "0a010001" "0a010002" INNER,
	  " | IPv4 10.1.0.1 -> 10.1.0.2 | IPv4 10.1.0.1 -> 10.1.0.2 | IPv4 10.1.0.1 -> 10.1.0.2" },
	{ "mpls", 0, 0, 0x8847, "00064140" INNER, " label 100 | " UDP4 },
	{ "mpls_of_several_labels", 0, 0, 0x8847, "00010040" "00020040" "00064140" INNER6,
	  " label 16/32/100 | " UDP6 },
	{ "mpls_of_eight_labels", 0, 0, 0x8848,
	  "00010040000100400001004000010040000100400001004000010040" "00064140" INNER,
	  " label 16/16/16/16/16/16/16/100 | " UDP4 },
	{ "mpls_of_nine_labels_is_not_followed", 0, 0, 0x8847,
	  "0001004000010040000100400001004000010040000100400001004000010040" "00064140" INNER, "" },
	{ "mpls_of_ethernet", 0, 0, 0x8847, "00064140" ETHER, " label 100 | " UDP4 },
	{ "mpls_of_ethernet_behind_a_word_of_control", 0, 0, 0x8847, "00064140" "00000001" ETHER,
	  " label 100 | " UDP4 },
	{ "mpls_of_something_else", 0, 0, 0x8847, "00064140" "10000007" "0102030405060708090a0b0c",
	  "" },
	{ "pppoe", 0, 0, 0x8864, "11000007" "0026" "0021" INNER, " session 7 | " UDP4 },
	{ "pppoe_of_ipv6", 0, 0, 0x8864, "11000007" "0032" "0057" INNER6, " session 7 | " UDP6 },
	{ "pppoe_ends_where_it_says", 0, 0, 0x8864, "11000007" "0002" "0021" INNER,
	  " session 7 | IPv4 [SHORT]" },
	{ "pppoe_of_its_own_protocols", 0, 0, 0x8864, "11000007" "000a" "c021" "0101000400000000",
	  "" },
	{ "pppoe_of_another_version", 0, 0, 0x8864, "21000007" "0026" "0021" INNER, "" },
	{ "another_port", 4790, 0, 0, "0800000000002a00" ETHER, "" },
};

static void put16(uint8_t *at, unsigned v)
{
	at[0] = v >> 8;
	at[1] = v;
}

/*
 * Ethernet, and if asked for IPv4 and UDP around @payload. Returns the length; *outer is where it
 * begins.
 */
static size_t build(const struct tunnel_case *c, uint8_t *out, size_t *outer)
{
	static const uint8_t ip[20] = { 0x45, [8] = 64, 17, [12] = 10, 0, 0, 1, 10, 0, 0, 2 };
	size_t n, len = 14;
	uint8_t *payload = unit_bytes(c->payload, &n);

	memset(out, 2, 12);
	put16(out + 12, c->port || c->proto ? 0x0800 : c->eth_type);
	if (c->port || c->proto) {
		memcpy(out + 14, ip, 20);
		put16(out + 16, 20 + (c->port ? 8 : 0) + n);
		out[23] = c->port ? 17 : c->proto;
		len += 20;
	}
	if (c->port) {
		put16(out + len, 49152);
		put16(out + len + 2, c->port);
		put16(out + len + 4, 8 + n);
		len += 8;
	}
	*outer = len;
	memcpy(out + len, payload, n);
	free(payload);
	return len + n;
}

/* What the line of @p has behind the length of the outer packet. */
static const char *tail(const struct packet *p, int verbose, char *buf, size_t cap)
{
	struct text t = text_in(buf, cap - 1);
	char *end;

	summary_line_packet(&t, p, verbose);
	buf[t.len] = '\0';
	end = strstr(buf, " bytes)");
	assert_non_null(end);
	return end + strlen(" bytes)");
}

static void what_is_inside_is_told(void **state)
{
	const struct tunnel_case *c = *state;
	const struct iface ethernet = { .linktype = LINKTYPE_ETHERNET };
	uint8_t frame[512];
	char line[LINE_MAX_BYTES];
	size_t outer, len = build(c, frame, &outer);
	struct packet p = { .data = frame, .caplen = len, .len = len, .iface = &ethernet };

	link_decode(&p);
	assert_string_equal(tail(&p, 0, line, sizeof(line)), c->line);
}

/* Cut, it tells as much as is there, says so, and looks at nothing else. */
static void what_is_cut_is_told_as_far_as_it_is_there(void **state)
{
	const struct tunnel_case *c = *state;
	const struct iface ethernet = { .linktype = LINKTYPE_ETHERNET };
	uint8_t frame[512];
	char line[LINE_MAX_BYTES];
	size_t outer, len = build(c, frame, &outer);

	for (size_t caplen = outer; caplen < len; caplen++) {
		uint8_t *copy = malloc(caplen);
		struct packet p = { .data = copy, .caplen = caplen, .len = len, .iface = &ethernet };
		const char *said;

		memcpy(copy, frame, caplen);
		link_decode(&p);
		said = tail(&p, 0, line, sizeof(line));
		if (strncmp(said, c->line, strlen(said)) && !strstr(said, "[SHORT]"))
			fail_msg("of %zu bytes: '%s'", caplen, said);
		free(copy);
	}
}

/*
 * The rest of what the inner packet says it has is in other fragments, which is no
 * contradiction.
 */
static void a_first_fragment_has_the_begin_of_what_is_inside(void **state)
{
	static const struct tunnel_case whole = { "", 4789, 0, 0, "0800000000002a00" ETHER, "" };
	const struct iface ethernet = { .linktype = LINKTYPE_ETHERNET };
	uint8_t frame[512];
	char line[LINE_MAX_BYTES];
	size_t outer, len = build(&whole, frame, &outer) - 8;
	struct packet p = { .data = frame, .caplen = len, .len = len, .iface = &ethernet };

	(void)state;
	put16(frame + 16, len - 14);
	frame[20] = 0x20;	/* more fragments */
	link_decode(&p);
	assert_string_equal(tail(&p, 0, line, sizeof(line)), " [FRAG] VXLAN 42 | " UDP4);
	frame[21] = 1;		/* a later one */
	link_decode(&p);
	assert_string_equal(tail(&p, 0, line, sizeof(line)), " [FRAG]");
}

static void details_are_those_of_the_packet_in_front(void **state)
{
	static const struct tunnel_case whole = { "", 4789, 0, 0, "0800000000002a00" ETHER, "" };
	const struct iface ethernet = { .linktype = LINKTYPE_ETHERNET, .name = (char *)"eth0" };
	uint8_t frame[512];
	char line[LINE_MAX_BYTES];
	size_t outer, len = build(&whole, frame, &outer);
	struct packet p = { .data = frame, .caplen = len, .len = len, .iface = &ethernet };

	(void)state;
	frame[22] = 63;
	link_decode(&p);
	assert_string_equal(tail(&p, 1, line, sizeof(line)),
			    " ttl 63 id 0 VXLAN 42 | " UDP4 " ttl 64 id 1 if eth0");
}

static void numbers_of_tcp_are_those_of_the_packet_inside(void **state)
{
	static const struct tunnel_case whole = { "", 4789, 0, 0, "0800000000002a00" MACS "0800"
		"4500002800010000" "40060000" "0a010001" "0a010002" "04d20050" "00000007" "00000008"
		"5010ffff00000000", "" };
	const struct iface ethernet = { .linktype = LINKTYPE_ETHERNET };
	const struct text_settings o = { .time = TIME_NONE, .sequence = true };
	struct format *f = format_open(FORMAT_TEXT, &o);
	uint8_t frame[512];
	char line[2 * LINE_MAX_BYTES];
	size_t outer, len = build(&whole, frame, &outer);
	struct packet p = { .data = frame, .caplen = len, .len = len, .iface = &ethernet };
	ssize_t n;

	(void)state;
	link_decode(&p);
	n = f->ops->packet(f, line, sizeof(line) - 1, &p, 0, 0);
	assert_true(n > 0);
	line[n] = '\0';
	assert_string_equal(line, "UDP 10.0.0.1:49152 -> 10.0.0.2:4789 (104 bytes) VXLAN 42 | "
				  "TCP 10.1.0.1:1234 -> 10.1.0.2:80 [ACK] seq 7 ack 8\n");
	format_close(f);
}

int main(void)
{
	enum { N = sizeof(cases) / sizeof(cases[0]) };
	struct CMUnitTest tests[2 * N + 3];
	size_t n = 0;

	unit_of_table(cases, what_is_inside_is_told, tests, n);
	unit_of_table_as(cases, "%s_cut", what_is_cut_is_told_as_far_as_it_is_there, tests, n);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_first_fragment_has_the_begin_of_what_is_inside);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(details_are_those_of_the_packet_in_front);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(numbers_of_tcp_are_those_of_the_packet_inside);
	return unit_run("tunnel", tests, n);
}
