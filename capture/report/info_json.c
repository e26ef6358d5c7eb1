// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The report as one JSON object in one line. What is not known is not there, but for the numbers
 * that are always there.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

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

enum { TOP = 10, NS_PER_SEC = 1000000000 };

/* Objects and arrays, nested; a comma stands before all but the first of each. */
struct json {
	FILE *out;
	bool begun;	/* something stands in the innermost one already */
};

/* @key: NULL in an array. */
static void json_key(struct json *j, const char *key)
{
	if (j->begun)
		fputc(',', j->out);
	j->begun = true;
	if (key)
		fprintf(j->out, "\"%s\":", key);
}

static void json_open(struct json *j, const char *key, char bracket)
{
	json_key(j, key);
	fputc(bracket, j->out);
	j->begun = false;
}

static void json_close(struct json *j, char bracket)
{
	fputc(bracket, j->out);
	j->begun = true;
}

static void json_u64(struct json *j, const char *key, uint64_t v)
{
	json_key(j, key);
	fprintf(j->out, "%" PRIu64, v);
}

static void json_bool(struct json *j, const char *key, bool v)
{
	json_key(j, key);
	fputs(v ? "true" : "false", j->out);
}

/* @n bytes out of the file. */
static void json_bytes(struct json *j, const char *key, const char *bytes, size_t n)
{
	cleanup(freep) char *buf = malloc(6 * n + 1);
	struct text t = text_in(buf, 6 * n + 1);

	if (!buf)
		return;
	text_json(&t, bytes, n);
	json_key(j, key);
	fprintf(j->out, "\"%.*s\"", (int)t.len, buf);
}

/* Nothing for NULL. */
static void json_string(struct json *j, const char *key, const char *s)
{
	if (s)
		json_bytes(j, key, s, strlen(s));
}

/* As a string: a number of most programs has not so many digits. */
static void json_seconds(struct json *j, const char *key, uint64_t ns)
{
	json_key(j, key);
	fprintf(j->out, "\"%" PRIu64 ".%09" PRIu64 "\"", ns / NS_PER_SEC, ns % NS_PER_SEC);
}

static void json_rate(struct json *j, const char *key, double v)
{
	json_key(j, key);
	fprintf(j->out, "%.2f", v);
}

static void sizes(struct json *j, const struct info *i)
{
	json_u64(j, "packets", i->all.packets);
	json_u64(j, "bytes", i->all.bytes);
	json_u64(j, "captured_bytes", i->captured_bytes);
	json_u64(j, "cut_packets", i->n_cut);
	if (i->n_cut) {
		json_u64(j, "cut_min", i->cut_min);
		json_u64(j, "cut_max", i->cut_max);
	}
	if (!i->all.packets)
		return;
	json_u64(j, "packet_min", i->len_min);
	json_u64(j, "packet_max", i->len_max);
	json_rate(j, "packet_average", (double)i->all.bytes / i->all.packets);
}

static void times(struct json *j, const struct info *i)
{
	double sec = info_duration(i) / 1e9;

	json_u64(j, "timed_packets", i->n_timed);
	if (i->n_timed) {
		json_seconds(j, "first_time", i->earliest_ns);
		json_seconds(j, "last_time", i->latest_ns);
		json_seconds(j, "duration", info_duration(i));
	}
	json_u64(j, "steps_back", i->n_back);
	if (sec > 0) {
		json_rate(j, "bytes_per_second", i->all.bytes / sec);
		json_rate(j, "bits_per_second", i->all.bytes * 8.0 / sec);
		json_rate(j, "packets_per_second", i->all.packets / sec);
	}
	json_u64(j, "dropped_between", i->n_dropped);
}

static void statistics(struct json *j, const struct iface_stats *s)
{
	static const char *const keys[] = {
		[STAT_RECEIVED] = "received",	[STAT_IF_DROP] = "dropped_by_interface",
		[STAT_ACCEPTED] = "accepted",	[STAT_OS_DROP] = "dropped_by_kernel",
		[STAT_DELIVERED] = "delivered",
	};

	json_open(j, "statistics", '{');
	for (unsigned n = 0; n < array_size(keys); n++)
		if (s->has & 1u << n)
			json_u64(j, keys[n], s->value[n]);
	if (s->has & 1u << STAT_START)
		json_seconds(j, "start_time", s->value[STAT_START]);
	if (s->has & 1u << STAT_END)
		json_seconds(j, "end_time", s->value[STAT_END]);
	json_string(j, "comment", s->comment[0] ? s->comment : NULL);
	json_close(j, '}');
}

