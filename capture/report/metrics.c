// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* One function a family; labels are escaped, for the names of interfaces are anybody's. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/base/version.h"
#include "capture/report/metrics.h"
#include "capture/report/state.h"

struct page {
	FILE *out;
	bool openmetrics;
	const char *name;	/* of the family at hand */
};

/* In OpenMetrics a family of counters has its name without what its samples have behind it. */
static void family(struct page *p, const char *name, bool is_counter, const char *help)
{
	const char *total = is_counter && !p->openmetrics ? "_total" : "";

	p->name = name;
	fprintf(p->out, "# HELP xdpdump_%s%s %s\n# TYPE xdpdump_%s%s %s\n", name, total, help, name,
		total, is_counter ? "counter" : "gauge");
}

static void counters(struct page *p, const char *name, const char *help)
{
	family(p, name, true, help);
}

static void gauges(struct page *p, const char *name, const char *help)
{
	family(p, name, false, help);
}

static void put_label(FILE *out, const char *key, const char *value)
{
	size_t room = 3 * strlen(value) + 1;	/* an invalid byte becomes three */
	cleanup(freep) char *clean = malloc(room);

	fprintf(out, "%s=\"", key);
	if (clean)
		text_utf8_clean(clean, room, value, strlen(value));
	for (const char *c = clean; c && *c; c++) {
		if (*c == '\\' || *c == '"')
			fputc('\\', out);
		fputs(*c == '\n' ? "\\n" : (char[]){ *c, '\0' }, out);
	}
	fputc('"', out);
}

/* Of an interface, with another label or without (NULL). */
static void count(struct page *p, const struct state_iface *t, const char *key, const char *value,
		  uint64_t n)
{
	fprintf(p->out, "xdpdump_%s_total{", p->name);
	put_label(p->out, "interface", t->name);
	fprintf(p->out, ",point=\"%s\"", t->is_exit ? "exit" : "entry");
	if (key) {
		fputc(',', p->out);
		put_label(p->out, key, value);
	}
	fprintf(p->out, "} %" PRIu64 "\n", n);
}

static void put_gauge(struct page *p, const char *name, const char *help, double v)
{
	gauges(p, name, help);
	fprintf(p->out, "xdpdump_%s %.17g\n", name, v);
}

static void put_counter(struct page *p, const char *name, const char *help, uint64_t v)
{
	counters(p, name, help);
	fprintf(p->out, "xdpdump_%s_total %" PRIu64 "\n", name, v);
}

/* What is counted for each direction: @off is that of a tally in struct counters. */
static void directions(struct page *p, const struct state *s, size_t off, bool bytes)
{
	for (size_t i = 0; i < s->n_ifaces; i++) {
		const struct state_iface *t = &s->ifaces[i];
		const struct tally *in = (const void *)((const char *)&t->received + off),
				   *out = (const void *)((const char *)&t->sent + off);

		if (t->has_received || t->is_exit)
			count(p, t, "direction", "in", bytes ? in->bytes : in->packets);
		if (t->has_sent)
			count(p, t, "direction", "out", bytes ? out->bytes : out->packets);
	}
}

static void traffic(struct page *p, const struct state *s)
{
	counters(p, "packets", "Packets that the filter has let through.");
	directions(p, s, offsetof(struct counters, all), false);
	counters(p, "bytes", "Their bytes on the wire.");
	directions(p, s, offsetof(struct counters, all), true);
	counters(p, "filtered_packets", "Packets that the filter has left out.");
	directions(p, s, offsetof(struct counters, filtered), false);
	counters(p, "tcp_packets", "Packets of TCP.");
	directions(p, s, offsetof(struct counters, tcp), false);
	counters(p, "udp_packets", "Packets of UDP.");
	directions(p, s, offsetof(struct counters, udp), false);
	counters(p, "ipv4_packets", "Packets of IPv4.");
	directions(p, s, offsetof(struct counters, ipv4), false);
	counters(p, "ipv6_packets", "Packets of IPv6.");
	directions(p, s, offsetof(struct counters, ipv6), false);
}

/* A number of the books, of each interface; @at: where it is in them. */
static void left_out_rows(struct page *p, const struct state *s, const char *name, const char *help,
			  size_t at)
{
	counters(p, name, help);
	for (size_t i = 0; i < s->n_ifaces; i++)
		count(p, &s->ifaces[i], NULL, NULL,
		      *(const uint64_t *)((const char *)&s->ifaces[i].ledger + at));
}

/* What was left out because it was asked for. */
static void left_out(struct page *p, const struct state *s)
{
	const struct sampling *asked = &s->ledger.asked;

	if (asked->sample > 1 || (s->ledger.sampled_out && asked->flow.sample <= 1))
		put_gauge(p, "sample",
			  "Of so many packets that the filter lets through one is kept, at random.",
			  max_of(asked->sample, 1u));
	if (asked->flow.sample > 1)
		put_gauge(p, "flow_sample", "Of so many flows the packets of one are kept.",
			  asked->flow.sample);
	if (asked->sample > 1 || asked->flow.sample > 1 || s->ledger.sampled_out)
		left_out_rows(p, s, "sampled_out_packets",
			      "Packets that are not among those that are kept.",
			      offsetof(struct ledger, sampled_out));
	if (asked->flow.limit) {
		put_gauge(p, asked->flow.limit_bytes ? "flow_limit_bytes" : "flow_limit_packets",
			  "So much of each flow and direction is kept.", asked->flow.limit);
		left_out_rows(p, s, "flow_cut_packets",
			      "Packets whose flows had as many as are kept.",
			      offsetof(struct ledger, flow_cut));
	}
	if (!asked->rate)
		return;
	put_gauge(p, "rate_limit", "So many packets a second are kept, at most.", asked->rate);
	left_out_rows(p, s, "rate_limited_packets", "Packets that were too many at their time.",
		      offsetof(struct ledger, rate_limited));
}

