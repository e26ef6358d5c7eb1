// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <fnmatch.h>
#include <string.h>

#include "bpf/event.h"
#include "capture/cli/opts_extcap.h"
#include "capture/cli/opts_index.h"
#include "capture/cli/opts_netns.h"
#include "capture/cli/opts_observe.h"
#include "capture/cli/opts_place.h"
#include "capture/cli/opts_recorder.h"
#include "capture/cli/opts_run.h"
#include "capture/cli/opts_settle.h"
#include "capture/cli/usage.h"
#include "capture/live/pattern.h"
#include "capture/packet/packet.h"
#include "capture/read/merge_options.h"
#include "capture/write/target.h"

enum { SNAP_DEFAULT = 256, WINDOW_DEFAULT_NS = 1000 * 1000 * 1000 };

static bool can_follow(struct usage *p)
{
	const struct opts *o = p->o;

	if (o->action == ACTION_INFO || o->action == ACTION_COMPARE)
		return usage_wrong(p, "--follow has no end, and %s is about the whole",
				   o->action == ACTION_INFO ? "--info" : "--compare");
	if (o->n_reads != 1)
		return usage_wrong(p,
				   "--follow is for one -r, which may be a pattern in quotes: -r '/var/cap/*.pcapng'");
	if (!strcmp(o->reads[0], "-"))
		return usage_wrong(
			p,
			"--follow needs the name of a file: stdin is read until its writer ends");
	if (merge_options_is_tcp(o->reads[0]))
		return usage_wrong(p, "--follow needs the name of a file: a connection is read as it comes without it");
	if (o->recover)
		return usage_wrong(
			p,
			"--follow waits for what --recover would have to look at first: give one of the two");
	if (o->write && !fnmatch(o->reads[0], o->write, FNM_PATHNAME))
		return usage_wrong(
			p, "--follow: what -w writes would be read again: '%s' means it as well",
			o->reads[0]);
	return true;
}

/* It tells a program that is alone on it, in native mode, of what is received. */
static bool can_ask_device(struct usage *p)
{
	const struct opts *o = p->o;
	const char *what = o->device & DEVICE_TIME ? "-j adapter_unsynced" : "--rx-hash";

	if (o->hook == LIVE_GENERIC || o->hook == LIVE_TC)
		return usage_wrong(p, "%s: only in native mode an adapter tells what it knows, not with --hook %s",
				   what, live_way_name(o->hook));
	if (o->device & DEVICE_TIME ? o->directions & LIVE_SENT : !(o->directions & LIVE_RECEIVED))
		return usage_wrong(p, "%s is about received packets: it goes with -Q in%s", what,
				   o->device & DEVICE_TIME ? " alone" : " or inout");
	if (observe_needs_program(&o->observe) || o->observe.way == OBSERVE_FRONT)
		return usage_wrong(p, "%s: an adapter tells what it knows to a program that is alone on it, "
				     "not to one that watches another", what);
	return true;
}

