// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A file of which threads count parts has the same report as one that a single thread reads, with
 * the same warnings and the same error, whatever stands in it and wherever.
 */
#include <errno.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>

#include "capture/base/codec.h"
#include "capture/base/util.h"
#include "capture/filter/expr.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/read/merge.h"
#include "capture/read/parts.h"
#include "capture/report/info.h"
#include "capture/write/compress.h"

#include "tests/unit/out_file.h"
#include "tests/unit/unit.h"

enum {
	N_PACKETS	= 34000,
	LEN		= 284,		/* bytes of each */
	HEAD		= 24,
	RECORD		= 16 + LEN,
	SECTION		= 28 + 20,
	BLOCK		= 32 + LEN,
	ROOM		= 1 << 20,	/* for what a case puts in between, or behind it */
	THREADS		= 3,
	LEAST		= 64,		/* bytes of a part */
};

static void put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

struct file {
	uint8_t *bytes;
	size_t n;
	bool pcapng;
	unsigned where;		/* in percent: where something has happened to it */
};

/* The record or block of a packet, by the share of all packets that is before it, in percent. */
static uint8_t *at(const struct file *f, unsigned percent)
{
	size_t k = (size_t)N_PACKETS * percent / 100;

	return f->bytes + (f->pcapng ? SECTION + k * BLOCK : HEAD + k * RECORD);
}

static uint8_t *frame_at(const struct file *f, size_t k)
{
	return f->bytes + (f->pcapng ? SECTION + k * BLOCK + 28 : HEAD + k * RECORD + 16);
}

/* UDP over IPv4 between two of 200 addresses each. */
static void make_frame(uint8_t *p, unsigned k)
{
	static const uint8_t head[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 1, 14, 0, 1,
					0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 192, 0, 2, 1, 0, 53, 0, 99, 0, 250 };

	memcpy(p, head, sizeof(head));
	p[29] = k % 200;
	p[33] = k * 7 % 200;
	p[23] = k % 3 ? 17 : 6;
	for (unsigned i = sizeof(head); i < LEN; i++)
		p[i] = (k * 31 + i * i) >> 3;
}

static void make_pcap(struct file *f)
{
	static const uint32_t head[] = { 0xa1b2c3d4, 0x00040002, 0, 0, 262144, 1 };

	memcpy(f->bytes, head, sizeof(head));
	for (unsigned k = 0; k < N_PACKETS; k++) {
		uint8_t *p = f->bytes + HEAD + k * RECORD;

		put32(p, 1700000000 + k / 100);
		put32(p + 4, k % 100 * 10000);
		put32(p + 8, LEN);
		put32(p + 12, LEN + k % 5);
	}
	f->n = HEAD + N_PACKETS * RECORD;
}

static void make_pcapng(struct file *f)
{
	static const uint32_t head[] = { 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, ~0u, ~0u, 28,
					 1, 20, 1, 0, 20 };

	memcpy(f->bytes, head, sizeof(head));
	for (unsigned k = 0; k < N_PACKETS; k++) {
		const uint64_t us = 1700000000000000ull + k * 10000ull;
		const uint32_t block[] = { 6, BLOCK, 0, us >> 32, us, LEN, LEN + k % 5 };
		uint8_t *p = f->bytes + SECTION + k * BLOCK;

		memcpy(p, block, sizeof(block));
		put32(p + BLOCK - 4, BLOCK);
	}
	f->n = SECTION + N_PACKETS * BLOCK;
}

/* ---- what a case does to it ---- */

static void cut(struct file *f)
{
	f->n -= 100;
}

static void damage(struct file *f)
{
	put32(at(f, 60) + (f->pcapng ? 4 : 8), 0x7ffffff1);
}

static void end_in_zeros(struct file *f)
{
	memset(at(f, 70), 0, f->n - (at(f, 70) - f->bytes));
}

static void begin_anew(struct file *f)
{
	memcpy(at(f, 70), f->bytes, HEAD);
}

/* In three places of different parts: it is said of the first. */
static void make_odd(struct file *f)
{
	for (unsigned percent = 30; percent < 100; percent += 30)
		put32(at(f, percent) + (f->pcapng ? 24 : 4), f->pcapng ? LEN - 1 : 1000001);
}

