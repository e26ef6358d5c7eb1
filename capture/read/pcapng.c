// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * pcapng: draft-ietf-opsawg-pcapng. Sections of either byte order; what is not known is skipped
 * without being held.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/packet/pcapng_options.h"
#include "capture/read/another.h"
#include "capture/read/collect.h"
#include "capture/read/describe.h"
#include "capture/read/options.h"
#include "capture/read/pcapng.h"
#include "capture/read/processes.h"

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
		if (!options_is_sound(o, opt, 4))
			break;
		p->flags = order_u32(o->f->swapped, opt->value);
		p->has |= PACKET_FLAGS;
		break;
	case EPB_DROPCOUNT:
		if (options_is_sound(o, opt, 8))
			p->dropped = order_u64(o->f->swapped, opt->value);
		break;
	case EPB_PACKETID:
		if (!options_is_sound(o, opt, 8))
			break;
		p->id = order_u64(o->f->swapped, opt->value);
		p->has |= PACKET_ID;
		break;
	case EPB_QUEUE:
		if (!options_is_sound(o, opt, 4))
			break;
		p->queue = order_u32(o->f->swapped, opt->value);
		p->has |= PACKET_QUEUE;
		break;
	case EPB_PROCESS:
		if (!options_is_sound(o, opt, 8))
			break;
		p->pid = order_u32(o->f->swapped, opt->value);
		p->tid = order_u32(o->f->swapped, opt->value + 4);
		p->process = processes_name(o->f, p->pid);
		p->has |= PACKET_PROCESS;
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

static void packet_options(struct pcapng *f, const struct body *b, size_t pos, struct packet *p)
{
	struct options o = options_at(f, b, pos);
	struct option opt;
	bool verdict = false;

	while (options_next(&o, &opt)) {
		verdict |= opt.code == EPB_VERDICT;
		if (is_no_time(&opt, p))
			p->has &= ~PACKET_TIME;
		else if (!packet_field(&o, &opt, p))
			options_carry(&o, &opt);
	}
	if (verdict && options_take_verdict(&o, &p->verdict))
		p->has |= PACKET_VERDICT;
	p->options = options_carried(&o);
}

/* It is told of the interface, for what was received. */
static void settle_queue(struct packet *p)
{
	if (p->has & PACKET_QUEUE || pcapng_options_is_sent(p))
		return;
	p->queue = 0;
	p->has |= PACKET_QUEUE;
}

/*
 * The interface of a packet may have lost its description in a damaged file. That one far behind
 * the others was lost is less likely than that the number is damaged, too.
 */
static struct file_iface *lost_iface(struct pcapng *f, uint32_t id)
{
	enum { LOST_MAX = 64, LOST_IN_ALL = 4096 };
	struct file_iface *ri;

	if (!f->recovery || id - (f->ifaces->n - f->first_iface) >= LOST_MAX ||
	    f->n_lost_ifaces > LOST_IN_ALL)
		return NULL;
	stream_warn(f->s, WARN_IFACE_LOST,
		    "the packet at byte %llu has interface %u, whose description is lost",
		    (unsigned long long)f->place.at, id);
	f->recovery->mended++;
	do
		ri = describe_substitute_iface(f);
	while (ri && !describe_iface(f, id));
	return ri;
}

static inline struct file_iface *packet_iface(struct pcapng *f, uint32_t id)
{
	struct file_iface *ri = describe_iface(f, id);

	return ri ? ri : lost_iface(f, id);
}

/*
 * EPB and the obsolete Packet Block differ in the first four bytes only: u32 interface, or u16
 * interface, u16 drops.
 */
