// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * bpf/parse.h, frame by frame: what it finds in sound frames, what it says of broken ones, and each
 * of its limits from both sides. The frames are hex; where they are shorter than what a snapshot
 * length cut off, the row gives the length.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bpf/parse.h"
#include "bpf/parse_usual.h"

#include "tests/unit/unit.h"

#define MACS		"020000000002" "020000000001"
#define ADDR4		"c0000201" "c0000202"
#define ADDR6		"20010db8000000000000000000000001" "20010db8000000000000000000000002"
#define V4(first, total, frag, ttl, proto)	first "00" total "0001" frag ttl proto "0000" ADDR4
#define IPV4(total, proto)			MACS "0800" V4("45", total, "0000", "40", proto)
#define V6(first, payload, proto, hlim)		first "000000" payload proto hlim ADDR6
#define IPV6(payload, proto)			MACS "86dd" V6("60", payload, proto, "40")
#define PORTS		"04d20050"			/* 1234, 80 */
#define TCP(offset, flags)			PORTS "0000000000000000" offset flags "faf000000000"
#define UDP(len)				PORTS len "0000"
#define EXT(next)				next "00010400000000"
#define FRAG6(next, offset)			next "00" offset "00005eed"

static const struct frame_case {
	const char *name;
	const char *hex;
	uint32_t len;		/* on the wire, 0: all of hex */
	struct parsed want;
} frames[] = {
	/* Ethernet and tags */
	{ "no_byte_at_all_is_short", "", 0, { .end = PARSE_SHORT } },
	{ "thirteen_bytes_are_short_of_ethernet", MACS "08", 0, { .end = PARSE_SHORT } },
	{ "fourteen_bytes_of_an_unknown_type_are_complete",
	  MACS "88cc",
	  0,
	  { .eth_type = 0x88cc, .l3_off = 14, .hdr_len = 14 } },
	{ "a_length_in_place_of_the_type_is_kept",
	  MACS "0026",
	  0,
	  { .eth_type = 0x26, .l3_off = 14, .hdr_len = 14 } },
	{ "one_tag_is_followed",
	  MACS "81000064"
	       "88cc",
	  0,
	  { .eth_type = 0x88cc, .l3_off = 18, .hdr_len = 18, .n_tags = 1 } },
	{ "two_tags_are_followed",
	  MACS "88a80064"
	       "81000065"
	       "88cc",
	  0,
	  { .eth_type = 0x88cc, .l3_off = 22, .hdr_len = 22, .n_tags = 2 } },
	{ "three_tags_are_deep",
	  MACS "88a80064"
	       "81000065"
	       "91000066"
	       "88cc",
	  0,
	  { .eth_type = 0x9100, .hdr_len = 22, .n_tags = 2, .end = PARSE_DEEP } },
	{ "three_cut_tags_are_deep_too",
	  MACS "88a80064"
	       "81000065"
	       "9100",
	  0,
	  { .eth_type = 0x9100, .hdr_len = 22, .n_tags = 2, .end = PARSE_DEEP } },
	{ "a_cut_tag_is_short",
	  MACS "81000064"
	       "08",
	  0,
	  { .eth_type = 0x8100, .hdr_len = 14, .end = PARSE_SHORT } },
	{ "a_cut_second_tag_keeps_the_first",
	  MACS "81000064"
	       "9100"
	       "0065",
	  0,
	  { .eth_type = 0x9100, .hdr_len = 18, .n_tags = 1, .end = PARSE_SHORT } },

	/* IPv4 */
	{ "tcp_over_ipv4",
	  IPV4("0028", "06") TCP("50", "12"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 54,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 4,
	    .flags = PARSE_SYN | PARSE_ACK | PARSE_PORTS | PARSE_L4,
	    .ip_proto = 6,
	    .ttl = 64 } },
	{ "udp_over_ipv4",
	  IPV4("001c", "11") UDP("0008"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 42,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 4,
	    .flags = PARSE_PORTS | PARSE_L4,
	    .ip_proto = 17,
	    .ttl = 64 } },
	{ "ipv4_options_move_the_ports",
	  MACS "0800" V4("47", "0024", "0000", "40", "11") "0101010101010101" UDP("0008"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 42,
	    .hdr_len = 50,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 4,
	    .flags = PARSE_PORTS | PARSE_L4,
	    .ip_proto = 17,
	    .ttl = 64 } },
	{ "nineteen_bytes_of_ipv4_are_short",
	  MACS "0800"
	       "4500001c00010000401100"
	       "00c0000201c00002",
	  0,
	  { .eth_type = 0x800, .l3_off = 14, .hdr_len = 14, .end = PARSE_SHORT } },
	{ "ihl_4_is_bad_without_ports",
	  MACS "0800" V4("44", "001c", "0000", "40", "11") UDP("0008"),
	  0,
	  { .eth_type = 0x800, .l3_off = 14, .hdr_len = 34, .end = PARSE_BAD } },
	{ "ihl_0_is_bad",
	  MACS "0800" V4("40", "001c", "0000", "40", "11") UDP("0008"),
	  0,
	  { .eth_type = 0x800, .l3_off = 14, .hdr_len = 34, .end = PARSE_BAD } },
	{ "ihl_beyond_the_total_length_is_bad",
	  MACS "0800" V4("4f", "001c", "0000", "40", "11") UDP("0008"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .hdr_len = 34,
	    .ip_version = 4,
	    .ip_proto = 17,
	    .ttl = 64,
	    .end = PARSE_BAD } },
	{ "version_5_is_bad",
	  MACS "0800" V4("55", "001c", "0000", "40", "11") UDP("0008"),
	  0,
	  { .eth_type = 0x800, .l3_off = 14, .hdr_len = 34, .end = PARSE_BAD } },
	{ "total_length_0_is_offload_and_fine",
	  IPV4("0000", "11") UDP("0008"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 42,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 4,
	    .flags = PARSE_PORTS | PARSE_L4,
	    .ip_proto = 17,
	    .ttl = 64 } },
	{ "total_length_0_excuses_udp_length_0",
	  IPV4("0000", "11") UDP("0000"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 42,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 4,
	    .flags = PARSE_PORTS | PARSE_L4,
	    .ip_proto = 17,
	    .ttl = 64 } },
	{ "total_length_below_the_header_is_bad",
	  IPV4("0013", "11") UDP("0008"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .hdr_len = 34,
	    .ip_version = 4,
	    .ip_proto = 17,
	    .ttl = 64,
	    .end = PARSE_BAD } },
	{ "total_length_of_the_header_leaves_nothing_for_udp",
	  IPV4("0014", "11") UDP("0008"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 34,
	    .ip_version = 4,
	    .ip_proto = 17,
	    .ttl = 64,
	    .flags = PARSE_L4,
	    .end = PARSE_SHORT } },
	{ "total_length_one_beyond_the_frame_is_bad_and_keeps_the_ports",
	  IPV4("001d", "11") UDP("0008"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 42,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 4,
	    .flags = PARSE_PORTS | PARSE_L4,
	    .ip_proto = 17,
	    .ttl = 64,
	    .end = PARSE_BAD } },
	{ "a_snapshot_does_not_make_the_total_length_bad",
	  IPV4("001d", "11") UDP("0008"),
	  43,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 42,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 4,
	    .flags = PARSE_PORTS | PARSE_L4,
	    .ip_proto = 17,
	    .ttl = 64 } },
	{ "options_cut_by_the_frame_contradict_the_total_length",
	  MACS "0800" V4("46", "0020", "0000", "40", "11") "01",
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .hdr_len = 34,
	    .ip_version = 4,
	    .ip_proto = 17,
	    .ttl = 64,
	    .end = PARSE_BAD } },
	{ "options_cut_by_the_snapshot_are_short",
	  MACS "0800" V4("46", "0020", "0000", "40", "11") "01",
	  46,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .hdr_len = 34,
	    .ip_version = 4,
	    .ip_proto = 17,
	    .ttl = 64,
	    .end = PARSE_SHORT } },
	{ "padding_of_the_link_is_not_udp",
	  IPV4("0014", "11") "0000000000000000",
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 34,
	    .ip_version = 4,
	    .ip_proto = 17,
	    .ttl = 64,
	    .flags = PARSE_L4,
	    .end = PARSE_SHORT } },
	{ "an_unknown_protocol_ends_at_ip",
	  IPV4("0014", "fd"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 34,
	    .ip_version = 4,
	    .ip_proto = 253,
	    .ttl = 64,
	    .flags = PARSE_L4 } },

	/* Fragments */
	{ "a_first_fragment_has_ports",
	  MACS "0800" V4("45", "001c", "2000", "40", "11") UDP("0100"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 42,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 4,
	    .flags = PARSE_PORTS | PARSE_L4 | PARSE_FRAG,
	    .ip_proto = 17,
	    .ttl = 64 } },
	{ "a_middle_fragment_has_none",
	  MACS "0800" V4("45", "001c", "2001", "40", "11") UDP("0100"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .hdr_len = 34,
	    .ip_version = 4,
	    .flags = PARSE_FRAG,
	    .ip_proto = 17,
	    .ttl = 64 } },
	{ "a_last_fragment_has_none",
	  MACS "0800" V4("45", "001c", "1fff", "40", "11") UDP("0100"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .hdr_len = 34,
	    .ip_version = 4,
	    .flags = PARSE_FRAG,
	    .ip_proto = 17,
	    .ttl = 64 } },
	{ "dont_fragment_is_no_fragment",
	  MACS "0800" V4("45", "001c", "4000", "40", "11") UDP("0008"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 42,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 4,
	    .flags = PARSE_PORTS | PARSE_L4,
	    .ip_proto = 17,
	    .ttl = 64 } },
	{ "a_first_fragment_too_small_for_tcp_is_short_with_ports",
	  MACS "0800" V4("45", "001c", "2000", "40", "06") PORTS "00000000",
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 38,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 4,
	    .flags = PARSE_PORTS | PARSE_L4 | PARSE_FRAG,
	    .ip_proto = 6,
	    .ttl = 64,
	    .end = PARSE_SHORT } },

	/* TTL */
	{ "ttl_9_is_low",
	  MACS "0800" V4("45", "0014", "0000", "09", "fd"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 34,
	    .ip_version = 4,
	    .ip_proto = 253,
	    .ttl = 9,
	    .flags = PARSE_L4 | PARSE_TTL_LOW } },
	{ "ttl_10_is_not_low",
	  MACS "0800" V4("45", "0014", "0000", "0a", "fd"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 34,
	    .ip_version = 4,
	    .ip_proto = 253,
	    .ttl = 10,
	    .flags = PARSE_L4 } },
	{ "ttl_11_is_not_low",
	  MACS "0800" V4("45", "0014", "0000", "0b", "fd"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 34,
	    .ip_version = 4,
	    .ip_proto = 253,
	    .ttl = 11,
	    .flags = PARSE_L4 } },
	{ "hop_limit_9_is_low",
	  MACS "86dd" V6("60", "0000", "3b", "09"),
	  0,
	  { .eth_type = 0x86dd,
	    .l3_off = 14,
	    .l4_off = 54,
	    .hdr_len = 54,
	    .ip_version = 6,
	    .ip_proto = 59,
	    .ttl = 9,
	    .flags = PARSE_L4 | PARSE_TTL_LOW } },
	{ "hop_limit_10_is_not_low",
	  MACS "86dd" V6("60", "0000", "3b", "0a"),
	  0,
	  { .eth_type = 0x86dd,
	    .l3_off = 14,
	    .l4_off = 54,
	    .hdr_len = 54,
	    .ip_version = 6,
	    .ip_proto = 59,
	    .ttl = 10,
	    .flags = PARSE_L4 } },

	/* TCP and UDP */
	{ "tcp_offset_4_is_bad_with_flags",
	  IPV4("0028", "06") TCP("40", "02"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 48,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 4,
	    .flags = PARSE_SYN | PARSE_PORTS | PARSE_L4,
	    .ip_proto = 6,
	    .ttl = 64,
	    .end = PARSE_BAD } },
	{ "tcp_offset_6_without_room_is_bad",
	  IPV4("0028", "06") TCP("60", "02"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 48,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 4,
	    .flags = PARSE_SYN | PARSE_PORTS | PARSE_L4,
	    .ip_proto = 6,
	    .ttl = 64,
	    .end = PARSE_BAD } },
	{ "tcp_offset_6_with_room_is_fine",
	  IPV4("002c", "06") TCP("60", "02") "01010101",
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 58,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 4,
	    .flags = PARSE_SYN | PARSE_PORTS | PARSE_L4,
	    .ip_proto = 6,
	    .ttl = 64 } },
	{ "tcp_options_cut_by_the_snapshot_are_short",
	  IPV4("002c", "06") TCP("60", "02") "01",
	  58,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 48,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 4,
	    .flags = PARSE_SYN | PARSE_PORTS | PARSE_L4,
	    .ip_proto = 6,
	    .ttl = 64,
	    .end = PARSE_SHORT } },
	{ "all_nine_tcp_flags_are_reported",
	  IPV4("0028", "06") TCP("51", "ff"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 54,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 4,
	    .flags = 0x1ff | PARSE_PORTS | PARSE_L4,
	    .ip_proto = 6,
	    .ttl = 64 } },
	{ "ports_are_there_when_the_rest_is_not",
	  IPV4("0028", "06") PORTS,
	  54,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 38,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 4,
	    .flags = PARSE_PORTS | PARSE_L4,
	    .ip_proto = 6,
	    .ttl = 64,
	    .end = PARSE_SHORT } },
	{ "three_bytes_of_ports_are_none",
	  IPV4("0028", "06") "04d200",
	  54,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 34,
	    .ip_version = 4,
	    .flags = PARSE_L4,
	    .ip_proto = 6,
	    .ttl = 64,
	    .end = PARSE_SHORT } },
	{ "udp_length_7_is_bad",
	  IPV4("001c", "11") UDP("0007"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 42,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 4,
	    .flags = PARSE_PORTS | PARSE_L4,
	    .ip_proto = 17,
	    .ttl = 64,
	    .end = PARSE_BAD } },
	{ "udp_length_0_is_bad_where_ip_has_a_length",
	  IPV4("001c", "11") UDP("0000"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 42,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 4,
	    .flags = PARSE_PORTS | PARSE_L4,
	    .ip_proto = 17,
	    .ttl = 64,
	    .end = PARSE_BAD } },
	{ "udp_length_one_beyond_the_datagram_is_bad",
	  IPV4("001c", "11") UDP("0009"),
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 42,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 4,
	    .flags = PARSE_PORTS | PARSE_L4,
	    .ip_proto = 17,
	    .ttl = 64,
	    .end = PARSE_BAD } },
	{ "sctp_has_ports",
	  IPV4("0020", "84") PORTS "0000000000000000",
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 46,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 4,
	    .flags = PARSE_PORTS | PARSE_L4,
	    .ip_proto = 132,
	    .ttl = 64 } },
	{ "seven_bytes_of_icmp_are_short",
	  IPV4("001c", "01") "08000000000000",
	  42,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 34,
	    .ip_version = 4,
	    .flags = PARSE_L4,
	    .ip_proto = 1,
	    .ttl = 64,
	    .end = PARSE_SHORT } },
	{ "eight_bytes_of_icmp_are_enough",
	  IPV4("001c", "01") "0800000000000000",
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 42,
	    .ip_version = 4,
	    .flags = PARSE_L4,
	    .ip_proto = 1,
	    .ttl = 64 } },
	{ "four_bytes_of_gre_are_enough",
	  IPV4("0018", "2f") "00000800",
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 38,
	    .ip_version = 4,
	    .flags = PARSE_L4,
	    .ip_proto = 47,
	    .ttl = 64 } },

	/* IPv6 */
	{ "udp_over_ipv6",
	  IPV6("0008", "11") UDP("0008"),
	  0,
	  { .eth_type = 0x86dd,
	    .l3_off = 14,
	    .l4_off = 54,
	    .hdr_len = 62,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 6,
	    .flags = PARSE_PORTS | PARSE_L4,
	    .ip_proto = 17,
	    .ttl = 64 } },
	{ "version_4_in_ipv6_is_bad",
	  MACS "86dd" V6("40", "0008", "11", "40") UDP("0008"),
	  0,
	  { .eth_type = 0x86dd, .l3_off = 14, .hdr_len = 54, .end = PARSE_BAD } },
	{ "payload_length_beyond_the_frame_is_bad",
	  IPV6("0009", "11") UDP("0008"),
	  0,
	  { .eth_type = 0x86dd,
	    .l3_off = 14,
	    .l4_off = 54,
	    .hdr_len = 62,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 6,
	    .flags = PARSE_PORTS | PARSE_L4,
	    .ip_proto = 17,
	    .ttl = 64,
	    .end = PARSE_BAD } },
	{ "payload_length_0_is_a_jumbogram_or_offload",
	  IPV6("0000", "11") UDP("0000"),
	  0,
	  { .eth_type = 0x86dd,
	    .l3_off = 14,
	    .l4_off = 54,
	    .hdr_len = 62,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 6,
	    .flags = PARSE_PORTS | PARSE_L4,
	    .ip_proto = 17,
	    .ttl = 64 } },
	{ "hop_by_hop_is_followed",
	  IPV6("0010", "00") EXT("11") UDP("0008"),
	  0,
	  { .eth_type = 0x86dd,
	    .l3_off = 14,
	    .l4_off = 62,
	    .hdr_len = 70,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 6,
	    .flags = PARSE_PORTS | PARSE_L4,
	    .ip_proto = 17,
	    .ttl = 64 } },
	{ "ah_counts_in_units_of_4",
	  IPV6("0014", "33") "11010000"
			     "00000100"
			     "00000007" UDP("0008"),
	  0,
	  { .eth_type = 0x86dd,
	    .l3_off = 14,
	    .l4_off = 66,
	    .hdr_len = 74,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 6,
	    .flags = PARSE_PORTS | PARSE_L4,
	    .ip_proto = 17,
	    .ttl = 64 } },
	{ "ah_of_ipv4_is_not_followed",
	  IPV4("0020", "33") "110100000000010000000007",
	  0,
	  { .eth_type = 0x800,
	    .l3_off = 14,
	    .l4_off = 34,
	    .hdr_len = 34,
	    .ip_version = 4,
	    .flags = PARSE_L4,
	    .ip_proto = 51,
	    .ttl = 64 } },
	{ "a_first_fragment6_has_ports",
	  IPV6("0010", "2c") FRAG6("11", "0001") UDP("0100"),
	  0,
	  { .eth_type = 0x86dd,
	    .l3_off = 14,
	    .l4_off = 62,
	    .hdr_len = 70,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 6,
	    .flags = PARSE_PORTS | PARSE_L4 | PARSE_FRAG,
	    .ip_proto = 17,
	    .ttl = 64 } },
	{ "a_later_fragment6_has_none",
	  IPV6("0010", "2c") FRAG6("11", "0008") UDP("0100"),
	  0,
	  { .eth_type = 0x86dd,
	    .l3_off = 14,
	    .hdr_len = 62,
	    .ip_version = 6,
	    .flags = PARSE_FRAG,
	    .ip_proto = 17,
	    .ttl = 64 } },
	{ "an_atomic_fragment6_is_no_fragment",
	  IPV6("0010", "2c") FRAG6("11", "0000") UDP("0008"),
	  0,
	  { .eth_type = 0x86dd,
	    .l3_off = 14,
	    .l4_off = 62,
	    .hdr_len = 70,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 6,
	    .flags = PARSE_PORTS | PARSE_L4,
	    .ip_proto = 17,
	    .ttl = 64 } },
	{ "reserved_bits_make_no_fragment6",
	  IPV6("0010", "2c") FRAG6("11", "0006") UDP("0008"),
	  0,
	  { .eth_type = 0x86dd,
	    .l3_off = 14,
	    .l4_off = 62,
	    .hdr_len = 70,
	    .sport = 1234,
	    .dport = 80,
	    .ip_version = 6,
	    .flags = PARSE_PORTS | PARSE_L4,
	    .ip_proto = 17,
	    .ttl = 64 } },
	{ "the_payload_of_a_later_fragment6_is_no_extension",
	  IPV6("0010", "2c") FRAG6("3c", "0008") EXT("11"),
	  0,
	  { .eth_type = 0x86dd,
	    .l3_off = 14,
	    .hdr_len = 62,
	    .ip_version = 6,
	    .flags = PARSE_FRAG,
	    .ip_proto = 60,
	    .ttl = 64 } },
	{ "no_next_header_ends_the_chain",
	  IPV6("0008", "3c") EXT("3b"),
	  0,
	  { .eth_type = 0x86dd,
	    .l3_off = 14,
	    .l4_off = 62,
	    .hdr_len = 62,
	    .ip_version = 6,
	    .flags = PARSE_L4,
	    .ip_proto = 59,
	    .ttl = 64 } },
	{ "an_extension_longer_than_the_datagram_is_bad",
	  IPV6("0008", "3c") "1101010400000000",
	  0,
	  { .eth_type = 0x86dd,
	    .l3_off = 14,
	    .hdr_len = 62,
	    .ip_version = 6,
	    .ip_proto = 60,
	    .ttl = 64,
	    .end = PARSE_BAD } },
	{ "an_extension_cut_by_the_snapshot_is_short",
	  IPV6("0010", "3c") "1101010400000000",
	  70,
	  { .eth_type = 0x86dd,
	    .l3_off = 14,
	    .hdr_len = 62,
	    .ip_version = 6,
	    .ip_proto = 60,
	    .ttl = 64,
	    .end = PARSE_SHORT } },
};

