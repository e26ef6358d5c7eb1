// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Blocks byte for byte, against hex written by hand after draft-ietf-opsawg-pcapng. The blocks are
 * in host order and the hex in little-endian; the buffers are filled with rubbish first, so that
 * padding which is not written shows.
 */
#include <stdio.h>
#include <string.h>

#include "capture/format/pcapng.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"

#include "tests/unit/unit.h"

enum { RUBBISH = 0xa5 };

static uint8_t block[7 * 65536];

static void is_hex(size_t len, const char *hex)
{
	size_t n;
	uint8_t *want = unit_bytes(hex, &n);

	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		skip();
	for (size_t i = 0; i < n && i < len; i++)
		if (block[i] != want[i])
			fail_msg("byte %zu is %02x instead of %02x", i, block[i], want[i]);
	assert_int_equal(len, n);
	for (size_t i = len; i < len + 16; i++)
		if (block[i] != RUBBISH)
			fail_msg("byte %zu, behind the block, was written", i);
	free(want);
}

static int fill_with_rubbish(void **state)
{
	(void)state;
	memset(block, RUBBISH, sizeof(block));
	return 0;
}

static void shb_without_options_has_28_bytes(void **state)
{
	(void)state;
	is_hex(pcapng_shb(block, &(struct origin){ .os = NULL }),
	       "0a0d0d0a" "1c000000" "4d3c2b1a" "01000000" "ffffffffffffffff" "1c000000");
}

static void shb_has_its_options_in_order(void **state)
{
	(void)state;
	is_hex(pcapng_shb(block, &(struct origin){ "x86", "Linux", "xdpdump", { NULL, 0 } }),
	       "0a0d0d0a"
	       "40000000"
	       "4d3c2b1a"
	       "01000000"
	       "ffffffffffffffff"
	       "02000300"
	       "78383600"
	       "03000500"
	       "4c696e75"
	       "78000000"
	       "04000700"
	       "78647064"
	       "756d7000"
	       "00000000"
	       "40000000");
}

static void an_empty_string_is_no_option(void **state)
{
	(void)state;
	is_hex(pcapng_shb(block, &(struct origin){ .hardware = "", .appl = "" }),
	       "0a0d0d0a" "1c000000" "4d3c2b1a" "01000000" "ffffffffffffffff" "1c000000");
}

static void idb_of_a_nameless_interface_has_the_resolution(void **state)
{
	struct iface i = { .linktype = 101, .snaplen = 65536 };

	(void)state;
	is_hex(pcapng_idb(block, &i), "01000000"
				      "20000000"
				      "65000000"
				      "00000100"
				      "09000100"
				      "09000000"
				      "00000000"
				      "20000000");
}

static void idb_has_its_options_in_the_order_of_their_codes(void **state)
{
	struct iface i = {
		.linktype = 1,
		.snaplen = 256,
		.has_mac = true,
		.mac = { 2, 0, 0, 0, 0, 1 },
		.speed_bps = 10000000000,
		.name = (char *)"eth0",
		.description = (char *)"up",
		.os = (char *)"Linux",
		.hardware = (char *)"veth",
		.comment = (char *)"a=b",
		.filter = (char *)"udp",
	};

	(void)state;
	is_hex(pcapng_idb(block, &i),
	       "01000000" "6c000000" "01000000" "00010000"
	       "01000300" "613d6200"
	       "02000400" "65746830"
	       "03000200" "75700000"
	       "06000600" "02000000" "00010000"
	       "08000800" "00e40b54" "02000000"
	       "09000100" "09000000"
	       "0b000400" "00756470"
	       "0c000500" "4c696e75" "78000000"
	       "0f000400" "76657468"
	       "00000000" "6c000000");
}

static void epb_has_its_time_with_the_high_word_first(void **state)
{
	struct packet p = { .ts_ns = 0x0102030405060708,
			    .has = PACKET_TIME,
			    .data = (const uint8_t *)"abcde",
			    .caplen = 5,
			    .len = 60 };

	(void)state;
	is_hex(pcapng_epb(block, 3, &p, 0),
	       "06000000" "28000000" "03000000" "04030201" "08070605" "05000000" "3c000000"
	       "61626364" "65000000" "28000000");
}

