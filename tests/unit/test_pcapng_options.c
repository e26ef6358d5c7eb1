// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What stands in a pcapng file beside packets and fields: options of every kind come through reader
 * and writer as they were, from either byte order, and so do the blocks that may be copied; what
 * may not be copied, or is malformed, does not.
 */
#include <stdio.h>
#include <string.h>

#include "capture/format/pcapng.h"
#include "capture/packet/pcapng_options.h"
#include "tests/unit/image.h"

static struct blocks blocks;
static bool local;	/* those of local use are wanted */

static int without_blocks(void **state)
{
	free(blocks.bytes);
	blocks = (struct blocks){ NULL, 0, 0 };
	return done(state);
}

/* Reads on to the next packet of the image, collecting what comes before it. */
static int next(struct packet *p)
{
	struct capfile_hooks hooks = {
		.warn = warned, .ctx = &res, .buffer = 4096, .blocks = &blocks, .local = local
	};

	if (!res.r) {
		res.f = fmemopen(img.bytes, img.len, "r");
		assert_int_equal(capfile_open_with(&res.r, res.f, &hooks), 0);
	}
	return capfile_next(res.r, p);
}

static void next_is_packet(struct packet *p)
{
	if (next(p) != 1)
		fail_msg("no packet: %s", capfile_error(res.r));
}

/* A new file with one interface and a packet of 4 bytes, whose options follow. */
static void begin_packet(void)
{
	close_result();
	img.len = 0;
	shb();
	idb();
	begin_epb(0, 1, 4);
}

static void option32(uint16_t code, uint32_t a, uint32_t b, uint16_t len)
{
	put16(code);
	put16(len);
	put32(a);
	if (len > 4)
		put32(b);
}

/* A type, and a number of 64 bits that stands behind it. */
static void verdict(uint8_t type, uint64_t action)
{
	uint64_t stored = img.swapped ? __builtin_bswap64(action) : action;
	uint8_t value[9] = { type };

	memcpy(value + 1, &stored, 8);
	option(EPB_VERDICT, value, 9);
}

static void put_packet_options(void)
{
	option(OPT_COMMENT, "first", 5);
	option32(EPB_FLAGS, 5, 0, 4);
	option(OPT_COMMENT, "send\xff", 5);
	option(EPB_HASH, "\5\xde\xad\xbe\xef", 5);
	verdict(VERDICT_XDP, 2);
	option32(EPB_PROCESS, 7, 9, 8);
	option32(CUSTOM_BYTES, 32473, 0x01020304, 8);
	option32(CUSTOM_BYTES_NO, 32473, 0, 8);
	option32(EPB_QUEUE, 3, 0, 4);
}

/* The @n-th one, from 0, or NULL. */
static const uint8_t *nth(const struct raw_options *o, uint16_t code, unsigned n, size_t *len)
{
	const uint8_t *value;
	size_t pos = 0;

	do
		value = pcapng_options_next_of(o, code, &pos, len);
	while (value && n--);
	return value;
}

static void same_value(const struct raw_options *o, uint16_t code, unsigned n, const void *want,
		       size_t want_len)
{
	size_t len;
	const uint8_t *value = nth(o, code, n, &len);

	if (!value)
		fail_msg("no option %u of code %u", n, code);
	assert_int_equal(len, want_len);
	assert_memory_equal(value, want, len);
}

static void is_absent(const struct raw_options *o, uint16_t code, unsigned n)
{
	size_t len;

	if (nth(o, code, n, &len))
		fail_msg("there is an option %u of code %u", n, code);
}