/* The counters of a statistics block. */
static void books(struct page *p, const struct state *s)
{
	counters(p, "seen_packets", "Packets that the program has seen.");
	for (size_t i = 0; i < s->n_ifaces; i++)
		count(p, &s->ifaces[i], NULL, NULL, s->ifaces[i].ledger.seen);
	counters(p, "accepted_packets", "Packets that the filter has let through, lost or not.");
	for (size_t i = 0; i < s->n_ifaces; i++)
		count(p, &s->ifaces[i], NULL, NULL, ledger_accepted(&s->ifaces[i].ledger));
	counters(p, "delivered_packets", "Packets that came out of the rings.");
	for (size_t i = 0; i < s->n_ifaces; i++)
		count(p, &s->ifaces[i], NULL, NULL, s->ifaces[i].ledger.taken);
	counters(p, "lost_packets",
		 "Packets that are not in the output, by what they were lost for.");
	for (size_t i = 0; i < s->n_ifaces; i++) {
		const struct ledger *l = &s->ifaces[i].ledger;

		count(p, &s->ifaces[i], "cause", "ring_full", l->ring_full);
		count(p, &s->ifaces[i], "cause", "error", l->copy_failed);
		count(p, &s->ifaces[i], "cause", "not_written", ledger_not_written(l));
		if (l->knows_if_dropped)
			count(p, &s->ifaces[i], "cause", "if_drop", l->if_dropped);
	}
}

static void verdicts(struct page *p, const struct state *s)
{
	counters(p, "verdict_packets",
		 "Packets by what the program that is watched has said of them.");
	for (size_t i = 0; i < s->n_ifaces; i++)
		for (unsigned k = 0; s->ifaces[i].program && k < VERDICT_KINDS; k++)
			count(p, &s->ifaces[i], "verdict", state_verdict_name(k),
			      s->ifaces[i].verdicts.by[k].packets);
}

static void records(struct page *p, const struct state *s)
{
	put_counter(p, "records", "Records made for a database.", s->records.made);
	put_counter(p, "records_delivered", "Those that it has.", s->records.delivered);
	put_counter(p, "records_refused", "Those that it will not have.", s->records.refused);
	put_gauge(p, "records_in_spool", "Those that wait on the disk.", s->records.spooled);
	put_counter(p, "former_records_delivered", "Of runs before, that were in the spool.",
		    s->records.former);
}

static void recorder(struct page *p, const struct state *s)
{
	put_counter(p, "triggers", "Triggers of the flight recorder.", s->triggers);
	put_counter(p, "triggers_ignored", "Triggers that did not count.", s->triggers_ignored);
	put_counter(p, "trigger_matches",
		    "Packets that an expression of the flight recorder matches.", s->matches);
	put_gauge(p, "memory_packets", "Packets that are kept in memory.", s->in_memory);
	put_gauge(p, "memory_reach_seconds", "How far they reach back.", s->memory_ns / 1e9);
	put_counter(p, "forgotten_packets", "Packets that no trigger has asked for.", s->forgotten);
}

static void output(struct page *p, const struct state *s)
{
	struct statvfs fs;

	put_counter(p, "captured_packets", "Packets in the output.", s->captured);
	put_counter(p, "written_bytes", "Bytes written into files.", s->written_bytes);
	put_counter(p, "files", "Files begun.", s->files);
	if (s->has_recorder)
		recorder(p, s);
	if (s->has_records)
		records(p, s);
	if (s->last_packet_ns)
		put_gauge(p, "last_packet_timestamp_seconds",
			  "When packets were seen to have come the last time.", s->last_packet_ns / 1e9);
	if (s->last_write_ns)
		put_gauge(p, "last_write_timestamp_seconds",
			  "When a file was seen to have grown the last time.", s->last_write_ns / 1e9);
	if (s->directory && !statvfs(s->directory, &fs))
		put_gauge(p, "disk_free_bytes",
			  "Left on the disk of the files, for users other than root.",
			  (double)fs.f_bavail * fs.f_frsize);
}

static void rings(struct page *p, const struct state *s)
{
	put_gauge(p, "ring_size_bytes", "Size of the ring of each CPU.", s->ring_bytes);
	gauges(p, "ring_used_bytes", "What waits in the ring of a CPU.");
	for (unsigned i = 0; i < s->n_rings; i++)
		fprintf(p->out, "xdpdump_ring_used_bytes{cpu=\"%u\"} %zu\n", i, s->ring_used[i]);
}

char *metrics_text(const struct state *s, bool openmetrics, size_t *n)
{
	char *text = NULL;
	struct page p = { .out = open_memstream(&text, n), .openmetrics = openmetrics };

	if (!p.out)
		return NULL;
	gauges(&p, "build_info", "The version, in a label.");
	fprintf(p.out, "xdpdump_build_info{version=\"%s\"} 1\n", XDPDUMP_VERSION);
	put_gauge(&p, "start_time_seconds", "When the capture began.", s->start_ns / 1e9);
	traffic(&p, s);
	books(&p, s);
	left_out(&p, s);
	verdicts(&p, s);
	output(&p, s);
	rings(&p, s);
	if (openmetrics)
		fputs("# EOF\n", p.out);
	if (!fclose(p.out))
		return text;
	free(text);
	return NULL;
}
