// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The packet that an ICMP error is about: whole, in eight bytes, cut, with extensions, and none. */
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/packet/quoted.h"

#include "tests/unit/unit.h"

#define UDP4	"4500001d000100004011b6ca0a0000010a000002" "0400000900090000" "78"
#define TCP4_8	"4500003c000100004006b6b60a0000010a000002" "0400005000000001"
#define UDP6	"6000000000091140" "20010db8000000000000000000000001" "20010db8000000000000000000000002" \
		"0400000900090000" "78"

static const struct quoted_case {
	const char *name;
	uint8_t version, proto;
	const char *icmp;	/* type, code, checksum, the rest of the header; what is quoted */
	/* bytes of the end that are not captured; the fragment field of IPv4 */
	unsigned cut, frag;
	bool is_quoted;
	unsigned quoted_proto, dport, len, caplen;
} cases[] = {
	{ "unreachable", 4, 1, "0303000000000000" UDP4, 0, 0, true, 17, 9, 29, 29 },
	{ "source_quench", 4, 1, "0400000000000000" UDP4, 0, 0, true, 17, 9, 29, 29 },
	{ "redirect_with_a_gateway", 4, 1, "050100000a0a0afe" UDP4, 0, 0, true, 17, 9, 29, 29 },
	{ "time_exceeded_eight_bytes_of_tcp", 4, 1, "0b00000000000000" TCP4_8, 0, 0, true, 6, 80,
	  60, 28 },
	{ "parameter_problem", 4, 1, "0c00000000000000" UDP4, 0, 0, true, 17, 9, 29, 29 },
	{ "quotation_cut_before_the_ports", 4, 1, "0b00000000000000" TCP4_8, 8, 0, true, 6, 0, 60,
	  20 },
	{ "quotation_cut_within_the_ip_header", 4, 1, "0b00000000000000" TCP4_8, 9, 0, false, 0, 0,
	  0, 0 },
	{ "nothing_captured_of_it", 4, 1, "0b00000000000000" TCP4_8, 28, 0, false, 0, 0, 0, 0 },
	{ "padding_is_not_quoted", 4, 1, "0303000000000000" UDP4 "000000", 0, 0, true, 17, 9, 29,
	  29 },
	{ "extensions_behind_a_length", 4, 1, "0b00000000070000" TCP4_8 "2000abcd00080101", 0, 0,
	  true, 6, 80, 60, 28 },
	{ "a_length_beyond_the_datagram", 4, 1, "0b000000007f0000" TCP4_8, 0, 0, true, 6, 80, 60,
	  28 },
	{ "a_request_quotes_nothing", 4, 1, "0800000000000000" UDP4, 0, 0, false, 0, 0, 0, 0 },
	{ "type_35_is_no_error", 4, 1, "2300000000000000" UDP4, 0, 0, false, 0, 0, 0, 0 },
	{ "an_ipv6_packet_in_icmp_is_none", 4, 1, "0303000000000000" UDP6, 0, 0, false, 0, 0, 0,
	  0 },
	{ "a_later_fragment", 4, 1, "0303000000000000" UDP4, 0, 1, false, 0, 0, 0, 0 },
	{ "icmpv6_unreachable", 6, 58, "0104000000000000" UDP6, 0, 0, true, 17, 9, 49, 49 },
	{ "icmpv6_too_big_with_an_mtu", 6, 58, "0200000000000500" UDP6, 0, 0, true, 17, 9, 49, 49 },
	{ "icmpv6_too_big_whose_mtu_is_no_length", 6, 58, "0200000001000500" UDP6, 0, 0, true, 17,
	  9, 49, 49 },
	{ "icmpv6_time_exceeded_cut", 6, 58, "0300000000000000" UDP6, 9, 0, true, 17, 0, 49, 40 },
	{ "icmpv6_parameter_problem_with_a_pointer", 6, 58, "0400000008000028" UDP6, 0, 0, true, 17,
	  9, 49, 49 },
	{ "icmpv6_type_0_is_none", 6, 58, "0000000000000000" UDP6, 0, 0, false, 0, 0, 0, 0 },
	{ "icmpv6_type_128_is_none", 6, 58, "8000000000000000" UDP6, 0, 0, false, 0, 0, 0, 0 },
	{ "another_protocol", 4, 17, "0303000000080000" UDP4, 0, 0, false, 0, 0, 0, 0 },
};

static void what_is_quoted_is_told(void **state)
{
	static const struct iface raw = { .linktype = LINKTYPE_RAW };
	const struct quoted_case *c = *state;
	size_t n, header = c->version == 4 ? 20 : 40, len;
	uint8_t *icmp = unit_bytes(c->icmp, &n), *b = calloc(1, header + n - c->cut);
	const uint8_t ip4[20] = { 0x45, 0, 0, 20 + n, 0, 1, 0, c->frag, 64, c->proto };
	const uint8_t ip6[40] = { 0x60, 0, 0, 0, 0, n, c->proto };
	struct packet p = { .data = b, .caplen = header + n - c->cut, .len = header + n, .iface = &raw }, q;

	len = n - c->cut;
	memcpy(b, c->version == 4 ? ip4 : ip6, header);
	memcpy(b + header, icmp, len);
	link_decode(&p);
	assert_int_equal(quoted_packet(&p, &q), c->is_quoted);
	if (c->is_quoted) {
		assert_int_equal(q.hdr.ip_proto, c->quoted_proto);
		assert_int_equal(q.hdr.dport, c->dport);
		assert_int_equal(q.len, c->len);
		assert_int_equal(q.caplen, c->caplen);
		assert_int_equal(q.hdr.end, PARSE_OK);
		assert_ptr_equal(q.data, b + header + 8);
	}
	free(icmp);
	free(b);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(cases) / sizeof(cases[0])];
	size_t n = 0;

	unit_of_table(cases, what_is_quoted_is_told, tests, n);
	return unit_run("quoted", tests, n);
}