/* The file is one of packets with the captures of others in them. */
static void hold_records(struct file *f)
{
	for (unsigned k = 0; k < N_PACKETS; k++)
		for (unsigned i = 42; i + 20 <= LEN; i += 20) {
			uint8_t *p = frame_at(f, k) + i;

			put32(p, 1700000000);
			put32(p + 4, 1);
			put32(p + 8, i + 40 <= LEN ? 4 : 12);
			put32(p + 12, 64);
		}
}

/* Nothing in it is an end of a line. */
static void have_no_lines(struct file *f)
{
	for (unsigned k = 0; k < N_PACKETS; k++) {
		uint8_t *p = frame_at(f, k);

		put32(p - 16, 0x65656565);
		put32(p - 12, 0x00010101);
		for (unsigned i = 0; i < LEN; i++)
			p[i] += p[i] == '\n' || p[i] == '\r';
	}
}

/* Each CR LF has become LF: those of four packets. It is told wherever the buffer of the reader ends. */
static void lose_crs(struct file *f)
{
	have_no_lines(f);
	for (int k = 3; k >= 0; k--) {
		uint8_t *p = at(f, f->where) + k * RECORD + 16 + 100;

		*p = '\n';
		memmove(p + 1, p + 2, --f->n - (p + 1 - f->bytes));
	}
}

/* Each LF has become CR LF: two in each of four packets. */
static void get_crs(struct file *f)
{
	have_no_lines(f);
	for (int k = 7; k >= 0; k--) {
		uint8_t *p = at(f, 60) + k / 2 * RECORD + 16 + 100 + k % 2 * 50;

		memmove(p + 2, p + 1, f->n++ - (p + 1 - f->bytes));
		memcpy(p, "\r\n", 2);
	}
}

/* Any may be the beginning of something compressed, which there is behind them. */
static void look_like_gzip(struct file *f)
{
	struct compress *c = NULL;
	const uint8_t *packed;
	size_t n;

	for (unsigned k = 0; k < N_PACKETS; k++)
		put32(frame_at(f, k) - 16, 0x00088b1f);
	assert_int_equal(compress_open(&c, (struct codec){ CODEC_GZIP, 1 }), 0);
	assert_int_equal(compress_frame(c, f->bytes, HEAD + 10 * RECORD, &packed, &n), 0);
	memcpy(f->bytes + f->n, packed, n);
	f->n += n;
	compress_close(c);
}

/* A packet for which a part has not the memory. */
static void have_a_long_one(struct file *f)
{
	uint8_t *p = at(f, 60);
	const uint32_t len = f->bytes + f->n - p - 32 - 10 * BLOCK;

	put32(p + 4, 32 + len);
	put32(p + 20, len);
	put32(p + 24, len);
	put32(p + 28 + len, 32 + len);
}

static void go_back_in_time(struct file *f)
{
	for (unsigned percent = 0; percent < 100; percent += 25)
		put32(at(f, percent) + (f->pcapng ? 12 : 0), f->pcapng ? 396000 : 1600000000 + percent);
	put32(at(f, 99) + (f->pcapng ? 12 : 0), 500000);
}

static void have_no_address_twice(struct file *f)
{
	for (unsigned k = 0; k < N_PACKETS; k++)
		put32(frame_at(f, k) + 26, 10 + (k << 8));
}

static void have_them_in_the_last_half(struct file *f)
{
	for (unsigned k = N_PACKETS / 2; k < N_PACKETS; k++) {
		put32(frame_at(f, k) + 26, 10 + (k << 8));
		put32(frame_at(f, k) + 30, 11 + (k << 8));
	}
}

/* IPv4 in UDP to the port of VXLAN. */
static void have_tunnels(struct file *f)
{
	for (unsigned k = 1; k < N_PACKETS; k += 2) {
		static const uint8_t vxlan[] = { 18, 0xb5, 18, 0xb5, 0, 250, 0, 0, 8, 0, 0, 0, 0, 0, 1, 0 };
		uint8_t *p = frame_at(f, k);
		uint8_t inner[LEN];

		p[23] = 17;
		make_frame(inner, k);
		memcpy(p + 34, vxlan, sizeof(vxlan));
		memcpy(p + 50, inner, LEN - 50);
		put32(p + 50 + 26, 12 + (k << 8 & 0xfffff));
	}
}

