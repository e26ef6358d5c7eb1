// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Captures one behind the other in a file, of any two kinds, compressed or not: without a word
 * about it the reading ends where the second one begins, and says so; with concatenated, or
 * recover, both are read as each would be by itself.
 */
#include <stdio.h>
#include <string.h>

#include "capture/base/codec.h"
#include "capture/write/compress.h"

#include "tests/unit/image.h"

enum { PACKETS_MAX = 64, SIZE_MAX_OF_PART = 8192 };

static const char *const kinds[] = {
	"pcap_microseconds_little_endian.pcap",
	"pcap_microseconds_big_endian.pcap",
	"pcap_nanoseconds_little_endian.pcap",
	"pcap_nanoseconds_big_endian.pcap",
	"pcap_modified_little_endian.pcap",
	"pcap_modified_big_endian.pcap",
	"pcap_version_2_2_lengths_swapped.pcap",
	"linktype_raw_101.pcap",
	"pcap_header_only.pcap",
	"pcap_records_of_length_zero.pcap",
	"pcapng_little_endian.pcapng",
	"pcapng_big_endian.pcapng",
	"pcapng_options_everywhere.pcapng",
};

enum { N_KINDS = sizeof(kinds) / sizeof(kinds[0]) };

struct seen {
	uint64_t ts_ns;
	uint32_t len, caplen, sum;
	uint16_t linktype;
	bool swapped;
	uint8_t resolution;
};

static struct reading {
	struct seen packets[PACKETS_MAX];
	unsigned n, n_ifaces;
	int err;
	uint64_t places;
	char error[256];
} first, second, both;

/* A file that gives @step bytes at once. */
struct pieces {
	const uint8_t *bytes;
	size_t n, step;
};

static ssize_t give(void *cookie, char *buf, size_t n)
{
	struct pieces *p = cookie;

	n = min_of(n, p->n);
	n = min_of(n, p->step);
	memcpy(buf, p->bytes, n);
	p->bytes += n;
	p->n -= n;
	return n;
}

static struct seen see(const struct packet *p, const struct capfile *r)
{
	struct seen s = {
		.ts_ns = p->ts_ns,
		.len = p->len,
		.caplen = p->caplen,
		.linktype = p->iface->linktype,
		.swapped = p->iface->swapped,
		.resolution = capfile_resolution(r, p->iface->id),
	};

	for (uint32_t i = 0; i < p->caplen; i++)
		s.sum = s.sum * 31 + p->data[i];
	return s;
}

static void read_with(struct reading *to, const uint8_t *bytes, size_t n,
		      struct capfile_hooks hooks, size_t step)
{
	struct pieces pieces = { bytes, n, step };
	FILE *f = fopencookie(&pieces, "r", (cookie_io_functions_t){ .read = give });
	struct capfile *r = NULL;
	struct packet p;

	setvbuf(f, NULL, _IONBF, 0);
	memset(to, 0, sizeof(*to));
	to->err = capfile_open_with(&r, f, &hooks);
	while (!to->err && (to->err = capfile_next(r, &p)) > 0) {
		assert_true(to->n < PACKETS_MAX);
		to->packets[to->n++] = see(&p, r);
		to->err = 0;
	}
	while (capfile_iface(r, to->n_ifaces))
		to->n_ifaces++;
	to->places = capfile_recovery(r).places + capfile_recovery(r).mended;
	snprintf(to->error, sizeof(to->error), "%s", capfile_error(r));
	capfile_close(r);
	fclose(f);
}

/* How a part is put into the file. */
static const struct way {
	const char *name;
	enum codec_kind first, second;
} ways[] = {
	{ "as it is", CODEC_NONE, CODEC_NONE }, { "gzip behind gzip", CODEC_GZIP, CODEC_GZIP },
	{ "zstd behind zstd", CODEC_ZSTD, CODEC_ZSTD },
	{ "gzip behind plain", CODEC_NONE, CODEC_GZIP },
	{ "zstd behind plain", CODEC_NONE, CODEC_ZSTD },
	{ "plain behind gzip", CODEC_GZIP, CODEC_NONE },
	{ "plain behind zstd", CODEC_ZSTD, CODEC_NONE },
	{ "zstd behind gzip", CODEC_GZIP, CODEC_ZSTD },
	{ "gzip behind zstd", CODEC_ZSTD, CODEC_GZIP },
};

static uint8_t file[2 * SIZE_MAX_OF_PART];
static size_t file_len;