static void epb_without_data_has_32_bytes(void **state)
{
	struct packet p = { .data = (const uint8_t *)"", .has = PACKET_TIME };

	(void)state;
	is_hex(pcapng_epb(block, 0, &p, 0), "06000000"
					    "20000000"
					    "00000000"
					    "00000000"
					    "00000000"
					    "00000000"
					    "00000000"
					    "20000000");
}

static const struct iface with_some = { .one_queue = false };	/* queues */

/* "abcd", at the time 0, of which is known that it was received, and no more. */
#define RECEIVED_ABCD \
	"06000000" \
	"30000000" \
	"00000000" \
	"00000000" \
	"00000000" \
	"04000000" \
	"04000000" \
	"61626364" \
	"02000400" \
	"01000000" \
	"00000000" \
	"30000000"

static void the_only_queue_is_not_told(void **state)
{
	static const struct iface with_one = { .one_queue = true };
	struct packet p = {
		.data = (const uint8_t *)"abcd", .caplen = 4, .len = 4, .iface = &with_one, .flags = EPB_INBOUND,
		.has = PACKET_TIME | PACKET_FLAGS | PACKET_QUEUE,
	};

	(void)state;
	is_hex(pcapng_epb(block, 0, &p, 0), RECEIVED_ABCD);
	assert_non_null(memmem(block, pcapng_idb(block, &with_one), "\1\0\7\0queue=0", 12));
	p.queue = 1;	/* it has got another one since then */
	assert_int_equal(pcapng_epb(block, 0, &p, 0), 0x38);
}

static void epb_has_its_options_in_the_order_of_their_codes(void **state)
{
	struct packet p = {
		.iface = &with_some,
		.data = (const uint8_t *)"abcd",
		.caplen = 4,
		.len = 4,
		.flags = EPB_INBOUND | EPB_BROADCAST,
		.dropped = 7,
		.id = 0x0001000000000009,
		.queue = 2,
		.verdict = { VERDICT_XDP, 0x0102030405060708 },
		.hash = { EPB_HASH_TOEPLITZ, 4, "\x8f\x2a\x1b\x3c" },
		.pid = 0x1234,
		.tid = 0x5678,
		.has = PACKET_TIME | PACKET_FLAGS | PACKET_QUEUE | PACKET_ID | PACKET_VERDICT |
		       PACKET_HASH | PACKET_PROCESS,
	};

	(void)state;
	is_hex(pcapng_epb(block, 0, &p, 0), "06000000"
					    "78000000"
					    "00000000"
					    "00000000"
					    "00000000"
					    "04000000"
					    "04000000"
					    "61626364"
					    "02000400"
					    "0d000000"
					    "03000500"
					    "058f2a1b"
					    "3c000000"
					    "04000800"
					    "07000000"
					    "00000000"
					    "05000800"
					    "09000000"
					    "00000100"
					    "06000400"
					    "02000000"
					    "07000900"
					    "02080706"
					    "05040302"
					    "01000000"
					    "08000800"
					    "34120000"
					    "78560000"
					    "00000000"
					    "78000000");
}

/* As in test/captures of Wireshark: _gen_process_info_blocks.py. */
static void a_process_has_a_block_of_wireshark(void **state)
{
	(void)state;
	is_hex(pcapng_process(block, 1234, "curl"), "ad0b0000"
						    "28000000"
						    "6e7f0000"
						    "03000000"
						    "10000000"
						    "d2040000"
						    "02000400"
						    "6375726c"
						    "00000000"
						    "28000000");
	assert_int_equal(pcapng_process(block, UINT32_MAX, "a name of more than 15 bytes"),
			 PCAPNG_PROCESS_MAX);
}

static void a_drop_count_of_0_is_not_written(void **state)
{
	struct packet p = { .data = (const uint8_t *)"abcd", .caplen = 4, .len = 4, .flags = 1,
			    .has = PACKET_TIME | PACKET_FLAGS };

	(void)state;
	is_hex(pcapng_epb(block, 0, &p, 0), RECEIVED_ABCD);
}

static void epb_says_in_a_comment_that_a_time_is_not_known(void **state)
{
	struct packet p = { .data = (const uint8_t *)"abcd",
			    .caplen = 4,
			    .len = 4,
			    .flags = 1,
			    .has = PACKET_FLAGS,
			    .ts_ns = 99 };

	(void)state;
	is_hex(pcapng_epb(block, 0, &p, 0), "06000000"
					    "40000000"
					    "00000000"
					    "00000000"
					    "00000000"
					    "04000000"
					    "04000000"
					    "61626364"
					    "01000c00"
					    "74696d65"
					    "3d756e6b"
					    "6e6f776e"
					    "02000400"
					    "01000000"
					    "00000000"
					    "40000000");
}