static void put_between(struct file *f, unsigned percent, const uint32_t *words, size_t n)
{
	uint8_t *p = at(f, percent);

	memmove(p + n, p, f->n - (p - f->bytes));
	memcpy(p, words, n);
	f->n += n;
}

static void have_another_interface(struct file *f)
{
	static const uint32_t idb[] = { 1, 20, 101, 0, 20 };

	for (unsigned k = N_PACKETS * 4 / 10; k < N_PACKETS; k += 3)
		put32(f->bytes + SECTION + k * BLOCK + 8, 1);
	put_between(f, 40, idb, sizeof(idb));
}

static void have_statistics(struct file *f)
{
	static const uint32_t isb[] = { 5, 40, 0, 0, 0, 8 << 16 | 4, 77, 0, 0, 40 };

	put_between(f, 60, isb, sizeof(isb));
}

static void have_two_sections(struct file *f)
{
	uint32_t head[SECTION / 4];

	memcpy(head, f->bytes, sizeof(head));
	put_between(f, 55, head, sizeof(head));
}

static void have_lost(struct file *f)
{
	/* epb_dropcount in place of the last 16 bytes */
	for (unsigned k = 0; k < N_PACKETS; k += 1000) {
		uint8_t *p = f->bytes + SECTION + k * BLOCK;
		static const uint32_t option[] = { 8 << 16 | 4, 3, 0, 0 };

		put32(p + 20, LEN - 16);
		memcpy(p + 28 + LEN - 16, option, sizeof(option));
	}
}

#define LOST	"the CR was lost"

static const struct parts_case {
	const char *name;
	void (*change)(struct file *f);
	bool pcapng;
	const char *filter;
	unsigned parts, most;	/* percent of the packets that come in parts at least; at most, 0: all */
	unsigned n_wanted;	/* packets that are read; 0: all */
	const char *says;	/* NULL: nothing that matters */
	unsigned where;
} cases[] = {
	{ .name = "pcap", .parts = 70 },
	{ .name = "pcapng", .pcapng = true, .parts = 70 },
	{ .name = "pcap_and_a_filter", .filter = "tcp", .parts = 70 },
	{ .name = "pcapng_and_a_filter", .filter = "udp", .pcapng = true, .parts = 70 },
	{ .name = "pcap_that_is_cut", .change = cut, .parts = 70 },
	{ .name = "pcapng_that_is_cut", .change = cut, .pcapng = true, .parts = 70 },
	{ .name = "pcap_that_is_damaged", .change = damage, .parts = 30 },
	{ .name = "pcapng_that_is_damaged", .change = damage, .pcapng = true, .parts = 30 },
	{ .name = "pcap_with_zeros_behind_it", .change = end_in_zeros, .parts = 40 },
	{ .name = "pcapng_with_zeros_behind_it", .change = end_in_zeros, .pcapng = true, .parts = 40 },
	{ .name = "another_capture_behind_it", .change = begin_anew, .parts = 40 },
	{ .name = "another_capture_behind_pcapng", .change = begin_anew, .pcapng = true, .parts = 40 },
	{ .name = "odd_records", .change = make_odd, .parts = 29 },
	{ .name = "odd_blocks", .change = make_odd, .pcapng = true, .parts = 29 },
	{ .name = "records_in_packets", .change = hold_records },
	{ .name = "crs_that_are_lost", .change = lose_crs, .parts = 30, .says = LOST, .where = 61 },
	{ .name = "crs_that_are_lost_elsewhere", .change = lose_crs, .parts = 30, .says = LOST, .where = 69 },
	{ .name = "crs_that_are_lost_there", .change = lose_crs, .parts = 30, .says = LOST, .where = 74 },
	{ .name = "crs_too_many", .change = get_crs, .parts = 30, .says = "has a CR before it" },
	{ .name = "records_that_look_like_gzip", .change = look_like_gzip, .says = "damaged" },
	{ .name = "a_long_packet", .change = have_a_long_one, .pcapng = true, .parts = 30 },
	{ .name = "times_that_step_back", .change = go_back_in_time, .parts = 70 },
	{ .name = "times_that_step_back_in_pcapng", .change = go_back_in_time, .pcapng = true, .parts = 70 },
	{ .name = "more_addresses_than_are_exact", .change = have_no_address_twice, .parts = 20, .most = 51 },
	{ .name = "more_addresses_at_the_end", .change = have_them_in_the_last_half, .parts = 20 },
	{ .name = "tunnels", .change = have_tunnels, .parts = 70 },
	{ .name = "another_interface", .change = have_another_interface, .pcapng = true },
	{ .name = "statistics_in_between", .change = have_statistics, .pcapng = true, .parts = 50 },
	{ .name = "two_sections", .change = have_two_sections, .pcapng = true },
	{ .name = "counts_of_drops", .change = have_lost, .pcapng = true, .parts = 70 },
	{ .name = "only_the_first_packets", .n_wanted = 3 },
	{ .name = "a_third_of_the_packets", .pcapng = true, .n_wanted = N_PACKETS / 3 },
};

