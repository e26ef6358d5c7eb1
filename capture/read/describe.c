// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The pcapng blocks that describe: sections, interfaces and their statistics. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/read/describe.h"
#include "capture/read/processes.h"
#include "capture/read/options.h"

/*
 * As text, behind a byte 0. What else it may be is compiled code, which only a machine of the same
 * order can use.
 */
static void keep_filter(struct options *o, char **kept, struct option opt)
{
	if (!opt.len || *opt.value) {
		options_carry(o, &opt);
		return;
	}
	opt.value++;
	opt.len--;
	options_keep_string(o, kept, &opt);
}

static void set_resolution(struct pcapng *f, const struct body *b, struct time_unit *u,
			   uint8_t resolution)
{
	time_unit_set(u, resolution);
	if (u->unknown)
		stream_warn(f->s, WARN_RESOLUTION,
			    "the interface at byte %llu has times in units of %s^-%u s, which is "
			    "too fine: times unknown",
			    b->at, resolution & 0x80 ? "2" : "10", resolution & 0x7f);
}

/* What our own files say of it, which is no comment of anybody. */
static bool is_one_queue(const struct option *opt)
{
	return opt->len == sizeof(PCAPNG_ONE_QUEUE) - 1 &&
	       !memcmp(opt->value, PCAPNG_ONE_QUEUE, opt->len);
}

static void interface_option(struct options *o, const struct option *opt, struct file_iface *ri)
{
	struct iface *i = &ri->iface;

	switch (opt->code) {
	case OPT_COMMENT:
		if (is_one_queue(opt))
			i->one_queue = true;
		else if (!options_keep_string(o, &i->comment, opt))	/* there may be several */
			options_carry(o, opt);
		break;
	case IF_NAME:
		options_keep_string(o, &i->name, opt);
		break;
	case IF_DESCRIPTION:
		options_keep_string(o, &i->description, opt);
		break;
	case IF_OS:
		options_keep_string(o, &i->os, opt);
		break;
	case IF_HARDWARE:
		options_keep_string(o, &i->hardware, opt);
		break;
	case IF_FILTER:
		keep_filter(o, &i->filter, *opt);
		break;
	case IF_MACADDR:
		i->has_mac |= options_is_sound(o, opt, 6) && memcpy(i->mac, opt->value, 6);
		break;
	case IF_SPEED:
		if (options_is_sound(o, opt, 8))
			i->speed_bps = order_u64(o->f->swapped, opt->value);
		break;
	case IF_TSRESOL:
		if (options_is_sound(o, opt, 1))
			set_resolution(o->f, o->b, &ri->unit, *opt->value);
		break;
	case IF_TSOFFSET:
		if (options_is_sound(o, opt, 8))
			ri->unit.offset_sec = (int64_t)order_u64(o->f->swapped, opt->value);
		break;
	default:
		options_carry(o, opt);
	}
}

int describe_interface(struct pcapng *f, const struct body *b)
{
	struct options o = options_at(f, b, 8);
	struct file_iface *ri;
	struct option opt;

	if (b->len < 8)
		return stream_fail(f->s, "damaged at byte %llu: an interface block of %zu bytes",
				   b->at, b->len + 12);
	ri = ifaces_add(f->ifaces, &f->s->share, f->swapped);
	if (!ri)
		return f->s->share.poor
			       ? stream_fail(f->s, "more than %u interfaces", BUDGET_IFACES)
			       : -ENOMEM;
	ri->iface.linktype = order_u16(f->swapped, b->data);
	ri->iface.snaplen = order_u32(f->swapped, b->data + 4);
	while (options_next(&o, &opt))
		interface_option(&o, &opt, ri);
	return options_keep(&ri->iface.options, &o);
}

#define LOST	"its description was lost in a damaged file"

struct file_iface *describe_substitute_iface(struct pcapng *f)
{
	const struct file_iface *like = f->ifaces->n ? ifaces_at(f->ifaces, f->ifaces->n - 1)
						     : NULL;
	struct file_iface *ri = ifaces_add(f->ifaces, &f->s->share, f->swapped);

	if (!ri)
		return NULL;
	f->n_lost_ifaces++;
	ri->iface.linktype = like ? like->iface.linktype : LINKTYPE_ETHERNET;
	if (like)
		ri->unit = like->unit;
	if (stream_may_keep(f->s, sizeof(LOST)))
		ri->iface.comment = strdup(LOST);
	return ri;
}

static void stat_option(struct options *o, const struct option *opt, const struct file_iface *ri)
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
		options_carry(o, opt);
		return;
	}
	if (!options_is_sound(o, opt, 8))
		return;
	if (opt->code == ISB_STARTTIME || opt->code == ISB_ENDTIME) {
		if (!time_unit_ns(&ri->unit, order_words(o->f->swapped, opt->value), &v))
			return;
	} else {
		v = order_u64(o->f->swapped, opt->value);
	}
	s->value[fields[opt->code]] = v;
	s->has |= 1u << fields[opt->code];
}

/*
 * Statistics are cumulative, so the last ones count. Those of an interface that is not there are of
 * no use.
 */
int describe_statistics(struct pcapng *f, const struct body *b)
{
	struct options o = options_at(f, b, 12);
	struct file_iface *ri = b->len < 12 ? NULL
					    : describe_iface(f, order_u32(f->swapped, b->data));
	struct option opt;

	if (!ri)
		return 0;
	if (!ri->stats && !stream_may_keep(f->s, sizeof(*ri->stats)))
		return 0;
	if (!ri->stats)
		ri->stats = calloc(1, sizeof(*ri->stats));
	if (!ri->stats)
		return -ENOMEM;
	/* which are replaced below */
	*ri->stats = (struct iface_stats){ .options = ri->stats->options };
	time_unit_ns(&ri->unit, order_words(f->swapped, b->data + 4), &ri->stats->ts_ns);
	while (options_next(&o, &opt))
		stat_option(&o, &opt, ri);
	return options_keep(&ri->stats->options, &o);
}

static int section_options(struct pcapng *f, const struct body *b)
{
	struct options o = options_at(f, b, 16);
	struct option opt;

	while (options_next(&o, &opt)) {
		if (opt.code >= SHB_HARDWARE && opt.code <= SHB_USERAPPL)
			options_keep_string(&o, &f->section[opt.code - SHB_HARDWARE], &opt);
		else
			options_carry(&o, &opt);
	}
	return options_keep(&f->section_options, &o);
}

int describe_section(struct pcapng *f, const struct body *b)
{
	unsigned major, minor;

	if (b->len < 16)
		return stream_fail(
			f->s,
			"damaged at byte %llu: a section header of %zu bytes, where 28 are the least",
			b->at, b->len + 12);
	major = order_u16(f->swapped, b->data + 4);
	minor = order_u16(f->swapped, b->data + 6);
	f->first_iface = f->ifaces->n;
	processes_forget(f);
	/* 1.2 is 1.0 written by somebody in a hurry, says the draft */
	if (!f->recovery && (major != 1 || (minor != 0 && minor != 2))) {
		stream_warn(
			f->s, WARN_VERSION,
			"the section at byte %llu has version %u.%u, where 1.0 is known: skipped",
			b->at, major, minor);
		return 1;
	}
	return f->n_sections++ == 0 ? section_options(f, b) : 0;
}