/* What there was before it was sampled. */
static void estimate(struct json *j, const struct tally *t)
{
	json_u64(j, "estimated_packets", t->packets);
	json_u64(j, "estimated_bytes", t->bytes);
}

/* For what was asked for. */
static void left_out(struct json *j, const struct info *i, const struct iface *f,
		     const struct sampling *asked)
{
	const struct tally before = info_estimate_of(i, f);

	if (asked->sample > 1)
		json_u64(j, "sample", asked->sample);
	if (asked->flow.sample > 1)
		json_u64(j, "flow_sample", asked->flow.sample);
	if (asked->sample > 1 || asked->flow.sample > 1)
		estimate(j, &before);
	if (asked->flow.limit)
		json_u64(j, asked->flow.limit_bytes ? "flow_limit_bytes" : "flow_limit",
			 asked->flow.limit);
	if (asked->rate)
		json_u64(j, "rate_limit", asked->rate);
}

static void interface(struct json *j, const struct info *i, const struct iface *f,
		      const struct iface_stats *s, uint8_t resolution)
{
	static const struct tally none;
	const struct tally *t = f->id < i->n_ifaces ? &i->ifaces[f->id] : &none;
	const struct sampling asked = sample_of_comment(f->comment);
	char name[64];

	link_type_name(f->linktype, name, sizeof(name));
	json_open(j, NULL, '{');
	json_u64(j, "id", f->id);
	json_string(j, "name", f->name);
	json_string(j, "description", f->description);
	json_string(j, "link_type", name);
	json_u64(j, "link_type_number", f->linktype);
	json_string(j, "hardware", f->hardware);
	if (f->speed_bps)
		json_u64(j, "speed", f->speed_bps);
	json_u64(j, "snap_length", f->snaplen);
	json_u64(j, "time_resolution", resolution);
	json_string(j, "filter", f->filter);
	json_string(j, "os", f->os);
	json_string(j, "comment", f->comment);
	json_u64(j, "packets", t->packets);
	json_u64(j, "bytes", t->bytes);
	left_out(j, i, f, &asked);
	if (s)
		statistics(j, s);
	json_close(j, '}');
}

/* What the file says of its origin. */
static void section(struct json *j, const struct capfile *r)
{
	const struct raw_options options = capfile_section_options(r);
	const uint8_t *comment;
	size_t len, pos = 0;

	json_string(j, "hardware", capfile_section(r, SHB_HARDWARE));
	json_string(j, "os", capfile_section(r, SHB_OS));
	json_string(j, "application", capfile_section(r, SHB_USERAPPL));
	json_open(j, "comments", '[');
	while ((comment = pcapng_options_next_of(&options, OPT_COMMENT, &pos, &len)))
		json_bytes(j, NULL, (const char *)comment, len);
	json_close(j, ']');
}

static void interfaces(struct json *j, const struct info *i, const struct capfile *r)
{
	const uint32_t n = info_n_ifaces(r);
	const struct iface *f;

	json_open(j, "interfaces", '[');
	for (uint32_t id = 0; id < INFO_IFACES && (f = capfile_iface(r, id)); id++)
		interface(j, i, f, capfile_stats(r, id), capfile_resolution(r, id));
	json_close(j, ']');
	if (n > INFO_IFACES)
		json_u64(j, "interfaces_not_shown", n - INFO_IFACES);
}

static void tally(struct json *j, const char *key, const struct tally *t)
{
	json_open(j, key, '{');
	json_u64(j, "packets", t->packets);
	json_u64(j, "bytes", t->bytes);
	json_close(j, '}');
}

static void protocols(struct json *j, const char *key, const struct tally rows[N_INFO_ROWS])
{
	json_open(j, key, '{');
	for (enum info_row row = 0; row < N_INFO_ROWS; row++)
		tally(j, info_row_key(row), &rows[row]);
	json_close(j, '}');
}

