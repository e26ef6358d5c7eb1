// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdlib.h>
#include <string.h>

#include "capture/cli/opts_run.h"
#include "capture/cli/usage.h"


enum { REPEAT_MAX = 100000 };

static bool take_map(struct usage *p, const char *arg)
{
	struct opts *o = p->o;
	struct map_option *more = o->maps;

	if (!(o->n_maps & (o->n_maps - 1)))	/* a power of two, or 0: full */
		more = realloc(o->maps, (o->n_maps ? 2 * (size_t)o->n_maps : 1) * sizeof(*more));
	if (!more)
		return usage_wrong(p, "out of memory");
	o->maps = more;
	return map_option_parse(&o->maps[o->n_maps++], arg, p->error, p->cap);
}

static bool take_queue(struct usage *p, const char *arg)
{
	uint64_t v = 0;
	bool ok = usage_number(p, "queue", arg, 0, UINT16_MAX, &v);

	p->o->queue = v;
	return ok;
}

static bool take_repeat(struct usage *p, const char *arg)
{
	uint64_t v = 0;
	bool ok = usage_number(p, "number of runs", arg, 1, REPEAT_MAX, &v);

	p->o->repeat = v;
	return ok;
}

bool opts_run_take(struct usage *p, int code, const char *arg)
{
	switch (code) {
	case OPT_MAP:
		return take_map(p, arg);
	case OPT_REPEAT:
		return take_repeat(p, arg);
	case OPT_QUEUE:
		return take_queue(p, arg);
	case OPT_RUN:
		p->o->run = arg;
		break;
	case OPT_EXPECT:
		p->o->expect = arg;
		break;
	case OPT_INGRESS:
		p->o->ingress = arg;
		break;
	}
	return *arg || usage_wrong(p, "the value of %s is empty", opts_table_name(code));
}

/* The program that packets are run through, and what belongs to it. */
bool opts_run_settle(struct usage *p)
{
	static const int belongs[] = { OPT_MAP,	    OPT_EXPECT, OPT_REPEAT,
				       OPT_INGRESS, OPT_QUEUE,	0 };
	static const int others[] = { OPT_FOLLOW, OPT_COUNT, OPT_INFO, OPT_COMPARE,
					OPT_STATS, OPT_DISCARD_SECRETS, OPT_INJECT_SECRETS, 0 };
	struct opts *o = p->o;
	int code = usage_first_given(p, o->run ? others : belongs);

	if (code && !o->run)
		return usage_wrong(p, "%s is for --run OBJECT", opts_table_name(code));
	if (!o->run)
		return true;
	if (code)
		return usage_wrong(p, "%s means nothing with --run", opts_table_name(code));
	if (!o->n_reads)
		return usage_wrong(p, "--run is for packets of a file and needs -r FILE");
	if (o->n_maps && !strncmp(o->run, "id:", 3))
		return usage_wrong(p, "--map: the maps of a program that the kernel has are those of its owner");
	if (o->queue && !o->ingress)
		return usage_wrong(p, "--queue is one of the interface of --ingress-ifindex; lo has only 0");
	if (o->format == FORMAT_PCAP || o->format == FORMAT_PCAP_NS)
		return usage_wrong(p, "--format %s knows no verdicts; pcapng, json, csv and text do",
				   format_name(o->format));
	if (o->action != ACTION_DIFF)
		o->action = ACTION_RUN;
	return true;
}