static void check_packet_options(const struct packet *p)
{
	const uint32_t vendor = 32473;
	const uint8_t *value;
	struct packet_hash hash;
	struct verdict v;
	size_t len, pos = 0;

	assert_int_equal(p->has, PACKET_TIME | PACKET_FLAGS | PACKET_QUEUE | PACKET_VERDICT |
					 PACKET_PROCESS);
	assert_int_equal(p->flags, 5);
	assert_int_equal(p->queue, 3);
	assert_int_equal(p->pid, 7);
	assert_int_equal(p->tid, 9);
	assert_null(p->process);
	same_value(&p->options, OPT_COMMENT, 0, "first", 5);
	same_value(&p->options, OPT_COMMENT, 1, "send\xff", 5);
	is_absent(&p->options, OPT_COMMENT, 2);
	same_value(&p->options, EPB_HASH, 0, "\5\xde\xad\xbe\xef", 5);
	is_absent(&p->options, EPB_PROCESS, 0);
	value = nth(&p->options, CUSTOM_BYTES, 0, &len);
	assert_non_null(value);
	assert_memory_equal(value, &vendor, 4);
	is_absent(&p->options, CUSTOM_BYTES_NO, 0);
	is_absent(&p->options, EPB_FLAGS, 0);
	is_absent(&p->options, EPB_VERDICT, 0);
	assert_true(pcapng_options_hash(p, &hash));
	assert_int_equal(hash.algorithm, EPB_HASH_TOEPLITZ);
	assert_int_equal(hash.len, 4);
	assert_memory_equal(hash.value, "\xde\xad\xbe\xef", 4);
	assert_true(pcapng_options_verdict(p, &v));
	assert_int_equal(v.type, VERDICT_XDP);
	assert_true(v.action == 2);
	assert_memory_equal(pcapng_options_comment(p, &pos, &len), "first", 5);
	assert_memory_equal(pcapng_options_comment(p, &pos, &len), "send\xff", 5);
	assert_int_equal(len, 5);
	assert_null(pcapng_options_comment(p, &pos, &len));
}

static void options_of_a_packet_are_carried_in_host_order(void **state)
{
	(void)state;
	for (int swapped = 0; swapped < 2; swapped++) {
		struct packet p;

		close_result();
		img.len = 0;
		img.swapped = swapped;
		shb();
		idb();
		begin_epb(0, 1, 5);
		put_packet_options();
		end();
		epb(0, 2);
		next_is_packet(&p);
		check_packet_options(&p);
		next_is_packet(&p);
		assert_int_equal(p.options.len, 0);
		assert_int_equal(res.n_warnings, 0);
	}
}

/* Read, written, and read again. */
static void options_of_a_packet_are_written_behind_its_fields(void **state)
{
	static uint8_t copy[4096];
	struct packet p;
	size_t n = 0;

	(void)state;
	img.swapped = true;
	shb();
	idb();
	begin_epb(0, 1, 5);
	put_packet_options();
	end();
	next_is_packet(&p);
	n += pcapng_shb(copy, &(struct origin){ .os = NULL });
	n += pcapng_idb(copy + n, p.iface);
	assert_true(pcapng_epb_max(&p) < sizeof(copy) - n);
	n += pcapng_epb(copy + n, 0, &p, 2);
	close_result();
	img.len = 0;
	put(copy, n);
	next_is_packet(&p);
	assert_int_equal(p.caplen, 2);
	check_packet_options(&p);
	assert_int_equal(next(&p), 0);
}

static void a_packet_of_one_option_without_a_field_has_an_end_behind_it(void **state)
{
	uint8_t comment[] = { 0, 0, 0, 0, 'h', 'i', 0, 0 }, copy[256];
	uint16_t head[] = { OPT_COMMENT, 2 };
	struct packet p = { .data = comment,
			    .caplen = 0,
			    .has = PACKET_TIME,
			    .options = { comment, sizeof(comment) } };

	(void)state;
	memcpy(comment, head, 4);
	assert_int_equal(pcapng_epb(copy, 0, &p, 0), 32 + 8 + 4);
	assert_memory_equal(copy + 28, comment, 8);
	assert_memory_equal(copy + 36, "\0\0\0\0", 4);
}

static const struct bad_case {
	const char *name;
	uint16_t code, len;
	const char *value;
} bad[] = {
	{ "a_hash_without_its_kind_is_left_out", EPB_HASH, 0, "" },
	{ "a_hash_by_toeplitz_with_3_bytes_is_left_out", EPB_HASH, 4, "\5abc" },
	{ "a_hash_by_toeplitz_with_5_bytes_is_left_out", EPB_HASH, 6, "\5abcde" },
	{ "a_hash_by_toeplitz_without_bytes_is_left_out", EPB_HASH, 1, "\5" },
	{ "a_hash_by_crc32_with_2_bytes_is_left_out", EPB_HASH, 3, "\2ab" },
	{ "a_hash_by_md5_with_4_bytes_is_left_out", EPB_HASH, 5, "\3abcd" },
	{ "a_hash_by_sha1_with_16_bytes_is_left_out", EPB_HASH, 17, "\4abcdefghabcdefgh" },
	{ "a_verdict_without_its_kind_is_left_out", EPB_VERDICT, 0, "" },
	{ "a_verdict_of_xdp_with_8_bytes_is_left_out", EPB_VERDICT, 8, "\2\0\0\0\0\0\0\0" },
	{ "a_verdict_of_tc_with_10_bytes_is_left_out", EPB_VERDICT, 10, "\1\0\0\0\0\0\0\0\0\0" },
	{ "a_process_of_4_bytes_is_left_out", EPB_PROCESS, 4, "\1\0\0\0" },
	{ "a_vendor_option_without_a_vendor_is_left_out", CUSTOM_STRING, 3, "abc" },
};

