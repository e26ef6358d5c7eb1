// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Unpacking: whatever the pieces are in which data comes and goes; cut at every byte and with every
 * byte changed, it hands out what stood before; it asks for no more before all is out that can be;
 * and memory stays small.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "capture/base/sanitized.h"
#include "capture/read/decompress.h"
#include "capture/read/magic.h"
#include "capture/write/compress.h"

#include "tests/unit/unit.h"

enum { N_FRAMES = 3, FRAME = 700, WHOLE = N_FRAMES * FRAME };

static uint8_t whole[WHOLE];		/* unpacked */
static uint8_t packed[2 * WHOLE];	/* in N_FRAMES frames */
static size_t n_packed, ends[N_FRAMES];	/* of the frames, in packed */

static void make(const struct codec *c)
{
	struct compress *p = NULL;
	uint32_t x = 1;

	n_packed = 0;
	assert_int_equal(compress_open(&p, *c), 0);
	for (size_t i = 0; i < WHOLE; i++) {
		x = x * 1664525 + 1013904223;
		whole[i] = i % 32 < 8 ? x >> 24 : i % 32;
	}
	for (unsigned i = 0; i < N_FRAMES; i++) {
		const uint8_t *frame;
		size_t len;

		assert_int_equal(compress_frame(p, whole + i * FRAME, FRAME, &frame, &len), 0);
		memcpy(packed + n_packed, frame, len);
		ends[i] = n_packed += len;
	}
	compress_close(p);
}

/* Hands out @step bytes a time. */
struct source {
	const uint8_t *data;
	size_t n, step;
};

static ssize_t give(void *ctx, void *buf, size_t n)
{
	struct source *s = ctx;

	n = n < s->step ? n : s->step;
	n = n < s->n ? n : s->n;
	memcpy(buf, s->data, n);
	s->data += n;
	s->n -= n;
	return n;
}

static struct outcome {
	uint8_t bytes[WHOLE + 1];
	size_t n;
	ssize_t err;
	bool warned;
	char message[200];
} got;

/* Everything that comes out, @room bytes a time; @step as in struct source. */
static void unpack(const uint8_t *data, size_t n, size_t step, size_t room)
{
	struct source s = { data, n, step };
	uint8_t first[MAGIC_CODEC_LEN];
	struct decompress *u = NULL;
	size_t n_first = 0;

	got.n = 0;
	while (n_first < sizeof(first) && s.n)
		n_first += give(&s, first + n_first, sizeof(first) - n_first);
	assert_int_equal(decompress_open(&u, magic_codec(data, n), first, n_first, give, &s),
			 0);
	do {
		size_t rest = sizeof(got.bytes) - got.n;

		got.err = decompress_read(u, got.bytes + got.n, room < rest ? room : rest);
		got.n += got.err > 0 ? got.err : 0;
	} while (got.err > 0 && got.n < sizeof(got.bytes));
	if (got.err <= 0 && got.err != decompress_read(u, got.bytes, 1))
		fail_msg("%zd is not its last word", got.err);
	got.warned = decompress_warning(u);
	snprintf(got.message, sizeof(got.message), "%s",
		 decompress_error(u) ? decompress_error(u) : "");
	if (got.err <= 0)
		assert_int_equal(got.err < 0, !!decompress_error(u));
	decompress_close(u);
}

static const struct codec_case {
	const char *name;
	struct codec codec;
} piece_cases[] = {
	{ "zstd_in_pieces_of_any_size", { CODEC_ZSTD, 1 } },
	{ "gzip_in_pieces_of_any_size", { CODEC_GZIP, 1 } },
}, prefix_cases[] = {
	{ "zstd_cut_anywhere", { CODEC_ZSTD, 1 } },
	{ "gzip_cut_anywhere", { CODEC_GZIP, 6 } },
}, changed_cases[] = {
	{ "zstd_with_any_byte_changed", { CODEC_ZSTD, 1 } },
	{ "gzip_with_any_byte_changed", { CODEC_GZIP, 6 } },
}, prompt_cases[] = {
	{ "zstd_frames_come_out_at_once", { CODEC_ZSTD, 1 } },
	{ "gzip_members_come_out_at_once", { CODEC_GZIP, 1 } },
};

