// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A file that a thread unpacks ahead is read as it is without: the same packets, warnings and
 * error, whatever has become of it, and wherever the reading ends.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "capture/base/codec.h"
#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/read/merge.h"
#include "capture/write/compress.h"

#include "tests/unit/out_file.h"
#include "tests/unit/unit.h"

enum {
	N_PACKETS	= 12000,
	LEN		= 250,		/* bytes of each, of which half are noise */
	RECORD		= 16 + LEN,
	FRAME		= 100 * RECORD,
	HEAD		= 24,
};

static void put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static uint8_t *capture(size_t *n)
{
	static const uint32_t head[] = { 0xa1b2c3d4, 0x00040002, 0, 0, 262144, 1 };
	uint8_t *bytes = calloc(1, *n = HEAD + N_PACKETS * RECORD);
	uint32_t x = 1;

	memcpy(bytes, head, sizeof(head));
	for (unsigned i = 0; i < N_PACKETS; i++) {
		uint8_t *p = bytes + HEAD + i * RECORD;

		put32(p, i);
		put32(p + 8, LEN);
		put32(p + 12, LEN);
		for (unsigned k = 16; k < RECORD; k += 2) {
			x = x * 1664525 + 1013904223;
			p[k] = x >> 24;
		}
	}
	return bytes;
}

static uint8_t *pack(enum codec_kind kind, size_t *n)
{
	size_t n_plain;
	uint8_t *plain = capture(&n_plain), *packed = malloc(n_plain);
	struct compress *c = NULL;

	*n = 0;
	assert_int_equal(compress_open(&c, (struct codec){ kind, 1 }), 0);
	for (size_t at = 0; at < n_plain; at += FRAME) {
		const uint8_t *frame;
		size_t len;

		assert_int_equal(compress_frame(c, plain + at, min_of(n_plain - at, (size_t)FRAME),
						&frame, &len),
				 0);
		memcpy(packed + *n, frame, len);
		*n += len;
	}
	compress_close(c);
	free(plain);
	return packed;
}

static const struct ahead_case {
	const char *name;
	enum codec_kind codec;
	unsigned cut;			/* percent of it that are left; 0: all */
	unsigned damaged;		/* where, in percent; 0: nowhere */
	const char *behind;
	unsigned n_wanted;		/* packets; 0: all */
	bool twice, interrupted;
} cases[] = {
	{ .name = "zstd", .codec = CODEC_ZSTD },
	{ .name = "gzip", .codec = CODEC_GZIP },
	{ .name = "zstd_that_is_cut_short", .codec = CODEC_ZSTD, .cut = 90 },
	{ .name = "gzip_that_is_cut_short", .codec = CODEC_GZIP, .cut = 90 },
	{ .name = "zstd_that_is_damaged", .codec = CODEC_ZSTD, .damaged = 77 },
	{ .name = "gzip_that_is_damaged", .codec = CODEC_GZIP, .damaged = 77 },
	{ .name = "damage_at_the_beginning", .codec = CODEC_ZSTD, .damaged = 1 },
	{ .name = "something_behind_zstd", .codec = CODEC_ZSTD, .behind = "nothing that is known" },
	{ .name = "something_behind_gzip", .codec = CODEC_GZIP, .behind = "nothing that is known" },
	{ .name = "the_first_packets", .codec = CODEC_ZSTD, .n_wanted = 3 },
	{ .name = "half_of_the_packets", .codec = CODEC_GZIP, .n_wanted = N_PACKETS / 2 },
	{ .name = "two_captures", .codec = CODEC_ZSTD, .twice = true },
	{ .name = "two_captures_in_gzip", .codec = CODEC_GZIP, .twice = true },
	{ .name = "an_interruption", .codec = CODEC_ZSTD, .interrupted = true },
};

static void make_file(const struct ahead_case *c)
{
	size_t n;
	uint8_t *packed = pack(c->codec, &n);
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	if (c->damaged)
		packed[n * c->damaged / 100] ^= 0x55;
	if (c->cut)
		n = n * c->cut / 100;
	for (int i = 0; i <= c->twice; i++)
		assert_int_equal(fwrite(packed, 1, n, f), n);
	if (c->behind)
		fputs(c->behind, f);
	fclose(f);
	free(packed);
}

static struct reading {
	unsigned n;
	uint32_t sum;
	int err;
	char said[1024];
} plain, ahead;

static void hear(void *ctx, const char *sentence)
{
	struct reading *r = ctx;

	strncat(r->said, sentence, sizeof(r->said) - 1 - strlen(r->said));
}

static unsigned looks_left;

static int look(void *ctx)
{
	(void)ctx;
	return looks_left && !--looks_left ? EINTR : 0;
}

static uint32_t sum_of(uint32_t sum, const struct packet *p)
{
	sum = sum * 31 + p->ts_ns / 1000000000;
	for (uint32_t i = 0; i < p->caplen; i++)
		sum = sum * 31 + p->data[i];
	return sum;
}

static void read_file(const struct ahead_case *c, bool by_a_thread, struct reading *r)
{
	const struct merge_options o = { .warn = hear, .ctx = r, .look = look, .concatenated = c->twice };
	const char *const paths[] = { path };
	struct merge *in = NULL;
	struct packet p;

	*r = (struct reading){ .n = 0 };
	looks_left = c->interrupted ? 3 : 0;
	assert_int_equal(merge_open(&in, paths, 1, &o), 0);
	if (by_a_thread)
		assert_true(merge_read_ahead(in));
	r->err = merge_begin(in);
	while (!r->err && (!c->n_wanted || r->n < c->n_wanted)) {
		int got = merge_next(in, &p);

		if (got <= 0) {
			r->err = got;
			break;
		}
		r->n++;
		r->sum = sum_of(r->sum, &p);
	}
	for (unsigned i = 0; merge_error(in, i); i++)
		hear(r, merge_error(in, i));
	merge_close(in);
}

static void it_is_the_same(void **state)
{
	const struct ahead_case *c = *state;

	make_file(c);
	read_file(c, false, &plain);
	read_file(c, true, &ahead);
	assert_int_equal(ahead.err, plain.err);
	/* how much has come by then depends on how much comes at once */
	if (!c->interrupted) {
		assert_string_equal(ahead.said, plain.said);
		assert_int_equal(ahead.n, plain.n);
		assert_int_equal(ahead.sum, plain.sum);
	}
	if (!c->cut && !c->damaged && !c->n_wanted && !c->interrupted)
		assert_int_equal(ahead.n, N_PACKETS * (c->twice ? 2 : 1));
}

static void a_small_file_needs_no_thread(void **state)
{
	static const struct ahead_case small = { .codec = CODEC_ZSTD, .cut = 30 };
	const struct merge_options o = { .warn = NULL };
	const char *const paths[] = { path, path };
	struct merge *in = NULL;

	(void)state;
	make_file(&small);
	assert_int_equal(merge_open(&in, paths, 1, &o), 0);
	assert_false(merge_read_ahead(in));
	merge_close(in);
}

static void nor_do_two_files(void **state)
{
	const struct merge_options o = { .warn = NULL };
	const char *const paths[] = { path, path };
	struct merge *in = NULL;

	(void)state;
	make_file(&cases[0]);
	assert_int_equal(merge_open(&in, paths, 2, &o), 0);
	assert_false(merge_read_ahead(in));
	merge_close(in);
}

int main(void)
{
	struct CMUnitTest tests[32];
	size_t n = 0;

	unit_of_table(cases, it_is_the_same, tests, n);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_small_file_needs_no_thread);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(nor_do_two_files);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("ahead", tests, n, make_dir, remove_dir);
}