static void is_left_out(void **state)
{
	const struct bad_case *c = *state;
	struct packet_hash hash;
	struct packet p;
	struct verdict v;

	begin_packet();
	option(c->code, c->value, c->len);
	option(OPT_COMMENT, "stays", 5);
	end();
	next_is_packet(&p);
	assert_int_equal(res.n_warnings, 1);
	is_absent(&p.options, c->code, 0);
	same_value(&p.options, OPT_COMMENT, 0, "stays", 5);
	assert_false(pcapng_options_verdict(&p, &v));
	assert_false(pcapng_options_hash(&p, &hash));
}

/* Options of a packet, and the hash that it has then; len 0: none. All of them are carried. */
static const struct hash_case {
	const char *name;
	struct { const char *value; uint16_t len; } options[2];
	struct packet_hash known;
} hashes[] = {
	{ "a_hash_by_toeplitz", { { "\5abcd", 5 } }, { 5, 4, "abcd" } },
	{ "a_hash_by_crc32", { { "\2abcd", 5 } }, { 2, 4, "abcd" } },
	{ "a_hash_by_xor_may_have_any_length", { { "\1a", 2 } }, { 1, 1, "a" } },
	{ "a_hash_by_md5", { { "\3abcdefghijklmnop", 17 } }, { 3, 16, "abcdefghijklmnop" } },
	{ "the_longest_hash", { { "\4abcdefghijklmnopqrst", 21 } }, { 4, 20, "abcdefghijklmnopqrst" } },
	{ "a_longer_hash_of_nobody_is_not_known", { { "\6abcdefghijklmnopqrstu", 22 } }, { 0, 0, "" } },
	{ "a_hash_of_nobody", { { "\6abc", 4 } }, { 6, 3, "abc" } },
	{ "a_hash_by_xor_without_bytes_is_not_known", { { "\1", 1 } }, { 0, 0, "" } },
	{ "the_first_of_two_hashes", { { "\2abcd", 5 }, { "\5efgh", 5 } }, { 2, 4, "abcd" } },
	{ "the_first_hash_that_can_be", { { "\0", 1 }, { "\5efgh", 5 } }, { 5, 4, "efgh" } },
};

static void a_hash_is_known_and_carried(void **state)
{
	const struct hash_case *c = *state;
	struct packet_hash hash = { 0 };
	struct packet p;

	begin_packet();
	for (unsigned i = 0; i < 2 && c->options[i].len; i++)
		option(EPB_HASH, c->options[i].value, c->options[i].len);
	end();
	next_is_packet(&p);
	assert_int_equal(res.n_warnings, 0);
	assert_int_equal(pcapng_options_hash(&p, &hash), c->known.len > 0);
	assert_memory_equal(&hash, &c->known, sizeof(hash));
	for (unsigned i = 0; i < 2 && c->options[i].len; i++)
		same_value(&p.options, EPB_HASH, i, c->options[i].value, c->options[i].len);
}

static void a_verdict_of_hardware_is_carried_and_not_explained(void **state)
{
	struct packet p;
	struct verdict v;

	(void)state;
	begin_packet();
	option(EPB_VERDICT, "\0drop", 5);
	end();
	next_is_packet(&p);
	same_value(&p.options, EPB_VERDICT, 0, "\0drop", 5);
	assert_false(pcapng_options_verdict(&p, &v));
}

/* Options of a packet, and what it is as a field; else all of it is carried as it is. */
static const struct verdict_case {
	const char *name;
	struct { uint8_t type; uint64_t action; } verdicts[3];
	unsigned n;
	bool field;
	struct verdict known;
} verdicts[] = {
	{ "a_verdict_of_xdp_is_a_field", { { 2, 1 } }, 1, true, { VERDICT_XDP, 1 } },
	{ "a_verdict_of_tc_is_a_field", { { 1, UINT64_MAX } }, 1, true,
	  { VERDICT_TC, UINT64_MAX } },
	{ "an_action_without_a_name_is_a_field", { { 2, 1ull << 40 } }, 1, true,
	  { VERDICT_XDP, 1ull << 40 } },
	{ "9_bytes_of_hardware_are_carried", { { 0, 1 } }, 1, false, { 0 } },
	{ "9_bytes_of_an_unknown_type_are_carried", { { 3, 1 } }, 1, false, { 0 } },
	{ "two_verdicts_are_carried", { { 2, 1 }, { 2, 2 } }, 2, false, { VERDICT_XDP, 1 } },
	{ "verdicts_of_tc_and_xdp_are_carried", { { 1, 2 }, { 2, 3 } }, 2, false, { VERDICT_TC, 2 } },
	{ "verdicts_of_hardware_and_xdp_are_carried", { { 0, 9 }, { 2, 3 } }, 2, false, { VERDICT_XDP, 3 } },
	{ "three_verdicts_are_carried", { { 2, 1 }, { 2, 2 }, { 2, 3 } }, 3, false, { VERDICT_XDP, 1 } },
};