/* And by the way that programs take with most frames, where it is one of them. */
static struct parsed parse(const uint8_t *data, uint32_t caplen, uint32_t len, uint32_t reach)
{
	struct cursor c = cursor_init(data, caplen, len, reach);
	struct parsed p = { 0 }, usual = { 0 };
	const bool is_usual = parse_usual(&c, &usual);

	parse_frame(&c, &p);
	if (is_usual)
		assert_memory_equal(&usual, &p, sizeof(p));
	return p;
}

#define same(field)											\
	do {												\
		if (got->field != want->field)								\
			fail_msg("%s: " #field " is %#x instead of %#x", input, got->field, want->field);	\
	} while (0)

static void compare(const char *input, const struct parsed *got, const struct parsed *want)
{
	same(end);
	same(eth_type);
	same(l3_off);
	same(l4_off);
	same(hdr_len);
	same(sport);
	same(dport);
	same(flags);
	same(ip_version);
	same(ip_proto);
	same(n_tags);
	same(ttl);
	assert_memory_equal(got, want, sizeof(*got));
}

static void gives_what_the_row_wants(void **state)
{
	const struct frame_case *c = *state;
	size_t n;
	uint8_t *data = unit_bytes(c->hex, &n);
	struct parsed got = parse(data, n, c->len ? c->len : n, PARSE_REACH);

	compare(c->hex, &got, &c->want);
	free(data);
}

/* What is found in a frame that is cut is what is found in the whole one, or less of it. */
static void cutting_a_frame_only_takes_away(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		const struct frame_case *c = &frames[i];
		size_t n;
		uint8_t *data = unit_bytes(c->hex, &n);
		uint32_t len = c->len ? c->len : n;

		for (size_t cap = 0; cap <= n; cap++) {
			uint8_t *cut = malloc(cap ? cap : 1);
			struct parsed p;

			memcpy(cut, data, cap);
			p = parse(cut, cap, len, PARSE_REACH);
			if (p.hdr_len > cap)
				fail_msg("%s, %zu bytes of it: headers of %u bytes", c->name, cap,
					 p.hdr_len);
			if (p.flags & ~c->want.flags)
				fail_msg("%s, %zu bytes of it: flags %#x, whole %#x", c->name, cap,
					 p.flags, c->want.flags);
			if (p.end != c->want.end && p.end != PARSE_SHORT &&
			    c->want.end != PARSE_SHORT)
				fail_msg("%s, %zu bytes of it: end %u, whole %u", c->name, cap,
					 p.end, c->want.end);
			if (p.flags & PARSE_PORTS &&
			    (p.sport != c->want.sport || p.dport != c->want.dport))
				fail_msg("%s, %zu bytes of it: ports %u, %u", c->name, cap, p.sport,
					 p.dport);
			if (c->want.flags & PARSE_PORTS && cap >= c->want.l4_off + 4u &&
			    !(p.flags & PARSE_PORTS))
				fail_msg("%s, %zu bytes of it: no ports", c->name, cap);
			free(cut);
		}
		free(data);
	}
}

