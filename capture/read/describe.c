// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The pcapng blocks that describe: sections, interfaces and their statistics. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/read/pcapng.h"

/* As text, behind a byte 0. What else it may be is compiled code, which only a machine of the same order can use. */
static void keep_filter(struct options *o, char **kept, struct option opt)
{
	if (!opt.len || *opt.value) {
		option_carry(o, &opt);
		return;
	}
	opt.value++;
	opt.len--;
	option_keep_string(o, kept, &opt);
}

static void set_resolution(struct reader *r, const struct body *b, struct time_unit *u, uint8_t resolution)
{
	reader_set_unit(u, resolution);
	if (u->unknown)
		reader_warn(r, WARN_RESOLUTION,
			    "the interface at byte %llu has times in units of %s^-%u s, which is too fine: times unknown",
			    b->at, resolution & 0x80 ? "2" : "10", resolution & 0x7f);
}

static void interface_option(struct options *o, const struct option *opt, struct reader_iface *ri)
{
	struct iface *i = &ri->iface;

	switch (opt->code) {
	case OPT_COMMENT:
		if (!option_keep_string(o, &i->comment, opt))	/* there may be several */
			option_carry(o, opt);
		break;
	case IF_NAME:
		option_keep_string(o, &i->name, opt);
		break;
	case IF_DESCRIPTION:
		option_keep_string(o, &i->description, opt);
		break;
	case IF_OS:
		option_keep_string(o, &i->os, opt);
		break;
	case IF_HARDWARE:
		option_keep_string(o, &i->hardware, opt);
		break;
	case IF_FILTER:
		keep_filter(o, &i->filter, *opt);
		break;
	case IF_MACADDR:
		i->has_mac |= option_is_sound(o, opt, 6) && memcpy(i->mac, opt->value, 6);
		break;
	case IF_SPEED:
		if (option_is_sound(o, opt, 8))
			i->speed_bps = reader_u64(o->r, opt->value);
		break;
	case IF_TSRESOL:
		if (option_is_sound(o, opt, 1))
			set_resolution(o->r, o->b, &ri->unit, *opt->value);
		break;
	case IF_TSOFFSET:
		if (option_is_sound(o, opt, 8))
			ri->unit.offset_sec = (int64_t)reader_u64(o->r, opt->value);
		break;
	default:
		option_carry(o, opt);
	}
}

int reader_interface_block(struct reader *r, const struct body *b)
{
	struct options o = options_at(r, b, 8);
	struct reader_iface *ri;
	struct option opt;

	if (b->len < 8)
		return reader_fail(r, "damaged at byte %llu: an interface block of %zu bytes", b->at, b->len + 12);
	ri = reader_add_iface(r);
	if (!ri)
		return r->poor ? reader_fail(r, "more than %u interfaces", BUDGET_IFACES) : -ENOMEM;
	ri->iface.linktype = reader_u16(r, b->data);
	ri->iface.snaplen = reader_u32(r, b->data + 4);
	while (options_next(&o, &opt))
		interface_option(&o, &opt, ri);
	return options_keep(&ri->iface.options, &o);
}

#define LOST	"its description was lost in a damaged file"

struct reader_iface *reader_substitute_iface(struct reader *r)
{
	const struct reader_iface *like = r->n_ifaces ? reader_iface_at(r, r->n_ifaces - 1) : NULL;
	struct reader_iface *ri = reader_add_iface(r);

	if (!ri)
		return NULL;
	r->n_lost_ifaces++;
	ri->iface.linktype = like ? like->iface.linktype : LINKTYPE_ETHERNET;
	if (like)
		ri->unit = like->unit;
	if (reader_may_keep(r, sizeof(LOST)))
		ri->iface.comment = strdup(LOST);
	return ri;
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

	if (opt->code == OPT_COMMENT && !s->comment[0] && opt->len < sizeof(s->comment)) {
		utf8_clean(s->comment, sizeof(s->comment), (const char *)opt->value, opt->len);
		return;
	}
	if (opt->code < ISB_STARTTIME || opt->code > ISB_USRDELIV) {
		option_carry(o, opt);
		return;
	}
	if (!option_is_sound(o, opt, 8))
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
int reader_statistics_block(struct reader *r, const struct body *b)
{
	struct options o = options_at(r, b, 12);
	struct reader_iface *ri = b->len < 12 ? NULL : section_iface(r, reader_u32(r, b->data));
	struct option opt;

	if (!ri)
		return 0;
	if (!ri->stats && !reader_may_keep(r, sizeof(*ri->stats)))
		return 0;
	if (!ri->stats)
		ri->stats = calloc(1, sizeof(*ri->stats));
	if (!ri->stats)
		return -ENOMEM;
	*ri->stats = (struct iface_stats){ .options = ri->stats->options };	/* which are replaced below */
	reader_time(&ri->unit, block_time(r, b->data + 4), &ri->stats->ts_ns);
	while (options_next(&o, &opt))
		stat_option(&o, &opt, ri);
	return options_keep(&ri->stats->options, &o);
}

static int section_options(struct reader *r, const struct body *b)
{
	struct options o = options_at(r, b, 16);
	struct option opt;

	while (options_next(&o, &opt)) {
		if (opt.code >= SHB_HARDWARE && opt.code <= SHB_USERAPPL)
			option_keep_string(&o, &r->section[opt.code - SHB_HARDWARE], &opt);
		else
			option_carry(&o, &opt);
	}
	return options_keep(&r->section_options, &o);
}

int reader_section_block(struct reader *r, const struct body *b)
{
	unsigned major, minor;

	if (b->len < 16)
		return reader_fail(r, "damaged at byte %llu: a section header of %zu bytes, where 28 are the least", b->at,
				   b->len + 12);
	major = reader_u16(r, b->data + 4);
	minor = reader_u16(r, b->data + 6);
	r->first_iface = r->n_ifaces;
	if (!r->hooks.recover && (major != 1 || (minor != 0 && minor != 2))) {	/* 1.2 is 1.0 written by somebody in a hurry, says the draft */
		reader_warn(r, WARN_VERSION, "the section at byte %llu has version %u.%u, where 1.0 is known: skipped", b->at,
			    major, minor);
		return 1;
	}
	return r->n_sections++ == 0 ? section_options(r, b) : 0;
}
