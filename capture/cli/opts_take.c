// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/event.h"
#include "capture/base/dial.h"
#include "capture/base/listen.h"
#include "capture/base/value.h"
#include "capture/cli/opts_extcap.h"
#include "capture/cli/opts_files.h"
#include "capture/cli/opts_netns.h"
#include "capture/cli/opts_observe.h"
#include "capture/cli/opts_recorder.h"
#include "capture/cli/opts_run.h"
#include "capture/cli/opts_take.h"
#include "capture/cli/usage.h"
#include "capture/packet/imprint.h"
#include "capture/packet/link.h"
#include "capture/packet/sample.h"
#include "capture/read/merge_options.h"
#include "capture/stage/dedup.h"

enum {
	SNAP_LIMIT	= 262144,	/* tcpdump's, which scripts have */
	RING_KIB_MAX	= 1 << 20,
	/* packets before; editcap -d counts the packet itself as one of them */
	DEDUP_DEFAULT	= 5,
};

static bool take_snap(struct usage *p, const char *arg)
{
	uint64_t v = 0;

	p->o->headers_only = !strcmp(arg, "headers");
	if (!p->o->headers_only && !usage_number(p, "snapshot length", arg, 0, SNAP_LIMIT, &v))
		return false;
	p->snap = v;
	return true;
}

/* Of packets, or flows. */
static bool take_sample(struct usage *p, int code, const char *arg)
{
	struct sampling *s = &p->o->sampling;

	return sample_parse(arg, code == OPT_SAMPLE ? &s->sample : &s->flow.sample) ||
	       usage_wrong(p, "%s '%s' is not 1/N, with N from 1 to %d", opts_table_name(code), arg,
			   SAMPLE_MAX);
}

static bool take_flow_limit(struct usage *p, const char *arg)
{
	return sample_parse_flow_limit(arg, &p->o->sampling.flow) ||
	       usage_wrong(p, "--flow-limit '%s' is none of packets (20) and bytes (4k, 4096b)",
			   arg);
}

static bool take_rate(struct usage *p, const char *arg)
{
	return sample_parse_rate(arg, &p->o->sampling.rate) ||
	       usage_wrong(p, "--rate-limit '%s' is not N/s, with N from 1 to %d", arg, RATE_MAX);
}

static bool take_hook(struct usage *p, const char *arg)
{
	for (p->o->hook = LIVE_AUTO; p->o->hook < LIVE_WAYS; p->o->hook++)
		if (!strcmp(arg, live_way_name(p->o->hook)))
			return true;
	return usage_wrong(p, "hook '%s' is none of auto, native, generic and tc", arg);
}

static bool take_ring(struct usage *p, const char *arg)
{
	uint64_t kib;

	if (!usage_number(p, "buffer size in KiB", arg, 1, RING_KIB_MAX, &kib))
		return false;
	p->o->ring_bytes = kib * 1024;
	return true;
}

static bool take_stats(struct usage *p, const char *arg)
{
	p->o->stats = true;
	return !arg || usage_span(p, "interval", arg, &p->o->stats_ns);
}

static bool take_flows(struct usage *p, const char *arg)
{
	p->o->flows = true;
	return !arg || usage_span(p, "interval", arg, &p->o->flows_ns);
}

static bool take_stats_format(struct usage *p, const char *arg)
{
	p->o->stats_json = !strcmp(arg, "json");
	return p->o->stats_json || !strcmp(arg, "text") ||
	       usage_wrong(p, "--stats-format '%s' is neither text nor json", arg);
}

static bool take_sandbox(struct usage *p, const char *arg)
{
	static const char *const words[] = {
		[CONFINE_AUTO] = "auto", [CONFINE_STRICT] = "strict", [CONFINE_OFF] = "off",
	};

	for (size_t i = 0; i < array_size(words); i++) {
		if (!strcmp(arg, words[i])) {
			p->o->sandbox = i;
			return true;
		}
	}
	return usage_wrong(p, "--sandbox '%s' is none of auto, strict and off", arg);
}

static bool take_metrics(struct usage *p, const char *arg)
{
	struct listen_address a;

	p->o->metrics = arg;
	if (!usage_has_library(p, OPT_METRICS, LIBRARY_MICROHTTPD))
		return false;
	return listen_parse(arg, &a) ||
	       usage_wrong(
		       p, "--metrics '%s' is none of PORT, ADDRESS:PORT ([::1]:9100) and unix:PATH",
		       arg);
}