/* IPv6 with @n extension headers of @units, then UDP. */
static size_t chain(uint8_t *out, unsigned n, unsigned units)
{
	size_t head, len;
	uint8_t *ip = unit_bytes(IPV6("0000", "11"), &head), *udp = unit_bytes(UDP("0008"), &len);
	size_t ext = 8 * (units + 1), payload = n * ext + len;

	memset(out, 0, head + payload);
	memcpy(out, ip, head);
	out[18] = payload >> 8;
	out[19] = payload;
	if (n)
		out[20] = PROTO_DSTOPTS;
	for (unsigned i = 0; i < n; i++) {
		out[head + i * ext] = i + 1 < n ? PROTO_DSTOPTS : PROTO_UDP;
		out[head + i * ext + 1] = units;
	}
	memcpy(out + head + n * ext, udp, len);
	free(ip);
	free(udp);
	return head + payload;
}

static void six_extension_headers_are_followed_and_not_seven(void **state)
{
	static uint8_t frame[64 * 1024];

	(void)state;
	for (unsigned n = 0; n <= 100; n++) {
		size_t len = chain(frame, n, 0);
		struct parsed p = parse(frame, len, len, PARSE_REACH);

		assert_int_equal(p.end, n <= PARSE_MAX_EXT ? PARSE_OK : PARSE_DEEP);
		assert_int_equal(!!(p.flags & PARSE_PORTS), n <= PARSE_MAX_EXT);
		assert_int_equal(p.ip_proto, n <= PARSE_MAX_EXT ? PROTO_UDP : PROTO_DSTOPTS);
		assert_int_equal(p.l4_off, 54 + 8 * (n <= PARSE_MAX_EXT ? n : PARSE_MAX_EXT));
	}
}

