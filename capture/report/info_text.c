// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A report for people, and for scripts that look for the labels of capinfos -M. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_codes.h"
#include "capture/packet/pcapng_options.h"
#include "capture/packet/sample.h"
#include "capture/read/capfile.h"
#include "capture/report/info.h"
#include "capture/report/talkers.h"

enum { TOP = 10, NAME_MAX_BYTES = 64, NS_PER_SEC = 1000000000 };

static void line(FILE *out, const char *label, const char *fmt, ...) printf_like(3, 4);
static void line(FILE *out, const char *label, const char *fmt, ...)
{
	va_list args;

	fprintf(out, "%-20s ", label);
	va_start(args, fmt);
	vfprintf(out, fmt, args);
	va_end(args);
	fputc('\n', out);
}

/* "Label: string" with @n bytes out of the file. @label with all that stands before them. */
static void bytes_line(FILE *out, const char *label, const char *bytes, size_t n)
{
	cleanup(freep) char *buf = malloc(4 * n + 1);
	struct text t = text_in(buf, 4 * n + 1);

	if (!buf)
		return;
	text_escaped(&t, bytes, n);
	fprintf(out, "%s%.*s\n", label, (int)t.len, buf);
}

/* Nothing for NULL. */
static void string_line(FILE *out, const char *label, const char *string)
{
	if (string)
		bytes_line(out, label, string, strlen(string));
}

static void iface_line(FILE *out, const char *label, const char *string)
{
	char before[64];

	if (!string)
		return;
	snprintf(before, sizeof(before), "%21s%s = ", "", label);
	string_line(out, before, string);
}

static void iface_number(FILE *out, const char *label, uint64_t v)
{
	fprintf(out, "%21s%s = %" PRIu64 "\n", "", label, v);
}

static double share(uint64_t part, uint64_t all)
{
	return all ? 100.0 * part / all : 0;
}

/* The names of the link types that there are, as long as they fit. */
static void encapsulation(FILE *out, const struct capfile *r)
{
	uint8_t known[8192] = { 0 };	/* a bit each */
	char names[256];
	struct text t = text_in(names, sizeof(names));
	const struct iface *i;

	for (uint32_t id = 0; (i = capfile_iface(r, id)); id++) {
		char name[NAME_MAX_BYTES];

		if (known[i->linktype / 8] >> i->linktype % 8 & 1)
			continue;
		known[i->linktype / 8] |= 1 << i->linktype % 8;
		link_type_name(i->linktype, name, sizeof(name));
		text_str(&t, t.len ? ", " : "");
		text_str(&t, name);
	}
	line(out, "File encapsulation:", "%.*s", (int)t.len, names);
}

static void size_limits(FILE *out, const struct info *i, const struct capfile *r)
{
	const struct iface *first = capfile_iface(r, 0);

	if (first && first->snaplen)
		line(out, "Packet size limit:", "file hdr: %u bytes", first->snaplen);
	else
		line(out, "Packet size limit:", "file hdr: (not set)");
	if (i->n_cut && i->cut_min == i->cut_max)
		line(out, "Packet size limit:", "inferred: %u bytes", i->cut_min);
	else if (i->n_cut)
		line(out, "Packet size limit:", "inferred: %u bytes - %u bytes (range)", i->cut_min,
		     i->cut_max);
}

static void time_line(FILE *out, const char *label, bool known, uint64_t ns)
{
	time_t second = ns / NS_PER_SEC;
	struct tm tm = { 0 };
	char date[32];

	if (!known) {
		line(out, label, "n/a");
		return;
	}
	localtime_r(&second, &tm);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm);
	line(out, label, "%s.%09u", date, (unsigned)(ns % NS_PER_SEC));
}

static void times(FILE *out, const struct info *i)
{
	uint64_t ns = info_duration(i);

	if (i->n_timed)
		line(out, "Capture duration:", "%" PRIu64 ".%09" PRIu64 " seconds", ns / NS_PER_SEC,
		     ns % NS_PER_SEC);
	else
		line(out, "Capture duration:", "n/a");
	time_line(out, "First packet time:", i->n_timed, i->earliest_ns);
	time_line(out, "Last packet time:", i->n_timed, i->latest_ns);
}

/* Of something a second. */
static void rate(FILE *out, const char *label, double all, double sec, const char *unit)
{
	if (sec > 0)
		line(out, label, "%.2f %s/sec", all / sec, unit);
	else
		line(out, label, "n/a");
}

static void rates(FILE *out, const struct info *i)
{
	double sec = info_duration(i) / 1e9, n = i->all.packets;

	rate(out, "Data byte rate:", i->all.bytes, sec, "bytes");
	rate(out, "Data bit rate:", i->all.bytes * 8.0, sec, "bits");
	line(out, "Average packet size:", "%.2f bytes", n > 0 ? i->all.bytes / n : 0);
	rate(out, "Average packet rate:", n, sec, "packets");
	if (i->all.packets)
		line(out, "Packet sizes:", "%u to %u bytes", i->len_min, i->len_max);
	line(out, "Packets cut:", "%" PRIu64 " (%.1f %%)", i->n_cut,
	     share(i->n_cut, i->all.packets));
}