bool opts_take_read(struct usage *p, const char *path)
{
	struct opts *o = p->o;
	const char **more = o->reads;

	if (!*path)
		return usage_wrong(p, "the name of the input file is empty");
	if (merge_options_is_tcp(path) && !dial_parse(path + strlen("tcp:"), NULL))
		return usage_wrong(p, "-r '%s' is not tcp:HOST:PORT; a file of that name is './%s'",
				   path, path);
	if (!(o->n_reads & (o->n_reads - 1)))	/* a power of two, or 0: full */
		more = realloc(o->reads, (o->n_reads ? 2 * (size_t)o->n_reads : 1) * sizeof(*more));
	if (!more)
		return usage_wrong(p, "out of memory");
	o->reads = more;
	o->reads[o->n_reads++] = path;
	return true;
}

static bool take_dedup(struct usage *p, const char *arg)
{
	struct opts *o = p->o;

	o->dedup_packets = arg ? 0 : DEDUP_DEFAULT;
	o->dedup_ns = 0;
	if (!arg || value_number(arg, 1, DEDUP_WINDOW_MAX, &o->dedup_packets))
		return true;
	o->dedup_packets = 0;
	return (value_span(arg, &o->dedup_ns) && o->dedup_ns) ||
	       usage_wrong(
		       p,
		       "--dedup '%s' is neither a number of packets up to %d nor a span of time (10ms)",
		       arg, DEDUP_WINDOW_MAX);
}

static bool take_format(struct usage *p, const char *arg)
{
	return format_by_name(&p->o->format, arg) ||
	       usage_wrong(p, "format '%s' is none of pcapng, pcap, pcap-ns, json, csv and text",
			   arg);
}

/* The words of tcpdump's -T, which we have for something else. */
static bool is_tcpdump_type(const char *word)
{
	static const char *const types[] = {
		"aodv",	  "carp",   "cnfp", "domain", "lmp",  "pgm",   "pgm_zmtp1",
		"ptp",	  "radius", "resp", "rpc",    "rtcp", "rtp",   "snmp",
		"someip", "tftp",   "vat",  "vxlan",  "wb",   "zmtp1",
	};

	for (size_t i = 0; i < array_size(types); i++)
		if (!strcmp(word, types[i]))
			return true;
	return false;
}

static bool take_print_format(struct usage *p, const char *arg)
{
	if (is_tcpdump_type(arg))
		return usage_wrong(
			p,
			"-T %s: how a port is read is not to be chosen here; tshark -d is for "
			"that. -T is text, json or csv",
			arg);
	return (format_by_name(&p->o->screen, arg) && format_is_text(p->o->screen)) ||
	       usage_wrong(p, "-T '%s' is none of text, json and csv", arg);
}

/* The names of files, a line each. "-" is stdin. */
static bool take_read_list(struct usage *p, const char *path)
{
	struct opts *o = p->o;
	FILE *f = strcmp(path, "-") ? fopen(path, "re") : stdin;
	size_t cap = 0;
	ssize_t len;

	o->list_file = path;
	if (o->read_list)
		return usage_wrong(p, "-V is given twice");
	if (!f)
		return usage_wrong(p, "-V %s: cannot open: %s", path, strerror(errno));
	errno = 0;
	len = getdelim(&o->read_list, &cap, '\0', f);
	if (len < 0 && errno)
		usage_wrong(p, "-V %s: cannot read: %s", path, strerror(errno));
	if (f != stdin)
		fclose(f);
	if (len < 0)
		return errno ? false
			     : usage_wrong(p, "-V %s: there are no names of files in it", path);
	for (char *rest = o->read_list, *name; (name = strsep(&rest, "\n"));)
		if (*name && !opts_take_read(p, name))
			return false;
	return o->n_reads || usage_wrong(p, "-V %s: there are no names of files in it", path);
}

static bool take_direction(struct usage *p, const char *arg)
{
	static const struct { const char *name; unsigned directions; } known[] = {
		{ "in", LIVE_RECEIVED },
		{ "out", LIVE_SENT },
		{ "inout", LIVE_RECEIVED | LIVE_SENT },
	};

	for (size_t i = 0; i < array_size(known); i++)
		if (!strcmp(arg, known[i].name)) {
			p->o->directions = known[i].directions;
			return true;
		}
	return usage_wrong(p, "direction '%s' is none of in, out and inout", arg);
}