static void spb_has_a_length_and_data(void **state)
{
	struct packet p = { .data = (const uint8_t *)"abcde", .caplen = 5, .len = 60 };

	(void)state;
	is_hex(pcapng_spb(block, 0, &p, 0, 5), "03000000"
					       "18000000"
					       "3c000000"
					       "61626364"
					       "65000000"
					       "18000000");
	p.len = 0;
	is_hex(pcapng_spb(block, 0, &p, 0, 0), "03000000"
					       "18000000"
					       "05000000"
					       "61626364"
					       "65000000"
					       "18000000");
	p.caplen = 0;
	memset(block, RUBBISH, sizeof(block));
	is_hex(pcapng_spb(block, 0, &p, 0, 0), "03000000" "10000000" "00000000" "10000000");
}

/* Its readers have to find the same captured length, and nothing may be lost. */
static void spb_is_refused_for_what_it_cannot_tell(void **state)
{
	static const struct {
		const char *why;
		uint32_t id, caplen, len, snaplen, first_snaplen;
		unsigned has;
		uint64_t dropped;
		bool yes;
	} rows[] = {
		{ "whole, no limit", 0, 60, 60, 0, 0, 0, 0, true },
		{ "whole, below the limit", 0, 60, 60, 0, 61, 0, 0, true },
		{ "whole, at the limit", 0, 60, 60, 0, 60, 0, 0, true },
		{ "cut to the limit", 0, 60, 90, 0, 60, 0, 0, true },
		{ "cut to the limit by us", 0, 90, 90, 60, 60, 0, 0, true },
		{ "cut below the limit", 0, 59, 90, 0, 60, 0, 0, false },
		{ "cut below the limit by us", 0, 90, 90, 59, 60, 0, 0, false },
		{ "cut without a limit", 0, 59, 90, 0, 0, 0, 0, false },
		{ "longer than the limit", 0, 61, 61, 0, 60, 0, 0, false },
		{ "the longest that all read", 0, 262144, 262144, 0, 0, 0, 0, true },
		{ "and one byte more", 0, 262145, 262145, 0, 0, 0, 0, false },
		{ "another interface", 1, 60, 60, 0, 0, 0, 0, false },
		{ "a time", 0, 60, 60, 0, 0, PACKET_TIME, 0, false },
		{ "flags", 0, 60, 60, 0, 0, PACKET_FLAGS, 0, false },
		{ "a queue", 0, 60, 60, 0, 0, PACKET_QUEUE, 0, false },
		{ "an id", 0, 60, 60, 0, 0, PACKET_ID, 0, false },
		{ "a verdict", 0, 60, 60, 0, 0, PACKET_VERDICT, 0, false },
		{ "a hash", 0, 60, 60, 0, 0, PACKET_HASH, 0, false },
		{ "drops", 0, 60, 60, 0, 0, 0, 1, false },
	};
	static uint8_t data[262145], option[8] = { 1, 0, 1, 0, 'a' };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet p = { .data = data,
				    .caplen = rows[i].caplen,
				    .len = rows[i].len,
				    .has = rows[i].has,
				    .dropped = rows[i].dropped };
		size_t n = pcapng_spb(block, rows[i].id, &p, rows[i].snaplen,
				      rows[i].first_snaplen);

		if (!!n != rows[i].yes || n > pcapng_epb_max(&p))
			fail_msg("%s: a block of %zu bytes", rows[i].why, n);
		p.options = (struct raw_options){ option, sizeof(option) };
		assert_int_equal(pcapng_spb(block, rows[i].id, &p, rows[i].snaplen,
					    rows[i].first_snaplen),
				 0);
	}
}

static void isb_has_times_as_words_and_counters_as_numbers(void **state)
{
	struct iface_stats s = { .ts_ns = 0x0102030405060708,
				 .has = (1 << N_STATS) - 1,
				 .comment = "ring_full=5" };

	(void)state;
	for (int i = 0; i < N_STATS; i++)
		s.value[i] = 0x1112131415161700 + i;
	is_hex(pcapng_isb(block, 1, &s),
	       "05000000" "80000000" "01000000" "04030201" "08070605"
	       "01000b00" "72696e67" "5f66756c" "6c3d3500"
	       "02000800" "14131211" "05171615"
	       "03000800" "14131211" "06171615"
	       "04000800" "00171615" "14131211"
	       "05000800" "01171615" "14131211"
	       "06000800" "02171615" "14131211"
	       "07000800" "03171615" "14131211"
	       "08000800" "04171615" "14131211"
	       "00000000" "80000000");
}