static bool settle_source(struct usage *p)
{
	static const int capturing[] = {
		'P', OPT_WAIT, OPT_METRICS, OPT_CONTROL, OPT_HOOK, 'B', OPT_MIRROR_PORT, OPT_PROCESS,
		OPT_OBSERVE, OPT_PROGRAM, OPT_VERDICT, OPT_EXIT_FILTER, OPT_STYLE,
		OPT_RX_HASH, OPT_NETNS, OPT_PID, OPT_CONTAINER, OPT_SAMPLE, OPT_RATE_LIMIT,
		OPT_FLOW_SAMPLE, OPT_FLOW_LIMIT, 0,
	};
	static const int reading[] = {
		OPT_SKIP,	    OPT_START,	OPT_END,  OPT_DEDUP, OPT_RECOVER,
		OPT_CONCATENATED,   OPT_FOLLOW, OPT_INFO, OPT_DIFF, OPT_COUNT, OPT_DISCARD_SECRETS,
		OPT_INJECT_SECRETS, OPT_OFFSETS, 0,
	};
	const struct opts *o = p->o;
	bool live = !o->n_reads;
	int code = usage_first_given(p, live ? reading : capturing);

	if (!live && o->n_ifaces)
		return usage_wrong(p, "-i captures and %s reads: give one of the two",
				   o->action == ACTION_COMPARE ? "--compare" : "-r");
	if (code && live)
		return usage_wrong(p, "%s is for reading and needs -r FILE", opts_table_name(code));
	if (code)
		return usage_wrong(p, "%s is for capturing and means nothing with -r",
				   opts_table_name(code));
	if (!live && o->stats_ns)
		return usage_wrong(p, "--stats=SEC is for capturing; with -r it is --stats");
	if (!live && o->flows_ns)
		return usage_wrong(p, "--flows=SEC is for capturing; with -r it is --flows");
	if (!live && o->stats_json && !o->stats)
		return usage_wrong(p,
				   "--stats-format is for --stats, which has to be given with -r");
	if (select_is_empty(&o->start, &o->end))
		return usage_wrong(
			p,
			p->times[OPT_START]
				? "--start is not before --end: no packet can be between them"
				: "--end is the beginning of all times: no packet can be before it");
	if (o->times_matter && o->action != ACTION_COMPARE)
		return usage_wrong(p, "--tolerance is for --compare");
	if (o->ignored && !p->times[OPT_DEDUP] && !o->lost)
		return usage_wrong(
			p,
			"--dedup-ignore tells --dedup or --lost what does not matter, and is nothing by itself");
	if (o->lost && o->action != ACTION_COMPARE)
		return usage_wrong(p, "--lost is for --compare A B");
	if (o->html && o->action != ACTION_INFO)
		return usage_wrong(p, "--html is for -r FILE --info");
	if (o->top && o->action != ACTION_LIVE && o->action != ACTION_OFFLINE)
		return usage_wrong(p, "--top is for captures and for -r FILE");
	if (o->window_ns && !o->lost)
		return usage_wrong(p, "--window is for --compare A B --lost");
	if (o->wait && o->user && o->n_netns)
		return usage_wrong(p, "--wait needs the privileges later that -Z gives up, with --netns");
	for (unsigned i = 0; i < o->n_ifaces; i++)
		if (pattern_is(o->ifaces[i]) && (o->wait || observe_needs_program(&o->observe) ||
						 o->observe.way == OBSERVE_FRONT || o->mirror_port))
			return usage_wrong(p, "-i '%s' stands for whatever fits it: %s is for interfaces that are "
					   "named", o->ifaces[i], o->wait ? "--wait"
					   : o->mirror_port ? "--mirror-port" : "watching a program");
	if (o->wait && !o->n_ifaces)
		return usage_wrong(p, "--wait is for interfaces that are named: -i IF");
	for (unsigned i = 0; o->wait && i < o->n_ifaces; i++)
		if (strpbrk(o->ifaces[i], "/: \t,"))
			return usage_wrong(p, "--wait: no interface will ever be called '%s'",
					   o->ifaces[i]);
	if (live && o->device && !can_ask_device(p))
		return false;
	if (!opts_observe_settle(p) || (o->follow && !can_follow(p)))
		return false;
	if (o->mirror_port && (o->directions & LIVE_SENT || o->hook == LIVE_TC))
		return usage_wrong(p, "--mirror-port drops what is received, at XDP: it goes with -Q in alone");
	if (o->processes && !(o->directions & LIVE_SENT))
		return usage_wrong(p, "--process tells who has sent a packet: it goes with -Q out or -Q inout");
	if (p->times['p'] && p->times['P'])
		return usage_wrong(p, "-p and -P contradict each other");
	if (p->times['y'] && !live)
		return usage_wrong(p, "-y: the link type of a file is that which it has");
	if (o->linktype != LINKTYPE_ETHERNET && o->linktype != LINKTYPE_RAW)
		return usage_wrong(p, "-y: an interface has EN10MB or RAW; xdpdump -L -i IF tells which");
	return true;
}

/* The terminal is its own. */
static bool settle_top(struct usage *p)
{
	static const int others[] = { OPT_PRINT, OPT_COUNT, OPT_STATS, 0 };
	const struct opts *o = p->o;
	int code = usage_first_given(p, others);

	if (code)
		return usage_wrong(p, "%s means nothing with %s--top", opts_table_name(code),
				   o->n_reads ? "-r and " : "");
	if (o->write && !strcmp(o->write, "-"))
		return usage_wrong(p, "-w - and --top both want stdout");
	return usage_has_library(p, OPT_TOP, LIBRARY_NCURSES);
}

