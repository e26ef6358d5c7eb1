/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * For tests of what reads captures: files made in memory, block by block, and what comes of reading
 * them.
 */
#ifndef XDPDUMP_TESTS_IMAGE_H
#define XDPDUMP_TESTS_IMAGE_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/read/capfile.h"

#include "tests/unit/unit.h"

/* A file in the making, in host order, or the other one if swapped. */
static struct image {
	uint8_t *bytes;
	size_t len, cap;
	size_t block;		/* where the block in the making begins */
	bool swapped;
} img;

static is_unused void put(const void *data, size_t n)
{
	if (img.len + n > img.cap) {
		img.cap = 2 * (img.len + n);
		img.bytes = realloc(img.bytes, img.cap);
	}
	memcpy(img.bytes + img.len, data, n);
	img.len += n;
}

static is_unused void put16(uint16_t v)
{
	v = img.swapped ? __builtin_bswap16(v) : v;
	put(&v, 2);
}

static is_unused void put32(uint32_t v)
{
	v = img.swapped ? __builtin_bswap32(v) : v;
	put(&v, 4);
}

static is_unused void put64(uint64_t v)
{
	v = img.swapped ? __builtin_bswap64(v) : v;
	put(&v, 8);
}

static is_unused void put_padded(const void *data, size_t n)
{
	put(data, n);
	put("\0\0\0", -n & 3);
}

static is_unused void begin(uint32_t type)
{
	img.block = img.len;
	put32(type);
	put32(0);
}

static is_unused void end(void)
{
	uint32_t len = img.len - img.block + 4, stored = img.swapped ? __builtin_bswap32(len) : len;

	put32(len);
	memcpy(img.bytes + img.block + 4, &stored, 4);
}

static is_unused void option(uint16_t code, const void *value, uint16_t len)
{
	put16(code);
	put16(len);
	put_padded(value, len);
}

static is_unused void option64(uint16_t code, uint64_t v)
{
	put16(code);
	put16(8);
	put64(v);
}

static is_unused void begin_shb(void)
{
	begin(PCAPNG_SHB);
	put32(PCAPNG_MAGIC);
	put16(1);
	put16(0);
	put64(UINT64_MAX);
}

static is_unused void shb(void)
{
	begin_shb();
	end();
}

static is_unused void begin_idb(uint32_t snaplen)
{
	begin(PCAPNG_IDB);
	put16(1);
	put16(0);
	put32(snaplen);
}

static is_unused void idb(void)
{
	begin_idb(0);
	end();
}

static is_unused void begin_epb(uint32_t id, uint64_t ticks, uint32_t caplen)
{
	static const uint8_t data[65536];

	begin(PCAPNG_EPB);
	put32(id);
	put32(ticks >> 32);
	put32(ticks);
	put32(caplen);
	put32(caplen);
	put_padded(data, caplen);
}

static is_unused void epb(uint32_t id, uint64_t ticks)
{
	begin_epb(id, ticks, 4);
	end();
}

static is_unused int fresh(void **state)
{
	(void)state;
	img.len = 0;
	img.swapped = false;
	return 0;
}

static is_unused int freed(void **state)
{
	(void)state;
	free(img.bytes);
	img = (struct image){ 0 };
	return 0;
}

/* What came of reading the image: kept open for its interfaces. */
static struct result {
	struct capfile *r;
	FILE *f;
	int err;
	unsigned n, n_warnings;
	char warning[256];
	struct packet packet[8];	/* the first ones, without data */
} res;

static is_unused void warned(void *ctx, const char *sentence)
{
	struct result *x = ctx;

	if (!x->n_warnings++)
		snprintf(x->warning, sizeof(x->warning), "%s", sentence);
}

static is_unused void close_result(void)
{
	res.r = capfile_close(res.r);
	if (res.f)
		fclose(res.f);
	res = (struct result){ 0 };
}

static is_unused int done(void **state)
{
	close_result();
	return fresh(state);
}

static unsigned sum;	/* of all packet bytes, so that each is looked at */

static is_unused void read_bytes(const void *bytes, size_t n)
{
	struct packet p;

	close_result();
	/* fmemopen refuses a length of 0 */
	res.f = n ? fmemopen((void *)bytes, n, "r") : fopen("/dev/null", "r");
	res.err = capfile_open(&res.r, res.f, warned, &res);
	if (res.err)
		return;
	while ((res.err = capfile_next(res.r, &p)) > 0) {
		for (uint32_t i = 0; i < p.caplen; i++)
			sum += p.data[i];
		if (res.n < 8)
			res.packet[res.n] = p;
		res.n++;
	}
}

static is_unused void read_image(void)
{
	read_bytes(img.bytes, img.len);
}

static is_unused void is_sound(unsigned n)
{
	if (res.err)
		fail_msg("refused: %s", capfile_error(res.r));
	if (res.n_warnings)
		fail_msg("warned: %s", res.warning);
	assert_int_equal(res.n, n);
}

static is_unused void is_warned(unsigned n, const char *part)
{
	if (res.err)
		fail_msg("refused: %s", capfile_error(res.r));
	if (!strstr(res.warning, part))
		fail_msg("warned '%s', which lacks '%s'", res.warning, part);
	assert_int_equal(res.n, n);
}

static is_unused void is_refused(unsigned n, const char *part)
{
	assert_int_equal(res.err, -EBADMSG);
	if (!strstr(capfile_error(res.r), part))
		fail_msg("refused with '%s', which lacks '%s'", capfile_error(res.r), part);
	assert_int_equal(res.n, n);
}

/* A fixture becomes the image. */
static is_unused void load(const char *name)
{
	char path[256], bytes[4096];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "tests/pcaps/files/%s", name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("%s: cannot open", path);
	img.len = 0;
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
		put(bytes, n);
	fclose(f);
}

#endif
