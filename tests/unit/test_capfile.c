// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The reader on files made in memory: times in every unit, what options mean and when they do not
 * count, limits; and on the fixtures, cut at every byte and with every byte changed: it may refuse
 * them, but never crash or lose packets.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "capture/read/budget.h"
#include "capture/read/stream.h"

#include "tests/unit/image.h"

enum { SEC_2024 = 1704067200 };

/* Times */

static const struct time_case {
	const char *name;
	uint8_t resolution;
	int64_t offset;
	uint64_t ticks;
	uint64_t ns;
	bool unknown;
} times[] = {
	{ "whole_seconds", 0, 0, SEC_2024, SEC_2024 * 1000000000ull, false },
	{ "microseconds", 6, 0, SEC_2024 * 1000000ull + 1, SEC_2024 * 1000000000ull + 1000, false },
	{ "nanoseconds", 9, 0, SEC_2024 * 1000000000ull + 1, SEC_2024 * 1000000000ull + 1, false },
	{ "picoseconds_are_cut", 12, SEC_2024, 1999, SEC_2024 * 1000000000ull + 1, false },
	{ "ten_to_the_minus_18", 18, 0, 1000000000000000001, 1000000000, false },
	{ "ten_to_the_minus_19_all_ones", 19, 0, UINT64_MAX, 1844674407, false },
	{ "ten_to_the_minus_19_one_second", 19, 0, 10000000000000000000ull, 1000000000, false },
	{ "ten_to_the_minus_19_just_below_a_second", 19, 0, 9999999999999999999ull, 999999999,
	  false },
	{ "ten_to_the_minus_20_is_unknown", 20, 0, 1, 0, true },
	{ "ten_to_the_minus_127_is_unknown", 127, 0, 1, 0, true },
	{ "two_to_the_0", 0x80, 0, SEC_2024, SEC_2024 * 1000000000ull, false },
	{ "two_to_the_minus_1", 0x81, 0, 3, 1500000000, false },
	{ "two_to_the_minus_32", 0xa0, 0, 0x180000000, 1500000000, false },
	{ "two_to_the_minus_62", 0xbe, 0, 3ull << 61, 1500000000, false },
	{ "two_to_the_minus_63", 0xbf, 0, 3ull << 62, 1500000000, false },
	{ "two_to_the_minus_63_all_ones", 0xbf, 0, UINT64_MAX, 1999999999, false },
	{ "two_to_the_minus_64_is_unknown", 0xc0, 0, 1, 0, true },
	{ "two_to_the_minus_127_is_unknown", 0xff, 0, 1, 0, true },
	{ "an_offset_is_added", 9, 3600, 5, 3600000000005, false },
	{ "a_negative_offset_is_subtracted", 9, -3600, 3600000000005, 5, false },
	{ "a_time_of_0_is_known", 9, 0, 0, 0, false },
	{ "an_offset_before_1970_is_unknown", 9, -1, 999999999, 0, true },
	{ "an_offset_at_the_lower_end_is_unknown", 9, INT64_MIN, UINT64_MAX, 0, true },
	{ "an_offset_at_the_upper_end_is_unknown", 9, INT64_MAX, UINT64_MAX, 0, true },
	{ "seconds_beyond_63_bits_are_unknown", 0, -1, UINT64_MAX, 0, true },
	{ "the_last_second_of_63_bits_of_ns", 0, 0, 9223372036, 9223372036000000000, false },
	{ "one_second_later_is_unknown", 0, 0, 9223372037, 0, true },
	{ "all_ones_in_microseconds_is_unknown", 6, 0, UINT64_MAX, 0, true },
};

static void time_is_as_the_row_wants(void **state)
{
	const struct time_case *c = *state;

	for (int swapped = 0; swapped < 2; swapped++) {
		img.len = 0;
		img.swapped = swapped;
		shb();
		begin_idb(0);
		option(IF_TSRESOL, &c->resolution, 1);
		option64(IF_TSOFFSET, c->offset);
		end();
		epb(0, c->ticks);
		read_image();
		assert_int_equal(res.err, 0);
		assert_int_equal(res.n, 1);
		assert_int_equal(!(res.packet[0].has & PACKET_TIME), c->unknown);
		assert_int_equal(!!res.n_warnings, c->unknown);
		if (!c->unknown)
			assert_true(res.packet[0].ts_ns == c->ns);
	}
}