/* They are on stdout, in place of packets. */
static bool settle_flows(struct usage *p)
{
	static const int others[] = { OPT_PRINT, OPT_TOP, OPT_COUNT, OPT_RECORDER, 0 };
	static const int packets[] = { 'c', OPT_SAMPLE, OPT_RATE_LIMIT, OPT_FLOW_SAMPLE, OPT_FLOW_LIMIT, 0 };
	const struct opts *o = p->o;
	int code = usage_first_given(p, others);

	if (code)
		return usage_wrong(p, "%s means nothing with --flows", opts_table_name(code));
	if (o->write && !strcmp(o->write, "-"))
		return usage_wrong(p, "-w - and --flows both want stdout");
	code = o->write || o->to || o->n_reads ? 0 : usage_first_given(p, packets);
	return !code || usage_wrong(p, "%s is about packets, of which --flows captures none without -w FILE or --to",
				    opts_table_name(code));
}

/* Where records go, and wait. */
static bool settle_engine(struct usage *p)
{
	static const int own[] = { OPT_SPOOL, OPT_SPOOL_LIMIT, OPT_TO_CONFIG, 0 };
	const struct opts *o = p->o;
	const int code = usage_first_given(p, own);

	if (code && !(o->to && target_takes_records(o->to)))
		return usage_wrong(p, "%s is for records and needs --to clickhouse: or kafka:",
				   opts_table_name(code));
	return o->spool || !p->times[OPT_SPOOL_LIMIT] ||
	       usage_wrong(p, "--spool-limit needs --spool DIR");
}

/* The file of -w, those that follow it, and what is printed beside it. */
static bool settle_output(struct usage *p)
{
	static const int file[] = {
		OPT_FORMAT, OPT_COMPRESS, OPT_SYNC,	OPT_WRITE_BUFFER, 'C',	    'G',    'W',
		'b',	    'z',	  OPT_MAX_DISK, OPT_MIN_FREE,	  OPT_PART, OPT_IO, 0,
	};
	static const int *const series = file + 4;
	struct opts *o = p->o;
	const bool to_stdout = o->write && !strcmp(o->write, "-"),
		   streams = o->to && !target_takes_records(o->to);
	int code = usage_first_given(p, o->write ? series : file + streams);

	if (!settle_engine(p))
		return false;
	if (streams && format_is_text(o->format))
		return usage_wrong(p, "--to sends pcapng, pcap or pcap-ns, not %s",
				   format_name(o->format));
	if (o->to && o->top && o->n_reads)
		return usage_wrong(p, "--to means nothing with -r and --top");
	if (code && (!o->write || to_stdout))
		return usage_wrong(p, "%s is for files and needs -w FILE", opts_table_name(code));
	if (o->direct == DIRECT_ALWAYS &&
	    (o->unbuffered || !o->write_buffer || o->codec.kind != CODEC_NONE))
		return usage_wrong(p, "--io direct takes a write buffer, and no -U or --compress");
	if (o->rotate.name_order && !o->rotate.ring_names)
		return usage_wrong(
			p,
			"-b nametimenum: is for the names that -b duration:, interval:, "
			"filesize:, packets: or files: make");
	if ((o->rotate.stop_bytes || o->rotate.stop_files) && !o->write)
		return usage_wrong(p, "-a filesize: and files: need -w FILE");
	if ((o->discard_secrets || o->n_secrets) &&
	    ((!o->write && !streams) || o->format != FORMAT_PCAPNG))
		return usage_wrong(
			p, "secrets are in pcapng files: %s needs -w FILE, and no other --format",
			opts_table_name(o->discard_secrets ? OPT_DISCARD_SECRETS : OPT_INJECT_SECRETS));
	if (o->count_only && (o->write || o->to))
		return usage_wrong(p, "--count counts packets, and %s: give one of the two",
				   o->write ? "-w writes them" : "--to sends them");
	if (o->top && !settle_top(p))
		return false;
	if (o->flows && !settle_flows(p))
		return false;
	o->text = p->times[OPT_PRINT] || (!o->write && !o->to && !o->top && !o->flows &&
					  !o->count_only && !o->expect && p->times['q'] < 2);
	if (o->threads && o->codec.kind == CODEC_NONE && !(o->n_reads && (o->text || !(o->write || o->to))))
		return usage_wrong(
			p, "--threads compress, or read and make text: they need --compress, or -r without -w");
	if (o->text && to_stdout)
		return usage_wrong(p, "-w - and --print both want stdout");
	if (!opts_place_settle_rows(p))
		return false;
	if (p->times['T'] && !o->text && !o->lost && !o->flows)
		return usage_wrong(p, "-T is for what is printed: the file has --format");
	if (o->print.microseconds && o->format == FORMAT_PCAP_NS)
		return usage_wrong(p, "--micro and --format pcap-ns contradict each other");
	if (p->times[OPT_NANO] && o->format == FORMAT_PCAP)
		o->format = FORMAT_PCAP_NS;
	return true;
}

