// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * pcapng blocks that say nothing about packets and may be copied as they are: names, secrets,
 * journal entries, blocks of vendors. They are collected whole, in host byte order, so that they
 * can be put into another file.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "capture/base/util.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/read/pcapng.h"

enum {
	/* bytes between two packets; tshark and libpcap take no block that is longer */
	COLLECTED_MAX	= 16 << 20,

	NRB_END		= 0,
	NRB_IPV4	= 1,
	NRB_IPV6	= 2,
	NRB_EUI48	= 3,
	NRB_EUI64	= 4,
};

static bool may_copy(uint32_t type)
{
	return type == PCAPNG_NRB || type == PCAPNG_DSB || type == PCAPNG_JOURNAL ||
	       type == PCAPNG_CB || type & PCAPNG_LOCAL;
}

bool blocks_copies_local(struct capfile *r, unsigned long long at)
{
	const char *why = r->swapped	       ? "their numbers have another byte order"
			  : r->n_sections > 1  ? "their numbers may be those of another section"
			  : r->recovery.places ? "some of them may be lost"
			  : !r->hooks.local    ? "they would not stay with each other in one file"
					       : NULL;

	if (why && r->hooks.blocks)
		capfile_warn(
			r, WARN_LOCAL,
			"blocks and options of local use, from byte %llu on, are not copied: %s",
			at, why);
	return !why;
}

bool blocks_collects(struct capfile *r, uint32_t type, uint32_t len)
{
	if (!r->hooks.blocks || type == PCAPNG_CB_NO)
		return false;
	if (type & PCAPNG_LOCAL && !blocks_copies_local(r, r->offset))
		return false;
	if (!may_copy(type)) {
		capfile_warn(
			r, WARN_COPY_TYPE,
			"the block at byte %llu is of type %#x, which is not known and not copied",
			(unsigned long long)r->offset, type);
		return false;
	}
	if (r->hooks.blocks->len + len > COLLECTED_MAX) {
		r->hooks.local = false;		/* one is missing from now on */
		capfile_warn(
			r, WARN_COPY_LONG,
			"the block at byte %llu is not copied: more than %u MiB of such blocks between "
			"two packets",
			(unsigned long long)r->offset, COLLECTED_MAX >> 20);
		return false;
	}
	return true;
}

/* Numbers of the file become ours, in place. */
static void host16(const struct capfile *r, uint8_t *p)
{
	uint16_t v = capfile_u16(r, p);

	memcpy(p, &v, 2);
}

static void host32(const struct capfile *r, uint8_t *p)
{
	uint32_t v = capfile_u32(r, p);

	memcpy(p, &v, 4);
}

/* An address and names that end with NUL: without them tshark takes the whole file for damaged. */
static bool is_sound_record(unsigned type, const uint8_t *value, size_t len)
{
	static const uint8_t address[] = {
		[NRB_IPV4] = 4, [NRB_IPV6] = 16, [NRB_EUI48] = 6, [NRB_EUI64] = 8
	};

	if (type >= array_size(address))
		return true;
	return len >= address[type] && (len == address[type] || value[len - 1] == 0);
}

/* The names, up to the options. Where those begin, or -1: malformed. */
static ssize_t names(const struct capfile *r, const struct body *b)
{
	size_t pos = 0;

	for (;;) {
		uint8_t *p = b->data + pos;
		unsigned type, len;

		if (b->len - pos < 4)
			return -1;
		type = capfile_u16(r, p);
		len = capfile_u16(r, p + 2);
		if (len > b->len - pos - 4 || !is_sound_record(type, p + 4, len))
			return -1;
		host16(r, p);
		host16(r, p + 2);
		pos += 4 + ((len + 3u) & ~3u);
		if (type == NRB_END)
			return pos;
	}
}

/* Kind and length of the secrets, and the secrets. */
static ssize_t secrets(const struct capfile *r, const struct body *b)
{
	uint32_t len;

	if (b->len < 8)
		return -1;
	len = capfile_u32(r, b->data + 4);
	if (len > b->len - 8)
		return -1;
	host32(r, b->data);
	host32(r, b->data + 4);
	return 8 + (((size_t)len + 3) & ~(size_t)3);
}

/*
 * The number of the vendor. How long the bytes behind it are only the vendor knows, so there are no
 * options for us.
 */
static ssize_t vendor(const struct capfile *r, const struct body *b)
{
	if (b->len < 4)
		return -1;
	host32(r, b->data);
	return b->len;
}

/* Turns the part of a block before its options into host order. Where it ends, or -1: malformed. */
static ssize_t before_options(const struct capfile *r, const struct body *b)
{
	switch (b->type) {
	case PCAPNG_NRB:
		return names(r, b);
	case PCAPNG_DSB:
		return secrets(r, b);
	case PCAPNG_CB:
		return vendor(r, b);
	default:
		return b->len;	/* a journal entry is text */
	}
}

int blocks_append(struct blocks *to, const void *bytes, size_t n)
{
	if (n > to->cap - to->len) {
		size_t cap = max_of(to->len + n, 2 * to->cap);
		uint8_t *more = realloc(to->bytes, cap);

		if (!more)
			return -ENOMEM;
		to->bytes = more;
		to->cap = cap;
	}
	memcpy(to->bytes + to->len, bytes, n);
	to->len += n;
	return 0;
}

/* @n bytes of body, and the end of the options if there are any. */
static int append_block(struct blocks *to, const struct body *b, size_t n, bool has_options)
{
	uint32_t len = 12 + n + (has_options ? 4 : 0);
	const uint32_t head[] = { b->type, len }, end = OPT_END;
	size_t was = to->len;
	int err = blocks_append(to, head, 8);

	if (!err)
		err = blocks_append(to, b->data, n);
	if (!err && has_options)
		err = blocks_append(to, &end, 4);
	if (!err)
		err = blocks_append(to, &len, 4);
	if (err)
		to->len = was;
	return err;
}

int blocks_collect(struct capfile *r, const struct body *b)
{
	ssize_t n = before_options(r, b);
	struct options o;
	struct option opt;

	if (n < 0) {
		capfile_warn(r, WARN_COPY_BAD, "the block at byte %llu is malformed: not copied",
			     b->at);
		return 0;
	}
	o = options_at(r, b, n);
	while (options_next(&o, &opt))
		option_carry(&o, &opt);
	return append_block(r->hooks.blocks, b, n + o.carried, o.carried);
}
