// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What the options mean together, and which of them contradict each other. */
#include <string.h>

#include "bpf/event.h"
#include "capture/opts_impl.h"

enum { SNAP_DEFAULT = 256 };

/* The first of @codes, which end with 0, that was given; 0: none. */
static int first_given(const struct parser *p, const int *codes)
{
	while (*codes && !p->given[*codes])
		codes++;
	return *codes;
}

static bool settle_source(struct parser *p)
{
	static const int capturing[] = { 'P', OPT_MODE, 'B', OPT_MIRROR_PORT, 0 };
	static const int reading[] = { OPT_SKIP, OPT_START, OPT_END, OPT_DEDUP, OPT_RECOVER, OPT_INFO, 0 };
	const struct opts *o = p->o;
	bool live = !o->n_reads;
	int code = first_given(p, live ? reading : capturing);

	if (!live && o->n_ifaces)
		return opts_wrong(p, "-i captures and %s reads: give one of the two",
				  o->action == ACTION_COMPARE ? "--compare" : "-r");
	if (code && live)
		return opts_wrong(p, "%s is for reading and needs -r FILE", opts_name(code));
	if (code)
		return opts_wrong(p, "%s is for capturing and means nothing with -r", opts_name(code));
	if (live && !o->n_ifaces)
		return opts_wrong(p, "no interface: give -i IF, or -r FILE; xdpdump -D lists the interfaces");
	if (!live && o->stats_ns)
		return opts_wrong(p, "--stats=SEC is for capturing; with -r it is --stats");
	if (o->times_matter && o->action != ACTION_COMPARE)
		return opts_wrong(p, "--tolerance is for --compare");
	return true;
}

/* The file of -w, those that follow it, and what is printed beside it. */
static bool settle_output(struct parser *p)
{
	static const int file[] = { OPT_FORMAT, OPT_COMPRESS, OPT_SYNC, 'C', 'G', 'W', 'b', 'z', OPT_MAX_DISK, OPT_MIN_FREE, 0 };
	static const int *const series = file + 3;
	struct opts *o = p->o;
	bool to_stdout = o->write && !strcmp(o->write, "-");
	int code = first_given(p, o->write ? series : file);

	if (code && (!o->write || to_stdout))
		return opts_wrong(p, "%s is for files and needs -w FILE", opts_name(code));
	if ((o->rotate.stop_bytes || o->rotate.stop_files) && !o->write)
		return opts_wrong(p, "-a filesize: and files: need -w FILE");
	o->text = p->given[OPT_PRINT] || (!o->write && p->n_q < 2);
	if (o->text && to_stdout)
		return opts_wrong(p, "-w - and --print both want stdout");
	if (p->given['T'] && !o->text)
		return opts_wrong(p, "-T is for what is printed: the file has --format");
	return true;
}

/* --info and --compare print a report and nothing else. */
static bool settle_report(struct parser *p)
{
	static const int others[] = { 'w', 'c', 'a', OPT_PRINT, OPT_STATS, OPT_SKIP, OPT_START, OPT_END, OPT_DEDUP, 0 };
	const struct opts *o = p->o;
	const char *report = o->action == ACTION_INFO ? "--info" : "--compare";
	int code = first_given(p, others);

	if (code)
		return opts_wrong(p, "%s means nothing with %s", opts_name(code), report);
	if (p->given['s'] && (o->action == ACTION_INFO || o->headers_only))
		return opts_wrong(p, "-s%s means nothing with %s", o->headers_only ? " headers" : "", report);
	if (o->action == ACTION_COMPARE && o->n_reads != 2)
		return opts_wrong(p, "--compare takes its two files itself, without -r");
	if (o->action == ACTION_INFO && p->given['T'] && o->screen == FORMAT_CSV)
		return opts_wrong(p, "--info prints text or json");
	return true;
}

static bool settle_text(struct parser *p)
{
	static const enum time_format times[] = {
		TIME_OF_DAY, TIME_NONE, TIME_EPOCH, TIME_DELTA, TIME_DATE, TIME_SINCE_FIRST,
	};
	struct opts *o = p->o;

	if (p->n_q && o->print.verbose)
		return opts_wrong(p, "-q and -v contradict each other");
	if (p->n_x && p->n_X)
		return opts_wrong(p, "-x and -X contradict each other");
	if (p->n_t >= array_size(times))
		return opts_wrong(p, "-t can be given up to five times");
	o->print.time = times[p->n_t];
	o->print.hex = p->n_X ? (p->n_X > 1 ? HEX_ASCII_LINK : HEX_ASCII) :
		       p->n_x ? (p->n_x > 1 ? HEX_LINK : HEX) : HEX_NONE;
	if (p->n_q)
		o->print.verbose = -1;
	return true;
}

bool opts_settle(struct parser *p)
{
	struct opts *o = p->o;

	if (o->action == ACTION_LIVE && o->n_reads)
		o->action = ACTION_OFFLINE;
	if (o->action == ACTION_HELP || o->action == ACTION_VERSION || o->action == ACTION_LIST)
		return true;
	if (o->dump) {
		o->action = ACTION_DUMP;
		return !o->n_ifaces || !o->n_reads || opts_wrong(p, "-i captures and -r reads: give one of the two");
	}
	if (!settle_source(p) || !settle_text(p))
		return false;
	o->snap = p->snap;
	if (o->action == ACTION_INFO || o->action == ACTION_COMPARE)
		return settle_report(p);
	if (!o->n_reads && !p->given['s'])
		o->snap = SNAP_DEFAULT;
	else if (!o->n_reads && (!o->snap || o->snap > EVENT_SNAP_MAX))
		o->snap = EVENT_SNAP_MAX;
	return settle_output(p);
}
