// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * pcapng: draft-ietf-opsawg-pcapng. Sections of either byte order; what is not known is skipped
 * without being held.
 */
#include <errno.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/read/magic.h"
#include "capture/read/pcapng.h"

/*
 * The options that a packet has fields for; the obsolete block shares the flags only. False: it is
 * another one.
 */
static bool packet_field(struct options *o, const struct option *opt, struct packet *p)
{
	if (opt->code != EPB_FLAGS && o->b->type != PCAPNG_EPB)
		return false;
	switch (opt->code) {
	case EPB_FLAGS:
		if (!option_is_sound(o, opt, 4))
			break;
		p->flags = capfile_u32(o->r, opt->value);
		p->has |= PACKET_FLAGS;
		break;
	case EPB_DROPCOUNT:
		if (option_is_sound(o, opt, 8))
			p->dropped = capfile_u64(o->r, opt->value);
		break;
	case EPB_PACKETID:
		if (!option_is_sound(o, opt, 8))
			break;
		p->id = capfile_u64(o->r, opt->value);
		p->has |= PACKET_ID;
		break;
	case EPB_QUEUE:
		if (!option_is_sound(o, opt, 4))
			break;
		p->queue = capfile_u32(o->r, opt->value);
		p->has |= PACKET_QUEUE;
		break;
	default:
		return false;
	}
	return true;
}

/*
 * The comment by which our own files say that the time of a packet, which is 0 then, is not known.
 */
static bool is_no_time(const struct option *opt, const struct packet *p)
{
	return opt->code == OPT_COMMENT && (!(p->has & PACKET_TIME) || !p->ts_ns) &&
	       opt->len == sizeof(PCAPNG_NO_TIME) - 1 &&
	       !memcmp(opt->value, PCAPNG_NO_TIME, opt->len);
}

static void packet_options(struct capfile *r, const struct body *b, size_t pos, struct packet *p)
{
	struct options o = options_at(r, b, pos);
	struct option opt;

	while (options_next(&o, &opt)) {
		if (is_no_time(&opt, p))
			p->has &= ~PACKET_TIME;
		else if (!packet_field(&o, &opt, p))
			option_carry(&o, &opt);
	}
	p->options = options_carried(&o);
}

/*
 * The interface of a packet may have lost its description in a damaged file. That one far behind
 * the others was lost is less likely than that the number is damaged, too.
 */
static struct capfile_iface *lost_iface(struct capfile *r, uint32_t id)
{
	enum { LOST_MAX = 64, LOST_IN_ALL = 4096 };
	struct capfile_iface *ri;

	if (!r->hooks.recover || id - (r->n_ifaces - r->first_iface) >= LOST_MAX ||
	    r->n_lost_ifaces > LOST_IN_ALL)
		return NULL;
	capfile_warn(r, WARN_IFACE_LOST,
		     "the packet at byte %llu has interface %u, whose description is lost",
		     (unsigned long long)r->block_at, id);
	r->recovery.mended++;
	do
		ri = describe_substitute_iface(r);
	while (ri && !section_iface(r, id));
	return ri;
}

static inline struct capfile_iface *packet_iface(struct capfile *r, uint32_t id)
{
	struct capfile_iface *ri = section_iface(r, id);

	return ri ? ri : lost_iface(r, id);
}

/*
 * EPB and the obsolete Packet Block differ in the first four bytes only: u32 interface, or u16
 * interface, u16 drops.
 */
static int packet_block(struct capfile *r, const struct body *b, struct packet *p)
{
	const struct capfile_iface *ri;
	uint32_t id;

	if (b->len < 20)
		return capfile_fail(
			r,
			"damaged at byte %llu: a packet block of %zu bytes, where 32 are the least",
			b->at, b->len + 12);
	id = b->type == PCAPNG_EPB ? capfile_u32(r, b->data) : capfile_u16(r, b->data);
	ri = packet_iface(r, id);
	if (!ri)
		return capfile_fail(
			r,
			"damaged at byte %llu: a packet of interface %u, where the section has %u",
			b->at, id, r->n_ifaces - r->first_iface);
	p->caplen = capfile_u32(r, b->data + 12);
	p->len = capfile_u32(r, b->data + 16);
	if (b->torn)
		p->caplen = min_of(p->caplen, (uint32_t)(b->len - 20));
	if (p->caplen > b->len - 20)
		return capfile_fail(
			r,
			"damaged at byte %llu: a packet of %u bytes in a block with room for %zu",
			b->at, p->caplen, b->len - 20);
	p->data = b->data + 20;
	p->iface = &ri->iface;
	if (b->type == PCAPNG_OPB && capfile_u16(r, b->data + 2) != 0xffff)
		p->dropped = capfile_u16(r, b->data + 2);
	if (capfile_time(&ri->unit, block_time(r, b->data + 4), &p->ts_ns))
		p->has |= PACKET_TIME;
	else if (!ri->unit.unknown)
		capfile_warn(
			r, WARN_TIME,
			"the packet at byte %llu has a time before 1970 or after 2262: unknown",
			b->at);
	if (ri->iface.snaplen && p->caplen > ri->iface.snaplen)
		capfile_warn(r, WARN_CAPLEN_SNAPLEN,
			     "the packet at byte %llu has %u bytes, more than the snap length %u",
			     b->at, p->caplen, ri->iface.snaplen);
	if (p->caplen > p->len)
		capfile_warn(r, WARN_CAPLEN_LEN,
			     "the packet at byte %llu has %u bytes captured of %u", b->at,
			     p->caplen, p->len);
	if (!b->torn)
		packet_options(r, b, 20 + (((size_t)p->caplen + 3) & ~(size_t)3), p);
	return 1;
}