static void a_verdict_is_a_field_or_carried(void **state)
{
	const struct verdict_case *c = *state;
	uint8_t copy[256], value[9];
	struct verdict v = { 0 };
	struct packet p;

	begin_packet();
	option(OPT_COMMENT, "first", 5);
	for (unsigned i = 0; i < c->n; i++)
		verdict(c->verdicts[i].type, c->verdicts[i].action);
	option(OPT_COMMENT, "last", 4);
	end();
	next_is_packet(&p);
	assert_int_equal(res.n_warnings, 0);
	assert_int_equal(!!(p.has & PACKET_VERDICT), c->field);
	assert_int_equal(pcapng_options_verdict(&p, &v), !!c->known.type);
	assert_int_equal(v.type, c->known.type);
	assert_true(v.action == c->known.action);
	same_value(&p.options, OPT_COMMENT, 0, "first", 5);
	same_value(&p.options, OPT_COMMENT, 1, "last", 4);
	for (unsigned i = 0; i < c->n && !c->field; i++) {
		*value = c->verdicts[i].type;
		memcpy(value + 1, &c->verdicts[i].action, 8);
		same_value(&p.options, EPB_VERDICT, i, value, 9);
	}
	assert_int_equal(p.options.len, 12 + 8 + (c->field ? 0 : 16 * c->n));
	/* all of it is in the output once: comments, verdicts, end */
	assert_int_equal(pcapng_epb(copy, 0, &p, 4), 32 + 4 + 12 + 8 + 16 * c->n + 4);
	assert_true(pcapng_epb_max(&p) >= 32 + 4 + 12 + 8 + 16 * c->n + 4);
}

static void what_is_not_known_is_carried_from_our_order_only(void **state)
{
	(void)state;
	for (int swapped = 0; swapped < 2; swapped++) {
		struct packet p;

		img.swapped = swapped;
		begin_packet();
		option(0x7001, "other", 5);
		end();
		next_is_packet(&p);
		assert_int_equal(res.n_warnings, swapped);
		if (swapped)
			is_absent(&p.options, 0x7001, 0);
		else
			same_value(&p.options, 0x7001, 0, "other", 5);
	}
}

/* Blocks and options whose numbers may mean each other. */
static void put_local(void)
{
	begin(0x80000001);
	put_padded("a block", 7);
	end();
	begin_epb(0, 1, 4);
	option(0x8001, "local", 5);
	end();
}

static const struct local_case {
	const char *name, *why;
	bool swapped, local;
	unsigned kept;		/* of two blocks, and two options */
	const char *between;
} locals[] = {
	{ "what_is_of_local_use_is_copied_as_it_is", NULL, false, true, 2, "" },
	{ "what_is_of_local_use_is_not_copied_from_the_other_byte_order", "another byte order",
	  true, true, 0, "" },
	{ "what_is_of_local_use_is_not_copied_among_others", "one file", false, false, 0, "" },
	{ "what_is_of_local_use_is_not_copied_from_a_second_section", "another section", false,
	  true, 1, "section" },
	{ "what_is_of_local_use_is_not_copied_when_some_of_it_is_missing", "one file", false, true,
	  1, "too much" },
};

static void local_is_copied_or_not(void **state)
{
	const struct local_case *c = *state;
	struct packet p;
	size_t n_blocks = 0;

	close_result();
	img.len = 0;
	img.swapped = c->swapped;
	local = c->local;
	shb();
	idb();
	put_local();
	if (!strcmp(c->between, "section")) {
		shb();
		idb();
	}
	if (!strcmp(c->between, "too much")) {
		begin(0x80000001);
		for (uint32_t zero = 0; img.len - img.block < 16 << 20;)
			put(&zero, sizeof(zero));
		end();
	}
	put_local();
	for (unsigned n = 0; n < 2; n++) {
		blocks.len = 0;
		assert_int_equal(next(&p), 1);
		n_blocks += blocks.len != 0;
		if (n < c->kept)
			same_value(&p.options, 0x8001, 0, "local", 5);
		else
			is_absent(&p.options, 0x8001, 0);
		if (blocks.len)
			assert_memory_equal(blocks.bytes + 8, "a block\0", 8);
	}
	assert_int_equal(n_blocks, c->kept);
	assert_int_equal(next(&p), 0);
	local = false;
	if (c->why && !strstr(res.warning, strcmp(c->between, "too much") ? c->why : "16 MiB"))
		fail_msg("warned: %s", res.warning);
	assert_int_equal(res.n_warnings, !c->why ? 0 : strcmp(c->between, "too much") ? 1 : 2);
}

