// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* pcapng: draft-ietf-opsawg-pcapng. Sections of either byte order; what is not known is skipped without being held. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/pcapng.h"
#include "capture/reader_impl.h"
#include "capture/text.h"
#include "capture/util.h"

/* A block in memory: its body, without the 8 bytes of type and length and the 4 of the trailer. */
struct body {
	uint32_t type;
	const uint8_t *data;
	size_t len;
	unsigned long long at;	/* of the block in the file */
};

struct option {
	uint16_t code, len;
	const uint8_t *value;
};

/* Options not yet looked at. Needs no opt_endofopt at the end. */
struct options {
	struct reader *r;
	const struct body *b;
	size_t pos;
	uint64_t seen;		/* 1 << code of the options that may come only once */
};

/* Options of vendors: a number that tells which vendor comes first. They are checked, and not looked into. */
static bool is_custom(uint16_t code)
{
	return code == 2988 || code == 2989 || code == 19372 || code == 19373;
}

static bool next_option(struct options *o, struct option *opt)
{
	const struct body *b = o->b;
	const uint8_t *p = b->data + o->pos;

	if (o->pos > b->len || b->len - o->pos < 4)
		return false;
	opt->code = reader_u16(o->r, p);
	opt->len = reader_u16(o->r, p + 2);
	opt->value = p + 4;
	if (opt->code == OPT_END)
		return false;
	if (opt->len > b->len - o->pos - 4) {
		reader_warn(o->r, WARN_OPTION, "option %u of the block at byte %llu has %u bytes, which the block has not",
			    opt->code, b->at, opt->len);
		return false;
	}
	if (is_custom(opt->code) && opt->len < 4)
		reader_warn(o->r, WARN_OPTION, "option %u of the block at byte %llu has %u bytes, which is no room for the "
			    "enterprise number", opt->code, b->at, opt->len);
	o->pos += 4 + ((opt->len + 3u) & ~3u);
	return true;
}

/* The first of its kind and @len bytes long? */
static bool is_sound(struct options *o, const struct option *opt, unsigned len)
{
	if (opt->code < 64 && o->seen >> opt->code & 1)
		return false;
	if (opt->len != len) {
		reader_warn(o->r, WARN_OPTION, "option %u of the block at byte %llu has %u bytes instead of %u", opt->code,
			    o->b->at, opt->len, len);
		return false;
	}
	o->seen |= 1ull << opt->code;
	return true;
}

/* Keeps the first string of a kind as clean UTF-8; without memory the option is left out. */
static void keep_string(char **kept, const struct option *opt)
{
	size_t cap = 3 * (size_t)opt->len + 1;

	if (*kept || !opt->len)
		return;
	*kept = malloc(cap);
	if (*kept)
		utf8_clean(*kept, cap, (const char *)opt->value, opt->len);
}

/* Only as text, behind a byte 0; compiled code, behind a 1, cannot be told in words. */
static void keep_filter(char **kept, struct option opt)
{
	if (!opt.len || *opt.value)
		return;
	opt.value++;
	opt.len--;
	keep_string(kept, &opt);
}

static void set_resolution(struct reader *r, const struct body *b, struct time_unit *u, uint8_t resolution)
{
	reader_set_unit(u, resolution);
	if (u->unknown)
		reader_warn(r, WARN_RESOLUTION,
			    "the interface at byte %llu has times in units of %s^-%u s, which is too fine: times unknown",
			    b->at, resolution & 0x80 ? "2" : "10", resolution & 0x7f);
}

static int interface_block(struct reader *r, const struct body *b)
{
	struct options o = { .r = r, .b = b, .pos = 8 };
	struct reader_iface *ri;
	struct option opt;

	if (b->len < 8)
		return reader_fail(r, "damaged at byte %llu: an interface block of %zu bytes", b->at, b->len + 12);
	if (r->n_ifaces == READER_IFACES_MAX)
		return reader_fail(r, "damaged at byte %llu: more than %u interfaces", b->at, READER_IFACES_MAX);
	ri = reader_add_iface(r);
	if (!ri)
		return -ENOMEM;
	ri->iface.linktype = reader_u16(r, b->data);
	ri->iface.snaplen = reader_u32(r, b->data + 4);
	while (next_option(&o, &opt)) {
		switch (opt.code) {
		case OPT_COMMENT:
			keep_string(&ri->iface.comment, &opt);
			break;
		case IF_NAME:
			keep_string(&ri->iface.name, &opt);
			break;
		case IF_DESCRIPTION:
			keep_string(&ri->iface.description, &opt);
			break;
		case IF_OS:
			keep_string(&ri->iface.os, &opt);
			break;
		case IF_HARDWARE:
			keep_string(&ri->iface.hardware, &opt);
			break;
		case IF_FILTER:
			keep_filter(&ri->iface.filter, opt);
			break;
		case IF_MACADDR:
			ri->iface.has_mac |= is_sound(&o, &opt, 6) && memcpy(ri->iface.mac, opt.value, 6);
			break;
		case IF_SPEED:
			if (is_sound(&o, &opt, 8))
				ri->iface.speed_bps = reader_u64(r, opt.value);
			break;
		case IF_TSRESOL:
			if (is_sound(&o, &opt, 1))
				set_resolution(r, b, &ri->unit, *opt.value);
			break;
		case IF_TSOFFSET:
			if (is_sound(&o, &opt, 8))
				ri->unit.offset_sec = (int64_t)reader_u64(r, opt.value);
			break;
		}
	}
	return 0;
}