static void the_longest_extension_headers_are_within_reach(void **state)
{
	static uint8_t frame[64 * 1024];
	size_t len = chain(frame, PARSE_MAX_EXT, 255);
	struct parsed p = parse(frame, len, len, PARSE_REACH);

	(void)state;
	assert_int_equal(p.end, PARSE_OK);
	assert_int_equal(p.dport, 80);
	assert_int_equal(p.l4_off, 54 + PARSE_MAX_EXT * 2048);
}

/* A header that ends at the reach is read, one that ends behind it counts as cut. */
static void headers_beyond_the_reach_count_as_cut(void **state)
{
	static uint8_t frame[1024];
	size_t len = chain(frame, 1, 0);		/* UDP ends at 70 */

	(void)state;
	assert_int_equal(parse(frame, len, len, 71).end, PARSE_OK);
	assert_int_equal(parse(frame, len, len, 70).end, PARSE_OK);
	assert_int_equal(parse(frame, len, len, 69).end, PARSE_SHORT);
	assert_true(parse(frame, len, len, 66).flags & PARSE_PORTS);
	assert_false(parse(frame, len, len, 65).flags & PARSE_PORTS);
}

static void tags_are_deep_from_the_third_to_the_hundredth(void **state)
{
	static const uint16_t types[] = { ETH_TYPE_VLAN, ETH_TYPE_QINQ, ETH_TYPE_9100 };
	uint8_t frame[12 + 100 * 4 + 2] = { 0 };

	(void)state;
	for (unsigned n = 0; n <= 100; n++) {
		struct parsed p;

		for (unsigned i = 0; i < n; i++) {
			frame[12 + 4 * i] = types[i % 3] >> 8;
			frame[13 + 4 * i] = types[i % 3] & 255;
		}
		frame[12 + 4 * n] = 0x88;
		frame[13 + 4 * n] = 0xcc;
		p = parse(frame, 14 + 4 * n, 14 + 4 * n, PARSE_REACH);
		assert_int_equal(p.end, n <= PARSE_MAX_TAGS ? PARSE_OK : PARSE_DEEP);
		assert_int_equal(p.n_tags, n <= PARSE_MAX_TAGS ? n : PARSE_MAX_TAGS);
		assert_int_equal(p.eth_type, n <= PARSE_MAX_TAGS ? 0x88cc : types[2]);
	}
}

