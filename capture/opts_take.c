// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* One option after another: its value, checked by itself. */
#include <string.h>

#include "bpf/event.h"
#include "capture/dedup.h"
#include "capture/opts_impl.h"
#include "capture/value.h"

enum {
	SNAP_LIMIT	= 262144,	/* tcpdump's, which scripts have */
	RING_KIB_MAX	= 1 << 20,
	FILES_MAX	= 1000000,
	DEDUP_DEFAULT	= 5,		/* packets before; editcap -d counts the packet itself as one of them */
	DUMPCAP_KB	= 1000,		/* bytes in a kB of dumpcap's filesize: */
	TCPDUMP_MB	= 1000000,	/* in one of tcpdump's -C */
};

static bool number(struct parser *p, const char *what, const char *s, uint64_t min, uint64_t max, uint64_t *v)
{
	if (value_number(s, min, max, v))
		return true;
	return opts_wrong(p, "%s '%s' is not a number from %llu to %llu", what, s, (unsigned long long)min,
		     (unsigned long long)max);
}

/* More than 0. */
static bool span(struct parser *p, const char *what, const char *s, uint64_t *ns)
{
	if (value_span(s, ns) && *ns)
		return true;
	return opts_wrong(p, "%s '%s' is not a span of time: seconds, or a number with ms, s, m, h or d behind", what, s);
}

static bool size(struct parser *p, const char *what, const char *s, uint64_t unit, uint64_t *bytes)
{
	if (value_size(s, unit, bytes))
		return true;
	return opts_wrong(p, "%s '%s' is not a size: a whole number of %s bytes, or one with k, m, g or t behind", what, s,
		     unit == DUMPCAP_KB ? "1000" : "10^6");
}

static bool take_snap(struct parser *p, const char *arg)
{
	uint64_t v = 0;

	p->o->headers_only = !strcmp(arg, "headers");
	if (!p->o->headers_only && !number(p, "snapshot length", arg, 0, SNAP_LIMIT, &v))
		return false;
	p->snap = v;
	return true;
}

static bool take_mode(struct parser *p, const char *arg)
{
	for (p->o->mode = XDP_MODE_AUTO; p->o->mode <= XDP_MODE_GENERIC; p->o->mode++)
		if (!strcmp(arg, xdp_mode_name(p->o->mode)))
			return true;
	return opts_wrong(p, "mode '%s' is none of auto, native and generic", arg);
}

static bool take_iface(struct parser *p, const char *arg)
{
	struct opts *o = p->o;

	for (unsigned i = 0; i < o->n_ifaces; i++)
		if (!strcmp(o->ifaces[i], arg))
			return opts_wrong(p, "interface %s is given twice", arg);
	if (o->n_ifaces == OPTS_IFACES_MAX)
		return opts_wrong(p, "more than %d interfaces", OPTS_IFACES_MAX);
	o->ifaces[o->n_ifaces++] = arg;
	return true;
}

static bool take_ring(struct parser *p, const char *arg)
{
	uint64_t kib;

	if (!number(p, "buffer size in KiB", arg, 1, RING_KIB_MAX, &kib))
		return false;
	p->o->ring_bytes = kib * 1024;
	return true;
}

static bool take_stats(struct parser *p, const char *arg)
{
	p->o->stats = true;
	return !arg || span(p, "interval", arg, &p->o->stats_ns);
}

static bool take_read(struct parser *p, const char *arg)
{
	struct opts *o = p->o;

	if (!*arg)
		return opts_wrong(p, "the name of the input file is empty");
	if (o->n_reads == OPTS_READS_MAX)
		return opts_wrong(p, "more than %d input files", OPTS_READS_MAX);
	o->reads[o->n_reads++] = arg;
	return true;
}

/* "KEY:VALUE" of -b and -a, with dumpcap's keys and units. A key that the option has not is NULL in @to. */
struct criterion {
	uint64_t *duration, *interval, *bytes, *packets, *files;
	const char **print_name;
};

