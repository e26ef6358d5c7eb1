// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Two images of a packet: how they lie on each other, and what is said of what is not the same. */
#include <stdio.h>
#include <string.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/report/changes.h"

#include "tests/unit/unit.h"

#define TO		"020000000002"
#define FROM		"020000000001"
#define GATE		"0200000000fe"
#define MACS		TO FROM
#define IP4(len, proto)	"4500" len "0001000040" proto "0000" "0a000001" "0a000002"
#define IP6(len, next)	"60000000" len next "40" "20010db8000000000000000000000001" "20010db8000000000000000000000002"
#define TCP_HEADER	"04d20050" "000003e8" "00000000" "5002faf0" "00000000"
#define DATA		"00112233445566778899aabbccddeeff" "102132435465768798a9bacbdcedfe0f"
#define DATA_CUT	"00112233445566778899aabbccddeeff"
#define TCP4		MACS "0800" IP4("0048", "06") TCP_HEADER DATA
#define TCP6		MACS "86dd" IP6("0034", "06") TCP_HEADER DATA
#define UDP4		MACS "0800" IP4("003c", "11") "04d200350028beef" DATA
#define ICMP4		MACS "0800" IP4("003c", "01") "0800beef00010002" DATA
#define ICMP6		MACS "86dd" IP6("0028", "3a") "8000beef00010002" DATA
#define SCTP4		MACS "0800" IP4("002c", "84") "04d20050deadbeefcafebabe" "0001000c00000000"
#define TAGGED		MACS "81002064" "0800" IP4("0048", "06") TCP_HEADER DATA
#define ARP_FRAME	MACS "0806" "0001080006040001" FROM "0a000001" "000000000000" "0a000002"
#define OPTIONS		MACS "0800" "4600001c00010000400600000a0000010a000002" "01010100" DATA

static const struct iface ethernet = { .linktype = LINKTYPE_ETHERNET };
static const struct iface raw = { .linktype = LINKTYPE_RAW };

struct said {
	char text[8192];
	unsigned n;
};

static void say(void *ctx, const struct change *c)
{
	struct said *s = ctx;
	size_t len = strlen(s->text);
	struct text t = text_in(s->text + len, sizeof(s->text) - 1 - len);

	if (s->n++)
		text_char(&t, '\n');
	changes_put(&t, c);
	assert_true(t.len <= CHANGE_TEXT);
}

static struct packet image(uint8_t *bytes, size_t n, uint32_t len, const struct iface *i)
{
	struct packet p = { .data = bytes, .caplen = n, .len = len ? len : n, .iface = i };

	link_decode(&p);
	return p;
}

static void are(const struct packet *entry, const struct packet *exit, const char *want)
{
	struct said s = { .n = 0 };
	unsigned n = changes(entry, exit, say, &s);

	if (strcmp(s.text, want))
		fail_msg("said:\n%s\ninstead of:\n%s", s.text, want);
	assert_int_equal(n, s.n);
	assert_int_equal(changes(entry, exit, NULL, NULL), n);
}

/* ---- a field ---- */