static void histogram(struct json *j, const struct info *i)
{
	json_open(j, "sizes", '[');
	for (unsigned row = 0; row < N_INFO_SIZES; row++) {
		json_open(j, NULL, '{');
		json_u64(j, "from", info_size_from(row));
		if (info_size_to(row) != UINT32_MAX)
			json_u64(j, "to", info_size_to(row));
		json_u64(j, "packets", i->sizes[row].packets);
		json_u64(j, "bytes", i->sizes[row].bytes);
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* What is in each column, and no rates: the last one may be cut short. */
static void timeline(struct json *j, const struct timeline *t)
{
	json_open(j, "timeline", '{');
	json_seconds(j, "start", timeline_start_ns(t));
	json_seconds(j, "step", timeline_step_ns(t));
	json_open(j, "packets", '[');
	for (unsigned n = 0; n < t->n; n++)
		json_u64(j, NULL, t->columns[n].packets);
	json_close(j, ']');
	json_open(j, "bytes", '[');
	for (unsigned n = 0; n < t->n; n++)
		json_u64(j, NULL, t->columns[n].bytes);
	json_close(j, ']');
	json_close(j, '}');
}

/* Those that there are. */
static void verdicts(struct json *j, const struct info *i)
{
	json_open(j, "verdicts", '{');
	for (unsigned row = 0; row < N_VERDICTS; row++) {
		const struct tally *t = &i->verdicts.rows[row];

		if (t->packets)
			tally(j, verdicts_key(row), t);
	}
	json_close(j, '}');
}

static void talkers(struct json *j, const char *key, const char *error, const struct talkers *all)
{
	struct talker top[TOP];
	unsigned n = talkers_top(all, top, TOP);

	json_open(j, key, '[');
	for (unsigned k = 0; k < n; k++) {
		char addr[64];
		struct text t = text_in(addr, sizeof(addr) - 1);

		if (top[k].version == 4)
			text_ipv4(&t, top[k].addr);
		else
			text_ipv6(&t, top[k].addr);
		addr[t.len] = '\0';
		json_open(j, NULL, '{');
		json_string(j, "address", addr);
		json_u64(j, "packets", top[k].packets);
		json_u64(j, "bytes_sent", top[k].sent);
		json_u64(j, "bytes_received", top[k].received);
		json_u64(j, "error", top[k].error);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_u64(j, error, talkers_error(all));
}

/* Of tunnels, if there are any. */
static void inside(struct json *j, const struct info *i)
{
	json_open(j, "tunnels", '{');
	for (enum tunnel_kind kind = 0; kind < N_TUNNELS; kind++)
		if (i->tunnels[kind].packets)
			tally(j, tunnel_key(kind), &i->tunnels[kind]);
	json_close(j, '}');
	if (!i->inner_talkers)
		return;
	protocols(j, "inner_protocols", i->inner);
	talkers(j, "inner_top_talkers", "inner_talkers_error", i->inner_talkers);
}

void info_json(const struct info *i, const struct info_source *s, FILE *out)
{
	struct json j = { .out = out };
	struct tally before;

	json_open(&j, NULL, '{');
	json_string(&j, "file", s->name);
	json_string(&j, "format", capfile_format(s->reader));
	json_string(&j, "compression", capfile_compression(s->reader));
	if (S_ISREG(s->stat->st_mode))
		json_u64(&j, "file_bytes", s->stat->st_size);
	json_string(&j, "filter", s->filter);
	json_bool(&j, "complete", !s->error);
	json_string(&j, "error", s->error);
	sizes(&j, i);
	if (info_estimate(i, s->reader, &before))
		estimate(&j, &before);
	times(&j, i);
	section(&j, s->reader);
	interfaces(&j, i, s->reader);
	protocols(&j, "protocols", i->rows);
	verdicts(&j, i);
	histogram(&j, i);
	if (i->n_timed)
		timeline(&j, &i->timeline);
	talkers(&j, "top_talkers", "talkers_error", i->talkers);
	inside(&j, i);
	json_close(&j, '}');
	fputc('\n', out);
}
