// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <string.h>

#include "capture/cli/opts_place.h"
#include "capture/cli/usage.h"


/* One packet, by where it begins: whatever else tells which ones are wanted contradicts that. */
static bool can_fetch(struct usage *p)
{
	static const int others[] = {
		OPT_SKIP,   OPT_START,	  OPT_END, OPT_DEDUP, OPT_RECOVER,
		OPT_FOLLOW, OPT_RECORDER, OPT_TOP, 'F',	      0,
	};
	const struct opts *o = p->o;
	int code = usage_first_given(p, others);

	if (o->action != ACTION_OFFLINE)
		return usage_wrong(p, "--at fetches a packet of -r FILE, and nothing else is done with it");
	if (code || o->filter)
		return usage_wrong(p, "--at names the packet: %s means nothing with it",
				   code ? opts_table_name(code) : "an expression");
	return o->n_reads == 1 || usage_wrong(p, "--at is a place in one file: give one -r");
}

bool opts_place_settle(struct usage *p)
{
	const struct opts *o = p->o;

	if (!p->times[OPT_AT])
		return true;
	if (o->n_reads && !o->has_place)
		return usage_wrong(p, "--at is for capturing, unless it is a number: where a packet begins in -r FILE");
	if (!o->n_reads && o->has_place)
		return usage_wrong(p, "--at %llu is a place in a file and needs -r FILE",
				   (unsigned long long)o->place);
	return !o->has_place || can_fetch(p);
}

static bool is_rows(enum file_format f)
{
	return f == FORMAT_JSON || f == FORMAT_CSV;
}

bool opts_place_settle_rows(struct usage *p)
{
	const struct opts *o = p->o;

	return !o->print.offsets || (o->text && is_rows(o->screen)) ||
	       (o->write && is_rows(o->format)) ||
	       usage_wrong(p, "--offsets is for rows: -T json or csv, or --format json or csv");
}
