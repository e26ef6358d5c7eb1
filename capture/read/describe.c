// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The pcapng blocks that describe: sections, interfaces and their statistics. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/read/pcapng.h"

/*
 * As text, behind a byte 0. What else it may be is compiled code, which only a machine of the same
 * order can use.
 */
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

static void set_resolution(struct capfile *r, const struct body *b, struct time_unit *u,
			   uint8_t resolution)
{
	capfile_set_unit(u, resolution);
	if (u->unknown)
		capfile_warn(
			r, WARN_RESOLUTION,
			"the interface at byte %llu has times in units of %s^-%u s, which is too fine: times unknown",
			b->at, resolution & 0x80 ? "2" : "10", resolution & 0x7f);
}

static void interface_option(struct options *o, const struct option *opt, struct capfile_iface *ri)
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
			i->speed_bps = capfile_u64(o->r, opt->value);
		break;
	case IF_TSRESOL:
		if (option_is_sound(o, opt, 1))
			set_resolution(o->r, o->b, &ri->unit, *opt->value);
		break;
	case IF_TSOFFSET:
		if (option_is_sound(o, opt, 8))
			ri->unit.offset_sec = (int64_t)capfile_u64(o->r, opt->value);
		break;
	default:
		option_carry(o, opt);
	}
}

int describe_interface(struct capfile *r, const struct body *b)
{
	struct options o = options_at(r, b, 8);
	struct capfile_iface *ri;
	struct option opt;

	if (b->len < 8)
		return capfile_fail(r, "damaged at byte %llu: an interface block of %zu bytes",
				    b->at, b->len + 12);
	ri = capfile_add_iface(r);
	if (!ri)
		return r->poor ? capfile_fail(r, "more than %u interfaces", BUDGET_IFACES)
			       : -ENOMEM;
	ri->iface.linktype = capfile_u16(r, b->data);
	ri->iface.snaplen = capfile_u32(r, b->data + 4);
	while (options_next(&o, &opt))
		interface_option(&o, &opt, ri);
	return options_keep(&ri->iface.options, &o);
}

#define LOST	"its description was lost in a damaged file"

struct capfile_iface *describe_substitute_iface(struct capfile *r)
{
	const struct capfile_iface *like = r->n_ifaces ? capfile_iface_at(r, r->n_ifaces - 1)
						       : NULL;
	struct capfile_iface *ri = capfile_add_iface(r);

	if (!ri)
		return NULL;
	r->n_lost_ifaces++;
	ri->iface.linktype = like ? like->iface.linktype : LINKTYPE_ETHERNET;
	if (like)
		ri->unit = like->unit;
	if (capfile_may_keep(r, sizeof(LOST)))
		ri->iface.comment = strdup(LOST);
	return ri;
}

static void stat_option(struct options *o, const struct option *opt, const struct capfile_iface *ri)
{
	static const enum stat_field fields[] = {
		[ISB_STARTTIME] = STAT_START,	    [ISB_ENDTIME] = STAT_END,
		[ISB_IFRECV] = STAT_RECEIVED,	    [ISB_IFDROP] = STAT_IF_DROP,
		[ISB_FILTERACCEPT] = STAT_ACCEPTED, [ISB_OSDROP] = STAT_OS_DROP,
		[ISB_USRDELIV] = STAT_DELIVERED,
	};
	struct iface_stats *s = ri->stats;
	uint64_t v;

	if (opt->code == OPT_COMMENT && !s->comment[0] && opt->len < sizeof(s->comment)) {
		text_utf8_clean(s->comment, sizeof(s->comment), (const char *)opt->value, opt->len);
		return;
	}
	if (opt->code < ISB_STARTTIME || opt->code > ISB_USRDELIV) {
		option_carry(o, opt);
		return;
	}
	if (!option_is_sound(o, opt, 8))
		return;
	if (opt->code == ISB_STARTTIME || opt->code == ISB_ENDTIME) {
		if (!capfile_time(&ri->unit, block_time(o->r, opt->value), &v))
			return;
	} else {
		v = capfile_u64(o->r, opt->value);
	}
	s->value[fields[opt->code]] = v;
	s->has |= 1u << fields[opt->code];
}

/*
 * Statistics are cumulative, so the last ones count. Those of an interface that is not there are of
 * no use.
 */
int describe_statistics(struct capfile *r, const struct body *b)
{
	struct options o = options_at(r, b, 12);
	struct capfile_iface *ri = b->len < 12 ? NULL : section_iface(r, capfile_u32(r, b->data));
	struct option opt;

	if (!ri)
		return 0;
	if (!ri->stats && !capfile_may_keep(r, sizeof(*ri->stats)))
		return 0;
	if (!ri->stats)
		ri->stats = calloc(1, sizeof(*ri->stats));
	if (!ri->stats)
		return -ENOMEM;
	*ri->stats = (struct iface_stats){ .options = ri->stats->options };	/* which are replaced below */
	capfile_time(&ri->unit, block_time(r, b->data + 4), &ri->stats->ts_ns);
	while (options_next(&o, &opt))
		stat_option(&o, &opt, ri);
	return options_keep(&ri->stats->options, &o);
}

static int section_options(struct capfile *r, const struct body *b)
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

int describe_section(struct capfile *r, const struct body *b)
{
	unsigned major, minor;

	if (b->len < 16)
		return capfile_fail(
			r,
			"damaged at byte %llu: a section header of %zu bytes, where 28 are the least",
			b->at, b->len + 12);
	major = capfile_u16(r, b->data + 4);
	minor = capfile_u16(r, b->data + 6);
	r->first_iface = r->n_ifaces;
	/* 1.2 is 1.0 written by somebody in a hurry, says the draft */
	if (!r->hooks.recover && (major != 1 || (minor != 0 && minor != 2))) {
		capfile_warn(
			r, WARN_VERSION,
			"the section at byte %llu has version %u.%u, where 1.0 is known: skipped",
			b->at, major, minor);
		return 1;
	}
	return r->n_sections++ == 0 ? section_options(r, b) : 0;
}