/* Options */

static void names_and_numbers_of_an_interface_are_kept(void **state)
{
	(void)state;
	for (int swapped = 0; swapped < 2; swapped++) {
		const struct iface *i;

		img.len = 0;
		img.swapped = swapped;
		begin_shb();
		option(SHB_OS, "Linux", 5);
		end();
		begin_idb(262144);
		option(IF_NAME, "eth0", 4);
		option(IF_MACADDR, "\2\0\0\0\0\1", 6);
		option64(IF_SPEED, 10000000000);
		option(IF_HARDWARE, "veth", 4);
		end();
		read_image();
		is_sound(0);
		i = capfile_iface(res.r, 0);
		assert_string_equal(i->name, "eth0");
		assert_string_equal(i->hardware, "veth");
		assert_null(i->os);
		assert_memory_equal(i->mac, "\2\0\0\0\0\1", 6);
		assert_true(i->speed_bps == 10000000000);
		assert_int_equal(i->snaplen, 262144);
		assert_string_equal(capfile_section(res.r, SHB_OS), "Linux");
		assert_null(capfile_section(res.r, SHB_USERAPPL));
		assert_null(capfile_iface(res.r, 1));
	}
}

static void the_first_of_a_repeated_option_counts(void **state)
{
	(void)state;
	shb();
	begin_idb(0);
	option(IF_NAME, "one", 3);
	option(IF_NAME, "two", 3);
	option(IF_TSRESOL, "\11", 1);
	option(IF_TSRESOL, "\3", 1);
	end();
	begin_epb(0, 5, 4);
	option64(EPB_DROPCOUNT, 7);
	option64(EPB_DROPCOUNT, 9);
	end();
	read_image();
	is_sound(1);
	assert_string_equal(capfile_iface(res.r, 0)->name, "one");
	assert_true(res.packet[0].ts_ns == 5);
	assert_true(res.packet[0].dropped == 7);
}

static void a_wrong_length_drops_the_option_and_not_those_behind_it(void **state)
{
	(void)state;
	shb();
	begin_idb(0);
	option(IF_TSRESOL, "\3\0", 2);
	option(IF_MACADDR, "\2\0\0\0\1", 5);
	option(IF_NAME, "eth0", 4);
	option(IF_TSRESOL, "\11", 1);
	end();
	epb(0, 5);
	read_image();
	is_warned(1, "option 9 of the block at byte 28 has 2 bytes instead of 1");
	assert_int_equal(res.n_warnings, 1);	/* each kind once */
	assert_string_equal(capfile_iface(res.r, 0)->name, "eth0");
	assert_false(capfile_iface(res.r, 0)->has_mac);
	assert_true(res.packet[0].ts_ns == 5);
}

static void an_option_that_overruns_its_block_is_dropped(void **state)
{
	(void)state;
	shb();
	begin_idb(0);
	option(IF_TSRESOL, "\11", 1);
	put16(IF_NAME);
	put16(5);
	put("eth0", 4);
	end();
	epb(0, 5);
	read_image();
	is_warned(1, "option 2 of the block at byte 28 has 5 bytes");
	assert_null(capfile_iface(res.r, 0)->name);
	assert_true(res.packet[0].ts_ns == 5);
}

static void an_option_may_end_with_its_block(void **state)
{
	(void)state;
	shb();
	begin_idb(0);
	option(IF_TSRESOL, "\11", 1);
	option(IF_NAME, "eth0", 4);
	end();
	epb(0, 5);
	read_image();
	is_sound(1);
	assert_string_equal(capfile_iface(res.r, 0)->name, "eth0");
}

static void options_behind_the_end_do_not_count(void **state)
{
	(void)state;
	shb();
	begin_idb(0);
	option(OPT_END, "", 0);
	option(IF_NAME, "eth0", 4);
	end();
	read_image();
	is_sound(0);
	assert_null(capfile_iface(res.r, 0)->name);
}

static void strings_end_at_nul_and_are_clean_utf8(void **state)
{
	(void)state;
	shb();
	begin_idb(0);
	option(IF_NAME, "et\xff\0h0", 6);
	end();
	read_image();
	is_sound(0);
	assert_string_equal(capfile_iface(res.r, 0)->name, "et\xef\xbf\xbd");
}

