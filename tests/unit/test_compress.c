// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Compression: what --compress accepts, and that each frame is complete in itself. */
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "capture/base/codec.h"
#include "capture/write/compress.h"

#include "tests/unit/unit.h"

static const struct parse_case {
	const char *name, *text;
	bool good;
	struct codec codec;
} parse_cases[] = {
	{ "none", "none", true, { CODEC_NONE, 0 } },
	{ "zstd_is_at_level_1", "zstd", true, { CODEC_ZSTD, 1 } },
	{ "gzip_is_at_level_1", "gzip", true, { CODEC_GZIP, 1 } },
	{ "zstd_at_its_highest_level", "zstd:19", true, { CODEC_ZSTD, 19 } },
	{ "gzip_at_its_highest_level", "gzip:9", true, { CODEC_GZIP, 9 } },
	{ "zeros_in_front", "zstd:003", true, { CODEC_ZSTD, 3 } },
	{ "zstd_level_0", "zstd:0", false, { 0 } },
	{ "zstd_level_20", "zstd:20", false, { 0 } },
	{ "gzip_level_10", "gzip:10", false, { 0 } },
	{ "a_level_that_overflows", "zstd:4294967297", false, { 0 } },
	{ "a_negative_level", "zstd:-1", false, { 0 } },
	{ "no_level_behind_the_colon", "zstd:", false, { 0 } },
	{ "something_behind_the_level", "zstd:1x", false, { 0 } },
	{ "a_level_for_none", "none:1", false, { 0 } },
	{ "another_word", "xz", false, { 0 } },
	{ "a_longer_word", "zstdx", false, { 0 } },
	{ "a_shorter_word", "zst", false, { 0 } },
	{ "upper_case", "ZSTD", false, { 0 } },
	{ "nothing", "", false, { 0 } },
};

static void parses(void **state)
{
	const struct parse_case *c = *state;
	const struct codec before = { CODEC_GZIP, 7 };
	struct codec got = before;

	if (codec_parse(c->text, &got) != c->good)
		fail_msg("%s: \"%s\" is %s", c->name, c->text, c->good ? "refused" : "accepted");
	if (got.kind != (c->good ? c->codec : before).kind ||
	    got.level != (c->good ? c->codec : before).level)
		fail_msg("%s: \"%s\" gives %d:%d", c->name, c->text, got.kind, got.level);
}

static size_t unpack_zstd(const uint8_t *frame, size_t len, uint8_t *to, size_t cap)
{
	size_t n = ZSTD_decompress(to, cap, frame, len);

	assert_false(ZSTD_isError(n));
	assert_int_equal(ZSTD_findFrameCompressedSize(frame, len), len);
	return n;
}

static size_t unpack_gzip(const uint8_t *frame, size_t len, uint8_t *to, size_t cap)
{
	z_stream z = {
		.next_in = (void *)frame, .avail_in = len, .next_out = to, .avail_out = cap
	};

	assert_int_equal(inflateInit2(&z, MAX_WBITS + 16), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.avail_in, 0);
	inflateEnd(&z);
	return cap - z.avail_out;
}

enum { N_MAX = 3 << 20 };

/* Half noise, half text, so that it is neither stored nor nothing. */
static uint8_t *sample(void)
{
	uint8_t *data = malloc(N_MAX);
	uint32_t x = 1;

	for (size_t i = 0; i < N_MAX; i++) {
		x = x * 1664525 + 1013904223;
		data[i] = i % 128 < 64 ? x >> 24 : i % 128;
	}
	return data;
}

static const struct frame_case {
	const char *name;
	struct codec codec;
} frame_cases[] = {
	{ "zstd_1_frames", { CODEC_ZSTD, 1 } },
	{ "zstd_19_frames", { CODEC_ZSTD, 19 } },
	{ "gzip_1_frames", { CODEC_GZIP, 1 } },
	{ "gzip_9_frames", { CODEC_GZIP, 9 } },
};

static void frames_are_complete(void **state)
{
	static const size_t sizes[] = { 1, 0, 2, 28, 255, 256, 65536, 262144, 262145, N_MAX, 100 };
	const struct frame_case *c = *state;
	uint8_t *data = sample(), *back = malloc(N_MAX);
	struct compress *p = NULL;

	assert_int_equal(compress_open(&p, c->codec), 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		const uint8_t *frame;
		size_t len, n;

		assert_int_equal(compress_frame(p, data + i, sizes[i] - (sizes[i] == N_MAX ? i : 0),
						&frame, &len),
				 0);
		n = c->codec.kind == CODEC_ZSTD ? unpack_zstd(frame, len, back, N_MAX)
						: unpack_gzip(frame, len, back, N_MAX);
		assert_int_equal(n, sizes[i] - (sizes[i] == N_MAX ? i : 0));
		assert_memory_equal(back, data + i, n);
		if (sizes[i] >= 65536 && len > n * 3 / 4)
			fail_msg("%s: %zu bytes became %zu", c->name, n, len);
	}
	assert_null(compress_close(p));
	free(back);
	free(data);
}

/*
 * A bit that changed on the disk is noticed: a zstd frame has a checksum only if it is asked for.
 */
static void zstd_frames_have_a_checksum(void **state)
{
	struct compress *p = NULL;
	const uint8_t *frame;
	size_t len;

	(void)state;
	assert_int_equal(compress_open(&p, (struct codec){ CODEC_ZSTD, 1 }), 0);
	assert_int_equal(compress_frame(p, "packet", 6, &frame, &len), 0);
	assert_true(frame[4] & 4);	/* RFC 8878, 3.1.1.1.1: Content_Checksum_flag */
	compress_close(p);
}

int main(void)
{
	struct CMUnitTest tests[64];
	size_t n = 0;

	unit_of_table(parse_cases, parses, tests, n);
	unit_of_table(frame_cases, frames_are_complete, tests, n);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(zstd_frames_have_a_checksum);
	return unit_run("compress", tests, n);
}