static void check_interface(const struct iface *i)
{
	const uint64_t speed = 10000000000;
	const int32_t zone = -3600;

	assert_string_equal(i->name, "eth0");
	assert_string_equal(i->comment, "one");
	same_value(&i->options, OPT_COMMENT, 0, "two", 3);
	same_value(&i->options, IF_IPV4, 0, "\300\0\2\1\377\377\377\0", 8);
	same_value(&i->options, IF_IPV4, 1, "\300\0\2\2\377\377\377\0", 8);
	same_value(&i->options, IF_IPV6, 0, "\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1\100", 17);
	same_value(&i->options, IF_EUI, 0, "\1\2\3\4\5\6\7\10", 8);
	is_absent(&i->options, IF_EUI, 1);
	same_value(&i->options, IF_TZONE, 0, &zone, 4);
	same_value(&i->options, IF_FCSLEN, 0, "\4", 1);
	same_value(&i->options, IF_TXSPEED, 0, &speed, 8);
	same_value(&i->options, IF_RXSPEED, 0, &speed, 8);
	same_value(&i->options, IF_TZNAME, 0, "Asia/Tokyo", 10);
	is_absent(&i->options, IF_NAME, 0);
	is_absent(&i->options, IF_TSRESOL, 0);
	is_absent(&i->options, IF_TSOFFSET, 0);
	is_absent(&i->options, CUSTOM_STRING_NO, 0);
}

static void put_interface(void)
{
	begin_idb(0);
	option(OPT_COMMENT, "one", 3);
	option(IF_NAME, "eth0", 4);
	option(OPT_COMMENT, "two", 3);
	option(IF_IPV4, "\300\0\2\1\377\377\377\0", 8);
	option(IF_IPV4, "\300\0\2\2\377\377\377\0", 8);
	option(IF_IPV6, "\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1\100", 17);
	option(IF_EUI, "\1\2\3\4\5\6\7\10", 8);
	option(IF_EUI, "\10\7\6\5\4\3\2\1", 8);
	option(IF_TSRESOL, "\11", 1);
	option32(IF_TZONE, -3600, 0, 4);
	option(IF_FCSLEN, "\4", 1);
	option64(IF_TSOFFSET, 3600);
	option64(IF_TXSPEED, 10000000000);
	option64(IF_RXSPEED, 10000000000);
	option(IF_TZNAME, "Asia/Tokyo", 10);
	option32(CUSTOM_STRING_NO, 32473, 0, 8);
	end();
}

static void options_of_an_interface_come_back_equal(void **state)
{
	(void)state;
	for (int swapped = 0; swapped < 2; swapped++) {
		uint8_t copy[4096];
		struct packet p;
		size_t n;

		close_result();
		img.len = 0;
		img.swapped = swapped;
		shb();
		put_interface();
		assert_int_equal(next(&p), 0);
		assert_int_equal(res.n_warnings, 0);
		check_interface(capfile_iface(res.r, 0));
		assert_true(pcapng_idb_max(capfile_iface(res.r, 0)) < sizeof(copy));
		n = pcapng_idb(copy, capfile_iface(res.r, 0));
		close_result();
		img.len = 0;
		img.swapped = false;
		shb();
		put(copy, n);
		assert_int_equal(next(&p), 0);
		check_interface(capfile_iface(res.r, 0));
	}
}