/*
 * No interface, no time, no captured length: interface 0, and the smaller of the length and its
 * snap length.
 */
static int simple_packet_block(struct capfile *r, const struct body *b, struct packet *p)
{
	const struct capfile_iface *ri;

	if (b->len < 4)
		return capfile_fail(
			r,
			"damaged at byte %llu: a simple packet block of %zu bytes, where 16 are the least",
			b->at, b->len + 12);
	ri = packet_iface(r, 0);
	if (!ri)
		return capfile_fail(
			r,
			"damaged at byte %llu: a packet of interface 0, where the section has none",
			b->at);
	p->len = capfile_u32(r, b->data);
	p->caplen = ri->iface.snaplen && ri->iface.snaplen < p->len ? ri->iface.snaplen : p->len;
	if (b->torn)
		p->caplen = min_of(p->caplen, (uint32_t)(b->len - 4));
	if (p->caplen > b->len - 4)
		return capfile_fail(
			r,
			"damaged at byte %llu: a packet of %u bytes in a block with room for %zu",
			b->at, p->caplen, b->len - 4);
	p->data = b->data + 4;
	p->iface = &ri->iface;
	return 1;
}

/* @at: the block in the file. Sets the byte order, which the length of this block already needs. */
static int section_order(struct capfile *r, unsigned long long at)
{
	uint32_t magic;

	r->unbegun = !stream_need(r, 12);
	if (r->unbegun)
		return capfile_fail(
			r, "cut short at byte %llu: %zu of the 28 bytes of a section header",
			at + stream_have(r), stream_have(r));
	memcpy(&magic, stream_bytes(r) + 8, 4);
	if (magic != PCAPNG_MAGIC && magic != __builtin_bswap32(PCAPNG_MAGIC))
		return capfile_fail(
			r, "damaged at byte %llu: the byte-order magic is %08x instead of %08x",
			at + 8, magic, PCAPNG_MAGIC);
	r->swapped = magic != PCAPNG_MAGIC;
	return 0;
}

/* Are we to look into it? */
static bool is_held(struct capfile *r, uint32_t type, uint32_t len)
{
	return type == PCAPNG_SHB || type == PCAPNG_IDB || type == PCAPNG_OPB ||
	       type == PCAPNG_SPB || type == PCAPNG_ISB || type == PCAPNG_EPB ||
	       blocks_collects(r, type, len);
}

static int cut_short(struct capfile *r, unsigned long long at, uint32_t len)
{
	return capfile_fail(r, "cut short at byte %llu: the block at byte %llu has %u bytes",
			   (unsigned long long)r->offset + stream_have(r), at, len);
}

/* The trailer at the end of every block, @p, repeats its length. */
static int check_trailer(struct capfile *r, const uint8_t *p, unsigned long long at, uint32_t len)
{
	uint32_t trailer = capfile_u32(r, p);

	if (trailer == len)
		return 0;
	return capfile_fail(
		r,
		"damaged at byte %llu: the block at byte %llu begins with the length %u and ends with %u",
		at + len - 4, at, len, trailer);
}

/*
 * Type and length of the block that comes. 1, 0 at the end of the file, CAPFILE_ANOTHER, or an
 * error.
 */
static int block_head(struct capfile *r, uint32_t *type, uint32_t *len)
{
	unsigned long long at = r->offset;
	bool whole = stream_need(r, 8);
	int err;

	if (whole && magic_may_be(*stream_bytes(r)) && another_is_here(r))
		return CAPFILE_ANOTHER;
	if (!whole) {
		if (!r->io_error && stream_have(r) == 0)
			return 0;
		return capfile_fail(r,
				    "cut short at byte %llu: %zu of the 8 bytes of a block header",
				    at + stream_have(r), stream_have(r));
	}
	*type = capfile_u32(r, stream_bytes(r));	/* that of a section header reads the same in both orders */
	if (*type == PCAPNG_SHB) {
		err = section_order(r, at);
		if (err)
			return err;
	}
	*len = capfile_u32(r, stream_bytes(r) + 4);
	if (*len == 0 && *type == 0 && stream_zero_tail(r, 8))
		return capfile_fail(r,
				    "damaged at byte %llu: nothing but zeros from here to the end",
				    at);
	if (*len < 12 || *len % 4)
		return capfile_fail(
			r,
			"damaged at byte %llu: a block of %u bytes, where a multiple of 4, 12 or more, is needed",
			at, *len);
	return 1;
}

