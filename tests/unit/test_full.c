// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A disk that is full at any byte, for every format and compression: the file can be read to its
 * end, its packets are the first ones given, and the rest is counted as lost. With THOROUGH there
 * are more packets.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "capture/base/codec.h"
#include "capture/format/text_settings.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/read/capfile.h"
#include "capture/write/writer.h"

#include "tests/unit/out_file.h"
#include "tests/unit/unit.h"

#include "tests/unit/by_a_thread.h"

enum { FILE_MAX = 64 * 1024 };

static unsigned n_packets = 20;

static const struct iface iface = {
	.id = 0, .linktype = LINKTYPE_ETHERNET, .snaplen = 256, .name = (char *)"v0"
};

static const struct full_case {
	const char *name;
	enum file_format format;
	unsigned head_lines;		/* of text */
	enum codec_kind codec;
	unsigned flush;			/* after so many packets; 0: at the end only */
} cases[] = {
	{ "pcapng", FORMAT_PCAPNG, 0, CODEC_NONE, 0 },
	{ "pcapng_packet_by_packet", FORMAT_PCAPNG, 0, CODEC_NONE, 1 },
	{ "pcapng_in_zstd", FORMAT_PCAPNG, 0, CODEC_ZSTD, 0 },
	{ "pcapng_in_zstd_packet_by_packet", FORMAT_PCAPNG, 0, CODEC_ZSTD, 1 },
	{ "pcapng_in_zstd_five_by_five", FORMAT_PCAPNG, 0, CODEC_ZSTD, 5 },
	{ "pcapng_in_gzip", FORMAT_PCAPNG, 0, CODEC_GZIP, 0 },
	{ "pcapng_in_gzip_five_by_five", FORMAT_PCAPNG, 0, CODEC_GZIP, 5 },
	{ "pcap", FORMAT_PCAP, 0, CODEC_NONE, 0 },
	{ "pcap_packet_by_packet", FORMAT_PCAP_NS, 0, CODEC_NONE, 1 },
	{ "pcap_in_zstd_five_by_five", FORMAT_PCAP_NS, 0, CODEC_ZSTD, 5 },
	{ "json", FORMAT_JSON, 0, CODEC_NONE, 0 },
	{ "json_in_zstd_five_by_five", FORMAT_JSON, 0, CODEC_ZSTD, 5 },
	{ "csv_packet_by_packet", FORMAT_CSV, 1, CODEC_NONE, 1 },
	{ "text", FORMAT_TEXT, 0, CODEC_NONE, 0 },
	{ "text_packet_by_packet", FORMAT_TEXT, 0, CODEC_NONE, 1 },
	{ "text_in_gzip_five_by_five", FORMAT_TEXT, 0, CODEC_GZIP, 5 },
};

static uint32_t packet_len(unsigned n)
{
	return 14 + n * 7 % 61;
}

static struct packet packet(unsigned n)
{
	static uint8_t data[128];
	struct packet p = {
		.ts_ns = n,
		.has = PACKET_TIME,
		.data = data,
		.caplen = packet_len(n),
		.len = packet_len(n),
		.iface = &iface,
	};

	memset(data, n, sizeof(data));
	link_decode(&p);
	return p;
}

static bool stats(void *ctx, uint32_t id, struct iface_stats *s)
{
	*s = (struct iface_stats){ .ts_ns = 1, .has = 1 << STAT_RECEIVED | 1 << STAT_OS_DROP };
	s->value[STAT_RECEIVED] = n_packets;
	s->value[STAT_OS_DROP] = writer_lost(ctx, id);
	return true;
}

/* Returns what writer_finish() does. */
static int write_file(const struct full_case *c, rlim_t limit, uint64_t *lost)
{
	static const struct text_settings plain;
	struct rlimit all, small;
	struct writer *w = NULL;
	int err;

	getrlimit(RLIMIT_FSIZE, &all);
	small = (struct rlimit){ limit, all.rlim_max };
	unlink(path);
	assert_int_equal(writer_open(&w, c->format, &plain, path, -1), 0);
	assert_int_equal(writer_set_codec(w, (struct codec){ c->codec, c->codec ? 1 : 0 }), 0);
	setrlimit(RLIMIT_FSIZE, &small);
	writer_set_queue(w, queue);
	writer_begin(w, &(struct origin){ .os = "Linux", .appl = "test" });
	writer_iface(w, &iface, 256);
	for (unsigned i = 0; i < n_packets; i++) {
		struct packet p = packet(i);

		writer_packet(w, &p);
		if (c->flush && i % c->flush == c->flush - 1)
			writer_flush(w);
	}
	err = writer_finish(w, stats, w);
	setrlimit(RLIMIT_FSIZE, &all);
	*lost = writer_lost_all(w);
	writer_close(w);
	return err;
}