static void a_custom_option_without_room_for_its_owner_is_warned_about(void **state)
{
	static const uint16_t codes[] = { 2988, 2989, 19372, 19373 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		for (uint16_t len = 3; len <= 4; len++) {
			img.len = 0;
			shb();
			idb();
			begin_epb(0, 0, 4);
			option(codes[i], "text", len);
			end();
			read_image();
			if (len < 4)
				is_warned(1, "enterprise number");
			else
				is_sound(1);
		}
	}
}

static void packet_options_are_kept(void **state)
{
	(void)state;
	for (int swapped = 0; swapped < 2; swapped++) {
		img.len = 0;
		img.swapped = swapped;
		shb();
		idb();
		begin_epb(0, 0, 5);
		put16(EPB_FLAGS);
		put16(4);
		put32(13);
		option64(EPB_DROPCOUNT, 1ull << 40);
		option64(EPB_PACKETID, 3ull << 48);
		put16(EPB_QUEUE);
		put16(4);
		put32(8);
		end();
		epb(0, 0);
		read_image();
		is_sound(2);
		assert_int_equal(res.packet[0].has & ~PACKET_TIME,
				 PACKET_FLAGS | PACKET_ID | PACKET_QUEUE);
		assert_int_equal(res.packet[0].flags, 13);
		assert_int_equal(res.packet[0].queue, 8);
		assert_true(res.packet[0].dropped == 1ull << 40);
		assert_true(res.packet[0].id == 3ull << 48);
		/* nothing is left of the first */
		assert_int_equal(res.packet[1].has, PACKET_TIME);
		assert_true(res.packet[1].dropped == 0);
	}
}

/* As well: a comment on the interface, beside which there may be others. */
static void a_queue_may_be_told_of_an_interface(void **state)
{
	enum { NONE = 99 };
	static const struct { const char *comment; uint32_t flags, told, queue; } rows[] = {
		{ "queue=0", EPB_INBOUND, NONE, 0 },
		{ "queue=0", 0, NONE, 0 },
		{ "queue=0", EPB_OUTBOUND, NONE, NONE },
		{ "queue=0", EPB_INBOUND, 0, 0 },
		{ "queue=0", EPB_INBOUND, 3, 3 },
		{ "vlan_offload=on queue=0", EPB_INBOUND, NONE, NONE },
		{ "queue=0x", EPB_INBOUND, NONE, NONE },
		{ "xqueue=0", EPB_INBOUND, NONE, NONE },
		{ "queue=1", EPB_INBOUND, NONE, NONE },
	};

	(void)state;
	for (size_t i = 0; i < array_size(rows); i++) {
		const struct packet *p = &res.packet[0];

		img.len = 0;
		img.swapped = i % 2;
		shb();
		begin_idb(0);
		option(OPT_COMMENT, rows[i].comment, strlen(rows[i].comment));
		option(OPT_COMMENT, "another", 7);
		end();
		begin_epb(0, 0, 5);
		put16(EPB_FLAGS);
		put16(4);
		put32(rows[i].flags);
		if (rows[i].told != NONE) {
			put16(EPB_QUEUE);
			put16(4);
			put32(rows[i].told);
		}
		end();
		read_image();
		is_sound(1);
		if ((p->has & PACKET_QUEUE ? p->queue : NONE) != rows[i].queue)
			fail_msg("row %zu: has %#x, queue %u", i, p->has, p->queue);
		assert_string_equal(capfile_iface(res.r, 0)->comment,
				    strcmp(rows[i].comment, "queue=0") ? rows[i].comment
								       : "another");
	}
}

