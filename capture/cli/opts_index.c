// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <string.h>

#include "capture/cli/opts_index.h"
#include "capture/cli/usage.h"

bool opts_index_choose(struct usage *p)
{
	struct opts *o = p->o;

	o->keep.index = p->times[OPT_INDEX] && o->write;
	if (o->action == ACTION_INDEX && o->write)
		o->action = ACTION_LIVE;
	if (p->times[OPT_INDEX] && !o->write && !o->n_reads)
		return usage_wrong(p, "--index is for reading and needs -r DIR, or for writing and needs -w FILE");
	if (o->keep.index && (!strcmp(o->write, "-") || format_is_text(o->format)))
		return usage_wrong(p, "--index is of captures in a directory: it needs -w FILE, of pcapng or pcap");
	return true;
}

bool opts_index_settle(struct usage *p)
{
	static const int others[] = {
		'c',	   'a',	    'F',       'T',	  OPT_PRINT,   OPT_STATS,	 OPT_SKIP,
		OPT_START, OPT_END, OPT_DEDUP, OPT_COUNT, OPT_RECOVER, OPT_CONCATENATED, OPT_FOLLOW,
		OPT_TOP,   0,
	};
	int code = usage_first_given(p, others);

	return !(code || p->o->filter) ||
	       usage_wrong(p, "--index is of all packets in a directory: %s means nothing with it",
			   code ? opts_table_name(code) : "an expression");
}
