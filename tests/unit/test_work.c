// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The work of reading is in proportion to the file, whatever is in it: with and without recovery,
 * for files made to keep it busy. Counted are places, headers and blocks that are looked at, and
 * bytes that are moved, not seconds.
 */
#include <stdio.h>
#include <string.h>

#include "tests/unit/image.h"

enum {
	SIZE	= 512 * 1024,
	FREE	= 5 << 20,	/* looks that any file may take, see stream_grant_looks() */
	A_BYTE	= 32,		/* and for each byte */
	OF_GARBAGE = 12,	/* where packets and garbage take turns */
};

static void pcap(uint32_t snaplen)
{
	put32(0xa1b2c3d4);
	put16(2);
	put16(4);
	put64(0);
	put32(snaplen);
	put32(1);
}

static void record(uint32_t sec, uint32_t frac, uint32_t caplen, uint32_t len, const char *data,
		   size_t n)
{
	put32(sec);
	put32(frac);
	put32(caplen);
	put32(len);
	put(data, n);
}

static void garbage(unsigned n)
{
	while (n--)
		put("\xee", 1);
}

static void ng(void)
{
	shb();
	idb();
}

static void block(uint32_t type)
{
	begin(type);
	end();
}

static void word_and(uint32_t a, uint32_t b)
{
	put32(a);
	put32(b);
}