static size_t add(const uint8_t *bytes, size_t n, enum codec_kind kind)
{
	const uint8_t *frame = bytes;
	struct compress *p = NULL;
	size_t len = n;

	if (kind != CODEC_NONE) {
		assert_int_equal(compress_open(&p, (struct codec){ kind, 1 }), 0);
		assert_int_equal(compress_frame(p, bytes, n, &frame, &len), 0);
	}
	assert_true(file_len + len <= sizeof(file));
	memcpy(file + file_len, frame, len);
	file_len += len;
	compress_close(p);
	return len;
}

static void are_the_same(const struct seen *a, const struct seen *b, unsigned n, const char *what)
{
	for (unsigned i = 0; i < n; i++)
		if (memcmp(&a[i], &b[i], sizeof(*a)))
			fail_msg("%s: packet %u is another one", what, i);
}

static void check_both(const char *what)
{
	if (both.err || both.places)
		fail_msg("%s: %d, %u places: %s", what, both.err, (unsigned)both.places,
			 both.error);
	if (both.n != first.n + second.n || both.n_ifaces != first.n_ifaces + second.n_ifaces)
		fail_msg("%s: %u packets of %u and %u, %u interfaces of %u and %u", what, both.n,
			 first.n, second.n, both.n_ifaces, first.n_ifaces, second.n_ifaces);
	are_the_same(both.packets, first.packets, first.n, what);
	are_the_same(both.packets + first.n, second.packets, second.n, what);
}

/* Pieces of a byte, buffers that are often filled, and all at once. */
static const struct { size_t step, buffer; } sizes[] = { { SIZE_MAX, 0 }, { 1, 64 }, { 7, 4096 } };

static void any_two_kinds(void **state)
{
	const struct way *w = *state;
	static uint8_t a[SIZE_MAX_OF_PART], b[SIZE_MAX_OF_PART];
	char what[256], place[64];

	for (unsigned i = 0; i < N_KINDS * N_KINDS; i++) {
		const char *one = kinds[i / N_KINDS], *other = kinds[i % N_KINDS];
		bool sections = strstr(one, ".pcapng") && strstr(other, ".pcapng");
		bool seamless = w->first == w->second;
		size_t n_a, n_b, packed;

		load(one);
		n_a = img.len;
		memcpy(a, img.bytes, n_a);
		load(other);
		n_b = img.len;
		memcpy(b, img.bytes, n_b);
		read_with(&first, a, n_a, (struct capfile_hooks){ .buffer = 0 }, SIZE_MAX);
		read_with(&second, b, n_b, (struct capfile_hooks){ .buffer = 0 }, SIZE_MAX);
		assert_int_equal(first.err | second.err, 0);
		file_len = 0;
		packed = add(a, n_a, w->first);
		add(b, n_b, w->second);
		snprintf(place, sizeof(place), "begins at byte %zu:", seamless ? n_a : packed);
		for (unsigned s = 0; s < array_size(sizes); s++) {
			struct capfile_hooks hooks = { .buffer = sizes[s].buffer };

			snprintf(what, sizeof(what), "%s, %s %s, %zu bytes at once", one, other,
				 w->name, sizes[s].step);
			read_with(&both, file, file_len, hooks, sizes[s].step);
			if (sections && seamless) {	/* which pcapng allows */
				check_both(what);
			} else {
				if (both.err != -EBADMSG || both.n != first.n ||
				    !strstr(both.error, place))
					fail_msg("%s: %d, %u packets of %u: %s, and not %s", what,
						 both.err, both.n, first.n, both.error, place);
				are_the_same(both.packets, first.packets, first.n, what);
			}
			hooks.concatenated = true;
			read_with(&both, file, file_len, hooks, sizes[s].step);
			check_both(what);
			hooks.recover = true;
			hooks.concatenated = false;
			read_with(&both, file, file_len, hooks, sizes[s].step);
			check_both(what);
		}
	}
}

static void header(uint32_t magic, uint32_t linktype)
{
	put32(magic);
	put16(2);
	put16(4);
	put64(0);
	put32(65535);
	put32(linktype);
}

static void record(uint32_t sec, uint32_t frac, const void *data, uint32_t n)
{
	put32(sec);
	put32(frac);
	put32(n);
	put32(n);
	put(data, n);
}