static bool take_criterion(struct parser *p, char letter, const char *arg, const struct criterion *to)
{
	const char *value = strchr(arg, ':');
	size_t n = value ? (size_t)(value++ - arg) : 0;

	if (n == 8 && !memcmp(arg, "duration", n))
		return span(p, "duration", value, to->duration);
	if (n == 8 && !memcmp(arg, "interval", n) && to->interval)
		return span(p, "interval", value, to->interval);
	if (n == 8 && !memcmp(arg, "filesize", n))
		return size(p, "file size", value, DUMPCAP_KB, to->bytes);
	if (n == 7 && !memcmp(arg, "packets", n))
		return number(p, "packet count", value, 1, UINT64_MAX, to->packets);
	if (n == 5 && !memcmp(arg, "files", n))
		return number(p, "file count", value, 1, FILES_MAX, to->files);
	if (n == 9 && !memcmp(arg, "printname", n) && to->print_name && *value) {
		*to->print_name = value;
		return true;
	}
	return opts_wrong(p, "-%c '%s' is none of duration:SEC, %sfilesize:KB, files:N and packets:N%s", letter, arg,
		     to->interval ? "interval:SEC, " : "", to->print_name ? ", printname:FILE" : "");
}

static bool take_ring_buffer(struct parser *p, const char *arg)
{
	struct rotate_options *r = &p->o->rotate;

	r->ring_names = true;
	return take_criterion(p, 'b', arg, &(struct criterion){ &r->file_ns, &r->interval_ns, &r->file_bytes, &r->file_packets,
								&r->n_files, &p->o->keep.print_name });
}

static bool take_autostop(struct parser *p, const char *arg)
{
	struct rotate_options *r = &p->o->rotate;

	return take_criterion(p, 'a', arg, &(struct criterion){ .duration = &r->stop_ns, .bytes = &r->stop_bytes,
								.packets = &p->o->count, .files = &r->stop_files });
}

static bool take_sync(struct parser *p, const char *arg)
{
	struct keeper_options *k = &p->o->keep;

	k->sync = !strcmp(arg, "never") ? KEEPER_SYNC_NEVER : KEEPER_SYNC_CLOSE;
	if (!strcmp(arg, "never") || !strcmp(arg, "close"))
		return true;
	k->sync = KEEPER_SYNC_EVERY;
	return (value_span(arg, &k->sync_ns) && k->sync_ns) || opts_wrong(p, "--sync '%s' is none of close, never and seconds", arg);
}

static bool take_dedup(struct parser *p, const char *arg)
{
	struct opts *o = p->o;

	o->dedup_packets = arg ? 0 : DEDUP_DEFAULT;
	o->dedup_ns = 0;
	if (!arg || value_number(arg, 1, DEDUP_WINDOW_MAX, &o->dedup_packets))
		return true;
	o->dedup_packets = 0;
	return (value_span(arg, &o->dedup_ns) && o->dedup_ns) ||
	       opts_wrong(p, "--dedup '%s' is neither a number of packets up to %d nor a span of time (10ms)", arg, DEDUP_WINDOW_MAX);
}

static bool take_format(struct parser *p, const char *arg)
{
	return format_by_name(&p->o->format, arg) ||
	       opts_wrong(p, "format '%s' is none of pcapng, pcap, pcap-ns, json, csv and text", arg);
}

static bool take_print_format(struct parser *p, const char *arg)
{
	return (format_by_name(&p->o->screen, arg) && format_is_text(p->o->screen)) ||
	       opts_wrong(p, "-T '%s' is none of text, json and csv", arg);
}

static bool take_codec(struct parser *p, const char *arg)
{
	return pack_parse(arg, &p->o->codec) || opts_wrong(p, "--compress '%s' is none of zstd[:1-19], gzip[:1-9] and none", arg);
}