/* All of one byte, of any length: no contradiction escapes, nothing is read that is not there. */
/* Whatever one of its bytes is, and wherever it is cut: parse() compares. */
static void the_way_of_most_frames_says_the_same(void **state)
{
	static const char *const usual[] = { IPV4("0034", "06")
						     TCP("50", "18") "000102030405060708090a0b",
					     IPV4("0028", "11")
						     UDP("0014") "000102030405060708090a0b" };

	(void)state;
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		size_t n;
		uint8_t *data = unit_bytes(usual[i], &n);
		struct cursor c = cursor_init(data, n, n, PARSE_REACH);
		struct parsed p = { 0 };

		assert_true(parse_usual(&c, &p));
		for (size_t at = 0; at < n; at++) {
			const uint8_t was = data[at];

			for (int byte = 0; byte < 256; byte++) {
				data[at] = byte;
				for (uint32_t cut = USUAL_L4; cut <= n; cut++)
					parse(data, cut, n, PARSE_REACH);
			}
			data[at] = was;
		}
		for (uint32_t cut = 0; cut <= n; cut++)
			parse(data, cut, cut, PARSE_REACH);
		free(data);
	}
}

static void uniform_frames_are_no_trouble(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		for (uint32_t n = 0; n < 128; n++) {
			uint8_t *data = malloc(n + 1);
			struct parsed p;

			memset(data, byte, n);
			p = parse(data, n, n, PARSE_REACH);
			assert_true(p.hdr_len <= n);
			free(data);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(cutting_a_frame_only_takes_away),
		cmocka_unit_test(six_extension_headers_are_followed_and_not_seven),
		cmocka_unit_test(the_longest_extension_headers_are_within_reach),
		cmocka_unit_test(headers_beyond_the_reach_count_as_cut),
		cmocka_unit_test(tags_are_deep_from_the_third_to_the_hundredth),
		cmocka_unit_test(the_way_of_most_frames_says_the_same),
		cmocka_unit_test(uniform_frames_are_no_trouble),
	};
	struct CMUnitTest
		tests[sizeof(frames) / sizeof(frames[0]) + sizeof(others) / sizeof(others[0])];
	size_t n = 0;

	unit_of_table(frames, gives_what_the_row_wants, tests, n);
	memcpy(tests + n, others, sizeof(others));
	return unit_run("parse", tests, n + sizeof(others) / sizeof(others[0]));
}