static void options_of_a_section_come_back_equal(void **state)
{
	(void)state;
	for (int swapped = 0; swapped < 2; swapped++) {
		const uint32_t vendor = 32473;
		struct origin origin = { .os = NULL };
		struct raw_options o;
		uint8_t copy[256];
		struct packet p;
		size_t n, len;

		close_result();
		img.len = 0;
		img.swapped = swapped;
		begin_shb();
		option(OPT_COMMENT, "of the section", 14);
		option(SHB_OS, "Linux", 5);
		option(OPT_COMMENT, "another", 7);
		option32(CUSTOM_BYTES, 32473, 0, 8);
		option32(CUSTOM_BYTES_NO, 32473, 0, 8);
		end();
		assert_int_equal(next(&p), 0);
		origin.options = capfile_section_options(res.r);
		assert_true(pcapng_shb_max(&origin) > sizeof(copy));
		n = pcapng_shb(copy, &origin);
		assert_true(n <= sizeof(copy));
		close_result();
		img.len = 0;
		img.swapped = false;
		put(copy, n);
		assert_int_equal(next(&p), 0);
		o = capfile_section_options(res.r);
		same_value(&o, OPT_COMMENT, 0, "of the section", 14);
		same_value(&o, OPT_COMMENT, 1, "another", 7);
		assert_memory_equal(nth(&o, CUSTOM_BYTES, 0, &len), &vendor, 4);
		is_absent(&o, CUSTOM_BYTES_NO, 0);
		is_absent(&o, SHB_OS, 0);
	}
}

static void a_filter_of_compiled_code_is_carried(void **state)
{
	struct packet p;

	(void)state;
	shb();
	begin_idb(0);
	option(IF_FILTER, "\1\6\0\0\0\0\0\4\0", 9);
	end();
	assert_int_equal(next(&p), 0);
	assert_null(capfile_iface(res.r, 0)->filter);
	same_value(&capfile_iface(res.r, 0)->options, IF_FILTER, 0, "\1\6\0\0\0\0\0\4\0", 9);
}

static void a_description_of_60000_bytes_comes_back_whole(void **state)
{
	static char text[60001];
	uint8_t *copy;
	struct packet p;
	size_t n;

	(void)state;
	memset(text, 'd', sizeof(text) - 1);
	shb();
	begin_idb(0);
	option(IF_DESCRIPTION, text, 60000);
	option(OPT_COMMENT, text, 60000);
	end();
	assert_int_equal(next(&p), 0);
	copy = malloc(pcapng_idb_max(capfile_iface(res.r, 0)));
	n = pcapng_idb(copy, capfile_iface(res.r, 0));
	close_result();
	img.len = 0;
	shb();
	put(copy, n);
	free(copy);
	assert_int_equal(next(&p), 0);
	assert_string_equal(capfile_iface(res.r, 0)->description, text);
	assert_string_equal(capfile_iface(res.r, 0)->comment, text);
}

static void comments_on_statistics_come_back(void **state)
{
	static const char long_one[300] = "[0] longer than the field";
	const struct iface_stats *s;
	uint8_t copy[4096];
	struct packet p;
	size_t n;

	(void)state;
	shb();
	idb();
	begin(PCAPNG_ISB);
	for (int zero = 0; zero < 3; zero++)
		put32(0);
	option(OPT_COMMENT, "short", 5);
	option(OPT_COMMENT, long_one, 299);
	option32(CUSTOM_BYTES, 32473, 1, 8);
	option64(ISB_IFRECV, 7);
	end();
	assert_int_equal(next(&p), 0);
	s = capfile_stats(res.r, 0);
	assert_true(pcapng_isb_max(s) < sizeof(copy));
	n = pcapng_isb(copy, 0, s);
	close_result();
	img.len = 0;
	shb();
	idb();
	put(copy, n);
	assert_int_equal(next(&p), 0);
	s = capfile_stats(res.r, 0);
	assert_string_equal(s->comment, "short");
	same_value(&s->options, OPT_COMMENT, 0, long_one, 299);
	is_absent(&s->options, OPT_COMMENT, 1);
	assert_true(s->value[STAT_RECEIVED] == 7);
	assert_int_equal(s->options.len, 4 + 300 + 4 + 8);
}

/* Blocks */

static void put_names(void)
{
	begin(PCAPNG_NRB);
	put16(1);
	put16(6);
	put_padded("\300\0\2\1h\0", 6);
	put16(2);
	put16(20);
	put_padded("\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1one\0", 20);
	put16(0);
	put16(0);
	option(NRB_DNSNAME, "dns", 3);
	option(NRB_DNS_IPV4, "\300\0\2\65", 4);
	option32(CUSTOM_BYTES_NO, 32473, 0, 8);
	end();
}

static void put_secrets(void)
{
	begin(PCAPNG_DSB);
	put32(0x544c534b);
	put32(5);
	put_padded("KEY=1", 5);
	option(OPT_COMMENT, "why", 3);
	end();
}

static void put_vendor(uint32_t type)
{
	begin(type);
	put32(32473);
	put("opaque!!", 8);
	end();
}

