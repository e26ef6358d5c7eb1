// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Head: 16 bytes of magic, u64 version of this file, u64 version of what is noted, u64 checksum of
 * these. Record: u64 bytes of it, a multiple of 8; u64 checksum of what follows; nine u64 of the
 * entry; u8 flags, u8 link types, u8 log2 of the bits, u8 bytes of the name, four u16 of link
 * types, u32 zero; name; zeros up to a multiple of 8; bits.
 */
#include <endian.h>
#include <string.h>

#include "capture/base/hash.h"
#include "capture/base/util.h"
#include "capture/filter/noted.h"
#include "capture/index/index_file.h"
#include "capture/read/blocks.h"

enum {
	VERSION		= 1,
	N_NUMBERS	= 9,
	/* bytes of a record before the name */
	FIXED		= 16 + 8 * N_NUMBERS + 4 + 2 * ENTRY_LINKS + 4,
};

_Static_assert(FIXED % 8 == 0, "what follows is aligned");
_Static_assert(FIXED + 256 + (1 << (SKETCH_LOG2_MAX - 3)) <= (int)INDEX_FILE_RECORD_MAX,
	       "the largest fits");

static const char magic[16] = "xdpdump index\n";

static uint64_t checksum(const void *bytes, size_t n)
{
	static const struct hash_key key = { { 0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0,
					       0x082efa98ec4e6c89 } };

	return hash_bytes(&key, bytes, n).a;
}

static void put64(uint8_t *to, uint64_t v)
{
	v = htole64(v);
	memcpy(to, &v, sizeof(v));
}

static uint64_t get64(const uint8_t *from)
{
	uint64_t v;

	memcpy(&v, from, sizeof(v));
	return le64toh(v);
}

static void make_head(uint8_t head[static INDEX_FILE_HEAD])
{
	memcpy(head, magic, sizeof(magic));
	put64(head + 16, VERSION);
	put64(head + 24, noted_version());
	put64(head + 32, checksum(head, 32));
}

int index_file_begin(struct blocks *to)
{
	uint8_t head[INDEX_FILE_HEAD];

	make_head(head);
	return blocks_append(to, head, sizeof(head));
}

static size_t padded(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

static size_t record_len(size_t name_len, const struct sketch *s)
{
	return FIXED + padded(name_len) + (s->bits ? sketch_bytes(s->log2) : 0);
}

/* The numbers of an entry, in their order. */
static void numbers_of(struct entry *e, uint64_t *out[static N_NUMBERS])
{
	uint64_t *const all[N_NUMBERS] = {
		&e->file.size, &e->file.inode, &e->file.mtime_ns, &e->file.ctime_ns, &e->n_packets,
		&e->n_timed,   &e->first_ns,   &e->min_ns,	  &e->max_ns,
	};

	memcpy(out, all, sizeof(all));
}

void index_file_seal(uint8_t *r, size_t len)
{
	put64(r, len);
	put64(r + 8, checksum(r + 16, len - 16));
}

static void make_record(uint8_t *r, size_t len, const char *name, const struct entry *e)
{
	struct entry copy = *e;
	uint64_t *numbers[N_NUMBERS];
	uint8_t *at = r + 16;

	memset(r, 0, len);
	numbers_of(&copy, numbers);
	for (unsigned i = 0; i < N_NUMBERS; i++, at += 8)
		put64(at, *numbers[i]);
	*at++ = e->flags;
	*at++ = e->n_links;
	*at++ = e->sketch.bits ? e->sketch.log2 : 0;
	*at++ = strlen(name);
	for (unsigned i = 0; i < ENTRY_LINKS; i++, at += 2) {
		at[0] = e->links[i];
		at[1] = e->links[i] >> 8;
	}
	memcpy(r + FIXED, name, strlen(name));
	if (e->sketch.bits)
		memcpy(r + FIXED + padded(strlen(name)), e->sketch.bits,
		       sketch_bytes(e->sketch.log2));
	index_file_seal(r, len);
}

int index_file_add(struct blocks *to, const char *name, const struct entry *e)
{
	const size_t len = record_len(strlen(name), &e->sketch);
	cleanup(freep) uint8_t *r = malloc(len);

	if (!r)
		return -ENOMEM;
	make_record(r, len, name, e);
	return blocks_append(to, r, len);
}

bool index_file_is_head(const uint8_t head[static INDEX_FILE_HEAD])
{
	uint8_t ours[INDEX_FILE_HEAD];

	make_head(ours);
	return !memcmp(head, ours, sizeof(ours));
}

bool index_file_open(struct index_file *f, const uint8_t *bytes, size_t n)
{
	if (n < INDEX_FILE_HEAD || !index_file_is_head(bytes))
		return false;
	*f = (struct index_file){ bytes + INDEX_FILE_HEAD, n - INDEX_FILE_HEAD };
	return true;
}

size_t index_file_record_len(const uint8_t begin[static 8])
{
	const uint64_t len = get64(begin);

	return len < FIXED || len > INDEX_FILE_RECORD_MAX || len % 8 ? 0 : len;
}

/* False: the record contradicts itself, although its checksum is right. */
static bool read_record(const uint8_t *r, size_t len, char *name, struct entry *e)
{
	uint64_t *numbers[N_NUMBERS];
	const uint8_t *at = r + 16;
	size_t name_len;

	*e = (struct entry){ .flags = 0 };
	numbers_of(e, numbers);
	for (unsigned i = 0; i < N_NUMBERS; i++, at += 8)
		*numbers[i] = get64(at);
	e->flags = *at++;
	e->n_links = *at++;
	e->sketch.log2 = *at++;
	name_len = *at++;
	for (unsigned i = 0; i < ENTRY_LINKS; i++, at += 2)
		e->links[i] = at[0] | at[1] << 8;
	if (e->flags & ~ENTRY_FLAGS || e->n_links > ENTRY_LINKS + 1 ||
	    e->sketch.log2 < SKETCH_LOG2_MIN || e->sketch.log2 > SKETCH_LOG2_MAX)
		return false;
	/* not written to */
	e->sketch.bits = (uint8_t *)(uintptr_t)(r + FIXED + padded(name_len));
	if (record_len(name_len, &e->sketch) != len || memchr(r + FIXED, '\0', name_len) ||
	    !name_len)
		return false;
	memcpy(name, r + FIXED, name_len);
	name[name_len] = '\0';
	return true;
}

bool index_file_record(const uint8_t *record, size_t len, char name[static INDEX_FILE_NAME_MAX + 1],
		       struct entry *e)
{
	return checksum(record + 16, len - 16) == get64(record + 8) &&
	       read_record(record, len, name, e);
}

bool index_file_next(struct index_file *f, char name[static INDEX_FILE_NAME_MAX + 1],
		     struct entry *e)
{
	while (f->left >= FIXED) {
		const uint8_t *r = f->bytes;
		const size_t len = index_file_record_len(r);

		if (!len || len > f->left)
			return false;
		f->bytes += len;
		f->left -= len;
		if (index_file_record(r, len, name, e))
			return true;
	}
	return false;
}

size_t index_file_most(size_t n)
{
	return INDEX_FILE_HEAD + n * INDEX_FILE_RECORD_MAX;
}