static const struct field_case {
	const char *name, *frame;
	unsigned at;
	const char *bytes, *line;	/* those there in the exit */
} fields[] = {
	{ "nothing", TCP4, 0, "", "" },
	{ "ethernet_destination", TCP4, 0, GATE,
	  "bytes 0-5: Ethernet destination 02:00:00:00:00:02 -> 02:00:00:00:00:fe" },
	{ "ethernet_source", TCP4, 11, "aa",
	  "bytes 6-11: Ethernet source 02:00:00:00:00:01 -> 02:00:00:00:00:aa" },
	{ "ether_type", TCP4, 12, "1234", "bytes 12-13: EtherType 0x0800 IPv4 -> 0x1234" },
	{ "vlan_type", TAGGED, 12, "88a8", "bytes 12-13: VLAN type 0x8100 -> 0x88a8" },
	{ "vlan_id", TAGGED, 15, "c8", "bytes 14-15: VLAN id 100 -> 200" },
	{ "vlan_priority", TAGGED, 14, "e0", "bytes 14-15: VLAN priority 1 -> 7" },
	{ "vlan_priority_and_id", TAGGED, 14, "0001",
	  "bytes 14-15: VLAN priority 1 -> 0\nbytes 14-15: VLAN id 100 -> 1" },
	{ "vlan_drop_eligible", TAGGED, 14, "30", "bytes 14-15: VLAN drop eligible 0 -> 1" },
	{ "ether_type_behind_a_tag", TAGGED, 16, "86dd",
	  "bytes 16-17: EtherType 0x0800 IPv4 -> 0x86dd IPv6" },
	{ "ip_version", TCP4, 14, "55", "byte 14: IP version 4 -> 5" },
	{ "ihl", TCP4, 14, "46", "byte 14: IPv4 header length 20 -> 24" },
	{ "dscp", TCP4, 15, "b8", "byte 15: DSCP 0 -> 46" },
	{ "ecn", TCP4, 15, "03", "byte 15: ECN 0 -> 3" },
	{ "ipv4_length", TCP4, 16, "0049", "bytes 16-17: IPv4 length 72 -> 73" },
	{ "ipv4_identification", TCP4, 18, "1000", "bytes 18-19: IPv4 identification 1 -> 4096" },
	{ "dont_fragment", TCP4, 20, "4000", "bytes 20-21: don't fragment 0 -> 1" },
	{ "more_fragments_from_an_offset", TCP4, 20, "2001",
	  "bytes 20-21: more fragments 0 -> 1\nbytes 20-21: fragment offset 0 -> 8" },
	{ "ttl", TCP4, 22, "3f", "byte 22: TTL 64 -> 63" },
	{ "protocol", TCP4, 23, "11", "byte 23: protocol 6 TCP -> 17 UDP" },
	{ "a_protocol_without_a_name", TCP4, 23, "fc", "byte 23: protocol 6 TCP -> 252" },
	{ "ipv4_checksum", TCP4, 24, "abcd", "bytes 24-25: IPv4 checksum 0x0000 -> 0xabcd" },
	{ "ipv4_source", TCP4, 29, "09", "bytes 26-29: IPv4 source 10.0.0.1 -> 10.0.0.9" },
	{ "ipv4_destination", TCP4, 30, "c0a80001",
	  "bytes 30-33: IPv4 destination 10.0.0.2 -> 192.168.0.1" },
	{ "ip_options", OPTIONS, 34, "94", "byte 34: IP options 01 -> 94" },
	{ "traffic_class", TCP6, 14, "6b80", "bytes 14-17: DSCP 0 -> 46" },
	{ "ecn_of_ipv6", TCP6, 15, "10", "bytes 14-17: ECN 0 -> 1" },
	{ "flow_label", TCP6, 15, "012345", "bytes 14-17: flow label 0 -> 74565" },
	{ "ipv6_length", TCP6, 18, "0035", "bytes 18-19: IPv6 length 52 -> 53" },
	{ "next_header", TCP6, 20, "11", "byte 20: next header 6 TCP -> 17 UDP" },
	{ "hop_limit", TCP6, 21, "3f", "byte 21: hop limit 64 -> 63" },
	{ "ipv6_source", TCP6, 37, "0a", "bytes 22-37: IPv6 source 2001:db8::1 -> 2001:db8::a" },
	{ "ipv6_destination", TCP6, 38, "fd00",
	  "bytes 38-53: IPv6 destination 2001:db8::2 -> fd00:db8::2" },
	{ "tcp_source_port", TCP4, 34, "ffff", "bytes 34-35: TCP source port 1234 -> 65535" },
	{ "tcp_destination_port", TCP4, 36, "1f90",
	  "bytes 36-37: TCP destination port 80 -> 8080" },
	{ "sequence_number", TCP4, 38, "ffffffff",
	  "bytes 38-41: sequence number 1000 -> 4294967295" },
	{ "acknowledgement_number", TCP4, 45, "01", "bytes 42-45: acknowledgement number 0 -> 1" },
	{ "tcp_header_length", TCP4, 46, "60", "bytes 46-47: TCP header length 20 -> 24" },
	{ "tcp_flags", TCP4, 47, "12", "bytes 46-47: TCP flags SYN -> SYN,ACK" },
	{ "no_tcp_flags", TCP4, 47, "00", "bytes 46-47: TCP flags SYN -> 0x000" },
	{ "the_ninth_flag", TCP4, 46, "51", "bytes 46-47: TCP flags SYN -> SYN,AE" },
	{ "reserved_flags", TCP4, 46, "52", "bytes 46-47: TCP flags SYN -> 0x202" },
	{ "window", TCP4, 48, "0000", "bytes 48-49: window 64240 -> 0" },
	{ "tcp_checksum", TCP4, 50, "beef", "bytes 50-51: TCP checksum 0x0000 -> 0xbeef" },
	{ "urgent_pointer", TCP4, 53, "01", "bytes 52-53: urgent pointer 0 -> 1" },
	{ "udp_ports", UDP4, 34, "003504d2",
	  "bytes 34-35: UDP source port 1234 -> 53\nbytes 36-37: UDP destination port 53 -> 1234" },
	{ "udp_length", UDP4, 38, "0029", "bytes 38-39: UDP length 40 -> 41" },
	{ "udp_checksum", UDP4, 40, "0000", "bytes 40-41: UDP checksum 0xbeef -> 0x0000" },
	{ "icmp", ICMP4, 34, "0003dead",
	  "byte 34: ICMP type 8 -> 0\nbyte 35: ICMP code 0 -> 3\nbytes 36-37: ICMP checksum 0xbeef -> 0xdead" },
	{ "icmpv6", ICMP6, 54, "8103dead",
	  "byte 54: ICMPv6 type 128 -> 129\nbyte 55: ICMPv6 code 0 -> 3\nbytes 56-57: ICMPv6 "
	  "checksum 0xbeef -> 0xdead" },
	{ "sctp", SCTP4, 34, "000100020000000100000002",
	  "bytes 34-35: SCTP source port 1234 -> 1\nbytes 36-37: SCTP destination port 80 -> 2\n"
	  "bytes 38-41: verification tag 0xdeadbeef -> 0x00000001\nbytes 42-45: SCTP checksum "
	  "0xcafebabe -> 0x00000002" },
	{ "arp", ARP_FRAME, 21, "02" GATE "0a000003" TO "0a000004",
	  "bytes 20-21: ARP operation 1 -> 2\nbytes 22-27: ARP sender address 02:00:00:00:00:01 -> 02:00:00:00:00:fe\n"
	  "bytes 28-31: ARP sender IPv4 10.0.0.1 -> 10.0.0.3\n"
	  "bytes 32-37: ARP target address 00:00:00:00:00:00 -> 02:00:00:00:00:02\n"
	  "bytes 38-41: ARP target IPv4 10.0.0.2 -> 10.0.0.4" },
	{ "a_byte_of_payload", TCP4, 56, "ff", "byte 56: payload 22 -> ff" },
	{ "the_last_byte", TCP4, 85, "00", "byte 85: payload 0f -> 00" },
	{ "bytes_of_payload_with_equal_ones_between", TCP4, 54, "ff112233ff",
	  "bytes 54-58: payload 0011223344 -> ff112233ff" },
	{ "bytes_further_apart", TCP4, 54, "ff1122334400",
	  "byte 54: payload 00 -> ff\nbyte 59: payload 55 -> 00" },
	{ "more_payload_than_is_shown", TCP4, 54, "101010101010101010101010101010101010",
	  "bytes 54-71: payload 00112233445566778899aabbccddeeff... -> 10101010101010101010101010101010..." },
	{ "a_header_and_what_is_behind_it", UDP4, 40, "abcdff",
	  "bytes 40-41: UDP checksum 0xbeef -> 0xabcd\nbyte 42: payload 00 -> ff" },
};

