// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Pairs of packets, and of what has to be ignored for them to be the same: with that set they are,
 * with one field less they are not.
 */
#include <string.h>

#include "capture/packet/imprint.h"
#include "capture/packet/packet.h"

#include "tests/unit/unit.h"

#define MACS		"020000000001" "020000000002"
#define OTHER_MACS	"020000000003" "020000000004"
#define UDP		"9c400035" "000c" "1234" "61626364"	/* 12 bytes, checksum 1234 */
#define IP(tos, id, ttl, sum)	"45" tos "0020" id "4000" ttl "11" sum "c0000201" "c0000202"
#define IP6(class, hops) \
	"6" class "00000" "000c" "11" hops \
	"20010db8000000000000000000000001" "20010db8000000000000000000000002"
#define ONE		IP("00", "0001", "40", "aaaa") UDP
#define ALL		(IMPRINT_TTL | IMPRINT_TOS | IMPRINT_MAC | IMPRINT_VLAN | IMPRINT_CHECKSUM)

static const struct pair {
	const char *name;
	const char *a, *b;
	uint16_t a_link, b_link;	/* 0: Ethernet */
	unsigned needed;		/* to be ignored; ~0: they are never the same */
} pairs[] = {
	{ "the_same_packet", MACS "0800" ONE, MACS "0800" ONE, 0, 0, 0 },
	{ "one_hop_further", MACS "0800" ONE, MACS "0800" IP("00", "0001", "3f", "abaa") UDP, 0, 0,
	  IMPRINT_TTL },
	{ "routed", MACS "0800" ONE, OTHER_MACS "0800" IP("00", "0001", "3f", "abaa") UDP, 0, 0,
	  IMPRINT_TTL | IMPRINT_MAC },
	{ "bridged", MACS "0800" ONE, OTHER_MACS "0800" ONE, 0, 0, IMPRINT_MAC },
	{ "marked", MACS "0800" ONE, MACS "0800" IP("b8", "0001", "40", "a9f2") UDP, 0, 0,
	  IMPRINT_TOS },
	{ "tagged", MACS "0800" ONE,
	  MACS "8100"
	       "0064"
	       "0800" ONE,
	  0, 0, IMPRINT_VLAN },
	{ "in_another_vlan",
	  MACS "8100"
	       "0064"
	       "0800" ONE,
	  MACS "8100"
	       "0065"
	       "0800" ONE,
	  0, 0, IMPRINT_VLAN },
	{ "tagged_twice", MACS "0800" ONE,
	  MACS "88a8"
	       "0064"
	       "8100"
	       "0065"
	       "0800" ONE,
	  0, 0, IMPRINT_VLAN },
	{ "checksums_not_yet_there", MACS "0800" ONE,
	  MACS "0800" IP("00", "0001", "40", "0000") "9c400035"
						     "000c"
						     "0000"
						     "61626364",
	  0, 0, IMPRINT_CHECKSUM },
	{ "only_that_of_udp", MACS "0800" ONE,
	  MACS "0800" IP("00", "0001", "40", "aaaa") "9c400035"
						     "000c"
						     "0000"
						     "61626364",
	  0, 0, IMPRINT_CHECKSUM },
	{ "padded", MACS "0800" ONE, OTHER_MACS "0800" ONE "0000000000000000", 0, 0, IMPRINT_MAC },
	{ "as_raw_ip", MACS "0800" ONE, ONE, 0, LINKTYPE_RAW, IMPRINT_MAC },
	{ "cooked", MACS "0800" ONE,
	  "0000"
	  "0001"
	  "0006"
	  "020000000001"
	  "0000"
	  "0800" ONE,
	  0, LINKTYPE_LINUX_SLL, IMPRINT_MAC },
	{ "ipv6_one_hop_further", MACS "86dd" IP6("00", "40") UDP, MACS "86dd" IP6("00", "3f") UDP,
	  0, 0, IMPRINT_TTL },
	{ "ipv6_marked", MACS "86dd" IP6("00", "40") UDP, MACS "86dd" IP6("b8", "40") UDP, 0, 0,
	  IMPRINT_TOS },
	{ "ipv6_padded", MACS "86dd" IP6("00", "40") UDP,
	  OTHER_MACS "86dd" IP6("00", "40") UDP "00", 0, 0, IMPRINT_MAC },
	{ "arp_padded",
	  MACS "0806"
	       "0001080006040001020000000001c0000201000000000000c0000202",
	  OTHER_MACS "0806"
		     "0001080006040001020000000001c0000201000000000000c0000202"
		     "0000",
	  0, 0, IMPRINT_MAC },
	{ "another_id", MACS "0800" ONE, MACS "0800" IP("00", "0002", "40", "aaaa") UDP, 0, 0,
	  ~0u },
	{ "another_payload", MACS "0800" ONE,
	  MACS "0800" IP("00", "0001", "40", "aaaa") "9c400035"
						     "000c"
						     "1234"
						     "61626365",
	  0, 0, ~0u },
	{ "another_ethertype", MACS "88b5" ONE, MACS "88b6" ONE, 0, 0, ~0u },
	{ "another_length_of_no_ip",
	  MACS "88b5"
	       "01",
	  MACS "88b5"
	       "0100",
	  0, 0, ~0u },
	{ "of_unknown_link_types", "0102030405060708", "0102030405060709", 147, 147, ~0u },
	{ "a_later_fragment_has_no_checksum",
	  MACS "0800"
	       "45000020000100b9"
	       "4011aaaa"
	       "c0000201c0000202" UDP,
	  MACS "0800"
	       "45000020000100b9"
	       "4011aaaa"
	       "c0000201c0000202"
	       "9c400035"
	       "000c"
	       "0000"
	       "61626364",
	  0, 0, ~0u },
};