/* Written by us: a time of 0, and a comment that takes it back and is none of the packet's. */
static void a_comment_says_that_the_time_is_not_known(void **state)
{
	static const struct {
		uint64_t ticks;
		const char *comments[2];
		bool timed;
		size_t left;
	} rows[] = {
		{ 0, { "time=unknown", NULL }, false, 0 },
		{ 0, { "time=unknown", "seen by b" }, false, 16 },
		{ 0, { "seen by b", "time=unknown" }, false, 16 },
		{ 0, { "time=unknown2", NULL }, true, 20 },
		{ 0, { "time=unknow", NULL }, true, 16 },
		{ 1, { "time=unknown", NULL }, true, 16 },
		{ UINT64_MAX, { "time=unknown", NULL }, false, 0 }, /* beyond 2262 */
	};

	(void)state;
	for (int swapped = 0; swapped < 2; swapped++) {
		for (size_t i = 0; i < array_size(rows); i++) {
			img.len = 0;
			img.swapped = swapped;
			shb();
			idb();
			begin_epb(0, rows[i].ticks, 5);
			for (int n = 0; n < 2 && rows[i].comments[n]; n++)
				option(OPT_COMMENT, rows[i].comments[n],
				       strlen(rows[i].comments[n]));
			end();
			read_image();
			assert_int_equal(res.err, 0);
			assert_int_equal(res.n, 1);
			if (!!(res.packet[0].has & PACKET_TIME) != rows[i].timed ||
			    res.packet[0].options.len != rows[i].left)
				fail_msg("row %zu: has %#x, %zu bytes of options", i,
					 res.packet[0].has, res.packet[0].options.len);
		}
	}
}

static void the_last_statistics_of_an_interface_count(void **state)
{
	const struct iface_stats *s;

	(void)state;
	shb();
	begin_idb(0);
	option(IF_TSRESOL, "\11", 1);
	end();
	for (uint64_t n = 1; n <= 2; n++) {
		begin(PCAPNG_ISB);
		put32(0);
		put32(0);
		put32(n);
		option(OPT_COMMENT, "ring_full=1", 11);
		option64(ISB_IFRECV, 10 * n);
		if (n == 1)
			option64(ISB_IFDROP, 3);
		put16(ISB_STARTTIME);
		put16(8);
		put32(1);
		put32(2);
		end();
	}
	read_image();
	is_sound(0);
	s = capfile_stats(res.r, 0);
	assert_int_equal(s->has, 1 << STAT_RECEIVED | 1 << STAT_START);
	assert_true(s->value[STAT_RECEIVED] == 20);
	assert_true(s->value[STAT_START] == 0x100000002);
	assert_true(s->ts_ns == 2);
	assert_string_equal(s->comment, "ring_full=1");
	assert_null(capfile_stats(res.r, 1));
}

/* Limits */

static void a_block_is_held_up_to_64_mib(void **state)
{
	(void)state;
	shb();
	idb();
	begin_epb(0, 0, 4);
	img.len += STREAM_HELD_MAX - (img.len - img.block) - 4;
	img.bytes = realloc(img.bytes, img.len + 64);
	img.cap = img.len + 64;
	memset(img.bytes + img.block + 32, 0, img.len - img.block - 32);
	end();
	assert_int_equal(img.len - img.block, STREAM_HELD_MAX);
	read_image();
	is_sound(1);

	img.len -= 4;
	put32(0);
	end();
	assert_int_equal(img.len - img.block, STREAM_HELD_MAX + 4);
	read_image();
	is_refused(
		0,
		"damaged at byte 48: a block of 67108868 bytes, where at most 67108864 are read");
}

static void an_unknown_block_may_be_longer(void **state)
{
	(void)state;
	shb();
	idb();
	begin(0xabcd);
	img.len += STREAM_HELD_MAX;
	img.bytes = realloc(img.bytes, img.len + 64);
	img.cap = img.len + 64;
	memset(img.bytes + img.block + 8, 0xee, img.len - img.block - 8);
	end();
	epb(0, 0);
	read_image();
	is_sound(1);
}

static void a_million_interfaces_are_read_and_not_one_more(void **state)
{
	(void)state;
	shb();
	for (unsigned i = 0; i < BUDGET_IFACES; i++)
		idb();
	epb(BUDGET_IFACES - 1, 0);
	read_image();
	is_sound(1);
	img.len -= 36;
	idb();
	read_image();
	is_refused(0, "more than 1048576 interfaces");
}

/* What a file takes of the memory that is for all of them, and that it is all given back. */
static const struct budget_case {
	const char *name;
	struct budget budget;
	const char *error;	/* NULL: a warning */
} budgets[] = {
	{ "enough_memory", { .bytes = 16 << 20, .kept = 1 << 20, .ifaces = 100 }, "" },
	{ "too_little_for_a_long_block", { .bytes = 2 << 20, .kept = 1 << 20, .ifaces = 100 },
	  "it would take more than 192 MiB" },
	{ "too_little_for_interfaces", { .bytes = 5000, .kept = 1 << 20, .ifaces = 100 },
	  "it would take more than 192 MiB" },
	{ "too_few_interfaces", { .bytes = 16 << 20, .kept = 1 << 20, .ifaces = 49 },
	  "more than 1048576 interfaces, all files together" },
	{ "too_little_for_names", { .bytes = 16 << 20, .kept = 100, .ifaces = 100 }, NULL },
	{ "too_little_to_begin", { .bytes = 1000, .kept = 100, .ifaces = 100 },
	  "it would take more than 192 MiB" },
};

