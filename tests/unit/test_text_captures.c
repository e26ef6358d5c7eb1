// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Captures that came through a terminal, or were transferred in text mode: of any kind, compressed
 * or not, with lines of text around them or without. Recovery reads each packet as it was sent, and
 * without it the cause is named.
 */
#include <stdio.h>
#include <string.h>

#include "capture/base/codec.h"
#include "capture/write/compress.h"

#include "tests/unit/image.h"

enum { PACKETS_MAX = 128, ROOM = 64 * 1024 };

struct seen {
	uint64_t ts_ns;
	uint32_t len, caplen, sum;
};

static struct reading {
	struct seen packets[PACKETS_MAX];
	unsigned n, n_said;
	bool is_advised;	/* to read it with recovery */
	int err;
	char error[512];
} sound, got;

static void count(void *ctx, const char *sentence)
{
	struct reading *to = ctx;

	to->n_said += strstr(sentence, "text mode") && strstr(sentence, "is taken away");
	to->is_advised |= !!strstr(sentence, "--recover");
}

static void read_with(struct reading *to, const uint8_t *bytes, size_t n, bool recover)
{
	const struct capfile_hooks hooks = { .recover = recover, .warn = count, .ctx = to };
	FILE *f = fmemopen((void *)(uintptr_t)bytes, n, "r");
	struct capfile *r = NULL;
	struct packet p;

	memset(to, 0, sizeof(*to));
	to->err = capfile_open_with(&r, f, &hooks);
	while (!to->err && (to->err = capfile_next(r, &p)) > 0) {
		struct seen *s = &to->packets[to->n++];

		assert_true(to->n <= PACKETS_MAX);
		*s = (struct seen){ .ts_ns = p.ts_ns, .len = p.len, .caplen = p.caplen };
		for (uint32_t i = 0; i < p.caplen; i++)
			s->sum = s->sum * 31 + p.data[i];
		to->err = 0;
	}
	snprintf(to->error, sizeof(to->error), "%s", capfile_error(r));
	capfile_close(r);
	fclose(f);
}

/* Forty packets with ends of lines in them, of every length, in headers too. */
static void make(unsigned kind)
{
	static const char text[] =
		"GET / HTTP/1.1\r\nHost: a\r\n\r\nline\nline\r\r\n\n\nbinary \x0d\x0a\x0a and so on, and on \r";
	static const uint32_t magics[] = { 0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34 };

	img.len = 0;
	img.swapped = kind & 1;
	if (kind >= 6) {
		shb();
		begin_idb(kind >= 8 ? 10 : 0);
		end();
	} else {
		put32(magics[kind / 2]);
		put16(2);
		put16(4);
		put64(0);
		put32(65535);
		put32(1);
	}
	for (unsigned i = 0; i < 40; i++) {
		uint32_t n = i * 3 % sizeof(text) + 1, head[] = { 1700000000 + i, 1000 * i, n, n };

		if (kind >= 6) {
			begin(PCAPNG_EPB);
			put32(0);
			put64(1700000000ull * 1000000 + i * 2570);
			put32(n);
			put32(n);
			put_padded(text + sizeof(text) - n, n);
			end();
			continue;
		}
		for (unsigned k = 0; k < 4; k++)
			put32(head[k]);
		put("\1\2\3\4\5\6\7\10", kind / 2 == 2 ? 8 : 0);
		put(text + sizeof(text) - n, n);
	}
}

static const char *const kinds[] = {
	"pcap",
	"pcap in the other order",
	"pcap with ns",
	"pcap with ns in the other order",
	"modified pcap",
	"modified pcap in the other order",
	"pcapng",
	"pcapng in the other order",
	"pcapng with an LF in its interface",
	"pcapng with an LF in its interface in the other order",
};

static size_t to_crlf(const uint8_t *from, size_t n, uint8_t *to)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		if (from[i] == '\n')
			to[out++] = '\r';
		to[out++] = from[i];
	}
	return out;
}

static size_t packed(const uint8_t *from, size_t n, enum codec_kind codec, uint8_t *to)
{
	const uint8_t *frame = from;
	struct compress *p = NULL;
	size_t len = n;

	if (codec != CODEC_NONE) {
		assert_int_equal(compress_open(&p, (struct codec){ codec, 1 }), 0);
		assert_int_equal(compress_frame(p, from, n, &frame, &len), 0);
	}
	memcpy(to, frame, len);
	compress_close(p);
	return len;
}