/* --info and --compare print a report and nothing else. */
static bool settle_report(struct usage *p)
{
	static const int others[] = { 'w',	'c',	   'a',	    OPT_PRINT, OPT_STATS, OPT_FLOWS,
				      OPT_SKIP, OPT_START, OPT_END, OPT_DEDUP, 0 };
	const struct opts *o = p->o;
	const char *report = o->action == ACTION_INFO ? "--info" : "--compare";
	int code = usage_first_given(p, others);

	if (code)
		return usage_wrong(p, "%s means nothing with %s", opts_table_name(code), report);
	if (p->times['s'] && (o->action == ACTION_INFO || o->headers_only))
		return usage_wrong(p, "-s%s means nothing with %s",
				   o->headers_only ? " headers" : "", report);
	if (o->action == ACTION_COMPARE && o->n_reads != 2)
		return usage_wrong(p, "--compare takes its two files itself, without -r");
	if (o->action == ACTION_INFO && p->times['T'] && o->screen == FORMAT_CSV)
		return usage_wrong(p, "--info prints text or json");
	for (unsigned i = 1; i < o->n_reads; i++)
		if (o->action == ACTION_INFO && merge_options_is_tcp(o->reads[i]))
			return usage_wrong(p, "%s: behind another file --info has no connection",
					   o->reads[i]);
	if (o->html && p->times['T'])
		return usage_wrong(p, "-T is for what is printed, and --html for a page: give one of the two");
	return true;
}

/* --diff prints packets, and a report behind them; copies are what it looks for. */
static bool settle_diff(struct usage *p)
{
	static const int others[] = {
		'w',	   'a',	      OPT_PRINT, OPT_STATS, OPT_SKIP, OPT_FLOWS,
		OPT_START, OPT_END,   OPT_DEDUP, OPT_COUNT, 0,
	};
	struct opts *o = p->o;
	int code = usage_first_given(p, others);

	if (code)
		return usage_wrong(p, "%s means nothing with --diff", opts_table_name(code));
	if (o->headers_only)
		return usage_wrong(p, "-s headers means nothing with --diff");
	if (o->screen == FORMAT_CSV)
		return usage_wrong(p, "--diff prints text or json");
	return true;
}

/* A report, and then the packets that were lost, written or, with -v, printed. */
static bool settle_lost(struct usage *p)
{
	static const int others[] = {
		'c',	 'a',	    OPT_STATS,	   OPT_SKIP,  OPT_START, OPT_FLOWS,
		OPT_END, OPT_DEDUP, OPT_TOLERANCE, OPT_COUNT, 0,
	};
	struct opts *o = p->o;
	int code = usage_first_given(p, others);

	if (code)
		return usage_wrong(p, "%s means nothing with --lost", opts_table_name(code));
	if (o->n_reads != 2)
		return usage_wrong(p, "--compare takes its two files itself, without -r");
	if (o->screen == FORMAT_CSV)
		return usage_wrong(p, "--lost prints text or json");
	if (!o->window_ns)
		o->window_ns = WINDOW_DEFAULT_NS;
	if (!settle_output(p))
		return false;
	o->text = o->print.verbose > 0 || p->times[OPT_PRINT];
	if (o->write && !strcmp(o->write, "-") &&
	    (o->text || o->screen == FORMAT_JSON || o->print.verbose >= 0))
		return usage_wrong(
			p,
			"-w - and the table of --lost both want stdout: -q leaves the table out");
	return true;
}

/* Of several the one that shows most, as with tcpdump. */
static enum hex_format dump_format(const struct usage *p)
{
	if (p->times['X'])
		return p->times['X'] > 1 ? HEX_ASCII_LINK : HEX_ASCII;
	if (p->times['x'])
		return p->times['x'] > 1 ? HEX_LINK : HEX;
	if (p->times['A'])
		return p->times['A'] > 1 ? ASCII_LINK : ASCII;
	return HEX_NONE;
}