static void make_file(const struct parts_case *c)
{
	struct file f = { .pcapng = c->pcapng, .where = c->where };
	FILE *out = fopen(path, "we");

	f.bytes = calloc(1, SECTION + (size_t)N_PACKETS * BLOCK + ROOM);
	(c->pcapng ? make_pcapng : make_pcap)(&f);
	for (unsigned k = 0; k < N_PACKETS; k++)
		make_frame(frame_at(&f, k), k);
	if (c->change)
		c->change(&f);
	assert_non_null(out);
	assert_int_equal(fwrite(f.bytes, 1, f.n, out), f.n);
	fclose(out);
	free(f.bytes);
}

/* ---- it is read ---- */

struct reading {
	uint64_t n, in_parts;
	int err;
	char said[1024];
	char *report;	/* NULL: it has none */
};

static void hear(void *ctx, const char *sentence)
{
	struct reading *r = ctx;

	strncat(r->said, sentence, sizeof(r->said) - 1 - strlen(r->said));
}

static int look(void *ctx)
{
	(void)ctx;
	return 0;
}

static bool goes_on(void *ctx)
{
	(void)ctx;
	return true;
}

static void *begin_part(void *ctx)
{
	struct info *i = malloc(sizeof(*i));

	(void)ctx;
	assert_int_equal(info_open(i), 0);
	return i;
}

static bool count_part(void *part, struct packet *p)
{
	return info_part_packet(part, p);
}

static bool add_part(void *ctx, void *part, uint64_t n)
{
	const struct info *more = part;

	assert_int_equal(n, more->all.packets);
	return info_join(ctx, part);
}

static void end_part(void *part)
{
	info_close(part);
	free(part);
}

static const struct parts_ops ops = { begin_part, count_part, add_part, end_part };

static void tell(struct reading *r, const struct info *i, struct merge *in)
{
	struct info_source from = {
		.name = "it", .stat = merge_stat(in, 0), .reader = merge_reader(in, 0),
	};
	size_t n;
	FILE *out = open_memstream(&r->report, &n);

	info_text(i, &from, out);
	info_json(i, &from, out);
	fclose(out);
}

static void read_file(const char *name, const struct parts_case *c, struct parts *parts,
		      struct reading *r)
{
	const struct merge_options o = { .warn = hear, .ctx = r, .look = look };
	const char *const paths[] = { name };
	struct merge *in = NULL;
	struct expr *filter = NULL;
	struct info i;
	struct packet p;

	*r = (struct reading){ .n = 0 };
	if (c->filter)
		assert_int_equal(expr_open(&filter, c->filter, 1, true), 0);
	assert_int_equal(info_open(&i), 0);
	assert_int_equal(merge_open(&in, paths, 1, &o), 0);
	r->err = merge_begin(in);
	while (!r->err) {
		uint64_t n = parts && parts_are_due(parts) ? parts_take(parts, goes_on, NULL) : 0;

		r->n += n;
		r->in_parts += n;
		if (c->n_wanted && r->n >= c->n_wanted)
			break;
		r->err = merge_next(in, &p);
		if (r->err <= 0)
			break;
		r->err = 0;
		if (!r->n++ && parts)
			merge_divide(in, parts, LEAST, filter, &ops, &i);
		link_decode(&p);
		if (!filter || expr_matches(filter, p.data, p.caplen, p.len))
			assert_int_equal(info_packet(&i, &p), 0);
	}
	if (parts)
		parts_finish(parts);
	for (unsigned k = 0; merge_error(in, k); k++)
		hear(r, merge_error(in, k));
	if (merge_reader(in, 0))
		tell(r, &i, in);
	merge_close(in);
	info_close(&i);
	expr_close(filter);
}