/* Many small ones, as a script leaves them that appends every minute. */
static void a_thousand_captures_are_read(void **state)
{
	static const struct capfile_hooks hooks = { .concatenated = true };
	struct packet p;
	unsigned n = 0;
	int got;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		img.swapped = i & 1;
		header(i & 2 ? 0xa1b2c3d4 : 0xa1b23c4d, 1 + i);
		record(1700000000 + i, i, "packet", 6);
	}
	res.f = fmemopen(img.bytes, img.len, "r");
	assert_int_equal(capfile_open_with(&res.r, res.f, &hooks), 0);
	for (; (got = capfile_next(res.r, &p)) > 0; n++) {
		assert_int_equal(p.iface->linktype, 1 + n);
		assert_true(p.ts_ns == (1700000000ull + n) * 1000000000 + (n & 2 ? 1000 : 1) * n);
	}
	assert_int_equal(got, 0);
	assert_int_equal(n, 1000);
}

static void a_header_that_is_cut_is_no_packet(void **state)
{
	size_t at;

	(void)state;
	header(0xa1b2c3d4, 1);
	record(1700000000, 0, "packet", 6);
	at = img.len;
	header(0xa1b2c3d4, 1);
	for (size_t n = 8; n <= 24; n++) {
		read_with(&both, img.bytes, at + n, (struct capfile_hooks){ .buffer = 0 },
			  SIZE_MAX);
		assert_int_equal(both.n, 1);
		assert_non_null(strstr(both.error, "another capture (pcap) begins at byte 46:"));
		read_with(&both, img.bytes, at + n, (struct capfile_hooks){ .concatenated = true },
			  SIZE_MAX);
		assert_int_equal(both.n, 1);
		assert_int_equal(both.err, n == 24 ? 0 : -EBADMSG);
		assert_true(n == 24 || strstr(both.error, "of the 24 bytes of the file header"));
		read_with(&both, img.bytes, at + n, (struct capfile_hooks){ .recover = true },
			  SIZE_MAX);
		assert_int_equal(both.n, 1);
		assert_int_equal(both.err, 0);
	}
}

static void a_capture_of_a_version_that_is_not_known_is_no_packet(void **state)
{
	(void)state;
	header(0xa1b2c3d4, 1);
	record(1700000000, 0, "packet", 6);
	put32(0xa1b2c3d4);
	put16(2);
	put16(5);
	put64(0);
	put64(65535);
	read_image();
	is_refused(1, "another capture (pcap) begins at byte 46:");
	read_with(&both, img.bytes, img.len, (struct capfile_hooks){ .concatenated = true },
		  SIZE_MAX);
	assert_int_equal(both.n, 1);
	assert_non_null(strstr(both.error, "damaged at byte 50: pcap version 2.5"));
}

/*
 * The first one has lost its end, as when its writer was killed: recovery finds the second one all
 * the same.
 */
static void a_capture_behind_one_that_is_cut_is_found(void **state)
{
	static uint8_t a[SIZE_MAX_OF_PART];
	char what[256];

	(void)state;
	for (unsigned i = 0; i < N_KINDS * N_KINDS; i++) {
		const char *one = kinds[i / N_KINDS], *other = kinds[i % N_KINDS];
		size_t n_a;

		/* in records that may be empty anything looks like one */
		if (strstr(one, "header_only") || strstr(other, "header_only") ||
		    strstr(one, "zero") || strstr(one, "raw"))
			continue;
		load(one);
		n_a = img.len;
		memcpy(a, img.bytes, n_a);
		load(other);
		read_with(&first, a, n_a, (struct capfile_hooks){ .buffer = 0 }, SIZE_MAX);
		read_with(&second, img.bytes, img.len, (struct capfile_hooks){ .buffer = 0 },
			  SIZE_MAX);
		for (size_t cut = 1; cut < 40; cut += 4) {
			file_len = 0;
			add(a, n_a - cut, CODEC_NONE);
			add(img.bytes, img.len, CODEC_NONE);
			read_with(&both, file, file_len, (struct capfile_hooks){ .recover = true },
				  SIZE_MAX);
			snprintf(what, sizeof(what), "%s without %zu bytes, %s", one, cut, other);
			if (both.err || both.n < second.n || both.places == 0)
				fail_msg("%s: %d, %u packets", what, both.err, both.n);
			are_the_same(both.packets + both.n - second.n, second.packets, second.n,
				     what);
		}
	}
}

