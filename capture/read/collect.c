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
#include "capture/read/collect.h"
#include "capture/read/options.h"

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

bool collect_wants(struct pcapng *f, uint32_t type, uint32_t len)
{
	if (!f->blocks || type == PCAPNG_CB_NO)
		return false;
	if (type & PCAPNG_LOCAL && !options_copies_local(f, f->s->offset))
		return false;
	if (!may_copy(type)) {
		stream_warn(
			f->s, WARN_COPY_TYPE,
			"the block at byte %llu is of type %#x, which is not known and not copied",
			(unsigned long long)f->s->offset, type);
		return false;
	}
	if (f->blocks->len + len > COLLECTED_MAX) {
		f->local = false;		/* one is missing from now on */
		stream_warn(
			f->s, WARN_COPY_LONG,
			"the block at byte %llu is not copied: more than %u MiB of such blocks between "
			"two packets",
			(unsigned long long)f->s->offset, COLLECTED_MAX >> 20);
		return false;
	}
	return true;
}

/* Numbers of the file become ours, in place. */
static void host16(const struct pcapng *f, uint8_t *p)
{
	uint16_t v = order_u16(f->swapped, p);

	memcpy(p, &v, 2);
}

static void host32(const struct pcapng *f, uint8_t *p)
{
	uint32_t v = order_u32(f->swapped, p);

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
static ssize_t names(const struct pcapng *f, const struct body *b)
{
	size_t pos = 0;

	for (;;) {
		uint8_t *p = b->data + pos;
		unsigned type, len;

		if (b->len - pos < 4)
			return -1;
		type = order_u16(f->swapped, p);
		len = order_u16(f->swapped, p + 2);
		if (len > b->len - pos - 4 || !is_sound_record(type, p + 4, len))
			return -1;
		host16(f, p);
		host16(f, p + 2);
		pos += 4 + ((len + 3u) & ~3u);
		if (type == NRB_END)
			return pos;
	}
}

/* Kind and length of the secrets, and the secrets. */
static ssize_t secrets(const struct pcapng *f, const struct body *b)
{
	uint32_t len;

	if (b->len < 8)
		return -1;
	len = order_u32(f->swapped, b->data + 4);
	if (len > b->len - 8)
		return -1;
	host32(f, b->data);
	host32(f, b->data + 4);
	return 8 + (((size_t)len + 3) & ~(size_t)3);
}

/*
 * The number of the vendor. How long the bytes behind it are only the vendor knows, so there are no
 * options for us.
 */
static ssize_t vendor(const struct pcapng *f, const struct body *b)
{
	if (b->len < 4)
		return -1;
	host32(f, b->data);
	return b->len;
}

/* Turns the part of a block before its options into host order. Where it ends, or -1: malformed. */
static ssize_t before_options(const struct pcapng *f, const struct body *b)
{
	switch (b->type) {
	case PCAPNG_NRB:
		return names(f, b);
	case PCAPNG_DSB:
		return secrets(f, b);
	case PCAPNG_CB:
		return vendor(f, b);
	default:
		return b->len;	/* a journal entry is text */
	}
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

int collect_block(struct pcapng *f, const struct body *b)
{
	ssize_t n = before_options(f, b);
	struct options o;
	struct option opt;

	if (n < 0) {
		stream_warn(f->s, WARN_COPY_BAD, "the block at byte %llu is malformed: not copied",
			    b->at);
		return 0;
	}
	o = options_at(f, b, n);
	while (options_next(&o, &opt))
		options_carry(&o, &opt);
	return append_block(f->blocks, b, n + o.carried, o.carried);
}