/* Two words, the high one first. */
static uint64_t block_time(const struct reader *r, const uint8_t *p)
{
	return (uint64_t)reader_u32(r, p) << 32 | reader_u32(r, p + 4);
}

static struct reader_iface *section_iface(struct reader *r, uint32_t id)
{
	return id < r->n_ifaces - r->first_iface ? r->ifaces[r->first_iface + id] : NULL;
}

static void stat_option(struct options *o, const struct option *opt, const struct reader_iface *ri)
{
	static const enum stat_field fields[] = {
		[ISB_STARTTIME] = STAT_START, [ISB_ENDTIME] = STAT_END, [ISB_IFRECV] = STAT_RECEIVED,
		[ISB_IFDROP] = STAT_IF_DROP, [ISB_FILTERACCEPT] = STAT_ACCEPTED, [ISB_OSDROP] = STAT_OS_DROP,
		[ISB_USRDELIV] = STAT_DELIVERED,
	};
	struct iface_stats *s = ri->stats;
	uint64_t v;

	if (opt->code == OPT_COMMENT && !s->comment[0])
		utf8_clean(s->comment, sizeof(s->comment), (const char *)opt->value, opt->len);
	if (opt->code < ISB_STARTTIME || opt->code > ISB_USRDELIV || !is_sound(o, opt, 8))
		return;
	if (opt->code == ISB_STARTTIME || opt->code == ISB_ENDTIME) {
		if (!reader_time(&ri->unit, block_time(o->r, opt->value), &v))
			return;
	} else {
		v = reader_u64(o->r, opt->value);
	}
	s->value[fields[opt->code]] = v;
	s->has |= 1u << fields[opt->code];
}

/* Statistics are cumulative, so the last ones count. Those of an interface that is not there are of no use. */
static int statistics_block(struct reader *r, const struct body *b)
{
	struct options o = { .r = r, .b = b, .pos = 12 };
	struct reader_iface *ri = b->len < 12 ? NULL : section_iface(r, reader_u32(r, b->data));
	struct option opt;

	if (!ri)
		return 0;
	if (!ri->stats)
		ri->stats = malloc(sizeof(*ri->stats));
	if (!ri->stats)
		return -ENOMEM;
	memset(ri->stats, 0, sizeof(*ri->stats));
	reader_time(&ri->unit, block_time(r, b->data + 4), &ri->stats->ts_ns);
	while (next_option(&o, &opt))
		stat_option(&o, &opt, ri);
	return 0;
}

static void packet_options(struct reader *r, const struct body *b, size_t pos, struct packet *p)
{
	struct options o = { .r = r, .b = b, .pos = pos };
	struct option opt;

	while (next_option(&o, &opt)) {
		if (opt.code == EPB_FLAGS && is_sound(&o, &opt, 4)) {
			p->flags = reader_u32(r, opt.value);
			p->has |= PACKET_FLAGS;
		} else if (b->type != PCAPNG_EPB) {
			continue;	/* the obsolete block shares flags and no other option that we keep */
		} else if (opt.code == EPB_DROPCOUNT && is_sound(&o, &opt, 8)) {
			p->dropped = reader_u64(r, opt.value);
		} else if (opt.code == EPB_PACKETID && is_sound(&o, &opt, 8)) {
			p->id = reader_u64(r, opt.value);
			p->has |= PACKET_ID;
		} else if (opt.code == EPB_QUEUE && is_sound(&o, &opt, 4)) {
			p->queue = reader_u32(r, opt.value);
			p->has |= PACKET_QUEUE;
		}
	}
}