static void in_pieces(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 7, 64, 699, 700, 701, 1 << 20 };
	const size_t n = sizeof(sizes) / sizeof(sizes[0]);
	const struct codec_case *c = *state;

	make(&c->codec);
	for (size_t i = 0; i < n * n; i++) {
		unpack(packed, n_packed, sizes[i / n], sizes[i % n]);
		if (got.err || got.n != WHOLE || memcmp(got.bytes, whole, WHOLE))
			fail_msg("%zu bytes in, %zu out: %zu bytes, %s", sizes[i / n], sizes[i % n],
				 got.n, got.message);
	}
}

/* Bytes of the frames that end within the first @n bytes of what is packed. */
static size_t before(size_t n)
{
	size_t i = 0;

	while (i < N_FRAMES && ends[i] <= n)
		i++;
	return i * FRAME;
}

static void cut_anywhere(void **state)
{
	const struct codec_case *c = *state;
	size_t last = 0;

	make(&c->codec);
	for (size_t n = MAGIC_CODEC_LEN; n <= n_packed; n++) {
		uint8_t *prefix = malloc(n);	/* so that a sanitizer sees each step too far */
		bool at_end = n == ends[0] || n == ends[1] || n == ends[2];

		memcpy(prefix, packed, n);
		unpack(prefix, n, SIZE_MAX, SIZE_MAX);
		free(prefix);
		if (got.n < before(n) || got.n < last || memcmp(got.bytes, whole, got.n))
			fail_msg("cut at %zu: %zu bytes, %zu before", n, got.n, last);
		/* one byte behind a member is no member */
		if (!got.err != (at_end || got.warned) || (got.warned && !before(n - 1)))
			fail_msg("cut at %zu: error %zd, warning %d", n, got.err, got.warned);
		if (got.err && !strstr(got.message, "cut short at byte"))
			fail_msg("cut at %zu: %s", n, got.message);
		last = got.n;
	}
	assert_int_equal(got.n, WHOLE);
}

static void any_byte_changed(void **state)
{
	const struct codec_case *c = *state;

	make(&c->codec);
	for (size_t i = 0; i < n_packed; i++) {
		const uint8_t was = packed[i];

		for (unsigned bit = 0; bit <= 8; bit++) {
			packed[i] = was ^ (bit == 8 ? 0xff : 1 << bit);
			if (magic_codec(packed, n_packed) == CODEC_NONE)
				continue;
			unpack(packed, n_packed, SIZE_MAX, SIZE_MAX);
			if (got.n < before(i) || memcmp(got.bytes, whole, before(i)))
				fail_msg("byte %zu is %02x, not %02x: %zu bytes", i, packed[i], was,
					 got.n);
			if (!got.err && !got.warned &&
			    (got.n != WHOLE || memcmp(got.bytes, whole, WHOLE)))
				fail_msg("byte %zu is %02x, not %02x: not noticed", i, packed[i],
					 was);
		}
		packed[i] = was;
	}
}

/* One frame each time; before it is asked again, all bytes of that have to be out. */
struct frame_source {
	unsigned given;
	size_t out;
};

static ssize_t give_frame(void *ctx, void *buf, size_t n)
{
	struct frame_source *s = ctx;
	size_t from = s->given ? ends[s->given - 1] : 0;

	(void)n;
	assert_int_equal(s->out, s->given * FRAME);
	if (s->given == N_FRAMES)
		return 0;
	memcpy(buf, packed + from, ends[s->given] - from);
	return ends[s->given++] - from;
}

static void at_once(void **state)
{
	const struct codec_case *c = *state;
	struct frame_source s = { 0 };
	struct decompress *u = NULL;
	ssize_t n;

	make(&c->codec);
	assert_int_equal(decompress_open(&u, c->codec.kind, packed, 0, give_frame, &s), 0);
	while ((n = decompress_read(u, got.bytes, 100)) > 0)
		s.out += n;
	assert_int_equal(n, 0);
	assert_int_equal(s.out, WHOLE);
	decompress_close(u);
}

static ssize_t fails(void *ctx, void *buf, size_t n)
{
	(void)ctx, (void)buf, (void)n;
	return -EIO;
}

static void an_error_of_the_source_is_handed_on(void **state)
{
	struct decompress *u = NULL;

	(void)state;
	make(&piece_cases[0].codec);
	assert_int_equal(decompress_open(&u, CODEC_ZSTD, packed, ends[0] + 9, fails, NULL), 0);
	for (size_t n = 0; n < FRAME;) {
		ssize_t more = decompress_read(u, got.bytes, FRAME);

		assert_true(more > 0);
		n += more;
	}
	assert_int_equal(decompress_read(u, got.bytes, FRAME), -EIO);
	assert_null(decompress_error(u));
	decompress_close(u);
}

