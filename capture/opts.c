// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Letters as in tcpdump, numbers checked to the last character, contradictions refused. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/event.h"
#include "capture/expr.h"
#include "capture/opts.h"
#include "capture/util.h"

enum {
	SNAP_DEFAULT	= 256,
	SNAP_LIMIT	= 262144,	/* tcpdump's, which scripts have */
	RING_KIB_MAX	= 1 << 20,
};

/* Options without a letter. */
enum { OPT_STATS = 256, OPT_PRINT, OPT_MODE, OPT_MIRROR_PORT, OPT_VERSION, OPT_DEBUG };

static const struct {
	int code;		/* the letter, or OPT_... */
	const char *name;
	const char *arg;	/* NULL: takes none; "[=X]": may take one */
	const char *help;
} table[] = {
	{ 'i', "interface", "IF", "capture on this interface; may be given more than once" },
	{ 'w', "write", "FILE", "write pcapng to FILE (- for stdout)" },
	{ 'r', "read", "FILE", "read pcap or pcapng from FILE (- for stdin)" },
	{ 'c', "count", "N", "stop after exactly N packets" },
	{ 's', "snapshot-length", "LEN", "capture LEN bytes of each packet (256; 0 for whole frames); 'headers': no payload" },
	{ 'B', "buffer-size", "KIB", "size of the rings of all CPUs in KiB (16384 for each, up to 65536)" },
	{ 'F', "filter-file", "FILE", "take the filter expression from FILE" },
	{ 'd', "dump-filter", NULL, "print the compiled filter and stop; -dd as C, -ddd as numbers, -d -v as eBPF too" },
	{ 'O', "no-optimize", NULL, "do not let libpcap optimise the filter" },
	{ 'v', "verbose", NULL, "more fields; -vv even more" },
	{ 'q', "quiet", NULL, "fewer fields; -qq no packets" },
	{ 'e', "link-layer", NULL, "print link-layer addresses" },
	{ 'x', "hex", NULL, "print the bytes in hex; -xx with the link-layer header" },
	{ 'X', "hex-ascii", NULL, "print the bytes in hex and ASCII; -XX with the link-layer header" },
	{ 't', "time", NULL, "-t no time, -tt seconds since 1970, -ttt since the previous packet, "
			     "-tttt with date, -ttttt since the first packet" },
	{ 'n', "no-names", NULL, "accepted: names are never resolved" },
	{ 'l', "line-buffered", NULL, "write each line of text at once" },
	{ 'U', "packet-buffered", NULL, "write each packet to the file at once" },
	{ 'D', "list-interfaces", NULL, "list the interfaces and what is attached to them at XDP" },
	{ 'P', "promiscuous-mode", NULL, "put the interface into promiscuous mode" },
	{ '#', "number", NULL, "print the number of each packet" },
	{ OPT_STATS, "stats", "[=SEC]", "statistics at the end, and every SEC seconds (5, 5s, 500ms)" },
	{ OPT_PRINT, "print", NULL, "print the packets as well when writing to a file" },
	{ OPT_MODE, "mode", "MODE", "attach mode: auto, native or generic (auto)" },
	{ OPT_MIRROR_PORT, "mirror-port", NULL, "drop every frame after the capture: for ports that receive only copies" },
	{ OPT_DEBUG, "debug", NULL, "show what libbpf has to say" },
	{ OPT_VERSION, "version", NULL, "print the version" },
	{ 'h', "help", NULL, "print this text" },
};

void opts_help(void)
{
	printf("Usage: xdpdump -i IF [-w FILE] [options] [expression]\n"
	       "       xdpdump -r FILE [-w FILE] [options] [expression]\n"
	       "       xdpdump -d [-r FILE] [expression]\n"
	       "       xdpdump -D\n"
	       "Captures packets at XDP, writes pcapng, prints them, reads pcap and pcapng. The expression is that of\n"
	       "tcpdump, see pcap-filter(7).\n\n");
	for (size_t i = 0; i < array_size(table); i++) {
		char head[64], letter[8] = "    ";
		const char *arg = table[i].arg ? table[i].arg : "";

		if (table[i].code < 256)
			snprintf(letter, sizeof(letter), "-%c, ", table[i].code);
		snprintf(head, sizeof(head), "%s--%s%s%s", letter, table[i].name, *arg && *arg != '[' ? " " : "", arg);
		printf("  %-31s %s\n", head, table[i].help);
	}
}