/*
 * pcap-tstamp(7). Ours is host_hiprec: the time that the kernel takes when the program sees the
 * packet. Whether somebody keeps the clock of an adapter in step with that, no driver says any
 * more.
 */
static bool take_stamp_type(struct usage *p, const char *arg)
{
	p->o->device &= ~DEVICE_TIME;
	if (!strcmp(arg, "host") || !strcmp(arg, "host_lowprec") || !strcmp(arg, "host_hiprec"))
		return true;
	p->o->device |= DEVICE_TIME;
	if (!strcmp(arg, "adapter_unsynced"))
		return true;
	if (!strcmp(arg, "adapter"))
		return usage_wrong(p, "-j adapter: drivers do not say whether their clock is that of the host; "
				     "-j adapter_unsynced takes it as it is");
	if (!strcmp(arg, "host_hiprec_unsynced"))
		return usage_wrong(p, "-j %s: times of the host follow its clock (-j host)", arg);
	return usage_wrong(p, "-j '%s' is no kind of time stamps; xdpdump -J -i IF lists them",
			   arg);
}

/* In nanoseconds unless it is said otherwise; the last one counts. */
static bool take_precision(struct usage *p, const char *arg)
{
	bool micro = !strcmp(arg, "micro");

	if (!micro && strcmp(arg, "nano"))
		return usage_wrong(p, "time stamp precision '%s' is neither micro nor nano", arg);
	p->o->print.microseconds = micro;
	p->times[OPT_NANO] = !micro;
	return true;
}

static bool take_link_type(struct usage *p, const char *arg)
{
	p->o->has_linktype = true;
	return link_type_by_name(arg, &p->o->linktype) ||
	       usage_wrong(
		       p, "-y '%s' is no link type that libpcap knows; pcap-linktype(7) has a list",
		       arg);
}

static bool take_foreign(struct usage *p, int code)
{
	size_t n;
	const struct foreign *f = opts_table_foreign(&n);

	for (; n; n--, f++)
		if (f->code == code && f->answer)
			return code < 256 ? usage_wrong(p, "-%c: %s", code, f->answer)
					  : usage_wrong(p, "--%s: %s", f->name, f->answer);
	return true;
}

/* Those that make something else of all of it. */
static bool take_action(struct usage *p, int code)
{
	static const struct { int code; enum action action; } actions[] = {
		{ OPT_INFO, ACTION_INFO }, { OPT_DIFF, ACTION_DIFF },
		{ OPT_RESTORE, ACTION_RESTORE },
		{ OPT_INDEX, ACTION_INDEX },
		{ 'D', ACTION_LIST }, { 'L', ACTION_LINK_TYPES }, { 'J', ACTION_STAMP_TYPES },
		{ 'h', ACTION_HELP }, { OPT_VERSION, ACTION_VERSION },
	};

	for (size_t i = 0; i < array_size(actions); i++)
		if (actions[i].code == code)
			p->o->action = actions[i].action;
	return take_foreign(p, code);
}

