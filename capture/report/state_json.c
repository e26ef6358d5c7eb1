// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* One object, whose keys are flat but for interfaces and verdicts. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/text.h"
#include "capture/base/util.h"
#include "capture/report/state.h"

static void put_number(FILE *out, const char *key, uint64_t v)
{
	fprintf(out, ",\"%s\":%" PRIu64, key, v);
}

static void put_tally(FILE *out, const char *key, const struct tally *t)
{
	fprintf(out, ",\"%s_packets\":%" PRIu64 ",\"%s_bytes\":%" PRIu64, key,
		(uint64_t)t->packets, key, (uint64_t)t->bytes);
}

/* As a string: a number of most programs has not so many digits. */
static void put_seconds(FILE *out, const char *key, uint64_t ns)
{
	fprintf(out, ",\"%s\":\"%" PRIu64 ".%09" PRIu64 "\"", key, ns / 1000000000,
		ns % 1000000000);
}

static void put_string(FILE *out, const char *key, const char *s)
{
	size_t room = 6 * strlen(s) + 1;
	cleanup(freep) char *buf = malloc(room);
	struct text t = text_in(buf, room);

	if (!buf)
		return;
	text_json(&t, s, strlen(s));
	fprintf(out, "\"%s\":\"%.*s\"", key, (int)t.len, buf);
}

/* What was asked for, and how many were left out for it. */
static void put_left_out(FILE *out, const struct ledger *l)
{
	const struct sampling *a = &l->asked;

	if (a->sample > 1)
		put_number(out, "sample", a->sample);
	if (a->flow.sample > 1)
		put_number(out, "flow_sample", a->flow.sample);
	if (a->sample > 1 || a->flow.sample > 1 || l->sampled_out)
		put_number(out, "sampled_out", l->sampled_out);
	if (a->flow.limit) {
		put_number(out, a->flow.limit_bytes ? "flow_limit_bytes" : "flow_limit",
			   a->flow.limit);
		put_number(out, "flow_cut", l->flow_cut);
	}
	if (a->rate) {
		put_number(out, "rate_limit", a->rate);
		put_number(out, "rate_limited", l->rate_limited);
	}
	if (l->only_counted)
		put_number(out, "only_counted", l->only_counted);
}

/* The words are those of statistics blocks and of their comments. */
static void put_ledger(FILE *out, const struct ledger *l)
{
	put_number(out, "seen", l->seen);
	put_number(out, "filtered", l->filtered);
	put_number(out, "accepted", ledger_accepted(l));
	put_left_out(out, l);
	put_number(out, "ring_full", l->ring_full);
	put_number(out, "error", l->copy_failed);
	put_number(out, "delivered", l->taken);
	put_number(out, "not_written", ledger_not_written(l));
	if (l->knows_if_dropped)
		put_number(out, "if_drop", l->if_dropped);
}

static void put_verdicts(FILE *out, const struct program_verdicts *v)
{
	fputs(",\"verdicts\":{\"not_called\":", out);
	fprintf(out, "%" PRIu64, (uint64_t)v->not_called.packets);
	put_number(out, "no_call_left", v->no_call_left.packets);
	for (unsigned i = 0; i < VERDICT_KINDS; i++)
		put_tally(out, state_verdict_name(i), &v->by[i]);
	fputc('}', out);
}

static void put_iface(FILE *out, const struct state_iface *t)
{
	fputc('{', out);
	put_string(out, "name", t->name);
	fprintf(out, ",\"point\":\"%s\",\"gone\":%s", t->is_exit ? "exit" : "entry",
		t->gone ? "true" : "false");
	if (t->has_received)
		put_tally(out, "received", &t->received.all);
	if (t->has_sent)
		put_tally(out, "sent", &t->sent.all);
	put_ledger(out, &t->ledger);
	if (t->program) {
		fputc(',', out);
		put_string(out, "program", t->program);
		fprintf(out, ",\"program_id\":%u", t->program_id);
		put_verdicts(out, &t->verdicts);
	}
	fputc('}', out);
}

static void put_protocols(FILE *out, const struct counters *c)
{
	put_tally(out, "tcp", &c->tcp);
	put_tally(out, "udp", &c->udp);
	put_tally(out, "other", &c->other);
	put_tally(out, "ipv4", &c->ipv4);
	put_tally(out, "ipv6", &c->ipv6);
	put_tally(out, "non_ip", &c->non_ip);
}

static void put_recorder(FILE *out, const struct state *s)
{
	put_number(out, "triggers", s->triggers);
	put_number(out, "triggers_ignored", s->triggers_ignored);
	put_number(out, "trigger_matches", s->matches);
	put_number(out, "in_memory", s->in_memory);
	put_seconds(out, "memory_reach", s->memory_ns);
	put_number(out, "forgotten", s->forgotten);
}

static void put_records(FILE *out, const struct state *s)
{
	fprintf(out, ",\"records\":{\"made\":%" PRIu64, s->records.made);
	put_number(out, "delivered", s->records.delivered);
	put_number(out, "spooled", s->records.spooled);
	put_number(out, "refused", s->records.refused);
	put_number(out, "former", s->records.former);
	fputs("}", out);
}

static void put_state(FILE *out, const struct state *s)
{
	fprintf(out, "{\"stats\":\"%s\"", s->ended ? "end" : "now");
	put_seconds(out, "time", s->now_ns);
	put_seconds(out, "elapsed", s->elapsed_ns);
	put_number(out, "packets", s->c.all.packets);
	put_number(out, "bytes", s->c.all.bytes);
	put_protocols(out, &s->c);
	if (s->has_filter)
		put_tally(out, "filtered", &s->c.filtered);
	if (s->has_sent)
		put_tally(out, "sent", &s->sent);
	put_number(out, "captured", s->captured);
	if (s->has_recorder)
		put_recorder(out, s);
	if (s->has_records)
		put_records(out, s);
	if (s->has_ledger)
		put_ledger(out, &s->ledger);
	fputs(",\"interfaces\":[", out);
	for (size_t i = 0; i < s->n_ifaces; i++) {
		fputs(i ? "," : "", out);
		put_iface(out, &s->ifaces[i]);
	}
	fputs("]}\n", out);
}

char *state_json(const struct state *s, size_t *n)
{
	char *line = NULL;
	FILE *out = open_memstream(&line, n);

	if (!out)
		return NULL;
	put_state(out, s);
	if (!fclose(out))
		return line;
	free(line);
	return NULL;
}