static void a_field_is_told(void **state)
{
	const struct field_case *c = *state;
	size_t n, n_bytes;
	uint8_t *before = unit_bytes(c->frame, &n), *after = unit_bytes(c->frame, &n);
	uint8_t *bytes = unit_bytes(c->bytes, &n_bytes);
	struct packet entry = image(before, n, 0, &ethernet), exit;

	assert_true(c->at + n_bytes <= n);
	memcpy(after + c->at, bytes, n_bytes);
	exit = image(after, n, 0, &ethernet);
	are(&entry, &exit, c->line);
	free(before);
	free(after);
	free(bytes);
}

/* ---- the rest ---- */

#define OUTER4		"45000070" "00000000" "4004" "f936" "c0a80001" "c0a80002"
#define OUTER_UDP(port)	"45000070" "00000000" "4011" "f929" "c0a80001" "c0a80002" "d903" port "00580000"
#define TCP4_BEHIND	IP4("0048", "06") TCP_HEADER DATA

static const struct image_case {
	const char *name, *entry, *exit;
	uint32_t entry_len, exit_len;	/* 0: all of it is captured */
	const char *lines;
} images[] = {
	{ "ip_in_ip", TCP4, MACS "0800" OUTER4 TCP4_BEHIND, 0, 0,
	  "20 bytes put in front: IPv4 192.168.0.1 > 192.168.0.2 proto 4" },
	{ "ip_in_ip_undone", MACS "0800" OUTER4 TCP4_BEHIND, TCP4, 0, 0,
	  "20 bytes taken off the front: IPv4 192.168.0.1 > 192.168.0.2 proto 4" },
	{ "ip_in_ip_on_its_way", TCP4, GATE TO "0800" OUTER4 "450000480001000039060000" "0a000001"
	  "0a000002" TCP_HEADER DATA, 0, 0,
	  "20 bytes put in front: IPv4 192.168.0.1 > 192.168.0.2 proto 4\n"
	  "bytes 0-5: Ethernet destination 02:00:00:00:00:02 -> 02:00:00:00:00:fe\n"
	  "bytes 6-11: Ethernet source 02:00:00:00:00:01 -> 02:00:00:00:00:02\n"
	  "byte 22, now 42: TTL 64 -> 57" },
	{ "ip_in_ip_undone_with_a_change", MACS "0800" OUTER4 TCP4_BEHIND,
	  MACS "0800" "450000480001000039060000" "0a000001" "0a000002" TCP_HEADER DATA, 0, 0,
	  "20 bytes taken off the front: IPv4 192.168.0.1 > 192.168.0.2 proto 4\n"
	  "byte 42, now 22: TTL 64 -> 57" },
	{ "ipv4_in_ipv6", TCP4, MACS "86dd" "60000000" "0048" "0440" "fd000000000000000000000000000001"
	  "fd000000000000000000000000000002" TCP4_BEHIND, 0, 0,
	  "40 bytes put in front: IPv6 fd00::1 > fd00::2 next 4\nbytes 12-13: EtherType 0x0800 IPv4 -> 0x86dd IPv6" },
	{ "a_tag", TCP4, MACS "81000064" "0800" TCP4_BEHIND, 0, 0,
	  "4 bytes put in front: VLAN 100" },
	{ "a_tag_in_front_of_another", MACS "81000064" "0800" TCP4_BEHIND, MACS "88a80005"
	  "81000064" "0800" TCP4_BEHIND, 0, 0,
	  "4 bytes put in front: VLAN 5" },
	{ "two_tags_taken_off", MACS "88a80005" "81000064" "0800" TCP4_BEHIND, TCP4, 0, 0,
	  "8 bytes taken off the front: VLAN 5 VLAN 100" },
	{ "ip_in_ip_behind_a_tag", MACS "81000064" "0800" TCP4_BEHIND,
	  MACS "81000064" "0800" OUTER4 TCP4_BEHIND, 0, 0,
	  "20 bytes put in front: IPv4 192.168.0.1 > 192.168.0.2 proto 4" },
	{ "vxlan", TCP4, GATE TO "0800" OUTER_UDP("12b5") "0800000000002a00" TCP4, 0, 0,
	  "50 bytes put in front: Ethernet 02:00:00:00:00:02 > 02:00:00:00:00:fe IPv4 192.168.0.1 "
	  "> 192.168.0.2 proto 17 "
	  "UDP 55555 > 4789 VXLAN 42" },
	{ "vxlan_of_the_same_addresses", TCP4,
	  MACS "0800" OUTER_UDP("12b5") "0800000000002a00" TCP4, 0, 0,
	  "50 bytes put in front: Ethernet 02:00:00:00:00:01 > 02:00:00:00:00:02 IPv4 192.168.0.1 "
	  "> 192.168.0.2 proto 17 "
	  "UDP 55555 > 4789 VXLAN 42" },
	{ "geneve_with_options_undone",
	  GATE TO "0800" OUTER_UDP("17c1") "010065580000070001020300" TCP4, TCP4, 0, 0,
	  "54 bytes taken off the front: Ethernet 02:00:00:00:00:02 > 02:00:00:00:00:fe IPv4 "
	  "192.168.0.1 > 192.168.0.2 proto 17 "
	  "UDP 55555 > 6081 Geneve 7" },
	{ "gre_with_a_key", TCP4, MACS "0800" "45000064" "00000000" "402f" "f917" "c0a80001"
	  "c0a80002" "20000800" "00000007" TCP4_BEHIND,
	  0, 0, "28 bytes put in front: IPv4 192.168.0.1 > 192.168.0.2 proto 47 GRE key 7" },
	{ "a_new_header_whose_checksum_is_not_right", TCP4,
	  MACS "0800" "45000070" "00000000" "4004" "1234" "c0a80001" "c0a80002" TCP4_BEHIND, 0, 0,
	  "20 bytes put in front: IPv4 192.168.0.1 > 192.168.0.2 proto 4\nthe IPv4 checksum is "
	  "not right: 0x1234, should be 0xf936" },
	{ "a_label", TCP4, MACS "8847" "00064140" TCP4_BEHIND, 0, 0,
	  "4 bytes put in front: MPLS 100\nbytes 12-13: EtherType 0x0800 IPv4 -> 0x8847 MPLS" },
	{ "bytes_that_nobody_knows", TCP4, "a1a2a3a4a5" TCP4, 0, 0,
	  "5 bytes put in front: a1a2a3a4a5" },
	{ "ipv6_to_ipv4", TCP6, TCP4, 0, 0,
	  "bytes 14-53: IPv6 2001:db8::1 > 2001:db8::2 next 6 -> IPv4 10.0.0.1 > 10.0.0.2 proto 6\n"
	  "bytes 12-13: EtherType 0x86dd IPv6 -> 0x0800 IPv4\nthe IPv4 checksum is not right: "
	  "0x0000, should be 0x66ad" },
	{ "ipv4_to_ipv6", TCP4, TCP6, 0, 0,
	  "bytes 14-33: IPv4 10.0.0.1 > 10.0.0.2 proto 6 -> IPv6 2001:db8::1 > 2001:db8::2 next 6\n"
	  "bytes 12-13: EtherType 0x0800 IPv4 -> 0x86dd IPv6" },
	{ "the_end_cut_off", TCP4, MACS "0800" IP4("0048", "06") TCP_HEADER DATA_CUT, 0, 0,
	  "16 bytes cut off the end" },
	{ "bytes_at_the_end", MACS "0800" IP4("0048", "06") TCP_HEADER DATA_CUT, TCP4, 0, 0,
	  "16 bytes put at the end: 102132435465768798a9bacbdcedfe0f" },
	{ "one_byte_at_the_end", TCP4, TCP4 "ee", 0, 0, "1 byte put at the end: ee" },
	{ "put_in_front_and_cut_off", TCP4,
	  MACS "81000064" "0800" IP4("0048", "06") TCP_HEADER DATA_CUT, 0, 0,
	  "4 bytes put in front: VLAN 100\n16 bytes cut off the end" },
	{ "put_in_front_and_grown", TCP4, MACS "0800" OUTER4 TCP4_BEHIND "eeee", 0, 0,
	  "20 bytes put in front: IPv4 192.168.0.1 > 192.168.0.2 proto 4\n2 bytes put at the end: eeee" },
	{ "what_only_the_entry_has_captured_is_nothing", TCP4, MACS
	  "0800" IP4("0048", "06") TCP_HEADER DATA_CUT, 0, 86, "" },
	{ "what_only_the_exit_has_captured_is_nothing", MACS
	  "0800" IP4("0048", "06") TCP_HEADER DATA_CUT, TCP4, 86, 0, "" },
	{ "cut_images_grow_by_what_is_not_captured", TCP4, TCP4, 1000, 1012,
	  "12 bytes put at the end" },
	{ "cut_images_lose_what_is_not_captured", TCP4, TCP4, 1012, 1000,
	  "12 bytes cut off the end" },
	{ "cut_images_with_a_header_in_front", TCP4,
	  MACS "0800" OUTER4 IP4("0048", "06") TCP_HEADER, 1000, 1020,
	  "20 bytes put in front: IPv4 192.168.0.1 > 192.168.0.2 proto 4" },
	{ "a_field_of_which_half_is_captured", TCP4, MACS "0800" IP4("0048", "06") "04d200", 86, 86,
	  "" },
	{ "half_a_field_that_differs", TCP4, MACS "0800" IP4("0048", "06") "04d2ff", 86, 86,
	  "byte 36: header 00 -> ff" },
	{ "half_an_address", MACS, "0200000000", 60, 60, "" },
	{ "nothing_captured", "", "", 60, 60, "" },
	{ "nothing_captured_of_one", TCP4, "", 0, 86, "" },
	{ "nothing_captured_of_another_length", TCP4, "", 0, 90, "4 bytes put at the end" },
	{ "nothing_left", TCP4, "", 0, 0, "86 bytes cut off the end" },
	{ "a_checksum_that_was_right", MACS "0800" "450000200001000040110000" "0a0000010a000002"
	  "04d20035000ce2c6" "01020304",
	  MACS "0800" "450000200001000040110000" "0a0000010a000002" "04d20035000c1234" "01020304", 0, 0,
	  "bytes 40-41: UDP checksum 0xe2c6 -> 0x1234\nthe UDP checksum is not right: 0x1234, should be 0xe2c6" },
	{ "a_checksum_that_was_wrong", MACS "0800" "450000200001000040110000" "0a0000010a000002"
	  "04d20035000c9999" "01020304",
	  MACS "0800" "450000200001000040110000" "0a0000010a000002" "04d20035000c1234" "01020304", 0, 0,
	  "bytes 40-41: UDP checksum 0x9999 -> 0x1234" },
	{ "a_checksum_that_was_forgotten", MACS "0800" "45000014000100004000" "66e7" "0a0000010a000002", MACS "0800"
	  "45000014000100003f00" "66e7" "0a0000010a000002", 0, 0,
	  "byte 22: TTL 64 -> 63\nthe IPv4 checksum is not right: 0x66e7, should be 0x67e7" },
	{ "a_checksum_that_was_forgotten_when_a_tag_was_taken_off", MACS "81000064" "0800" "45000014000100004000" "66e7"
	  "0a0000010a000002", MACS "0800" "45000014000100003f00" "66e7" "0a0000010a000002", 0, 0,
	  "4 bytes taken off the front: VLAN 100\nbyte 26, now 22: TTL 64 -> 63\n"
	  "the IPv4 checksum is not right: 0x66e7, should be 0x67e7" },
	{ "a_checksum_that_was_not_forgotten", MACS "0800" "45000014000100004000" "66e7" "0a0000010a000002", MACS "0800"
	  "45000014000100003f00" "67e7" "0a0000010a000002", 0, 0,
	  "byte 22: TTL 64 -> 63\nbytes 24-25: IPv4 checksum 0x66e7 -> 0x67e7" },
};