/* Those of no group. */
static bool take_own(struct usage *p, int code, const char *arg)
{
	switch (code) {
	case 'i':
		return opts_netns_take_iface(p, arg);
	case 'r':
		return opts_take_read(p, arg);
	case 'Z':
		p->o->user = arg;
		return true;
	case OPT_FORMAT:
		return take_format(p, arg);
	case 'T':
		return take_print_format(p, arg);
	case OPT_SKIP:
		return usage_number(p, "packet count", arg, 1, UINT64_MAX, &p->o->skip);
	case OPT_START:
		return select_parse_time(arg, &p->o->start, p->error, p->cap);
	case OPT_END:
		return select_parse_time(arg, &p->o->end, p->error, p->cap);
	case OPT_DEDUP:
		return take_dedup(p, arg);
	case OPT_DEDUP_IGNORE:
		return imprint_parse(arg, &p->o->ignored) ||
		       usage_wrong(
			       p,
			       "--dedup-ignore '%s' is no list of ttl, tos, mac, vlan and checksum",
			       arg);
	case OPT_COMPARE:
		p->o->action = ACTION_COMPARE;
		return opts_take_read(p, arg);
	case OPT_INJECT_SECRETS:
		if (p->o->n_secrets == OPTS_SECRETS_MAX)
			return usage_wrong(p, "more than %d files of secrets", OPTS_SECRETS_MAX);
		p->o->secrets[p->o->n_secrets++] = arg;
		return true;
	case OPT_HTML:
		p->o->html = arg;
		return *arg || usage_wrong(p, "the name of the page is empty");
	case OPT_WINDOW:
		return usage_span(p, "window", arg, &p->o->window_ns);
	case OPT_TOLERANCE:
		p->o->times_matter = true;
		return value_span(arg, &p->o->tolerance_ns) ||
		       usage_wrong(p, "tolerance '%s' is not a span of time", arg);
	case 'c':
		return usage_number(p, "packet count", arg, 1, UINT64_MAX, &p->o->count);
	case 's':
		return take_snap(p, arg);
	case OPT_SAMPLE:
	case OPT_FLOW_SAMPLE:
		return take_sample(p, code, arg);
	case OPT_FLOW_LIMIT:
		return take_flow_limit(p, arg);
	case OPT_FLOWS:
		return take_flows(p, arg);
	case OPT_RATE_LIMIT:
		return take_rate(p, arg);
	case 'B':
		return take_ring(p, arg);
	case 'F':
		p->filter_file = arg;
		return true;
	case OPT_HOOK:
		return take_hook(p, arg);
	case OPT_STATS:
		return take_stats(p, arg);
	case OPT_COLOR:
		return colour_by_name(&p->o->colour, arg) ||
		       usage_wrong(p, "--color '%s' is none of auto, always and never", arg);
	case OPT_SANDBOX:
		return take_sandbox(p, arg);
	case OPT_COMPLETIONS:
		p->o->action = ACTION_COMPLETIONS;
		return completions_shell(&p->o->shell, arg) ||
		       usage_wrong(p, "--completions '%s' is none of bash, zsh and fish", arg);
	case OPT_METRICS:
		return take_metrics(p, arg);
	case OPT_CONTROL:
		p->o->control = arg;
		return *arg || usage_wrong(p, "the path of --control is empty");
	case OPT_STATS_FORMAT:
		return take_stats_format(p, arg);
	case 'V':
		return take_read_list(p, arg);
	case 'Q':
		return take_direction(p, arg);
	case 'j':
		return take_stamp_type(p, arg);
	case 'y':
		return take_link_type(p, arg);
	case OPT_PRECISION:
		return take_precision(p, arg);
	case OPT_MICRO:
	case OPT_NANO:
		return take_precision(p, code == OPT_MICRO ? "micro" : "nano");
	}
	return take_action(p, code);
}

/* Options that have a file of their own. */
static const struct group {
	bool (*take)(struct usage *p, int code, const char *arg);
	const int *codes;	/* a 0 behind the last */
} groups[] = {
	{ opts_files_take,
	  OPTION_CODES('w', 'C', 'G', 'W', 'b', 'a', 'z', OPT_MAX_DISK, OPT_MIN_FREE, OPT_SYNC,
		       OPT_WRITE_BUFFER, OPT_THREADS, OPT_IO, OPT_COMPRESS, OPT_TO, OPT_SPOOL,
		       OPT_SPOOL_LIMIT, OPT_TO_CONFIG) },
	{ opts_netns_take, OPTION_CODES(OPT_NETNS, OPT_PID, OPT_CONTAINER) },
	{ opts_run_take,
	  OPTION_CODES(OPT_MAP, OPT_RUN, OPT_EXPECT, OPT_INGRESS, OPT_REPEAT, OPT_QUEUE) },
	{ opts_recorder_take,
	  OPTION_CODES(OPT_RECORDER, OPT_TRIGGER, OPT_BEFORE, OPT_AFTER, OPT_MAX_TRIGGERS,
		       OPT_COOLDOWN) },
	{ opts_observe_take,
	  OPTION_CODES(OPT_OBSERVE, OPT_PROGRAM, OPT_AT, OPT_VERDICT, OPT_EXIT_FILTER,
		       OPT_STYLE) },
};

bool opts_take(struct usage *p, int code, const char *arg)
{
	if (p->extcap && !opts_extcap_note(p, code, arg))
		return true;
	p->times[code]++;
	if (code >= OPT_EXTCAP_INTERFACES && code <= OPT_LOG_FILE)
		return opts_extcap_take(p, code, arg);
	for (size_t i = 0; i < array_size(groups); i++)
		for (const int *c = groups[i].codes; *c; c++)
			if (*c == code)
				return groups[i].take(p, code, arg);
	return take_own(p, code, arg);
}