static struct hash128 of(const char *hex, uint16_t link, unsigned ignored, uint32_t cut)
{
	static const struct hash_key key = { { 1, 2, 3, 4 } };
	const struct iface iface = { .linktype = link ? link : LINKTYPE_ETHERNET };
	size_t n;
	uint8_t *bytes = unit_bytes(hex, &n), *exact = malloc(n - cut ? n - cut : 1);
	struct packet p = { .data = exact, .caplen = n - cut, .len = n, .iface = &iface };
	struct hash128 h;

	memcpy(exact, bytes, n - cut);
	h = imprint(&key, &p, ignored);
	free(bytes);
	free(exact);
	return h;
}

static bool same(const struct pair *c, unsigned ignored)
{
	struct hash128 a = of(c->a, c->a_link, ignored, 0), b = of(c->b, c->b_link, ignored, 0);

	return a.a == b.a && a.b == b.b;
}

static void is_the_same_if_that_is_ignored_and_not_less(void **state)
{
	const struct pair *c = *state;

	for (unsigned ignored = 0; ignored <= ALL; ignored++)
		if (same(c, ignored) != (c->needed != ~0u && (ignored & c->needed) == c->needed))
			fail_msg("%s the same when ignored is %u",
				 same(c, ignored) ? "they are" : "they are not", ignored);
}

/*
 * Whatever is ignored, nothing behind the captured bytes is read, and each cut is another packet.
 */
static void is_read_as_far_as_it_was_captured(void **state)
{
	const struct pair *c = *state;
	size_t n = strlen(c->b) / 2;

	for (unsigned ignored = 0; ignored <= ALL; ignored++)
		for (uint32_t cut = 1; cut <= n; cut++)
			of(c->b, c->b_link, ignored, cut);
}

static void lists_are_read(void **state)
{
	unsigned ignored;

	(void)state;
	assert_true(imprint_parse("ttl", &ignored));
	assert_int_equal(ignored, IMPRINT_TTL);
	assert_true(imprint_parse("mac,vlan,checksum,tos,ttl", &ignored));
	assert_int_equal(ignored, ALL);
	assert_false(imprint_parse("", &ignored));
	assert_false(imprint_parse("ttl,", &ignored));
	assert_false(imprint_parse("tt", &ignored));
	assert_false(imprint_parse("ttls", &ignored));
}

int main(void)
{
	struct CMUnitTest tests[64] = { cmocka_unit_test(lists_are_read) };
	size_t n = 1;

	unit_of_table(pairs, is_the_same_if_that_is_ignored_and_not_less, tests, n);
	unit_of_table(pairs, is_read_as_far_as_it_was_captured, tests, n);
	return unit_run("imprint", tests, n);
}