static void isb_leaves_out_what_is_not_known(void **state)
{
	struct iface_stats s = { .has = 1 << STAT_RECEIVED,
				 .value = { [STAT_RECEIVED] = 9, [STAT_IF_DROP] = 8 } };

	(void)state;
	is_hex(pcapng_isb(block, 0, &s),
	       "05000000" "28000000" "00000000" "00000000" "00000000"
	       "04000800" "09000000" "00000000" "00000000" "28000000");
}

static uint32_t word(size_t off)
{
	uint32_t v;

	memcpy(&v, block + off, 4);
	return v;
}

/* Lengths of all sizes: trailer, multiple of 4, zero padding, room kept as promised. */
static void packets_of_any_length_are_padded_with_zeros(void **state)
{
	static uint8_t data[65536];

	(void)state;
	memset(data, 0xff, sizeof(data));
	for (uint32_t n = 0; n < 65536; n = n < 300 ? n + 1 : n * 2 + 1) {
		struct packet p = { .data = data, .caplen = n, .len = n, .iface = &with_some, .has = 63, .dropped = 1,
				    .hash = { EPB_HASH_SHA1, PACKET_HASH_MAX, { 0 } } };
		size_t len = pcapng_epb(block, 0, &p, 0);

		assert_int_equal(len % 4, 0);
		assert_true(len <= PCAPNG_EPB_MAX + n);
		assert_int_equal(word(4), len);
		assert_int_equal(word(len - 4), len);
		for (uint32_t i = n; i % 4; i++)
			assert_int_equal(block[28 + i], 0);
	}
}

/* The length on the wire never falls below what is captured. */
static void the_snapshot_length_cuts_from_both_sides(void **state)
{
	static const struct { uint32_t caplen, len, snaplen, want_caplen, want_len; } rows[] = {
		{ 100, 200, 0, 100, 200 }, { 100, 200, 99, 99, 200 }, { 100, 200, 100, 100, 200 },
		{ 100, 200, 101, 100, 200 }, { 100, 50, 0, 100, 100 }, { 100, 50, 60, 60, 60 },
		{ 100, 100, 1, 1, 100 },
	};
	uint8_t data[200] = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet p = { .data = data, .caplen = rows[i].caplen, .len = rows[i].len };

		pcapng_epb(block, 0, &p, rows[i].snaplen);
		assert_int_equal(word(20), rows[i].want_caplen);
		assert_int_equal(word(24), rows[i].want_len);
	}
}

/* A string of @n bytes of @piece, as shb_userappl: its length in the block. */
static unsigned string_length(const char *piece, size_t n)
{
	char *s = calloc(1, n + 1);
	uint16_t len;

	for (size_t i = 0; i < n; i++)
		s[i] = piece[i % strlen(piece)];
	pcapng_shb(block, &(struct origin){ .appl = s });
	memcpy(&len, block + 26, 2);
	free(s);
	return len;
}

static void long_strings_are_cut_between_code_points(void **state)
{
	(void)state;
	assert_int_equal(string_length("a", 65534), 65534);
	assert_int_equal(string_length("a", 65535), 65535);
	assert_int_equal(string_length("a", 65536), 65535);
	assert_int_equal(string_length("a", 70000), 65535);
	assert_int_equal(string_length("\xc3\xa9", 65536), 65534);
	assert_int_equal(string_length("\xe2\x82\xac", 65538), 65535);
	assert_int_equal(string_length("\xf0\x9f\xa6\x80", 65536), 65532);
}

static void what_is_not_utf8_is_replaced(void **state)
{
	(void)state;
	is_hex(pcapng_shb(block, &(struct origin){ .appl = "a\xff" }),
	       "0a0d0d0a" "28000000" "4d3c2b1a" "01000000" "ffffffffffffffff"
	       "04000400" "61efbfbd" "00000000" "28000000");
	memset(block, RUBBISH, sizeof(block));
	is_hex(pcapng_shb(block, &(struct origin){ .appl = "\xe2\x82" }),
	       "0a0d0d0a" "2c000000" "4d3c2b1a" "01000000" "ffffffffffffffff"
	       "04000600" "efbfbdef" "bfbd0000" "00000000" "2c000000");
}