/* Each step puts what comes over and over; @i: how often it has come. */
static void empty_records(unsigned i) { (void)i; record(1700000000, 0, 0, 60, "", 0); }
static void empty_records_and_garbage(unsigned i) { i % 4 == 3 ? garbage(16) : empty_records(i); }
static void zeros_and_one(unsigned i)
{
	put(i % 30 ? "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" : "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
}
static void record_and_garbage(unsigned i)
{
	(void)i;
	record(1700000000, 1, 4, 4, "data", 4), garbage(16);
}
static void far_records_and_garbage(unsigned i)
{
	record(i * 900000, 1, 4, 4, "data", 4), garbage(5);
}
static void far_rows_and_garbage(unsigned i)
{
	for (unsigned k = 0; k < 3; k++)
		record(i * 900000, 1, 4, 4, "data", 4);
	garbage(5);
}
static void weak_rows(unsigned i)
{
	i % 10 ? record(i % 2 ? 1700000000 : 5, 2000000000, 0, 0, "", 0) : garbage(16);
}
static void words_of_one(unsigned i) { (void)i; put32(1); }
static void long_records_and_ones(unsigned i)
{
	(void)i;
	record(1700000000, 1, 200000, 200000, "\1\0\0\0\1\0\0\0", 8);
}
static void long_records_and_garbage(unsigned i)
{
	(void)i;
	record(1700000000, 1, 60 << 20, 60 << 20, "", 0), garbage(20);
}
static void odd_records(unsigned i)
{
	(void)i;
	record(1700000000, 1, 4000, 1, "", 0), record(1700000000, 1, 4, 4, "data", 4);
}
static void pcap_headers(unsigned i) { (void)i; pcap(65535); }
static void pcap_headers_and_garbage(unsigned i) { (void)i; pcap(65535), garbage(20); }
static void magic_numbers(unsigned i) { (void)i; word_and(0xa1b2c3d4, 0x40002); }
static void sections(unsigned i) { (void)i; shb(); }
static void gzip_look_alikes(unsigned i)
{
	(void)i;
	put("\x1f\x8b\x08\0\0\0\0\0\0\3\x4b\4\0\0\0\0", 16);
}
static void packet_and_garbage(unsigned i) { (void)i; epb(0, 1), garbage(16); }
static void packet_and_four_bytes(unsigned i) { (void)i; epb(0, 1), garbage(4); }
static void heads_of_16_mib(unsigned i) { (void)i; word_and(PCAPNG_EPB, 16 << 20); }
static void heads_of_60_mib(unsigned i) { (void)i; word_and(PCAPNG_EPB, 60 << 20); }
static void heads_of_1000_bytes(unsigned i) { (void)i; word_and(PCAPNG_EPB, 1000); }
static void unknown_heads_of_20_mib(unsigned i) { (void)i; word_and(0xabcd, 20 << 20); }
static void types(unsigned i) { (void)i; put32(PCAPNG_EPB); }
static void types_in_the_other_order(unsigned i) { (void)i; put32(__builtin_bswap32(PCAPNG_EPB)); }
static void tiny_blocks(unsigned i) { (void)i; block(0xabcd); }
static void trailers_of_the_first(unsigned i) { put32(4 * i + 16); }
static void interfaces(unsigned i) { (void)i; idb(); }
static void sections_with_interfaces(unsigned i) { (void)i; shb(), idb(), epb(0, 1); }
static void sections_that_lost_theirs(unsigned i) { (void)i; shb(), epb(63, 1); }
static void ends_of_lines(unsigned i) { (void)i; put("\r\n", 2); }
static void records_with_ends_of_lines(unsigned i)
{
	(void)i;
	record(1700000000, 1, 4, 4, "\r\n\r\n", 4), put("\r\n", 2);
}
static void noise(unsigned i) { put32((i + 1) * 2654435761u ^ (i * 40503u) << 7); }
static void small_noise(unsigned i)
{
	put(&(uint8_t){ "\0\0\0\1\2\4\20"[(i * 2654435761u >> 16) % 7] }, 1);
}

static const struct hostile_case {
	const char *name;
	bool pcapng;
	/* bytes of garbage behind the header: then nothing is known of the records */
	unsigned spoilt;
	void (*step)(unsigned i);
} hostile[] = {
	{ "empty_records", false, 0, empty_records },
	{ "empty_records_behind_garbage", false, 16, empty_records },
	{ "empty_records_and_garbage", false, 0, empty_records_and_garbage },
	{ "zeros_and_one", false, 0, zeros_and_one },
	{ "a_record_and_garbage", false, 0, record_and_garbage },
	{ "far_records_and_garbage", false, 0, far_records_and_garbage },
	{ "rows_of_far_records_and_garbage", false, 0, far_rows_and_garbage },
	{ "weak_rows_and_garbage", false, 16, weak_rows },
	{ "words_of_one", false, 0, words_of_one },
	{ "words_of_one_behind_garbage", false, 16, words_of_one },
	{ "long_records_that_lead_to_ones", false, 0, long_records_and_ones },
	{ "records_of_60_mib_and_garbage", false, 16, long_records_and_garbage },
	{ "odd_records", false, 0, odd_records },
	{ "headers_of_pcap", false, 0, pcap_headers },
	{ "headers_of_pcap_and_garbage", false, 0, pcap_headers_and_garbage },
	{ "magic_numbers_of_pcap", false, 16, magic_numbers },
	{ "sections_behind_pcap", false, 16, sections },
	{ "records_that_look_like_gzip", false, 0, gzip_look_alikes },
	{ "noise_in_pcap", false, 0, noise },
	{ "small_noise_in_pcap", false, 0, small_noise },
	{ "ends_of_lines_in_pcap", false, 0, ends_of_lines },
	{ "records_with_ends_of_lines", false, 0, records_with_ends_of_lines },
	{ "a_packet_and_16_bytes_of_garbage", true, 0, packet_and_garbage },
	{ "a_packet_and_4_bytes_of_garbage", true, 0, packet_and_four_bytes },
	{ "heads_of_blocks_of_16_mib", true, 0, heads_of_16_mib },
	{ "heads_of_blocks_of_60_mib", true, 0, heads_of_60_mib },
	{ "heads_of_blocks_of_1000_bytes", true, 0, heads_of_1000_bytes },
	{ "heads_of_unknown_blocks_of_20_mib", true, 0, unknown_heads_of_20_mib },
	{ "types_of_blocks", true, 0, types },
	{ "types_of_blocks_in_the_other_order", true, 0, types_in_the_other_order },
	{ "tiny_blocks", true, 0, tiny_blocks },
	{ "trailers_of_the_first_block", true, 12, trailers_of_the_first },
	{ "interfaces", true, 0, interfaces },
	{ "sections_with_an_interface", true, 0, sections_with_interfaces },
	{ "sections_that_lost_their_interfaces", true, 0, sections_that_lost_theirs },
	{ "headers_of_pcap_in_pcapng", true, 0, pcap_headers_and_garbage },
	{ "noise_in_pcapng", true, 0, noise },
};

/* Gives @step bytes at once, so that the buffer is filled often. */
struct pieces {
	const uint8_t *bytes;
	size_t n, step;
};

static ssize_t give(void *cookie, char *buf, size_t n)
{
	struct pieces *p = cookie;

	n = min_of(n, p->step);
	n = min_of(n, p->n);
	memcpy(buf, p->bytes, n);
	p->bytes += n;
	p->n -= n;
	return n;
}

static void is_little(const struct hostile_case *c, const struct capfile_hooks *hooks, size_t step)
{
	const bool garbage = c->step == packet_and_garbage || c->step == packet_and_four_bytes;
	const uint64_t a_byte = garbage ? OF_GARBAGE : A_BYTE;
	struct pieces pieces = { img.bytes, img.len, step };
	static char buffer[1 << 16];
	struct packet p;
	int err;

	close_result();
	res.f = fopencookie(&pieces, "r", (cookie_io_functions_t){ .read = give });
	/* without a buffer the C library asks for each byte */
	setvbuf(res.f, buffer, _IOFBF, sizeof(buffer));
	err = capfile_open_with(&res.r, res.f, hooks);
	while (!err && (err = capfile_next(res.r, &p)) > 0)
		err = 0;
	assert_true(err == 0 || err == -EBADMSG);
	if (capfile_work(res.r).looks > FREE + a_byte * img.len)
		fail_msg(
			"%s, recover %d, concatenated %d, %zu bytes at once: %llu looks for %zu bytes",
			c->name, hooks->recover, hooks->concatenated, step,
			(unsigned long long)capfile_work(res.r).looks, img.len);
}

static void takes_work_in_proportion(void **state)
{
	const struct hostile_case *c = *state;

	if (c->pcapng)
		ng();
	else
		pcap(64 << 20);
	for (unsigned i = 0; i < c->spoilt; i++)
		put("\xff", 1);
	for (unsigned i = 0; img.len < SIZE; i++)
		c->step(i);
	for (unsigned mode = 0; mode < 3; mode++) {
		struct capfile_hooks hooks = { .recover = mode == 1, .concatenated = mode == 2 };

		is_little(c, &hooks, SIZE_MAX);
		is_little(c, &hooks, 1000);
	}
}

int main(void)
{
	struct CMUnitTest tests[64];
	size_t n = 0;
	int failed;

	unit_of_table(hostile, takes_work_in_proportion, tests, n);
	for (size_t i = 0; i < n; i++) {
		tests[i].setup_func = fresh;
		tests[i].teardown_func = done;
	}
	failed = unit_run("work", tests, n);
	freed(NULL);
	return failed;
}
