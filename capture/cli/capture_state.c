// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What a capture has done so far, as of now. */
#include <stdlib.h>
#include <string.h>

#include "capture/base/clock.h"
#include "capture/cli/capture_impl.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/rings.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_watch.h"
#include "capture/report/state.h"
#include "capture/report/stats.h"
#include "capture/stage/triggers.h"
#include "capture/write/recorder.h"

static void statep(struct state **s)
{
	state_close(*s);
}

/* False: out of memory. */
static bool take_program(struct state_iface *to, const struct live_iface *t)
{
	struct live_watched w;

	if (t->entry || !live_watch_program(t, &w) ||
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
	live_iface_count_all(t, &to->received, &to->sent);
	for (const struct live_iface *was = t; was; was = was->before) {
		live_iface_ledger(was, outputs_lost_of(f, was->iface.id), &one);
		ledger_add(&to->ledger, &one);
	}
	to->ledger.asked = t->sampling;
	return to->name && take_program(to, t);
}

/* False: out of memory. */
static bool take_files(struct state *s, const struct capture *l)
{
	const char *path = outputs_written(&l->pump.outputs, &s->written_bytes, &s->files);
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

struct state *capture_state(struct capture *l)
{
	cleanup(statep) struct state *s = calloc(1, sizeof(*s));
	struct totals t = { .ledger = NULL };

	if (!s)
		return NULL;
	s->ledger = capture_sum_up(l, &t);
	s->start_ns = l->began_ns;
	s->now_ns = clock_now_ns();
	s->elapsed_ns = clock_monotonic_ns() - l->start_ns;
	s->c = t.c;
	s->sent = t.sent;
	s->has_ledger = true;
	s->has_filter = capture_filters(l);
	s->has_sent = l->opts->directions & LIVE_SENT;
	s->captured = outputs_captured(&l->pump.outputs);
	take_recorder(s, &l->recording);
	take_records(s, &l->pump.outputs);
	s->ifaces = calloc(l->ifaces.n + 1, sizeof(*s->ifaces));
	for (unsigned i = 0; s->ifaces && i < l->ifaces.n; i++) {
		const struct live_iface *iface = l->ifaces.v[i];

		/* of the latter there is no end, and their sums are in the file */
		if (iface->replaced || (iface->gone && iface->pattern))
			continue;
		if (!take_iface(&s->ifaces[s->n_ifaces++], iface, &l->pump.outputs))
			return NULL;
	}
	return s->ifaces && take_files(s, l) && take_rings(s, l->rings) ? steal(&s) : NULL;
}