static void order(FILE *out, const struct info *i)
{
	line(out, "Strict time order:", "%s",
	     i->n_timed < i->all.packets ? "Unknown"
	     : i->n_back		 ? "False"
					 : "True");
	if (i->n_back)
		line(out, "Steps back in time:", "%" PRIu64, i->n_back);
	if (i->n_timed < i->all.packets)
		line(out, "Packets, no time:", "%llu",
		     (unsigned long long)(i->all.packets - i->n_timed));
	if (i->n_dropped)
		line(out, "Dropped before:", "%" PRIu64 " packets, say those that follow",
		     i->n_dropped);
}

/* In what units the times of an interface are counted. */
static void precision(FILE *out, uint8_t resolution)
{
	static const char *const names[] = {
		[0] = "seconds", [3] = "milliseconds", [6] = "microseconds", [9] = "nanoseconds"
	};
	unsigned n = resolution & 0x7f;

	if (resolution < array_size(names) && names[resolution])
		fprintf(out, "%21sTime precision = %s (%u)\n", "", names[resolution], n);
	else
		fprintf(out, "%21sTime precision = %u^-%u seconds\n", "",
			resolution & 0x80 ? 2 : 10, n);
}

/* What was left out on purpose. */
static void left_out(FILE *out, const struct info *i, const struct iface *f)
{
	const struct sampling s = sample_of_comment(f->comment);

	if (s.sample > 1)
		fprintf(out, "%21sSampling = 1 packet of %u, at random\n", "", s.sample);
	if (s.flow.sample > 1)
		fprintf(out, "%21sFlow sampling = the packets of 1 flow of %u\n", "",
			s.flow.sample);
	if (s.sample > 1 || s.flow.sample > 1)
		iface_number(out, "Estimated packets", info_estimate_of(i, f).packets);
	if (s.flow.limit)
		fprintf(out, "%21sFlow limit = %llu %s of each flow and direction\n", "",
			(unsigned long long)s.flow.limit, s.flow.limit_bytes ? "bytes" : "packets");
	if (s.rate)
		fprintf(out, "%21sRate limit = %u packets a second\n", "", s.rate);
}

static void interface(FILE *out, const struct info *i, const struct iface *f,
		      const struct iface_stats *s, uint8_t resolution)
{
	static const struct { enum stat_field field; const char *label; } counters[] = {
		{ STAT_RECEIVED, "Packets received" }, { STAT_IF_DROP, "Dropped by interface" },
		{ STAT_ACCEPTED, "Accepted by filter" }, { STAT_OS_DROP, "Dropped by kernel" },
		{ STAT_DELIVERED, "Delivered" },
	};
	char name[NAME_MAX_BYTES];

	fprintf(out, "Interface #%u info:\n", f->id);
	iface_line(out, "Name", f->name);
	iface_line(out, "Description", f->description);
	link_type_name(f->linktype, name, sizeof(name));
	fprintf(out, "%21sEncapsulation = %s (%u)\n", "", name, f->linktype);
	iface_line(out, "Hardware", f->hardware);
	if (f->speed_bps)
		iface_number(out, "Speed", f->speed_bps);
	iface_number(out, "Capture length", f->snaplen);
	precision(out, resolution);
	iface_line(out, "Filter string", f->filter);
	iface_line(out, "Operating system", f->os);
	iface_line(out, "Comment", f->comment);
	for (size_t n = 0; s && n < array_size(counters); n++)
		if (s->has & 1u << counters[n].field)
			iface_number(out, counters[n].label, s->value[counters[n].field]);
	if (s && s->comment[0])
		iface_line(out, "Statistics comment", s->comment);
	iface_number(out, "Number of packets", f->id < i->n_ifaces ? i->ifaces[f->id].packets : 0);
	left_out(out, i, f);
}

/* What the file says of its origin. */
static void section(FILE *out, const struct capfile *r)
{
	const struct raw_options options = capfile_section_options(r);
	const uint8_t *comment;
	size_t len, pos = 0;

	string_line(out, "Capture hardware:    ", capfile_section(r, SHB_HARDWARE));
	string_line(out, "Capture oper-sys:    ", capfile_section(r, SHB_OS));
	string_line(out, "Capture application: ", capfile_section(r, SHB_USERAPPL));
	while ((comment = pcapng_options_next_of(&options, OPT_COMMENT, &pos, &len)))
		bytes_line(out, "Capture comment:     ", (const char *)comment, len);
}

static void interfaces(FILE *out, const struct info *i, const struct capfile *r)
{
	const struct iface *f;
	const uint32_t n = info_n_ifaces(r);

	fprintf(out, "Number of interfaces in file: %u\n", n);
	for (uint32_t id = 0; id < INFO_IFACES && (f = capfile_iface(r, id)); id++)
		interface(out, i, f, capfile_stats(r, id), capfile_resolution(r, id));
	if (n > INFO_IFACES)
		fprintf(out, "Interfaces that are not shown: %u\n", n - INFO_IFACES);
}