struct parser {
	struct opts *o;
	char *error;
	size_t cap;
	unsigned n_x, n_X, n_t, n_q;
	const char *mode, *ring, *filter_file;
	uint64_t snap;
	bool has_snap, print;
};

static bool wrong(struct parser *p, const char *fmt, ...) printf_like(2, 3);
static bool wrong(struct parser *p, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(p->error, p->cap, fmt, args);
	va_end(args);
	return false;
}

/* A decimal number from @min to @max and nothing else. */
static bool number(struct parser *p, const char *what, const char *s, uint64_t min, uint64_t max, uint64_t *v)
{
	char *end;

	errno = 0;
	*v = strtoull(s, &end, 10);
	if (*s < '0' || *s > '9' || *end || errno || *v < min || *v > max)
		return wrong(p, "%s '%s' is not a number from %llu to %llu", what, s, (unsigned long long)min,
			     (unsigned long long)max);
	return true;
}

/* "5", "5s", "500ms". */
static bool interval(struct parser *p, const char *s, uint64_t *ns)
{
	unsigned long long v;
	char *end;

	errno = 0;
	v = strtoull(s, &end, 10);
	if (*s >= '0' && *s <= '9' && !errno && v > 0 && v <= 1000000) {
		if (!*end || !strcmp(end, "s")) {
			*ns = v * 1000000000;
			return true;
		}
		if (!strcmp(end, "ms")) {
			*ns = v * 1000000;
			return true;
		}
	}
	return wrong(p, "interval '%s' is neither seconds (5, 5s) nor milliseconds (500ms) from 1 to 1000000", s);
}

static bool take_snap(struct parser *p, const char *arg)
{
	uint64_t v = 0;

	p->o->headers_only = !strcmp(arg, "headers");
	if (!p->o->headers_only && !number(p, "snapshot length", arg, 0, SNAP_LIMIT, &v))
		return false;
	p->snap = v;
	p->has_snap = true;
	return true;
}

static bool take_mode(struct parser *p, const char *arg)
{
	p->mode = arg;
	for (p->o->mode = XDP_MODE_AUTO; p->o->mode <= XDP_MODE_GENERIC; p->o->mode++)
		if (!strcmp(arg, xdp_mode_name(p->o->mode)))
			return true;
	return wrong(p, "mode '%s' is none of auto, native and generic", arg);
}

static bool take_iface(struct parser *p, const char *arg)
{
	struct opts *o = p->o;

	for (unsigned i = 0; i < o->n_ifaces; i++)
		if (!strcmp(o->ifaces[i], arg))
			return wrong(p, "interface %s is given twice", arg);
	if (o->n_ifaces == OPTS_IFACES_MAX)
		return wrong(p, "more than %d interfaces", OPTS_IFACES_MAX);
	o->ifaces[o->n_ifaces++] = arg;
	return true;
}

static bool take_ring(struct parser *p, const char *arg)
{
	uint64_t kib;

	if (!number(p, "buffer size in KiB", arg, 1, RING_KIB_MAX, &kib))
		return false;
	p->ring = arg;
	p->o->ring_bytes = kib * 1024;
	return true;
}