static bool settle_text(struct usage *p)
{
	static const enum time_format times[] = {
		TIME_OF_DAY, TIME_NONE, TIME_EPOCH, TIME_DELTA, TIME_DATE, TIME_SINCE_FIRST,
	};
	struct opts *o = p->o;

	if (p->times['t'] >= array_size(times))
		return usage_wrong(p, "-t can be given up to five times");
	o->print.time = times[p->times['t']];
	o->print.hex = dump_format(p);
	o->print.verbose = p->times['v'] ? (int)p->times['v'] : -(p->times['q'] > 0);
	return true;
}

/* The options that only set a flag. */
static void settle_flags(struct usage *p)
{
	struct opts *o = p->o;
	const struct { int code; bool *flag; } flags[] = {
		{ 'O', &o->no_optimize }, { 'e', &o->print.link }, { 'l', &o->print.line_buffered },
		{ 'U', &o->unbuffered }, { 'P', &o->promiscuous }, { OPT_WAIT, &o->wait },
		{ '#', &o->print.number }, { 'S', &o->print.sequence },
		{ OPT_LENGTHS, &o->print.lengths }, { OPT_OFFSETS, &o->print.offsets },
		{ OPT_IMMEDIATE, &o->print.line_buffered },
		{ OPT_IMMEDIATE, &o->unbuffered }, { OPT_MIRROR_PORT, &o->mirror_port },
		{ OPT_PROCESS, &o->processes },
		{ OPT_DEBUG, &o->debug }, { OPT_RECOVER, &o->recover },
		{ OPT_CONCATENATED, &o->concatenated }, { OPT_COUNT, &o->count_only },
		{ OPT_ALL_NETNS, &o->all_netns }, { OPT_LOST, &o->lost }, { OPT_PART, &o->part },
		{ OPT_DISCARD_SECRETS, &o->discard_secrets }, { OPT_FOLLOW, &o->follow },
		{ OPT_TOP, &o->top },
	};

	for (size_t i = 0; i < array_size(flags); i++)
		*flags[i].flag |= p->times[flags[i].code] > 0;
	o->device |= p->times[OPT_RX_HASH] ? DEVICE_HASH : 0;
	o->dump = p->times['d'];
}

/* It changes an interface, so it is not to be guessed which one, nor what else is wanted. */
static bool settle_restore(struct usage *p)
{
	static const int others[] = { 'r', 'w', 'c', 'd', OPT_HOOK, OPT_WAIT, OPT_INFO, 0 };
	int code = usage_first_given(p, others);

	if (!p->o->n_ifaces)
		return usage_wrong(p, "--restore needs the interface: -i IF");
	return !code || usage_wrong(p, "%s means nothing with --restore", opts_table_name(code));
}

bool opts_settle(struct usage *p)
{
	struct opts *o = p->o;

	settle_flags(p);
	if (!opts_extcap_settle(p))
		return false;
	if (o->extcap.call && o->extcap.call != EXTCAP_CAPTURE)
		return true;
	if (!opts_netns_settle(p))
		return false;
	if (o->action == ACTION_RESTORE)
		return settle_restore(p);
	if (!opts_index_choose(p))
		return false;
	if (o->action == ACTION_LIVE && o->n_reads)
		o->action = ACTION_OFFLINE;
	o->print.verbose = p->times['v'];
	if (o->action >= ACTION_LIST)
		return true;
	if (o->dump) {
		o->action = ACTION_DUMP;
		return !o->n_ifaces || !o->n_reads ||
		       usage_wrong(p, "-i captures and -r reads: give one of the two");
	}
	if (!settle_source(p) || !opts_place_settle(p) || !settle_text(p) || !opts_run_settle(p))
		return false;
	o->snap = p->snap;
	if (o->action != ACTION_LIVE && o->action != ACTION_OFFLINE &&
	    (o->recorder.memory || o->to))
		return usage_wrong(p, "%s is for captures and for -r FILE",
				   o->to ? "--to" : "--recorder");
	if (o->action == ACTION_INDEX)
		return opts_index_settle(p);
	if (o->lost)
		return settle_lost(p);
	if (o->action == ACTION_DIFF)
		return settle_diff(p);
	if (o->action == ACTION_INFO || o->action == ACTION_COMPARE)
		return settle_report(p);
	if (!o->n_reads && !p->times['s'])
		o->snap = SNAP_DEFAULT;
	else if (!o->n_reads && (!o->snap || o->snap > EVENT_SNAP_MAX))
		o->snap = EVENT_SNAP_MAX;
	return opts_recorder_settle(p) && settle_output(p);
}