static void put_journal(void)
{
	begin(PCAPNG_JOURNAL);
	put_padded("MESSAGE=hello", 13);
	end();
}

static void put_all(void)
{
	put_names();
	put_secrets();
	put_vendor(PCAPNG_CB);
	put_vendor(PCAPNG_CB_NO);
	put_journal();
}

/*
 * What is wanted is what the image would hold in our order, and the reader gives that back once
 * more.
 */
static void blocks_are_collected_in_host_order(void **state)
{
	uint8_t *once;
	struct packet p;
	size_t n;

	(void)state;
	img.swapped = true;
	shb();
	idb();
	put_all();
	epb(0, 1);
	next_is_packet(&p);
	assert_int_equal(res.n_warnings, 0);
	n = blocks.len;
	once = blocks.bytes;
	blocks = (struct blocks){ NULL, 0, 0 };
	close_result();

	img.len = 0;
	img.swapped = false;
	shb();
	idb();
	put_all();
	epb(0, 1);
	next_is_packet(&p);
	assert_int_equal(blocks.len, n);
	assert_memory_equal(blocks.bytes, once, n);
	close_result();
	blocks.len = 0;

	img.len = 0;
	shb();
	idb();
	put(once, n);
	epb(0, 1);
	next_is_packet(&p);
	assert_int_equal(blocks.len, n);
	assert_memory_equal(blocks.bytes, once, n);
	free(once);
}

static void blocks_in_our_order_are_copied_as_they_are(void **state)
{
	struct packet p;
	size_t at;

	(void)state;
	shb();
	idb();
	at = img.len;
	put_secrets();	/* its options are ended by its own end, which is written */
	put_vendor(PCAPNG_CB);
	put_journal();
	assert_int_equal(next(&p), 0);
	assert_int_equal(blocks.len, img.len - at + 4);
	assert_memory_equal(blocks.bytes + blocks.len - 24 - 28, img.bytes + img.len - 24 - 28,
			    24 + 28);
}

static void blocks_are_skipped_when_nobody_wants_them(void **state)
{
	(void)state;
	shb();
	idb();
	put_all();
	begin(0xabcd);
	end();
	epb(0, 1);
	read_image();
	is_sound(1);
	assert_int_equal(blocks.len, 0);
}

static void a_block_of_unknown_type_is_not_copied_and_said_once(void **state)
{
	struct packet p;

	(void)state;
	shb();
	idb();
	begin(0xabcd);
	end();
	begin(0xabce);
	end();
	assert_int_equal(next(&p), 0);
	assert_int_equal(blocks.len, 0);
	assert_int_equal(res.n_warnings, 1);
	assert_non_null(strstr(res.warning, "byte 48 is of type 0xabcd"));
}

static const struct bad_block_case {
	const char *name, *hex;	/* in little-endian */
	uint32_t type;
} bad_blocks[] = {
	{ "a_name_longer_than_the_block_is_not_copied", "0100e703" "c0000201" "68000000" "00000000",
	  PCAPNG_NRB },
	{ "a_name_without_an_end_is_not_copied", "01000800" "c0000201" "68686868" "00000000",
	  PCAPNG_NRB },
	{ "a_name_with_half_an_address_is_not_copied", "01000200" "c0000000" "00000000",
	  PCAPNG_NRB },
	{ "names_without_an_end_are_not_copied", "01000600" "c0000201" "68000000", PCAPNG_NRB },
	{ "names_of_nothing_are_not_copied", "", PCAPNG_NRB },
	{ "secrets_longer_than_the_block_are_not_copied", "4b534c54" "05000000" "4b4b4b4b",
	  PCAPNG_DSB },
	{ "secrets_without_a_length_are_not_copied", "4b534c54", PCAPNG_DSB },
	{ "a_vendor_block_without_a_vendor_is_not_copied", "", PCAPNG_CB },
};

static void is_not_copied(void **state)
{
	const struct bad_block_case *c = *state;
	struct packet p;
	uint8_t *body;
	size_t n;

	close_result();
	img.len = 0;
	img.swapped = __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__;
	shb();
	idb();
	begin(c->type);
	body = unit_bytes(c->hex, &n);
	put(body, n);
	free(body);
	end();
	epb(0, 1);
	next_is_packet(&p);
	assert_int_equal(blocks.len, 0);
	assert_int_equal(res.n_warnings, 1);
	assert_non_null(strstr(res.warning, "the block at byte 48 is malformed: not copied"));
}