static void the_room_promised_for_heads_is_enough(void **state)
{
	char *s = calloc(1, 100000);
	struct iface i = { .has_mac = true, .speed_bps = 1,
			   .name = s, .description = s, .os = s, .hardware = s, .comment = s };
	struct iface_stats stats = { .has = (1 << N_STATS) - 1 };
	struct origin origin = { .hardware = s, .os = s, .appl = s };

	(void)state;
	memset(s, 0xff, 99999);
	memset(stats.comment, 0xff, sizeof(stats.comment) - 1);
	assert_true(pcapng_shb(block, &origin) <= pcapng_shb_max(&origin));
	assert_true(pcapng_idb(block, &i) <= pcapng_idb_max(&i));
	assert_true(pcapng_isb(block, 0, &stats) <= pcapng_isb_max(&stats));
	s[PCAPNG_FILTER_MAX / 3] = '\0';
	i.filter = s;
	assert_true(pcapng_idb(block, &i) > PCAPNG_FILTER_MAX);
	assert_true(pcapng_idb(block, &i) <= pcapng_idb_max(&i));
	free(s);
}

/* Half an expression is another one. */
static void a_filter_is_whole_or_left_out(void **state)
{
	char *s = calloc(1, PCAPNG_FILTER_MAX + 8);
	struct iface i = { .filter = s };
	size_t without, with;

	(void)state;
	without = pcapng_idb(block, &i);
	memset(s, 'a', PCAPNG_FILTER_MAX);
	with = pcapng_idb(block, &i);
	assert_int_equal(with, without + 4 + 1 + PCAPNG_FILTER_MAX + 1);
	strcat(s, "a");
	assert_int_equal(pcapng_idb(block, &i), without);
	memcpy(s + PCAPNG_FILTER_MAX - 1, "\xf0\x9f\xa6\x80", 5);
	assert_int_equal(pcapng_idb(block, &i), without);
	free(s);
}

static void the_same_input_gives_the_same_bytes(void **state)
{
	struct packet p = { .data = (const uint8_t *)"abcdefg",
			    .caplen = 7,
			    .len = 9,
			    .iface = &with_some,
			    .has = 15,
			    .ts_ns = 5,
			    .dropped = 1 };
	uint8_t first[256];
	size_t len = pcapng_epb(block, 0, &p, 0);

	(void)state;
	memcpy(first, block, len);
	memset(block, ~RUBBISH, sizeof(block));
	assert_int_equal(pcapng_epb(block, 0, &p, 0), len);
	assert_memory_equal(block, first, len);
}

#define rubbish(t)	cmocka_unit_test_setup(t, fill_with_rubbish)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		rubbish(shb_without_options_has_28_bytes),
		rubbish(shb_has_its_options_in_order),
		rubbish(an_empty_string_is_no_option),
		rubbish(idb_of_a_nameless_interface_has_the_resolution),
		rubbish(idb_has_its_options_in_the_order_of_their_codes),
		rubbish(a_filter_is_whole_or_left_out),
		rubbish(epb_has_its_time_with_the_high_word_first),
		rubbish(epb_without_data_has_32_bytes),
		rubbish(the_only_queue_is_not_told),
		rubbish(epb_has_its_options_in_the_order_of_their_codes),
		rubbish(a_process_has_a_block_of_wireshark),
		rubbish(a_drop_count_of_0_is_not_written),
		rubbish(epb_says_in_a_comment_that_a_time_is_not_known),
		rubbish(spb_has_a_length_and_data),
		rubbish(spb_is_refused_for_what_it_cannot_tell),
		rubbish(isb_has_times_as_words_and_counters_as_numbers),
		rubbish(isb_leaves_out_what_is_not_known),
		rubbish(packets_of_any_length_are_padded_with_zeros),
		rubbish(the_snapshot_length_cuts_from_both_sides),
		rubbish(long_strings_are_cut_between_code_points),
		rubbish(what_is_not_utf8_is_replaced),
		rubbish(the_room_promised_for_heads_is_enough),
		rubbish(the_same_input_gives_the_same_bytes),
	};

	return unit_run("pcapng", tests, sizeof(tests) / sizeof(tests[0]));
}