static void is_as_sent(const char *what, const char *kind)
{
	if (got.err || got.n != sound.n ||
	    memcmp(got.packets, sound.packets, sound.n * sizeof(sound.packets[0])))
		fail_msg("%s, %s: %d, %u packets of %u: %s", kind, what, got.err, got.n, sound.n,
			 got.error);
	if (got.n_said != 1)
		fail_msg("%s, %s: said %u times", kind, what, got.n_said);
	if (got.is_advised)
		fail_msg("%s, %s: advises what is done", kind, what);
}

static const struct way {
	const char *name, *before, *behind;
	bool before_packing, behind_packing;	/* it is converted */
	enum codec_kind codec;
} ways[] = {
	{ "as_it_is", "", "", true, false, CODEC_NONE },
	{ "with_lines_of_tcpdump", "tcpdump: listening on eth0, link-type EN10MB (Ethernet)\n",
	  "60 packets captured\n", true, false,
	  CODEC_NONE },
	{ "with_a_long_text_behind", "",
	  "All work and no play makes Jack a dull boy.\nAll work and no play makes Jack a dull boy.\n",
	  true, false, CODEC_NONE },
	{ "and_then_into_gzip", "a line\n", "another one\n", true, false, CODEC_GZIP },
	{ "and_then_into_zstd", "", "", true, false, CODEC_ZSTD },
	{ "out_of_gzip", "", "", false, true, CODEC_GZIP },
	{ "out_of_zstd", "", "", false, true, CODEC_ZSTD },
};

static void comes_as_it_was_sent(void **state)
{
	static uint8_t text[ROOM], file[ROOM], sent[ROOM];
	const struct way *w = *state;

	for (unsigned kind = 0; kind < array_size(kinds); kind++) {
		size_t n = 0, len;

		make(kind);
		read_with(&sound, img.bytes, img.len, false);
		assert_int_equal(sound.err, 0);
		assert_int_equal(sound.n, 40);
		memcpy(text, w->before, strlen(w->before));
		n = strlen(w->before);
		memcpy(text + n, img.bytes, img.len);
		n += img.len;
		memcpy(text + n, w->behind, strlen(w->behind));
		n += strlen(w->behind);
		len = w->before_packing ? to_crlf(text, n, file) : (memcpy(file, text, n), n);
		len = packed(file, len, w->codec, sent);
		if (w->behind_packing) {
			if (!memchr(sent, '\n', len))
				continue;
			memcpy(file, sent, len);
			len = to_crlf(file, len, sent);
		}
		read_with(&got, sent, len, true);
		is_as_sent(w->name, kinds[kind]);
		read_with(&got, sent, len, false);
		if (got.err != -EBADMSG || !strstr(got.error, "text mode"))
			fail_msg("%s, %s: without recovery %u packets: %s", kinds[kind], w->name,
				 got.n, got.error);
	}
}

static void a_lost_cr_is_named(void **state)
{
	static uint8_t file[ROOM];

	(void)state;
	for (unsigned kind = 0; kind < 6; kind++) {
		size_t n = 0;

		make(kind);
		for (size_t i = 0; i < img.len; i++) {
			size_t behind = i + 1;

			while (behind < img.len && img.bytes[behind] == '\r')
				behind++;
			if (img.bytes[i] != '\r' || behind == img.len || img.bytes[behind] != '\n')
				file[n++] = img.bytes[i];
		}
		read_with(&got, file, n, false);
		assert_int_equal(got.err, -EBADMSG);
		if (!strstr(got.error, "of CR LF the CR was lost"))
			fail_msg("%s: %s", kinds[kind], got.error);
	}
}

/* Other damage in a file whose lines all end with CR LF, as those of HTTP do. */
static void other_damage_is_not_named_so(void **state)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

	(void)state;
	for (unsigned recover = 0; recover < 2; recover++) {
		img.len = 0;
		put32(0xa1b2c3d4);
		put16(2);
		put16(4);
		put64(0);
		put32(65535);
		put32(1);
		for (unsigned i = 0; i < 12; i++) {
			uint32_t head[] = { 1700000000 + i, i, sizeof(text), sizeof(text) };

			if (i == 6)
				put("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
				    18);
			put(head, 16);
			put(text, sizeof(text));
		}
		read_with(&got, img.bytes, img.len, recover);
		assert_int_equal(got.n, recover ? 12 : 6);
		assert_int_equal(got.n_said, 0);
		assert_true(recover || !strstr(got.error, "text mode"));
	}
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test_setup(a_lost_cr_is_named, fresh),
		cmocka_unit_test_setup(other_damage_is_not_named_so, fresh),
	};
	struct CMUnitTest tests[16];
	size_t n = 0;
	int failed;

	unit_of_table(ways, comes_as_it_was_sent, tests, n);
	memcpy(tests + n, others, sizeof(others));
	failed = unit_run("text_captures", tests, n + array_size(others));
	freed(NULL);
	return failed;
}
