// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Where packets are: --at of -r, and what tells it; the index of a directory. */
#include <string.h>

#include "capture/cli/opts_impl.h"

/* One packet, by where it begins: whatever else tells which ones are wanted contradicts that. */
static bool can_fetch(struct parser *p)
{
	static const int others[] = {
		OPT_SKIP,   OPT_START,	  OPT_END, OPT_DEDUP, OPT_RECOVER,
		OPT_FOLLOW, OPT_RECORDER, OPT_TOP, 'F',	      0,
	};
	const struct opts *o = p->o;
	int code = opts_first_given(p, others);

	if (o->action != ACTION_OFFLINE)
		return opts_wrong(p, "--at fetches a packet of -r FILE, and nothing else is done with it");
	if (code || o->filter)
		return opts_wrong(p, "--at names the packet: %s means nothing with it",
				  code ? opts_name(code) : "an expression");
	return o->n_reads == 1 || opts_wrong(p, "--at is a place in one file: give one -r");
}

bool opts_settle_place(struct parser *p)
{
	const struct opts *o = p->o;

	if (!p->times[OPT_AT])
		return true;
	if (o->n_reads && !o->has_place)
		return opts_wrong(p, "--at is for capturing, unless it is a number: where a packet begins in -r FILE");
	if (!o->n_reads && o->has_place)
		return opts_wrong(p, "--at %llu is a place in a file and needs -r FILE",
				  (unsigned long long)o->place);
	return !o->has_place || can_fetch(p);
}

static bool is_rows(enum file_format f)
{
	return f == FORMAT_JSON || f == FORMAT_CSV;
}

bool opts_settle_rows(struct parser *p)
{
	const struct opts *o = p->o;

	return !o->print.offsets || (o->text && is_rows(o->screen)) ||
	       (o->write && is_rows(o->format)) ||
	       opts_wrong(p, "--offsets is for rows: -T json or csv, or --format json or csv");
}

bool opts_choose_index(struct parser *p)
{
	struct opts *o = p->o;

	o->keep.index = p->times[OPT_INDEX] && o->write;
	if (o->action == ACTION_INDEX && o->write)
		o->action = ACTION_LIVE;
	if (p->times[OPT_INDEX] && !o->write && !o->n_reads)
		return opts_wrong(p, "--index is for reading and needs -r DIR, or for writing and needs -w FILE");
	if (o->keep.index && (!strcmp(o->write, "-") || format_is_text(o->format)))
		return opts_wrong(p, "--index is of captures in a directory: it needs -w FILE, of pcapng or pcap");
	return true;
}

bool opts_settle_index(struct parser *p)
{
	static const int others[] = {
		'c',	   'a',	    'F',       'T',	  OPT_PRINT,   OPT_STATS,	 OPT_SKIP,
		OPT_START, OPT_END, OPT_DEDUP, OPT_COUNT, OPT_RECOVER, OPT_CONCATENATED, OPT_FOLLOW,
		OPT_TOP,   0,
	};
	int code = opts_first_given(p, others);

	return !(code || p->o->filter) ||
	       opts_wrong(p, "--index is of all packets in a directory: %s means nothing with it",
			  code ? opts_name(code) : "an expression");
}