static void a_budget_is_kept(void **state)
{
	static const uint8_t zero[65536];
	const struct budget_case *c = *state;

	for (unsigned recover = 0; recover < 2; recover++) {
		struct budget left = c->budget;
		struct capfile_hooks hooks = { .warn = warned,
					       .ctx = &res,
					       .budget = &left,
					       .buffer = 4096,
					       .recover = recover };
		bool begins = left.bytes > 4096;
		struct packet p;
		unsigned n = 0;
		int err;

		fresh(NULL);
		shb();
		idb();
		epb(0, 1);
		for (unsigned i = 1; i < 50; i++) {
			begin_idb(0);
			option(IF_NAME, "a name of some length", 21);
			end();
		}
		epb(49, 2);
		for (unsigned i = 0; i < 2; i++) {
			begin_epb(0, 3, 4);
			/* behind the end of the options */
			for (unsigned zeros = 0; zeros < 4 << 20; zeros += sizeof(zero))
				put(zero, sizeof(zero));
			end();
			epb(0, 3);
		}
		close_result();
		res.f = fmemopen(img.bytes, img.len, "r");
		err = capfile_open_with(&res.r, res.f, &hooks);
		while (!err && (err = capfile_next(res.r, &p)) > 0) {
			err = 0;
			n++;
		}
		if (c->error && *c->error) {
			assert_int_equal(err, -EBADMSG);
			if (!strstr(capfile_error(res.r), c->error))
				fail_msg("%s: %s", c->name, capfile_error(res.r));
			assert_true(n >= begins);	/* what was read before is delivered */
			assert_true(n < 6);
		} else {
			assert_int_equal(err, 0);
			assert_int_equal(n, 6);
			assert_int_equal(res.n_warnings, c->error ? 0 : 1);
			assert_int_equal(!capfile_iface(res.r, 49)->name, !c->error);
		}
		res.r = capfile_close(res.r);
		assert_int_equal(left.bytes, c->budget.bytes);
		assert_int_equal(left.kept, c->budget.kept);
		assert_int_equal(left.ifaces, c->budget.ifaces);
		close_result();
	}
}

/* A block of a frame of zstd, RFC 8878, 3.1.1.2: as it is (0), or one byte that is repeated (1). */
static void zstd_block(unsigned kind, size_t len, bool last, const void *bytes, size_t n)
{
	uint32_t head = len << 3 | kind << 1 | last;

	put(&head, 3);
	put(bytes, n);
}

static void a_window_is_part_of_the_budget(void **state)
{
	const uint32_t len = 12 + 2 * 131072, head[2] = { 0xabcd, len };
	uint8_t section[256];
	size_t n;

	(void)state;
	shb();
	idb();
	epb(0, 1);
	n = img.len;
	memcpy(section, img.bytes, n);
	memcpy(section + n, head, 8);
	img.len = 0;
	put("\x28\xb5\x2f\xfd\0\x78", 6);	/* of 32 MiB */
	zstd_block(0, n + 8, false, section, n + 8);
	zstd_block(1, 131072, false, "", 1);
	zstd_block(1, 131072, false, "", 1);
	zstd_block(0, 4, true, &len, 4);
	for (unsigned enough = 0; enough < 2; enough++) {
		struct budget left = { .bytes = enough ? 40 << 20 : 16 << 20,
				       .kept = 1 << 20,
				       .ifaces = 100 },
			      was = left;
		struct capfile_hooks hooks = { .budget = &left };
		struct packet p;
		int err;

		close_result();
		res.f = fmemopen(img.bytes, img.len, "r");
		err = capfile_open_with(&res.r, res.f, &hooks);
		if (enough) {
			assert_int_equal(err, 0);
			assert_int_equal(capfile_next(res.r, &p), 1);
			assert_int_equal(capfile_next(res.r, &p), 0);
		} else {
			assert_int_equal(err, -EBADMSG);
			assert_non_null(strstr(capfile_error(res.r),
					       "more than 192 MiB of memory, all files together"));
		}
		res.r = capfile_close(res.r);
		assert_int_equal(left.bytes, was.bytes);
	}
}