static void more_than_16_mib_of_blocks_between_packets_are_not_copied(void **state)
{
	enum { MIB = 1 << 20 };
	struct packet p;

	(void)state;
	shb();
	idb();
	for (int i = 0; i < 17; i++) {
		uint8_t *entry = calloc(1, MIB - 12);

		begin(PCAPNG_JOURNAL);
		put(entry, MIB - 12);
		end();
		free(entry);
	}
	epb(0, 1);
	put_journal();
	next_is_packet(&p);
	assert_int_equal(blocks.len, 16 * MIB);
	assert_int_equal(res.n_warnings, 1);
	blocks.len = 0;
	assert_int_equal(next(&p), 0);
	assert_int_equal(blocks.len, 28);
}

/* Each byte changed: no crash, and what is collected stays whole. */
static void no_changed_byte_makes_a_torn_block(void **state)
{
	(void)state;
	shb();
	idb();
	put_all();
	begin_epb(0, 1, 4);
	put_packet_options();
	end();
	for (size_t i = 0; i < img.len; i++) {
		const uint8_t was = img.bytes[i], others[] = { 0, 0xff, was ^ 1, was ^ 0x80 };

		for (size_t k = 0; k < sizeof(others); k++) {
			struct packet p;

			img.bytes[i] = others[k];
			close_result();
			blocks.len = 0;
			res.f = fmemopen(img.bytes, img.len, "r");
			if (!capfile_open_with(&res.r, res.f,
					       &(struct capfile_hooks){ .buffer = 4096,
									.blocks = &blocks }))
				while (capfile_next(res.r, &p) > 0)
					;
			for (size_t at = 0, n; at < blocks.len; at += n) {
				uint32_t head[2], tail;

				memcpy(head, blocks.bytes + at, 8);
				n = head[1];
				assert_true(n >= 12 && n % 4 == 0 && n <= blocks.len - at);
				memcpy(&tail, blocks.bytes + at + n - 4, 4);
				assert_int_equal(tail, n);
			}
		}
		img.bytes[i] = was;
	}
}

/*
 * Of three options of 8, 4 and 12 bytes with their heads: a border at every size, and nothing
 * behind a torn head.
 */
static void as_many_options_as_fit_are_whole(void **state)
{
	static const uint16_t three[] = { 1, 4, 'a', 'b', 1, 0, 1, 5, 'x', 'y', 'z', 0, 7, 7 };
	const struct raw_options o = { (uint8_t *)three, 24 }, torn = { (uint8_t *)three, 26 };

	(void)state;
	for (size_t max = 0; max < 40; max++) {
		size_t want = max < 8 ? 0 : max < 12 ? 8 : max < 24 ? 12 : 24;

		assert_int_equal(pcapng_options_fit(&o, max), want);
		assert_int_equal(pcapng_options_fit(&torn, max), want);
	}
}

#define one(t)	cmocka_unit_test_setup_teardown(t, fresh, without_blocks)

static struct CMUnitTest tests[64];

int main(void)
{
	static const struct CMUnitTest others[] = {
		one(options_of_a_packet_are_carried_in_host_order),
		one(options_of_a_packet_are_written_behind_its_fields),
		one(a_packet_of_one_option_without_a_field_has_an_end_behind_it),
		one(a_verdict_of_hardware_is_carried_and_not_explained),
		one(what_is_not_known_is_carried_from_our_order_only),
		one(options_of_an_interface_come_back_equal),
		one(options_of_a_section_come_back_equal),
		one(a_filter_of_compiled_code_is_carried),
		one(a_description_of_60000_bytes_comes_back_whole),
		one(comments_on_statistics_come_back),
		one(blocks_are_collected_in_host_order),
		one(blocks_in_our_order_are_copied_as_they_are),
		one(blocks_are_skipped_when_nobody_wants_them),
		one(a_block_of_unknown_type_is_not_copied_and_said_once),
		one(more_than_16_mib_of_blocks_between_packets_are_not_copied),
		one(no_changed_byte_makes_a_torn_block),
		one(as_many_options_as_fit_are_whole),
	};
	size_t n = 0;
	int failed;

	memcpy(tests, others, sizeof(others));
	n = sizeof(others) / sizeof(others[0]);
	unit_of_table(bad, is_left_out, tests, n);
	unit_of_table(verdicts, a_verdict_is_a_field_or_carried, tests, n);
	unit_of_table(hashes, a_hash_is_known_and_carried, tests, n);
	unit_of_table(bad_blocks, is_not_copied, tests, n);
	unit_of_table(locals, local_is_copied_or_not, tests, n);
	failed = unit_run("pcapng_options", tests, n);
	without_blocks(NULL);
	freed(NULL);
	return failed;
}