/* By these threads. How many packets they have counted. */
static uint64_t compare(const char *name, const struct parts_case *c, struct parts *parts)
{
	struct reading alone, divided;

	read_file(name, c, NULL, &alone);
	read_file(name, c, parts, &divided);
	assert_int_equal(divided.err, alone.err);
	assert_string_equal(divided.said, alone.said);
	if (c->says)
		assert_non_null(strstr(alone.said, c->says));
	if (!c->n_wanted) {
		assert_int_equal(divided.n, alone.n);
		assert_int_equal(!divided.report, !alone.report);
		if (alone.report)
			assert_string_equal(divided.report, alone.report);
	}
	free(alone.report);
	free(divided.report);
	return divided.in_parts;
}

static void it_is_the_same(void **state)
{
	const struct parts_case *c = *state;
	struct parts *parts = NULL;

	make_file(c);
	assert_int_equal(parts_open(&parts, THREADS), 0);
	for (unsigned times = 0; times < 2; times++)
		assert_in_range(compare(path, c, parts), (uint64_t)N_PACKETS * c->parts / 100,
				(uint64_t)N_PACKETS * (c->most ? c->most : 100) / 100);
	parts_close(parts);
}

static void so_are_all_fixtures(void **state)
{
	static const struct parts_case as_it_is = { .name = "it is" };
	struct parts *parts = NULL;
	uint64_t in_parts = 0;
	glob_t found;

	(void)state;
	assert_int_equal(parts_open(&parts, THREADS), 0);
	assert_int_equal(glob("tests/pcaps/*.pcap*", 0, NULL, &found), 0);
	assert_int_equal(glob("tests/pcaps/files/*", GLOB_APPEND, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		in_parts += compare(found.gl_pathv[i], &as_it_is, parts);
	assert_true(in_parts > 100);
	globfree(&found);
	parts_close(parts);
}

/* Where its records would be found, if it began with the file, they are as well: some before it. */
static void stdin_may_begin_anywhere(void **state)
{
	static const uint8_t before[10 * RECORD];
	struct reading alone, divided;
	struct parts *parts = NULL;
	char *whole = malloc(HEAD + (size_t)N_PACKETS * RECORD);
	size_t n;
	FILE *f;

	(void)state;
	make_file(&cases[0]);
	f = fopen(path, "re");
	n = fread(whole, 1, HEAD + (size_t)N_PACKETS * RECORD, f);
	fclose(f);
	f = fopen(path, "we");
	assert_int_equal(fwrite(before, 1, sizeof(before), f) + fwrite(whole, 1, n, f),
			 sizeof(before) + n);
	fclose(f);
	free(whole);
	assert_int_equal(parts_open(&parts, THREADS), 0);
	assert_non_null(freopen(path, "re", stdin));
	assert_int_equal(lseek(fileno(stdin), sizeof(before), SEEK_SET), sizeof(before));
	read_file("-", &cases[0], NULL, &alone);
	assert_int_equal(lseek(fileno(stdin), sizeof(before), SEEK_SET), sizeof(before));
	read_file("-", &cases[0], parts, &divided);
	assert_int_equal(alone.n, N_PACKETS);
	assert_int_equal(divided.n, N_PACKETS);
	assert_string_equal(divided.report, alone.report);
	free(alone.report);
	free(divided.report);
	parts_close(parts);
}

int main(void)
{
	struct CMUnitTest tests[40];
	size_t n = 0;

	unit_of_table(cases, it_is_the_same, tests, n);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(so_are_all_fixtures);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(stdin_may_begin_anywhere);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("parts", tests, n, make_dir, remove_dir);
}