/* EPB and the obsolete Packet Block differ in the first four bytes only: u32 interface, or u16 interface, u16 drops. */
static int packet_block(struct reader *r, const struct body *b, struct packet *p)
{
	const struct reader_iface *ri;
	uint32_t id;

	if (b->len < 20)
		return reader_fail(r, "damaged at byte %llu: a packet block of %zu bytes, where 32 are the least", b->at,
				   b->len + 12);
	id = b->type == PCAPNG_EPB ? reader_u32(r, b->data) : reader_u16(r, b->data);
	ri = section_iface(r, id);
	if (!ri)
		return reader_fail(r, "damaged at byte %llu: a packet of interface %u, where the section has %u", b->at, id,
				   r->n_ifaces - r->first_iface);
	p->caplen = reader_u32(r, b->data + 12);
	p->len = reader_u32(r, b->data + 16);
	if (p->caplen > b->len - 20)
		return reader_fail(r, "damaged at byte %llu: a packet of %u bytes in a block with room for %zu", b->at,
				   p->caplen, b->len - 20);
	p->data = b->data + 20;
	p->iface = &ri->iface;
	if (b->type == PCAPNG_OPB && reader_u16(r, b->data + 2) != 0xffff)
		p->dropped = reader_u16(r, b->data + 2);
	if (reader_time(&ri->unit, block_time(r, b->data + 4), &p->ts_ns))
		p->has |= PACKET_TIME;
	else if (!ri->unit.unknown)
		reader_warn(r, WARN_TIME, "the packet at byte %llu has a time before 1970 or after 2262: unknown", b->at);
	if (ri->iface.snaplen && p->caplen > ri->iface.snaplen)
		reader_warn(r, WARN_CAPLEN_SNAPLEN, "the packet at byte %llu has %u bytes, more than the snap length %u",
			    b->at, p->caplen, ri->iface.snaplen);
	if (p->caplen > p->len)
		reader_warn(r, WARN_CAPLEN_LEN, "the packet at byte %llu has %u bytes captured of %u", b->at, p->caplen,
			    p->len);
	packet_options(r, b, 20 + (((size_t)p->caplen + 3) & ~(size_t)3), p);
	return 1;
}

/* No interface, no time, no captured length: interface 0, and the smaller of the length and its snap length. */
static int simple_packet_block(struct reader *r, const struct body *b, struct packet *p)
{
	const struct reader_iface *ri = section_iface(r, 0);

	if (b->len < 4)
		return reader_fail(r, "damaged at byte %llu: a simple packet block of %zu bytes, where 16 are the least",
				   b->at, b->len + 12);
	if (!ri)
		return reader_fail(r, "damaged at byte %llu: a packet of interface 0, where the section has none", b->at);
	p->len = reader_u32(r, b->data);
	p->caplen = ri->iface.snaplen && ri->iface.snaplen < p->len ? ri->iface.snaplen : p->len;
	if (p->caplen > b->len - 4)
		return reader_fail(r, "damaged at byte %llu: a packet of %u bytes in a block with room for %zu", b->at,
				   p->caplen, b->len - 4);
	p->data = b->data + 4;
	p->iface = &ri->iface;
	return 1;
}

static void section_options(struct reader *r, const struct body *b)
{
	struct options o = { .r = r, .b = b, .pos = 16 };
	struct option opt;

	while (next_option(&o, &opt))
		if (opt.code >= SHB_HARDWARE && opt.code <= SHB_USERAPPL)
			keep_string(&r->section[opt.code - SHB_HARDWARE], &opt);
}

/* @at: the block in the file. Sets the byte order, which the length of this block already needs. */
static int section_order(struct reader *r, unsigned long long at)
{
	uint32_t magic;

	if (!reader_need(r, 12))
		return reader_fail(r, "cut short at byte %llu: %zu of the 28 bytes of a section header", at + reader_have(r),
				   reader_have(r));
	memcpy(&magic, reader_bytes(r) + 8, 4);
	if (magic != PCAPNG_MAGIC && magic != __builtin_bswap32(PCAPNG_MAGIC))
		return reader_fail(r, "damaged at byte %llu: the byte-order magic is %08x instead of %08x", at + 8, magic,
				   PCAPNG_MAGIC);
	r->swapped = magic != PCAPNG_MAGIC;
	return 0;
}

/* 0, or 1: this section is of a version that nobody can read and its blocks are to be skipped. */
static int section_block(struct reader *r, const struct body *b)
{
	unsigned major, minor;

	if (b->len < 16)
		return reader_fail(r, "damaged at byte %llu: a section header of %zu bytes, where 28 are the least", b->at,
				   b->len + 12);
	major = reader_u16(r, b->data + 4);
	minor = reader_u16(r, b->data + 6);
	r->first_iface = r->n_ifaces;
	if (major != 1 || (minor != 0 && minor != 2)) {	/* 1.2 is 1.0 written by somebody in a hurry, says the draft */
		reader_warn(r, WARN_VERSION, "the section at byte %llu has version %u.%u, where 1.0 is known: skipped", b->at,
			    major, minor);
		return 1;
	}
	if (r->n_sections++ == 0)
		section_options(r, b);
	return 0;
}