/* Somebody transferred a capture: it begins where the data of a packet does, and within it. */
static void a_header_within_a_packet_is_data(void **state)
{
	static uint8_t inner[SIZE_MAX_OF_PART];
	size_t n;

	(void)state;
	for (unsigned k = 0; k < N_KINDS; k++) {
		load(kinds[k]);
		n = img.len;
		memcpy(inner, img.bytes, n);
		img.len = 0;
		header(0xa1b2c3d4, 1);
		for (unsigned i = 0; i < 4; i++)
			record(1700000000, i, inner, n);
		for (unsigned how = 0; how < 3; how++) {
			const struct capfile_hooks hooks = { .recover = how == 1,
							     .concatenated = how == 2 };

			read_with(&both, img.bytes, img.len, hooks, SIZE_MAX);
			assert_int_equal(both.n, 4);
			assert_int_equal(both.n_ifaces, 1);
			assert_int_equal(both.err, 0);
			assert_int_equal(both.places, 0);
		}
	}
}

/* Seconds, and types of blocks of local use, that are magic numbers by chance. */
static void what_only_looks_like_a_header_is_none(void **state)
{
	static const uint32_t seconds[] = {
		0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x0a0d0d0a,
		0x00088b1f, 0xfd2fb528, 0x184d2a50, 0x184d2a5f,
	};

	(void)state;
	for (unsigned concatenated = 0; concatenated < 2; concatenated++) {
		img.len = 0;
		header(0xa1b2c3d4, 1);
		for (unsigned i = 0; i < array_size(seconds); i++)
			for (unsigned k = 0; k < 4; k++)
				record(seconds[i], k, "some data of a packet", 21);
		read_with(&both, img.bytes, img.len,
			  (struct capfile_hooks){ .concatenated = concatenated }, SIZE_MAX);
		assert_int_equal(both.err, 0);
		assert_int_equal(both.n, 4 * array_size(seconds));
		img.len = 0;
		shb();
		idb();
		for (unsigned i = 0; i < array_size(seconds); i++) {
			if (seconds[i] == PCAPNG_SHB)
				continue;
			begin(seconds[i]);
			put("some data of a block", 20);
			end();
			epb(0, i);
		}
		read_with(&both, img.bytes, img.len,
			  (struct capfile_hooks){ .concatenated = concatenated }, SIZE_MAX);
		assert_int_equal(both.err, 0);
		assert_int_equal(both.n, array_size(seconds) - 1);
	}
}

static void what_is_packed_and_no_capture_is_damage(void **state)
{
	(void)state;
	for (enum codec_kind kind = CODEC_ZSTD; kind <= CODEC_GZIP; kind++) {
		img.len = 0;
		header(0xa1b2c3d4, 1);
		record(1700000000, 0, "packet", 6);
		file_len = 0;
		add((const uint8_t
			     *)"text that somebody appended to a capture, for a reason of his own",
		    65, kind);
		put(file, file_len);
		read_image();
		is_refused(1, " at byte ");
		assert_null(strstr(capfile_error(res.r), "another capture"));
	}
}

/* Each behind a packet of no bytes that looks like gzip: it is not unpacked over and over. */
static void not_each_record_is_unpacked_to_look_into_it(void **state)
{
	(void)state;
	header(0xa1b2c3d4, 1);
	for (unsigned i = 0; i < 100000; i++)
		record(0x00088b1f, 0, "", 0);
	read_image();
	assert_int_equal(res.err, 0);
	assert_int_equal(res.n, 100000);
	assert_true(capfile_work(res.r).unpacked <= 16 + img.len / 65536 + 1);
}

#define one(t)	cmocka_unit_test_setup_teardown(t, fresh, done)

int main(void)
{
	static const struct CMUnitTest others[] = {
		one(a_thousand_captures_are_read),
		one(a_header_that_is_cut_is_no_packet),
		one(a_capture_of_a_version_that_is_not_known_is_no_packet),
		one(a_capture_behind_one_that_is_cut_is_found),
		one(a_header_within_a_packet_is_data),
		one(what_only_looks_like_a_header_is_none),
		one(what_is_packed_and_no_capture_is_damage),
		one(not_each_record_is_unpacked_to_look_into_it),
	};
	struct CMUnitTest tests[32];
	size_t n = 0;
	int failed;

	unit_of_table(ways, any_two_kinds, tests, n);
	memcpy(tests + n, others, sizeof(others));
	failed = unit_run("concatenated", tests, n + array_size(others));
	freed(NULL);
	return failed;
}