/*
 * @len bytes are there and consumed; those between the head and the last @behind of them become the
 * body.
 */
static void take(struct capfile *r, struct body *b, uint32_t len, uint32_t behind)
{
	b->data = r->buf + r->begin + 8;
	b->len = len - 8 - behind;
	stream_step(r, len);
}

/* The block whose length recover_pcapng_resync() knows better. */
static int mended_block(struct capfile *r, struct body *b)
{
	*b = (struct body){ .type = capfile_u32(r, stream_bytes(r)), .at = r->offset, .torn = r->torn };
	take(r, b, r->mended_len, r->torn ? 0 : 4);
	r->mended_len = 0;
	r->torn = false;
	return 1;
}

/*
 * One whose end is to be seen before it is passed by: then it is held, or if that is too long,
 * others are looked for in it.
 */
static int skip_with_care(struct capfile *r, const struct body *b, uint32_t len)
{
	int err;

	if (len > RECOVER_LEN_MAX) {
		if (!recover_pcapng_pass(r, len))
			return capfile_fail(
				r, "damaged at byte %llu: a block of %u bytes with others in it",
				b->at, len);
		return 0;
	}
	if (!stream_need(r, len))
		return cut_short(r, b->at, len);
	err = check_trailer(r, stream_bytes(r) + len - 4, b->at, len);
	if (err)
		return err;
	stream_step(r, len - 4);
	return 0;
}

/* A block that nobody wants. It is not held. */
static int skip_block(struct capfile *r, const struct body *b, uint32_t len)
{
	int err = r->hooks.recover ? skip_with_care(r, b, len) : 0;

	if (err)
		return err;
	if (!stream_skip(r, b->at + len - 4 - r->offset) || !stream_need(r, 4))
		return cut_short(r, b->at, len);
	err = check_trailer(r, stream_bytes(r), b->at, len);
	stream_step(r, 4);
	return err ? err : 1;
}

/*
 * Reads the block that comes, and if it is of a known type holds it in *b (else b->data is NULL).
 * As block_head().
 */
static int next_block(struct capfile *r, struct body *b, bool skip)
{
	uint32_t type = 0, len = 0;
	int err;

	r->block_at = r->offset;
	if (r->mended_len)
		return mended_block(r, b);
	err = block_head(r, &type, &len);
	if (err <= 0 || err == CAPFILE_ANOTHER)
		return err;
	*b = (struct body){ .type = type, .at = r->offset };
	if ((skip && type != PCAPNG_SHB) || !is_held(r, type, len))
		return skip_block(r, b, len);
	if (len > CAPFILE_HELD_MAX)
		return capfile_fail(
			r, "damaged at byte %llu: a block of %u bytes, where at most %u are read",
			b->at, len, CAPFILE_HELD_MAX);
	if (!stream_need(r, len))
		return cut_short(r, b->at, len);
	err = check_trailer(r, stream_bytes(r) + len - 4, b->at, len);
	if (err)
		return err;
	take(r, b, len, 4);
	return 1;
}

static int next_packet(struct capfile *r, struct packet *p)
{
	bool skip_section = false;
	struct body b;

	for (;;) {
		int err = next_block(r, &b, skip_section);

		if ((err == 0 || err == CAPFILE_ANOTHER) && r->n_sections == r->first_section &&
		    !r->hooks.recover)
			return capfile_fail(r,
					    "no section has version 1.0, so nothing can be read");
		if (err <= 0 || err == CAPFILE_ANOTHER)
			return err;
		if (!b.data)
			continue;
		switch (b.type) {
		case PCAPNG_SHB:
			err = describe_section(r, &b);
			skip_section = err == 1;
			if (err < 0)
				return err;
			continue;
		case PCAPNG_IDB:
			err = describe_interface(r, &b);
			break;
		case PCAPNG_ISB:
			err = describe_statistics(r, &b);
			break;
		case PCAPNG_SPB:
			return simple_packet_block(r, &b, p);
		case PCAPNG_OPB:
		case PCAPNG_EPB:
			return packet_block(r, &b, p);
		default:	/* one that was mended may be of any type */
			err = blocks_collects(r, b.type, b.len) ? blocks_collect(r, &b) : 0;
		}
		if (err)
			return err;
	}
}

void pcapng_start(struct capfile *r)
{
	if (!r->format)
		r->format = "pcapng";
	r->is_pcapng = true;
	r->first_section = r->n_sections;
	r->next = next_packet;
	r->resync = recover_pcapng_resync;
}

/*
 * Only the first section header is read here, so that the end of a file can be told from its
 * beginning.
 */
int pcapng_begin(struct capfile *r)
{
	pcapng_start(r);
	return section_order(r, r->offset);
}