static bool is_held(uint32_t type)
{
	return type == PCAPNG_SHB || type == PCAPNG_IDB || type == PCAPNG_OPB || type == PCAPNG_SPB ||
	       type == PCAPNG_ISB || type == PCAPNG_EPB;
}

static int cut_short(struct reader *r, unsigned long long at, uint32_t len)
{
	return reader_fail(r, "cut short at byte %llu: the block at byte %llu has %u bytes",
			   (unsigned long long)r->offset + reader_have(r), at, len);
}

/* The trailer at the end of every block, @p, repeats its length. */
static int check_trailer(struct reader *r, const uint8_t *p, unsigned long long at, uint32_t len)
{
	uint32_t trailer = reader_u32(r, p);

	if (trailer == len)
		return 0;
	return reader_fail(r, "damaged at byte %llu: the block at byte %llu begins with the length %u and ends with %u",
			   at + len - 4, at, len, trailer);
}

/* Type and length of the block that comes. 1, 0 at the end of the file, or an error. */
static int block_head(struct reader *r, uint32_t *type, uint32_t *len)
{
	unsigned long long at = r->offset;
	int err;

	if (!reader_need(r, 8)) {
		if (!r->io_error && reader_have(r) == 0)
			return 0;
		return reader_fail(r, "cut short at byte %llu: %zu of the 8 bytes of a block header", at + reader_have(r),
				   reader_have(r));
	}
	*type = reader_u32(r, reader_bytes(r));	/* that of a section header reads the same in both orders */
	if (*type == PCAPNG_SHB) {
		err = section_order(r, at);
		if (err)
			return err;
	}
	*len = reader_u32(r, reader_bytes(r) + 4);
	if (*len == 0 && *type == 0 && reader_zero_tail(r, 8))
		return reader_fail(r, "damaged at byte %llu: nothing but zeros from here to the end", at);
	if (*len < 12 || *len % 4)
		return reader_fail(r, "damaged at byte %llu: a block of %u bytes, where a multiple of 4, 12 or more, is needed",
				   at, *len);
	return 1;
}

/* Reads the block that comes, and if it is of a known type holds it in *b (else b->data is NULL). 1, 0 or an error. */
static int next_block(struct reader *r, struct body *b, bool skip)
{
	uint32_t type = 0, len = 0;
	int err = block_head(r, &type, &len);

	if (err <= 0)
		return err;
	*b = (struct body){ .type = type, .at = r->offset };
	if (!is_held(type) || (skip && type != PCAPNG_SHB)) {
		if (!reader_skip(r, len - 4) || !reader_need(r, 4))
			return cut_short(r, b->at, len);
		err = check_trailer(r, reader_bytes(r), b->at, len);
		reader_skip(r, 4);
		return err ? err : 1;
	}
	if (len > READER_HELD_MAX)
		return reader_fail(r, "damaged at byte %llu: a block of %u bytes, where at most %u are read", b->at, len,
				   READER_HELD_MAX);
	if (!reader_need(r, len))
		return cut_short(r, b->at, len);
	err = check_trailer(r, reader_bytes(r) + len - 4, b->at, len);
	if (err)
		return err;
	b->data = reader_bytes(r) + 8;
	b->len = len - 12;
	r->begin += len;
	r->offset += len;
	return 1;
}

static int next_packet(struct reader *r, struct packet *p)
{
	bool skip_section = false;
	struct body b;

	for (;;) {
		int err = next_block(r, &b, skip_section);

		if (err == 0 && r->n_sections == 0)
			return reader_fail(r, "no section has version 1.0, so nothing can be read");
		if (err <= 0)
			return err;
		if (!b.data)
			continue;
		switch (b.type) {
		case PCAPNG_SHB:
			err = section_block(r, &b);
			skip_section = err == 1;
			if (err < 0)
				return err;
			continue;
		case PCAPNG_IDB:
			err = interface_block(r, &b);
			break;
		case PCAPNG_ISB:
			err = statistics_block(r, &b);
			break;
		case PCAPNG_SPB:
			return simple_packet_block(r, &b, p);
		default:
			return packet_block(r, &b, p);
		}
		if (err)
			return err;
	}
}

/* Only the first section header is read here, so that the end of a file can be told from its beginning. */
int reader_pcapng_begin(struct reader *r)
{
	r->format = "pcapng";
	r->next = next_packet;
	return section_order(r, 0);
}
