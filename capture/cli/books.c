// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdlib.h>
#include <string.h>

#include "capture/base/clock.h"
#include "capture/base/util.h"
#include "capture/cli/books.h"
#include "capture/cli/recording.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/rings.h"
#include "capture/live/live_books.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_set.h"
#include "capture/live/live_source.h"
#include "capture/live/live_watched.h"
#include "capture/report/state.h"
#include "capture/report/stats.h"
#include "capture/stage/triggers.h"
#include "capture/write/outputs.h"
#include "capture/write/recorder.h"

struct ledger books_sum(const struct books *b, struct totals *t)
{
	struct ledger sum = { .unwritten = b->source->malformed }, one;

	for (unsigned i = 0; i < b->ifaces->n; i++) {
		struct live_iface *iface = b->ifaces->v[i];

		live_books_snapshot(iface);
		live_books_ledger(iface, 0, &one);
		ledger_add(&sum, &one);
		if (iface->entry) {	/* what comes out has come in */
			t->c.triggers += iface->received.counters.triggers;
			continue;
		}
		live_books_count(iface, &t->c);
		t->sent.packets += iface->sent.counters.all.packets;
		t->sent.bytes += iface->sent.counters.all.bytes;
	}
	sum.unwritten += outputs_lost(b->outputs);
	return sum;
}

uint64_t books_lost(const struct books *b)
{
	struct totals t = { .ledger = NULL };
	struct ledger sum = books_sum(b, &t);

	return ledger_lost(&sum) + ledger_not_written(&sum) + sum.if_dropped;
}

static void statep(struct state **s)
{
	state_close(*s);
}

/* False: out of memory. */
static bool take_program(struct state_iface *to, const struct live_iface *t)
{
	struct live_watched w;

	if (t->entry || !live_watched_program(t, &w) ||
	    hook_verdicts(t->received.hook, &to->verdicts))
		return true;
	to->program = strdup(w.name);
	to->program_id = w.id;
	return to->program;
}

static bool take_iface(struct state_iface *to, const struct live_iface *t, const struct outputs *f)
{
	struct ledger one;

	*to = (struct state_iface){
		.name = strdup(live_iface_name(t)),
		.has_received = t->received.hook,
		.has_sent = t->sent.hook,
		.is_exit = t->entry,
		.gone = t->gone,
	};
	live_books_count_all(t, &to->received, &to->sent);
	for (const struct live_iface *was = t; was; was = was->before) {
		live_books_ledger(was, outputs_lost_of(f, was->iface.id), &one);
		ledger_add(&to->ledger, &one);
	}
	to->ledger.asked = t->sampling;
	return to->name && take_program(to, t);
}

/* False: out of memory. */
static bool take_files(struct state *s, const struct books *b)
{
	const char *path = outputs_written(b->outputs, &s->written_bytes, &s->files);
	const char *slash = path ? strrchr(path, '/') : NULL;

	if (!path)
		return true;
	s->directory = slash ? strndup(path, max_of((size_t)(slash - path), (size_t)1))
			     : strdup(".");
	return s->directory;
}

static void take_recorder(struct state *s, const struct recording *recording)
{
	const struct recorder *r = recording->recorder;
	struct recorder_counts c;

	if (!r)
		return;
	c = recorder_counts(r);
	s->has_recorder = true;
	s->triggers = c.triggers;
	s->triggers_ignored = c.ignored;
	s->matches = s->c.triggers + triggers_matches(recording->triggers);
	s->in_memory = c.in_memory;
	s->memory_ns = c.back_ns;
	s->forgotten = c.forgotten;
}

static void take_records(struct state *s, const struct outputs *f)
{
	struct record_counts c;

	s->has_records = outputs_records(f, &c);
	if (!s->has_records)
		return;
	s->records.made = c.made;
	s->records.delivered = c.delivered;
	s->records.spooled = c.spooled;
	s->records.refused = c.refused;
	s->records.former = c.former;
}

static bool take_rings(struct state *s, const struct rings *r)
{
	uint64_t taken;
	size_t used;

	s->ring_bytes = rings_cpu_size(r);
	while (rings_cpu(r, s->n_rings, &taken, &used))
		s->n_rings++;
	s->ring_used = calloc(s->n_rings + 1, sizeof(*s->ring_used));
	for (unsigned i = 0; s->ring_used && i < s->n_rings; i++)
		rings_cpu(r, i, &taken, &s->ring_used[i]);
	return s->ring_used;
}

struct state *books_state(const struct books *b)
{
	cleanup(statep) struct state *s = calloc(1, sizeof(*s));
	struct totals t = { .ledger = NULL };

	if (!s)
		return NULL;
	s->ledger = books_sum(b, &t);
	s->start_ns = b->began_ns;
	s->now_ns = clock_now_ns();
	s->elapsed_ns = clock_monotonic_ns() - b->start_ns;
	s->c = t.c;
	s->sent = t.sent;
	s->has_ledger = true;
	s->has_filter = b->has_filter;
	s->has_sent = b->has_sent;
	s->captured = outputs_captured(b->outputs);
	take_recorder(s, b->recording);
	take_records(s, b->outputs);
	s->ifaces = calloc(b->ifaces->n + 1, sizeof(*s->ifaces));
	for (unsigned i = 0; s->ifaces && i < b->ifaces->n; i++) {
		const struct live_iface *iface = b->ifaces->v[i];

		/* of the latter there is no end, and their sums are in the file */
		if (iface->replaced || (iface->gone && iface->pattern))
			continue;
		if (!take_iface(&s->ifaces[s->n_ifaces++], iface, b->outputs))
			return NULL;
	}
	return s->ifaces && take_files(s, b) && take_rings(s, b->rings) ? steal(&s) : NULL;
}