static int packet_block(struct pcapng *f, const struct body *b, struct packet *p)
{
	const struct file_iface *ri;
	uint32_t id;

	if (b->len < 20)
		return stream_fail(
			f->s,
			"damaged at byte %llu: a packet block of %zu bytes, where 32 are the least",
			b->at, b->len + 12);
	id = b->type == PCAPNG_EPB ? order_u32(f->swapped, b->data)
				   : order_u16(f->swapped, b->data);
	ri = packet_iface(f, id);
	if (!ri)
		return stream_fail(
			f->s,
			"damaged at byte %llu: a packet of interface %u, where the section has %u",
			b->at, id, f->ifaces->n - f->first_iface);
	p->caplen = order_u32(f->swapped, b->data + 12);
	p->len = order_u32(f->swapped, b->data + 16);
	if (b->torn)
		p->caplen = min_of(p->caplen, (uint32_t)(b->len - 20));
	if (p->caplen > b->len - 20)
		return stream_fail(
			f->s,
			"damaged at byte %llu: a packet of %u bytes in a block with room for %zu",
			b->at, p->caplen, b->len - 20);
	p->data = b->data + 20;
	p->iface = &ri->iface;
	p->offset = stream_place(f->s, b->at);
	if (b->type == PCAPNG_OPB && order_u16(f->swapped, b->data + 2) != 0xffff)
		p->dropped = order_u16(f->swapped, b->data + 2);
	if (time_unit_ns(&ri->unit, order_words(f->swapped, b->data + 4), &p->ts_ns))
		p->has |= PACKET_TIME;
	else if (!ri->unit.unknown)
		stream_warn(f->s, WARN_TIME,
			    "the packet at byte %llu has a time before 1970 or after 2262: unknown",
			    b->at);
	if (ri->iface.snaplen && p->caplen > ri->iface.snaplen)
		stream_warn(f->s, WARN_CAPLEN_SNAPLEN,
			    "the packet at byte %llu has %u bytes, more than the snap length %u",
			    b->at, p->caplen, ri->iface.snaplen);
	if (p->caplen > p->len)
		stream_warn(f->s, WARN_CAPLEN_LEN,
			    "the packet at byte %llu has %u bytes captured of %u", b->at, p->caplen,
			    p->len);
	if (b->torn)
		return 1;
	packet_options(f, b, 20 + (((size_t)p->caplen + 3) & ~(size_t)3), p);
	if (b->type == PCAPNG_EPB && ri->iface.one_queue)
		settle_queue(p);
	return 1;
}

/*
 * No interface, no time, no captured length: interface 0, and the smaller of the length and its
 * snap length.
 */
static int simple_packet_block(struct pcapng *f, const struct body *b, struct packet *p)
{
	const struct file_iface *ri;

	if (b->len < 4)
		return stream_fail(
			f->s,
			"damaged at byte %llu: a simple packet block of %zu bytes, where 16 are the least",
			b->at, b->len + 12);
	ri = packet_iface(f, 0);
	if (!ri)
		return stream_fail(
			f->s,
			"damaged at byte %llu: a packet of interface 0, where the section has none",
			b->at);
	p->len = order_u32(f->swapped, b->data);
	p->caplen = ri->iface.snaplen && ri->iface.snaplen < p->len ? ri->iface.snaplen : p->len;
	if (b->torn)
		p->caplen = min_of(p->caplen, (uint32_t)(b->len - 4));
	if (p->caplen > b->len - 4)
		return stream_fail(
			f->s,
			"damaged at byte %llu: a packet of %u bytes in a block with room for %zu",
			b->at, p->caplen, b->len - 4);
	p->data = b->data + 4;
	p->iface = &ri->iface;
	p->offset = stream_place(f->s, b->at);
	return 1;
}

/* @at: the block in the file. Sets the byte order, which the length of this block already needs. */
static int section_order(struct pcapng *f, unsigned long long at)
{
	uint32_t magic;

	f->unbegun = !stream_need(f->s, 12);
	if (f->unbegun)
		return stream_fail(
			f->s, "cut short at byte %llu: %zu of the 28 bytes of a section header",
			at + stream_have(f->s), stream_have(f->s));
	memcpy(&magic, stream_bytes(f->s) + 8, 4);
	if (magic != PCAPNG_MAGIC && magic != __builtin_bswap32(PCAPNG_MAGIC))
		return stream_fail(
			f->s, "damaged at byte %llu: the byte-order magic is %08x instead of %08x",
			at + 8, magic, PCAPNG_MAGIC);
	f->swapped = magic != PCAPNG_MAGIC;
	return 0;
}