static void tally_head(FILE *out, const char *label)
{
	fprintf(out, "%-20s %14s  %6s  %18s  %6s\n", label, "packets", "%", "bytes", "%");
}

/* Nothing if there are none. */
static void tally(FILE *out, const char *name, const struct tally *t, const struct tally *all)
{
	if (t->packets)
		fprintf(out, "  %-18s %14llu  %6.1f  %18llu  %6.1f\n", name,
			(unsigned long long)t->packets, share(t->packets, all->packets),
			(unsigned long long)t->bytes, share(t->bytes, all->bytes));
}

static void protocols(FILE *out, const char *label, const struct tally rows[N_INFO_ROWS],
		      const struct tally *all)
{
	tally_head(out, label);
	for (enum info_row row = 0; row < N_INFO_ROWS; row++)
		tally(out, info_row_name(row), &rows[row], all);
}

static void talkers(FILE *out, const char *label, const struct talkers *all)
{
	struct talker top[TOP];
	unsigned n = talkers_top(all, top, TOP);

	fprintf(out, "%-39s %14s  %18s  %18s\n", label, "packets", "bytes sent",
		"bytes received");
	for (unsigned k = 0; k < n; k++) {
		char addr[64];
		struct text t = text_in(addr, sizeof(addr));

		if (top[k].version == 4)
			text_ipv4(&t, top[k].addr);
		else
			text_ipv6(&t, top[k].addr);
		fprintf(out, "  %-37.*s %14" PRIu64 "  %18" PRIu64 "  %18" PRIu64, (int)t.len, addr,
			top[k].packets, top[k].sent, top[k].received);
		if (top[k].error)
			fprintf(out, "  or up to %" PRIu64 " more", top[k].error);
		fputc('\n', out);
	}
	if (talkers_error(all))
		fprintf(out,
			"  more addresses than are counted: one that is not among these has %" PRIu64
			" bytes at most\n",
			talkers_error(all) +
				(n ? top[n - 1].sent + top[n - 1].received : 0));
}

/* Of tunnels, if there are any. */
static void inside(FILE *out, const struct info *i)
{
	if (!i->inner_talkers)
		return;
	tally_head(out, "Tunnels:");
	for (enum tunnel_kind kind = 0; kind < N_TUNNELS; kind++)
		tally(out, tunnel_name(kind), &i->tunnels[kind], &i->all);
	protocols(out, "Inside of them:", i->inner, &i->all);
	talkers(out, "Top talkers inside:", i->inner_talkers);
}

/* What the estimate leaves out; "" if it is all. */
static const char *beyond_limits(const struct capfile *r)
{
	bool rate = false, flow = false;
	const struct iface *f;

	for (uint32_t id = 0; (f = capfile_iface(r, id)); id++) {
		const struct sampling s = sample_of_comment(f->comment);

		rate |= s.rate > 0;
		flow |= s.flow.limit > 0;
	}
	return rate && flow ? ", without those above the limits (--rate-limit, --flow-limit)" :
	       rate	    ? ", without those above the limit (--rate-limit)" :
	       flow	    ? ", without those above the limit (--flow-limit)" :
			      "";
}

/* What there was before it was sampled. */
static void estimate(FILE *out, const struct info *i, const struct capfile *r)
{
	struct tally t;

	if (!info_estimate(i, r, &t))
		return;
	line(out, "Estimated packets:", "%llu, as not all were captured (--sample)%s",
	     (unsigned long long)t.packets, beyond_limits(r));
	line(out, "Estimated size:", "%llu bytes", (unsigned long long)t.bytes);
}

void info_facts(const struct info *i, const struct info_source *s, FILE *out)
{
	string_line(out, "File name:           ", s->name);
	line(out, "File type:", "%s", capfile_format(s->reader));
	string_line(out, "File compression:    ", capfile_compression(s->reader));
	encapsulation(out, s->reader);
	size_limits(out, i, s->reader);
	string_line(out, "Filter:              ", s->filter);
	line(out, "Number of packets:", "%llu", (unsigned long long)i->all.packets);
	if (S_ISREG(s->stat->st_mode))
		line(out, "File size:", "%lld bytes", (long long)s->stat->st_size);
	line(out, "Data size:", "%llu bytes", (unsigned long long)i->all.bytes);
	line(out, "Captured size:", "%" PRIu64 " bytes", i->captured_bytes);
	estimate(out, i, s->reader);
	times(out, i);
	rates(out, i);
	order(out, i);
	section(out, s->reader);
}

void info_text(const struct info *i, const struct info_source *s, FILE *out)
{
	info_facts(i, s, out);
	interfaces(out, i, s->reader);
	protocols(out, "Protocols:", i->rows, &i->all);
	verdicts_text(&i->verdicts, &i->all, out);
	info_plot_sizes(i, out);
	info_plot_rate(i, out);
	talkers(out, "Top talkers:", i->talkers);
	inside(out, i);
	string_line(out, "Not complete:        ", s->error);
}
