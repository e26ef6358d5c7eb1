// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libFuzzer target for the reader of both formats, compressed or not: anything goes in. Whatever
 * comes out is looked at byte for byte, and what a file holds does not depend on what follows: a
 * prefix delivers the packets that end in it, neither more nor fewer; and with other captures
 * behind the first one that is the same.
 *
 *	make fuzz-reader		make check replays tests/fuzz/reader
 */
#include <errno.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/read/capfile.h"

#include "tests/fuzz/fuzz.h"

enum {
	/* bytes that the shortest one takes in a file, a record of pcap */
	PACKET_MIN	= 16,
	/* packets of a compressed file that are looked at: it may hold any number */
	PACKED_MAX	= 65536,
};

/* A packet delivered: where it ends in the file, and a sum of all packets up to it. */
struct place {
	uint64_t end, sum;
};

struct result {
	struct place *places;
	size_t n;
	bool by_the_rest;	/* where packets end was told by what follows, or does not follow */
	bool packed;
	unsigned n_warnings;
	struct blocks blocks;
};

static uint64_t mix(uint64_t sum, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	while (n--)
		sum = (sum ^ *p++) * 0x100000001b3;
	return sum;
}

/* Options that are carried along are whole and padded. */
static void check_options(struct raw_options o)
{
	for (size_t pos = 0; pos < o.len;) {
		uint16_t head[2];

		must(o.len - pos >= 4);
		memcpy(head, o.bytes + pos, 4);
		must(head[0] != OPT_END && head[1] <= o.len - pos - 4);
		pos += 4 + ((head[1] + 3u) & ~3u);
	}
}

/* So are blocks that are copied. Returns the sum. */
static uint64_t sum_blocks(uint64_t sum, struct blocks *b)
{
	for (size_t pos = 0; pos < b->len;) {
		uint32_t head[2], end;

		must(b->len - pos >= 12);
		memcpy(head, b->bytes + pos, 8);
		must(head[1] >= 12 && head[1] % 4 == 0 && head[1] <= b->len - pos);
		memcpy(&end, b->bytes + pos + head[1] - 4, 4);
		must(end == head[1]);
		pos += head[1];
	}
	sum = mix(sum, b->bytes, b->len);
	b->len = 0;
	return sum;
}

static uint64_t sum_packet(uint64_t sum, const struct packet *p)
{
	const uint64_t fields[] = {
		p->has,
		p->caplen,
		p->len,
		p->dropped,
		p->iface->id,
		p->has & PACKET_TIME ? p->ts_ns : 0,
		p->has & PACKET_FLAGS ? p->flags : 0,
		p->has & PACKET_QUEUE ? p->queue : 0,
		p->has & PACKET_ID ? p->id : 0,
		p->has & PACKET_PROCESS ? p->pid : 0,
		p->has & PACKET_PROCESS ? p->tid : 0,
		p->has & PACKET_PROCESS && p->process ? strlen(p->process) : 0,
		p->has & PACKET_VERDICT ? p->verdict.type : 0,
		p->has & PACKET_VERDICT ? p->verdict.action : 0,
	};

	check_options(p->options);
	sum = mix(sum, fields, sizeof(fields));
	return mix(mix(sum, p->data, p->caplen), p->options.bytes, p->options.len);
}

static void check_string(const char *s)
{
	if (s)
		must(fuzz_is_utf8(s, strlen(s)));
}

static void check_ifaces(const struct capfile *r)
{
	const struct iface *i;

	for (uint32_t id = 0; (i = capfile_iface(r, id)); id++) {
		must(i->id == id);
		check_string(i->name);
		check_string(i->description);
		check_string(i->os);
		check_string(i->hardware);
		check_string(i->comment);
		check_string(i->filter);
		check_options(i->options);
		if (!capfile_stats(r, id))
			continue;
		check_string(capfile_stats(r, id)->comment);
		check_options(capfile_stats(r, id)->options);
	}
	check_options(capfile_section_options(r));
	for (int option = SHB_HARDWARE; option <= SHB_USERAPPL; option++)
		check_string(capfile_section(r, option));
}

static void warned(void *ctx, const char *sentence)
{
	struct result *res = ctx;

	must(*sentence && fuzz_is_safe(sentence, strlen(sentence), ""));
	must(++res->n_warnings <= 32);	/* each kind is said once */
}

static void check_error(const struct capfile *r, int err, struct result *res)
{
	must(err == 0 || err == -EBADMSG);	/* -ENOMEM: a length was believed */
	must(!err ||
	     (*capfile_error(r) && fuzz_is_safe(capfile_error(r), strlen(capfile_error(r)), "")));
	res->by_the_rest = err && (strstr(capfile_error(r), "nothing but zeros") ||
				   strstr(capfile_error(r), "another capture"));
}

/* @concatenated: captures may follow each other, compressed ones too. */
static struct result read_bytes(const uint8_t *data, size_t size, bool concatenated)
{
	struct result res = { .n = 0 };
	FILE *f = fuzz_file(data, size);
	struct capfile *r = NULL;
	struct packet p;
	uint64_t sum = 0;
	const struct capfile_hooks hooks = {
		.warn = warned, .ctx = &res, /* a small one is filled and moved often */
		.buffer = size && data[size - 1] & 1 ? 64 : 0, .blocks = &res.blocks,
		.concatenated = concatenated,
	};
	int err = capfile_open_with(&r, f, &hooks);
	size_t max;

	res.packed = concatenated || capfile_compression(r);
	max = res.packed ? PACKED_MAX : size / PACKET_MIN;
	res.places = malloc((max + 1) * sizeof(*res.places));
	must(res.places);
	while (!err && !(res.packed && res.n == max) && (err = capfile_next(r, &p)) > 0) {
		must(res.n < max);
		must(p.iface && p.iface == capfile_iface(r, p.iface->id));
		sum = sum_packet(sum_blocks(sum, &res.blocks), &p);
		res.places[res.n++] = (struct place){ capfile_offset(r), sum };
		must(res.packed || capfile_offset(r) <= size);
		err = 0;
	}
	check_error(r, err, &res);
	check_ifaces(r);
	sum_blocks(sum, &res.blocks);
	free(res.blocks.bytes);
	capfile_close(r);
	fclose(f);
	return res;
}

static void check_prefix(const uint8_t *data, size_t size, const struct result *whole)
{
	/* so that a sanitizer sees each step too far */
	uint8_t *copy = malloc(size ? size : 1);
	struct result res;
	size_t n = 0;

	must(copy);
	memcpy(copy, data, size);
	res = read_bytes(copy, size, false);
	while (n < whole->n && (whole->packed ? n < res.n : whole->places[n].end <= size))
		n++;
	if (!whole->by_the_rest && !res.by_the_rest && res.packed == whole->packed) {
		/*
		 * of a damaged block nothing is unpacked; if that is cut before the damage, what
		 * stands there may be
		 */
		must(res.packed || res.n == n);
		must(!n || res.places[n - 1].sum == whole->places[n - 1].sum);
	}
	free(res.places);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct result whole = read_bytes(data, size, false), all = read_bytes(data, size, true);

	must(all.n >= whole.n &&
	     (!whole.n || all.places[whole.n - 1].sum == whole.places[whole.n - 1].sum));
	if (size)	/* where it is cut is up to the last byte */
		check_prefix(data, size * data[size - 1] / 256, &whole);
	free(whole.places);
	free(all.places);
	return 0;
}