static bool is_packet(uint32_t type)
{
	return type == PCAPNG_EPB || type == PCAPNG_SPB || type == PCAPNG_OPB;
}

/* Are we to look into it? */
static bool is_held(struct pcapng *f, uint32_t type, uint32_t len)
{
	return is_packet(type) || type == PCAPNG_SHB || type == PCAPNG_IDB || type == PCAPNG_ISB ||
	       processes_wants(type, len) || collect_wants(f, type, len);
}

static int cut_short(struct pcapng *f, unsigned long long at, uint32_t len)
{
	return stream_fail(f->s, "cut short at byte %llu: the block at byte %llu has %u bytes",
			   (unsigned long long)f->s->offset + stream_have(f->s), at, len);
}

/* The trailer at the end of every block, @p, repeats its length. */
static int check_trailer(struct pcapng *f, const uint8_t *p, unsigned long long at, uint32_t len)
{
	uint32_t trailer = order_u32(f->swapped, p);

	if (trailer == len)
		return 0;
	return stream_fail(
		f->s,
		"damaged at byte %llu: the block at byte %llu begins with the length %u and ends with %u",
		at + len - 4, at, len, trailer);
}

/*
 * Type and length of the block that comes. 1, 0 at the end of the file, NEXT_ANOTHER, or an error.
 */
static int block_head(struct pcapng *f, uint32_t *type, uint32_t *len)
{
	unsigned long long at = f->s->offset;
	bool whole = stream_need(f->s, 8);
	int err;

	if (whole && magic_may_be(*stream_bytes(f->s)) && another_is_here(f->s, MAGIC_PCAPNG))
		return NEXT_ANOTHER;
	if (!whole) {
		if (!f->s->io_error && stream_have(f->s) == 0)
			return 0;
		return stream_fail(f->s,
				   "cut short at byte %llu: %zu of the 8 bytes of a block header",
				   at + stream_have(f->s), stream_have(f->s));
	}
	/* that of a section header reads the same in both orders */
	*type = order_u32(f->swapped, stream_bytes(f->s));
	if (*type == PCAPNG_SHB) {
		err = section_order(f, at);
		if (err)
			return err;
	}
	*len = order_u32(f->swapped, stream_bytes(f->s) + 4);
	if (*len == 0 && *type == 0 && stream_zero_tail(f->s, 8))
		return stream_fail(f->s,
				   "damaged at byte %llu: nothing but zeros from here to the end",
				   at);
	if (*len < 12 || *len % 4)
		return stream_fail(
			f->s,
			"damaged at byte %llu: a block of %u bytes, where a multiple of 4, 12 or more, is needed",
			at, *len);
	return 1;
}

/*
 * @len bytes are there and consumed; those between the head and the last @behind of them become the
 * body.
 */
static void take(struct pcapng *f, struct body *b, uint32_t len, uint32_t behind)
{
	b->data = stream_bytes(f->s) + 8;
	b->len = len - 8 - behind;
	stream_step(f->s, len);
}

/* The block whose length recover_pcapng_resync() knows better. */
static int mended_block(struct pcapng *f, struct body *b)
{
	*b = (struct body){
		.type = order_u32(f->swapped, stream_bytes(f->s)),
		.at = f->s->offset,
		.torn = f->place.torn,
	};
	take(f, b, f->place.mended_len, f->place.torn ? 0 : 4);
	f->place.mended_len = 0;
	f->place.torn = false;
	return 1;
}

/*
 * One whose end is to be seen before it is passed by: then it is held, or if that is too long,
 * others are looked for in it.
 */