/*
 * A frame of zeros: the header, then blocks of 128 KiB in 4 bytes each (RFC 8878, 3.1.1.2:
 * RLE_Block).
 */
struct zeros {
	uint8_t window;
	unsigned n_blocks, given;
};

static ssize_t give_zeros(void *ctx, void *buf, size_t n)
{
	struct zeros *z = ctx;
	uint32_t block = 128 << 10 << 3 | 1 << 1 | (z->given == z->n_blocks);

	(void)n;
	if (z->given > z->n_blocks)
		return 0;
	if (z->given++ == 0) {
		memcpy(buf, (uint8_t[]){ 0x28, 0xb5, 0x2f, 0xfd, 0, z->window }, 6);
		return 6;
	}
	memcpy(buf, &block, 4);
	((uint8_t *)buf)[3] = 0;
	return 4;
}

static uint64_t read_zeros(uint8_t window, unsigned n_blocks, ssize_t *err, char *message,
			   size_t cap)
{
	static uint8_t buf[256 << 10];
	struct zeros z = { window, n_blocks, 0 };
	struct decompress *u = NULL;
	uint64_t sum = 0;

	assert_int_equal(decompress_open(&u, CODEC_ZSTD, "", 0, give_zeros, &z), 0);
	while ((*err = decompress_read(u, buf, sizeof(buf))) > 0)
		sum += *err;
	snprintf(message, cap, "%s", decompress_error(u) ? decompress_error(u) : "");
	decompress_close(u);
	return sum;
}

/* That of threads keeps some words of its own for each of ours. */
enum { MEMORY_KIB = (SANITIZED_THREAD ? 256 : 48) << 10 };

static long memory_kib(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

static void little_that_becomes_much_takes_little_memory(void **state)
{
	long was = memory_kib();
	char message[200];
	ssize_t err;

	(void)state;
	assert_int_equal(read_zeros(15 << 3, 8192, &err, message, sizeof(message)), UINT64_C(8192)
											    << 17);
	assert_int_equal(err, 0);
	if (memory_kib() - was > MEMORY_KIB)
		fail_msg("1 GiB with a window of 32 MiB took %ld KiB", memory_kib() - was);
}

static void a_window_too_large_is_refused(void **state)
{
	char message[200];
	ssize_t err;

	(void)state;
	assert_int_equal(read_zeros(15 << 3 | 1, 8, &err, message, sizeof(message)), 0);
	assert_int_equal(err, -EBADMSG);
	assert_non_null(strstr(message, "more than 32 MiB"));
}

static void kinds_are_known_by_their_first_bytes(void **state)
{
	(void)state;
	assert_int_equal(magic_codec((const uint8_t *)"\x1f\x8b\x08\0", 4), CODEC_GZIP);
	assert_int_equal(magic_codec((const uint8_t *)"\x1f", 1), CODEC_NONE);
	assert_int_equal(magic_codec((const uint8_t *)"\x28\xb5\x2f\xfd", 4), CODEC_ZSTD);
	assert_int_equal(magic_codec((const uint8_t *)"\x28\xb5\x2f\xfd", 3), CODEC_NONE);
	assert_int_equal(magic_codec((const uint8_t *)"\x50\x2a\x4d\x18", 4), CODEC_ZSTD);
	assert_int_equal(magic_codec((const uint8_t *)"\x5f\x2a\x4d\x18", 4), CODEC_ZSTD);
	assert_int_equal(magic_codec((const uint8_t *)"\x4f\x2a\x4d\x18", 4), CODEC_NONE);
	assert_int_equal(magic_codec((const uint8_t *)"\x0a\x0d\x0d\x0a", 4), CODEC_NONE);
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(an_error_of_the_source_is_handed_on),
		cmocka_unit_test(little_that_becomes_much_takes_little_memory),
		cmocka_unit_test(a_window_too_large_is_refused),
		cmocka_unit_test(kinds_are_known_by_their_first_bytes),
	};
	struct CMUnitTest tests[32];
	size_t n = 0;

	unit_of_table(piece_cases, in_pieces, tests, n);
	unit_of_table(prefix_cases, cut_anywhere, tests, n);
	unit_of_table(changed_cases, any_byte_changed, tests, n);
	unit_of_table(prompt_cases, at_once, tests, n);
	memcpy(tests + n, others, sizeof(others));
	return unit_run("decompress", tests, n + sizeof(others) / sizeof(others[0]));
}