static void the_captured_length_fits_the_block_or_is_damage(void **state)
{
	static const struct { uint32_t caplen; bool fits; } rows[] = {
		{ 7, true }, { 8, true }, { 9, false }, { 0x7fffffff, false },
		{ 0x80000000, false },
		{ 0xfffffffc, false }, { 0xfffffffd, false }, { 0xfffffffe, false },
		{ 0xffffffff, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		img.len = 0;
		shb();
		idb();
		begin(PCAPNG_EPB);
		for (int zero = 0; zero < 3; zero++)
			put32(0);
		put32(rows[i].caplen);
		put32(rows[i].caplen);
		put("12345678", 8);
		end();
		read_image();
		if (rows[i].fits)
			is_sound(1);
		else
			is_refused(0, "damaged at byte 48");
	}
}

static void an_interface_belongs_to_its_section(void **state)
{
	(void)state;
	shb();
	idb();
	idb();
	epb(1, 0);
	img.swapped = true;
	shb();
	idb();
	epb(0, 0);
	epb(1, 0);
	read_image();
	is_refused(2, "a packet of interface 1, where the section has 1");
	assert_int_equal(res.packet[0].iface->id, 1);
	assert_int_equal(res.packet[1].iface->id, 2);
}

static void a_simple_packet_has_no_time_and_the_smaller_length(void **state)
{
	static const struct { uint32_t snaplen, len, want; } rows[] = {
		{ 0, 8, 8 }, { 4, 8, 4 }, { 8, 8, 8 }, { 9, 8, 8 }, { 8, 100, 8 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		img.len = 0;
		shb();
		begin_idb(rows[i].snaplen);
		end();
		begin(PCAPNG_SPB);
		put32(rows[i].len);
		put("12345678", 8);
		end();
		read_image();
		is_sound(1);
		assert_int_equal(res.packet[0].caplen, rows[i].want);
		assert_int_equal(res.packet[0].len, rows[i].len);
		assert_int_equal(res.packet[0].has, 0);
	}
}

/* pcap */

static void pcap_file(uint16_t major, uint16_t minor, uint32_t snaplen)
{
	put32(0xa1b2c3d4);
	put16(major);
	put16(minor);
	put64(0);
	put32(snaplen);
	put32(1);
}

static void pcap_record(uint32_t caplen, uint32_t len, uint32_t room)
{
	put32(1);
	put32(2);
	put32(caplen);
	put32(len);
	while (room--)
		put("x", 1);
}

static void pcap_versions_from_2_0_to_2_4_are_read(void **state)
{
	static const struct { uint16_t major, minor; bool known, swapped; } rows[] = {
		{ 1, 4, false, false }, { 2, 0, true, true }, { 2, 2, true, true },
		{ 2, 3, true, false },
		{ 2, 4, true, false }, { 2, 5, false, false }, { 3, 0, false, false },
		{ 543, 0, true, true },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		img.len = 0;
		img.swapped = i & 1;
		pcap_file(rows[i / 2].major, rows[i / 2].minor, 65535);
		pcap_record(rows[i / 2].swapped ? 60 : 4, rows[i / 2].swapped ? 4 : 60, 4);
		read_image();
		if (!rows[i / 2].known) {
			is_refused(0, "where 2.0 to 2.4 are known");
			continue;
		}
		is_sound(1);
		assert_int_equal(res.packet[0].caplen, 4);
		assert_int_equal(res.packet[0].len, 60);
		assert_true(res.packet[0].ts_ns == 1000002000);
	}
}

static void a_pcap_record_of_256_kib_is_a_packet_and_a_longer_one_is_not(void **state)
{
	(void)state;
	for (uint32_t n = 262143; n <= 262145; n++) {
		img.len = 0;
		pcap_file(2, 4, 262144);
		pcap_record(n, n, n);
		read_image();
		if (n <= 262144)
			is_sound(1);
		else
			is_refused(
				0,
				"damaged at byte 24: a record of 262145 bytes, where at most 262144");
	}
}

static void a_larger_snap_length_allows_larger_records(void **state)
{
	(void)state;
	for (uint32_t n = 299999; n <= 300001; n++) {
		img.len = 0;
		pcap_file(2, 4, 300000);
		pcap_record(n, n, n);
		read_image();
		if (n <= 300000)
			is_sound(1);
		else
			is_refused(
				0,
				"damaged at byte 24: a record of 300001 bytes, where at most 300000");
	}
}

static void zeros_at_the_end_of_pcap_are_records_up_to_511_bytes(void **state)
{
	static const uint8_t zeros[1024];

	(void)state;
	for (size_t n = 496; n <= 1024; n += 16) {
		img.len = 0;
		pcap_file(2, 4, 65535);
		put(zeros, n);
		read_image();
		if (n < 512)
			is_sound(n / 16);
		else
			is_refused(0, "damaged at byte 24: nothing but zeros");
	}
}

static void seconds_of_pcap_have_32_bits(void **state)
{
	(void)state;
	pcap_file(2, 4, 65535);
	put32(0xffffffff);
	put32(999999);
	put64(0);
	read_image();
	is_sound(1);
	assert_true(res.packet[0].ts_ns == 4294967295999999000);
}

/* Every kind of file */

static const struct fixture_case {
	const char *name, *path;
} fixtures[] = {
	{ "pcap", "pcap_microseconds_little_endian.pcap" },
	{ "pcap_big_endian", "pcap_nanoseconds_big_endian.pcap" },
	{ "pcap_modified", "pcap_modified_big_endian.pcap" },
	{ "pcapng_with_all_options", "pcapng_options_everywhere.pcapng" },
	{ "pcapng_of_both_orders", "pcapng_sections_of_both_byte_orders.pcapng" },
	{ "pcapng_statistics", "pcapng_interface_statistics.pcapng" },
	{ "pcapng_simple_packets", "pcapng_simple_packets_snaplen_32.pcapng" },
	{ "pcapng_obsolete_packets", "pcapng_obsolete_packets_big_endian.pcapng" },
	{ "pcapng_unknown_blocks", "pcapng_unknown_blocks.pcapng" },
	{ "pcapng_skipped_section", "warn_pcapng_version_1_1_skipped.pcapng" },
	{ "pcapng_time_offsets", "pcapng_tsresol_2_63_near_the_offset.pcapng" },
};

/* Each prefix in memory of its own size; an error, if there is one, is a sentence with a place. */
static void no_prefix_crashes_or_loses_packets(void **state)
{
	const struct fixture_case *c = *state;
	unsigned most = 0;
	int err = -1;

	load(c->path);
	for (size_t n = 0; n <= img.len; n++) {
		uint8_t *prefix = malloc(n + 1);

		memcpy(prefix, img.bytes, n);
		read_bytes(prefix, n);
		if (res.n < most)
			fail_msg("%zu bytes hold %u packets, fewer hold %u", n, res.n, most);
		most = res.n;
		if (res.err && !strstr(capfile_error(res.r), "byte") && n)
			fail_msg("%zu bytes: '%s' names no byte", n, capfile_error(res.r));
		err = res.err;
		close_result();
		free(prefix);
	}
	assert_int_equal(err, 0);	/* the last one is the whole file */
	assert_true(most > 0);
}

static void no_changed_byte_crashes(void **state)
{
	const struct fixture_case *c = *state;

	load(c->path);
	for (size_t i = 0; i < img.len; i++) {
		uint8_t was = img.bytes[i];
		const uint8_t others[] = { 0, 0xff, was ^ 0xff, was ^ 1, was ^ 0x80 };

		for (size_t k = 0; k < sizeof(others); k++) {
			img.bytes[i] = others[k];
			read_image();
			if (res.err && !capfile_error(res.r)[0])
				fail_msg("byte %zu as %02x: refused without a reason", i,
					 others[k]);
		}
		img.bytes[i] = was;
	}
}

/* A pipe delivers in pieces, and reading fails in the middle. */
static ssize_t three_bytes(void *cookie, char *buf, size_t n)
{
	size_t *pos = cookie, left = img.len - *pos;

	n = n < 3 ? n : 3;
	n = n < left ? n : left;
	memcpy(buf, img.bytes + *pos, n);
	*pos += n;
	return n;
}

static void a_file_may_come_in_small_pieces(void **state)
{
	size_t pos = 0;
	struct packet p;
	unsigned n = 0;

	(void)state;
	load("pcapng_options_everywhere.pcapng");
	res.f = fopencookie(&pos, "r", (cookie_io_functions_t){ .read = three_bytes });
	setvbuf(res.f, NULL, _IONBF, 0);
	assert_int_equal(capfile_open(&res.r, res.f, warned, &res), 0);
	while (capfile_next(res.r, &p) > 0)
		n++;
	assert_int_equal(n, 5);
}

static ssize_t fails_after_100(void *cookie, char *buf, size_t n)
{
	size_t *pos = cookie;

	if (*pos >= 100) {
		errno = EIO;
		return -1;
	}
	return three_bytes(cookie, buf, n);
}

static void a_read_error_is_not_called_damage(void **state)
{
	size_t pos = 0;
	struct packet p;
	int err;

	(void)state;
	load("pcapng_little_endian.pcapng");
	res.f = fopencookie(&pos, "r", (cookie_io_functions_t){ .read = fails_after_100 });
	setvbuf(res.f, NULL, _IONBF, 0);
	err = capfile_open(&res.r, res.f, warned, &res);
	while (err >= 0 && (err = capfile_next(res.r, &p)) > 0)
		;
	assert_int_equal(err, -EIO);
	assert_non_null(strstr(capfile_error(res.r), "Input/output error"));
}

#define one(t)	cmocka_unit_test_setup_teardown(t, fresh, done)

static struct CMUnitTest tests[160];

int main(void)
{
	static const struct CMUnitTest others[] = {
		one(names_and_numbers_of_an_interface_are_kept),
		one(the_first_of_a_repeated_option_counts),
		one(a_wrong_length_drops_the_option_and_not_those_behind_it),
		one(an_option_that_overruns_its_block_is_dropped),
		one(an_option_may_end_with_its_block),
		one(options_behind_the_end_do_not_count),
		one(strings_end_at_nul_and_are_clean_utf8),
		one(a_custom_option_without_room_for_its_owner_is_warned_about),
		one(packet_options_are_kept),
		one(a_queue_may_be_told_of_an_interface),
		one(a_comment_says_that_the_time_is_not_known),
		one(the_last_statistics_of_an_interface_count),
		one(a_block_is_held_up_to_64_mib),
		one(an_unknown_block_may_be_longer),
		one(a_window_is_part_of_the_budget),
		one(a_million_interfaces_are_read_and_not_one_more),
		one(the_captured_length_fits_the_block_or_is_damage),
		one(an_interface_belongs_to_its_section),
		one(a_simple_packet_has_no_time_and_the_smaller_length),
		one(pcap_versions_from_2_0_to_2_4_are_read),
		one(a_pcap_record_of_256_kib_is_a_packet_and_a_longer_one_is_not),
		one(a_larger_snap_length_allows_larger_records),
		one(zeros_at_the_end_of_pcap_are_records_up_to_511_bytes),
		one(seconds_of_pcap_have_32_bits),
		one(a_file_may_come_in_small_pieces),
		one(a_read_error_is_not_called_damage),
	};
	static char names[2 * sizeof(fixtures) / sizeof(fixtures[0])][80];
	const size_t n_fixtures = sizeof(fixtures) / sizeof(fixtures[0]);
	size_t n = 0;
	int ret;

	unit_of_table(times, time_is_as_the_row_wants, tests, n);
	unit_of_table(budgets, a_budget_is_kept, tests, n);
	memcpy(tests + n, others, sizeof(others));
	n += sizeof(others) / sizeof(others[0]);
	for (size_t i = 0; i < n_fixtures; i++) {
		snprintf(names[2 * i], sizeof(names[0]), "no_prefix_of_%s_crashes_or_loses_packets",
			 fixtures[i].name);
		snprintf(names[2 * i + 1], sizeof(names[0]), "no_changed_byte_of_%s_crashes",
			 fixtures[i].name);
		tests[n++] = (struct CMUnitTest){ names[2 * i], no_prefix_crashes_or_loses_packets,
						  fresh, done, (void *)&fixtures[i] };
		tests[n++] = (struct CMUnitTest){ names[2 * i + 1], no_changed_byte_crashes, fresh,
						  done, (void *)&fixtures[i] };
	}
	ret = unit_run("capfile", tests, n);
	freed(NULL);
	return ret;
}