static int skip_with_care(struct pcapng *f, const struct body *b, uint32_t len)
{
	int err;

	if (len > RECOVERY_LEN_MAX) {
		if (!f->pass(f, len))
			return stream_fail(
				f->s, "damaged at byte %llu: a block of %u bytes with others in it",
				b->at, len);
		return 0;
	}
	if (!stream_need(f->s, len))
		return cut_short(f, b->at, len);
	err = check_trailer(f, stream_bytes(f->s) + len - 4, b->at, len);
	if (err)
		return err;
	stream_step(f->s, len - 4);
	return 0;
}

/* A block that nobody wants. It is not held. */
static int skip_block(struct pcapng *f, const struct body *b, uint32_t len)
{
	int err = f->recovery ? skip_with_care(f, b, len) : 0;

	if (err)
		return err;
	if (!stream_skip(f->s, b->at + len - 4 - f->s->offset) || !stream_need(f->s, 4))
		return cut_short(f, b->at, len);
	err = check_trailer(f, stream_bytes(f->s), b->at, len);
	stream_step(f->s, 4);
	return err ? err : 1;
}

/*
 * Reads the block that comes, and if it is of a known type holds it in *b (else b->data is NULL).
 * As block_head().
 */
static int next_block(struct pcapng *f, struct body *b, bool skip)
{
	uint32_t type = 0, len = 0;
	int err;

	f->place.at = f->s->offset;
	if (f->place.mended_len)
		return mended_block(f, b);
	err = block_head(f, &type, &len);
	if (err <= 0 || err == NEXT_ANOTHER)
		return err;
	if (f->s->is_part && !is_packet(type))
		return 0;
	*b = (struct body){ .type = type, .at = f->s->offset };
	if ((skip && type != PCAPNG_SHB) || !is_held(f, type, len))
		return skip_block(f, b, len);
	if (len > STREAM_HELD_MAX)
		return stream_fail(
			f->s,
			"damaged at byte %llu: a block of %u bytes, where at most %u are read",
			b->at, len, STREAM_HELD_MAX);
	if (!stream_need(f->s, len))
		return cut_short(f, b->at, len);
	err = check_trailer(f, stream_bytes(f->s) + len - 4, b->at, len);
	if (err)
		return err;
	take(f, b, len, 4);
	return 1;
}

int pcapng_next(struct pcapng *f, struct packet *p)
{
	bool skip_section = false;
	struct body b;

	for (;;) {
		int err = next_block(f, &b, skip_section);

		if ((err == 0 || err == NEXT_ANOTHER) && f->n_sections == f->first_section &&
		    !f->recovery)
			return stream_fail(f->s,
					   "no section has version 1.0, so nothing can be read");
		if (err <= 0 || err == NEXT_ANOTHER)
			return err;
		if (!b.data)
			continue;
		switch (b.type) {
		case PCAPNG_SHB:
			err = describe_section(f, &b);
			skip_section = err == 1;
			if (err < 0)
				return err;
			continue;
		case PCAPNG_IDB:
			err = describe_interface(f, &b);
			break;
		case PCAPNG_ISB:
			err = describe_statistics(f, &b);
			break;
		case PCAPNG_SPB:
			return simple_packet_block(f, &b, p);
		case PCAPNG_OPB:
		case PCAPNG_EPB:
			return packet_block(f, &b, p);
		default:	/* one that was mended may be of any type */
			processes_learn(f, &b);
			err = collect_wants(f, b.type, b.len) ? collect_block(f, &b) : 0;
		}
		if (err)
			return err;
	}
}

void pcapng_start(struct pcapng *f)
{
	f->first_section = f->n_sections;
}

/*
 * Only the first section header is read here, so that the end of a file can be told from its
 * beginning.
 */
int pcapng_begin(struct pcapng *f)
{
	pcapng_start(f);
	return section_order(f, f->s->offset);
}

void pcapng_release(struct pcapng *f)
{
	for (size_t i = 0; i < array_size(f->section); i++)
		free(f->section[i]);
	free(f->section_options.bytes);
	free(f->processes);
}