/* ---- and back ---- */

static size_t load(uint8_t *to, rlim_t limit)
{
	FILE *f = fopen(path, "re");
	size_t n;

	if (!f)		/* an empty one is removed */
		return 0;
	n = fread(to, 1, FILE_MAX, f);
	fclose(f);
	if (n > limit)
		fail_msg("limit %zu: the file has %zu bytes", (size_t)limit, n);
	return n;
}

/* Whole frames, and nothing else. */
static size_t unpack_zstd(uint8_t *to, const uint8_t *from, size_t n)
{
	size_t got = 0;

	while (n) {
		size_t frame = ZSTD_findFrameCompressedSize(from, n), part;

		if (ZSTD_isError(frame))
			fail_msg("a torn frame of zstd: %s", ZSTD_getErrorName(frame));
		part = ZSTD_decompress(to + got, FILE_MAX - got, from, frame);
		if (ZSTD_isError(part))
			fail_msg("a frame of zstd: %s", ZSTD_getErrorName(part));
		got += part;
		from += frame;
		n -= frame;
	}
	return got;
}

static size_t unpack_gzip(uint8_t *to, uint8_t *from, size_t n)
{
	size_t got = 0;

	while (n) {
		z_stream z = { .next_in = from,
			       .avail_in = n,
			       .next_out = to + got,
			       .avail_out = FILE_MAX - got };

		assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
		if (inflate(&z, Z_FINISH) != Z_STREAM_END)
			fail_msg("a torn member of gzip");
		got += z.total_out;
		from += z.total_in;
		n -= z.total_in;
		inflateEnd(&z);
	}
	return got;
}

/* The statistics are right if they are there. */
static unsigned count_packets(const uint8_t *bytes, size_t n, uint64_t lost)
{
	FILE *f = fmemopen((void *)(uintptr_t)bytes, n, "r");
	const struct iface_stats *s;
	struct capfile *r = NULL;
	struct packet p;
	unsigned count = 0;
	int err = capfile_open(&r, f, NULL, NULL);

	while (!err && (err = capfile_next(r, &p)) > 0) {
		if (p.ts_ns / 1000 != count / 1000 || p.caplen != packet_len(count) ||
		    *p.data != count)
			fail_msg("packet %u is not the one given", count);
		count++;
		err = 0;
	}
	if (err)
		fail_msg("%s", capfile_error(r));
	s = capfile_stats(r, 0);
	if (s)
		assert_int_equal(s->value[STAT_OS_DROP], lost);
	capfile_close(r);
	fclose(f);
	return count;
}

static unsigned count_lines(const uint8_t *bytes, size_t n)
{
	unsigned count = 0;

	for (size_t i = 0; i < n; i++)
		count += bytes[i] == '\n';
	if (bytes[n - 1] != '\n')
		fail_msg("a torn line");
	return count;
}

static void check(const struct full_case *c, rlim_t limit, uint64_t lost)
{
	static uint8_t packed[FILE_MAX], bytes[FILE_MAX];
	size_t n = load(packed, limit);
	unsigned count;

	if (c->codec == CODEC_ZSTD)
		n = unpack_zstd(bytes, packed, n);
	else if (c->codec == CODEC_GZIP)
		n = unpack_gzip(bytes, packed, n);
	else
		memcpy(bytes, packed, n);
	if (!n)
		count = 0;
	else if (format_is_text(c->format))
		count = count_lines(bytes, n) - c->head_lines;
	else
		count = count_packets(bytes, n, lost);
	if (count + lost != n_packets)
		fail_msg("limit %zu: %u in the file, %zu lost", (size_t)limit, count, (size_t)lost);
}

static void full_at_any_byte(void **state)
{
	const struct full_case *c = *state;
	struct stat st;
	uint64_t lost;

	assert_int_equal(write_file(c, RLIM_INFINITY, &lost), 0);
	assert_int_equal(lost, 0);
	check(c, RLIM_INFINITY, 0);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size > 100);
	for (off_t limit = 0; limit < st.st_size; limit++) {
		int err = write_file(c, limit, &lost);

		if (err != -EFBIG)
			fail_msg("limit %zu of %zu: finished with %d", (size_t)limit,
				 (size_t)st.st_size, err);
		check(c, limit, lost);
	}
}

int main(void)
{
	enum { N = sizeof(cases) / sizeof(cases[0]) };
	struct CMUnitTest tests[3 * N];
	static char names[2][N][96];
	size_t n = 0;

	signal(SIGXFSZ, SIG_IGN);
	if (getenv("THOROUGH"))
		n_packets = 30;
	unit_of_table(cases, full_at_any_byte, tests, n);
	n += by_a_thread(tests, N, names[0], tests + n);
	n += by_three_threads(tests, N, names[1], tests + n);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("full", tests, n, make_dir, remove_dir);
}