/* The options that only count or set a flag. */
static void take_flag(struct parser *p, int code)
{
	struct opts *o = p->o;

	switch (code) {
	case 'v':
		o->print.verbose++;
		break;
	case 'q':
		p->n_q++;
		break;
	case 'd':
		o->dump++;
		break;
	case 'O':
		o->no_optimize = true;
		break;
	case 'e':
		o->print.link = true;
		break;
	case 'x':
		p->n_x++;
		break;
	case 'X':
		p->n_X++;
		break;
	case 't':
		p->n_t++;
		break;
	case 'l':
		o->print.line_buffered = true;
		break;
	case 'U':
		o->unbuffered = true;
		break;
	case 'P':
		o->promiscuous = true;
		break;
	case '#':
		o->print.number = true;
		break;
	case OPT_MIRROR_PORT:
		o->mirror_port = true;
		break;
	case OPT_DEBUG:
		o->debug = true;
		break;
	case OPT_INFO:
		o->action = ACTION_INFO;
		break;
	case OPT_RECOVER:
		o->recover = true;
		break;
	case 'D':
		o->action = ACTION_LIST;
		break;
	case 'h':
		o->action = ACTION_HELP;
		break;
	case OPT_VERSION:
		o->action = ACTION_VERSION;
		break;
	}
}

bool opts_take(struct parser *p, int code, const char *arg)
{
	p->given[code] = true;
	switch (code) {
	case 'i':
		return take_iface(p, arg);
	case 'w':
		p->o->write = arg;
		return *arg || opts_wrong(p, "the name of the output file is empty");
	case 'r':
		return take_read(p, arg);
	case 'C':
		return size(p, "file size", arg, TCPDUMP_MB, &p->o->rotate.file_bytes);
	case 'G':
		return span(p, "file time", arg, &p->o->rotate.file_ns);
	case 'W':
		return number(p, "file count", arg, 1, FILES_MAX, &p->o->rotate.n_files);
	case 'b':
		return take_ring_buffer(p, arg);
	case 'a':
		return take_autostop(p, arg);
	case 'z':
		p->o->keep.command = arg;
		return *arg || opts_wrong(p, "the name of the command is empty");
	case 'Z':
		p->o->user = arg;
		return true;
	case OPT_MAX_DISK:
		return size(p, "disk space", arg, TCPDUMP_MB, &p->o->keep.max_disk);
	case OPT_MIN_FREE:
		return size(p, "disk space", arg, TCPDUMP_MB, &p->o->keep.min_free);
	case OPT_SYNC:
		return take_sync(p, arg);
	case OPT_FORMAT:
		return take_format(p, arg);
	case 'T':
		return take_print_format(p, arg);
	case OPT_COMPRESS:
		return take_codec(p, arg);
	case OPT_SKIP:
		return number(p, "packet count", arg, 1, UINT64_MAX, &p->o->skip);
	case OPT_START:
		return select_parse_time(arg, &p->o->start, p->error, p->cap);
	case OPT_END:
		return select_parse_time(arg, &p->o->end, p->error, p->cap);
	case OPT_DEDUP:
		return take_dedup(p, arg);
	case OPT_COMPARE:
		p->o->action = ACTION_COMPARE;
		return take_read(p, arg);
	case OPT_TOLERANCE:
		p->o->times_matter = true;
		return value_span(arg, &p->o->tolerance_ns) || opts_wrong(p, "tolerance '%s' is not a span of time", arg);
	case 'c':
		return number(p, "packet count", arg, 1, UINT64_MAX, &p->o->count);
	case 's':
		return take_snap(p, arg);
	case 'B':
		return take_ring(p, arg);
	case 'F':
		p->filter_file = arg;
		return true;
	case OPT_MODE:
		return take_mode(p, arg);
	case OPT_STATS:
		return take_stats(p, arg);
	}
	take_flag(p, code);
	return true;
}