static void images_are_told_apart(void **state)
{
	const struct image_case *c = *state;
	size_t n, m;
	uint8_t *before = unit_bytes(c->entry, &n), *after = unit_bytes(c->exit, &m);
	struct packet entry = image(before, n, c->entry_len, &ethernet);
	struct packet exit = image(after, m, c->exit_len, &ethernet);

	are(&entry, &exit, c->lines);
	free(before);
	free(after);
}

/* As XDP does not know it, but files do. */
static void other_link_types_have_no_addresses(void **state is_unused)
{
	size_t n, m;
	uint8_t *before = unit_bytes(TCP4_BEHIND, &n), *after = unit_bytes(OUTER4 TCP4_BEHIND, &m);
	struct packet entry = image(before, n, 0, &raw), exit = image(after, m, 0, &raw);

	after[28] = 63;
	are(&entry, &exit, "20 bytes put in front: 45000070000000004004f936c0a80001...\n"
			   "byte 8, now 28: TTL 64 -> 63");
	free(before);
	free(after);
}

/* Whatever comes before and behind a header that was put there. */
static void a_header_is_found_whatever_its_length_is(void **state is_unused)
{
	for (uint32_t shift = 1; shift <= 256; shift++) {
		uint8_t before[600], after[900];
		struct packet entry, exit;
		char want[64];

		for (unsigned i = 0; i < sizeof(before); i++)
			before[i] = i * 193 + (i >> 8) * 31 + (i * i >> 3);
		for (unsigned i = 0; i < sizeof(after); i++)
			after[i] = 0xe1;
		memcpy(after + shift, before, sizeof(before) - 100);
		before[0] = after[shift] = 0x11;
		/* not by the length: the end is cut, too */
		entry = image(before, sizeof(before), 0, &ethernet);
		exit = image(after, shift + sizeof(before) - 100, 0, &ethernet);
		snprintf(want, sizeof(want), "%u byte%s put in front: ", shift,
			 shift == 1 ? "" : "s");
		{
			struct said s = { .n = 0 };

			changes(&entry, &exit, say, &s);
			if (strncmp(s.text, want, strlen(want)) || s.n != 2 ||
			    !strstr(s.text, "\n100 bytes cut off the end"))
				fail_msg("shift %u: %s", shift, s.text);
			s = (struct said){ .n = 0 };
			changes(&exit, &entry, say, &s);
			snprintf(want, sizeof(want), "%u byte%s taken off the front: ", shift,
				 shift == 1 ? "" : "s");
			if (strncmp(s.text, want, strlen(want)) || s.n != 2)
				fail_msg("shift -%u: %s", shift, s.text);
		}
	}
}

static void many_runs_are_counted(void **state is_unused)
{
	uint8_t before[600] = { 0 }, after[600] = { 0 };
	struct packet entry, exit;
	struct said s = { .n = 0 };

	for (unsigned i = 100; i < 600; i += 10)
		after[i] = 1;
	entry = image(before, sizeof(before), 0, &ethernet);
	exit = image(after, sizeof(after), 0, &ethernet);
	assert_int_equal(changes(&entry, &exit, say, &s), 17);
	assert_non_null(strstr(s.text, "\n34 bytes more in 34 places"));
}

int main(void)
{
	static struct CMUnitTest tests[128] = {
		cmocka_unit_test(other_link_types_have_no_addresses),
		cmocka_unit_test(a_header_is_found_whatever_its_length_is),
		cmocka_unit_test(many_runs_are_counted),
	};
	size_t n = 3;

	unit_of_table(fields, a_field_is_told, tests, n);
	unit_of_table(images, images_are_told_apart, tests, n);
	return unit_run("changes", tests, n);
}