static bool take_stats(struct parser *p, const char *arg)
{
	p->o->stats = true;
	return !arg || interval(p, arg, &p->o->stats_ns);
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
	case OPT_PRINT:
		p->print = true;
		break;
	case OPT_MIRROR_PORT:
		o->mirror_port = true;
		break;
	case OPT_DEBUG:
		o->debug = true;
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

static bool take(struct parser *p, int code, const char *arg)
{
	switch (code) {
	case 'i':
		return take_iface(p, arg);
	case 'w':
		p->o->write = arg;
		return *arg || wrong(p, "the name of the output file is empty");
	case 'r':
		p->o->read = arg;
		return *arg || wrong(p, "the name of the input file is empty");
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

/* The expression is made of all @words that are no options; a blank one is none, as for tcpdump. */
static bool take_filter(struct parser *p, char *const *words)
{
	const char *file = p->filter_file;
	char *text = NULL;
	int err;

	if (file && *words)
		return wrong(p, "-F %s and '%s': the filter expression comes from a file or from the command line", file,
			     *words);
	err = file ? expr_read(file, &text) : 0;
	if (err)
		return wrong(p, "%s: cannot read the filter expression: %s", file, strerror(-err));
	if (!file)
		text = expr_join(words);
	if (!text)
		return wrong(p, "out of memory");
	if (text[strspn(text, " \t\r\n")])
		p->o->filter = steal(&text);
	free(text);
	return true;
}

/* What the options mean together. */
static bool settle(struct parser *p)
{
	static const enum time_format times[] = {
		TIME_OF_DAY, TIME_NONE, TIME_EPOCH, TIME_DELTA, TIME_DATE, TIME_SINCE_FIRST,
	};
	struct opts *o = p->o;

	if (o->action != ACTION_LIVE)
		return true;
	if (o->read)
		o->action = ACTION_OFFLINE;
	if (o->read && o->n_ifaces)
		return wrong(p, "-i captures and -r reads a file: give one of the two");
	if (o->dump) {
		o->action = ACTION_DUMP;
		return true;
	}
	if (o->read && (o->promiscuous || p->mode || p->ring || o->mirror_port))
		return wrong(p, "%s is for capturing and means nothing with -r",
			     o->promiscuous ? "-P" : p->mode ? "--mode" : p->ring ? "-B" : "--mirror-port");
	if (!o->read && !o->n_ifaces)
		return wrong(p, "no interface: give -i IF, or -r FILE; xdpdump -D lists the interfaces");
	if (p->n_q && o->print.verbose)
		return wrong(p, "-q and -v contradict each other");
	if (p->n_x && p->n_X)
		return wrong(p, "-x and -X contradict each other");
	if (p->n_t >= array_size(times))
		return wrong(p, "-t can be given up to five times");
	o->text = p->print || (!o->write && p->n_q < 2);
	if (o->text && o->write && !strcmp(o->write, "-"))
		return wrong(p, "-w - and --print both want stdout");
	if (o->read && o->stats_ns)
		return wrong(p, "--stats=SEC is for capturing; with -r it is --stats");
	o->print.time = times[p->n_t];
	o->print.hex = p->n_X ? (p->n_X > 1 ? HEX_ASCII_LINK : HEX_ASCII) :
		       p->n_x ? (p->n_x > 1 ? HEX_LINK : HEX) : HEX_NONE;
	if (p->n_q)
		o->print.verbose = -1;
	if (o->read)
		o->snap = p->snap;
	else if (!p->has_snap)
		o->snap = SNAP_DEFAULT;
	else
		o->snap = p->snap && p->snap < EVENT_SNAP_MAX ? p->snap : EVENT_SNAP_MAX;
	return true;
}

bool opts_parse(struct opts *o, int argc, char **argv, char *error, size_t cap)
{
	struct option longs[array_size(table) + 1] = { { 0 } };
	char shorts[2 * array_size(table) + 3] = ":";
	struct parser p = { .o = o, .error = error, .cap = cap };
	size_t n_shorts = 1;
	int code;

	*o = (struct opts){ 0 };
	for (size_t i = 0; i < array_size(table); i++) {
		int has_arg = !table[i].arg ? no_argument : *table[i].arg == '[' ? optional_argument : required_argument;

		longs[i] = (struct option){ table[i].name, has_arg, NULL, table[i].code };
		if (table[i].code < 256)
			n_shorts += snprintf(shorts + n_shorts, sizeof(shorts) - n_shorts, "%c%s", table[i].code,
					     has_arg == required_argument ? ":" : "");
	}
	opterr = 0;
	optind = 0;
	while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const char *last = argv[optind - 1];

		if (code == ':')
			return wrong(&p, "option %s needs a value", last);
		/* a known letter here is that of a long name with a value it does not take */
		if (code == '?' && optopt > 0 && optopt < 256 && !strchr(shorts, optopt))
			return wrong(&p, "there is no option -%c", optopt);
		if (code == '?')
			return wrong(&p, "option %s is unknown, ambiguous or takes no value", last);
		if (!take(&p, code, optarg))
			return false;
	}
	return take_filter(&p, argv + optind) && settle(&p);
}

void opts_close(struct opts *o)
{
	free((char *)o->filter);
	o->filter = NULL;
}
