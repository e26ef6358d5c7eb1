// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What a capture has done so far, as of now. */
#include <stdlib.h>
#include <string.h>

#include "capture/base/clock.h"
#include "capture/cli/capture_impl.h"
#include "capture/kernel/hook.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_watch.h"
#include "capture/report/state.h"
#include "capture/report/stats.h"

static void statep(struct state **s)
{
	state_close(*s);
}

/* False: out of memory. */
static bool take_program(struct state_iface *to, const struct live_iface *t)
{
	struct live_watched w;

	if (t->entry || !live_watch_program(t, &w) || hook_verdicts(t->received.hook, &to->verdicts))
		return true;
	to->program = strdup(w.name);
	return to->program;
}

static bool take_iface(struct state_iface *to, const struct live_iface *t, uint64_t unwritten)
{
	*to = (struct state_iface){
		.name = strdup(live_iface_name(t)),
		.received = t->received.counters,
		.sent = t->sent.counters,
		.has_received = t->received.hook,
		.has_sent = t->sent.hook,
		.is_exit = t->entry,
		.gone = t->gone,
	};
	live_iface_ledger(t, unwritten, &to->ledger);
	return to->name && take_program(to, t);
}

struct state *capture_state(struct capture *l)
{
	cleanup(statep) struct state *s = calloc(1, sizeof(*s));
	struct totals t = { .ledger = NULL };

	if (!s)
		return NULL;
	s->ledger = capture_sum_up(l, &t);
	s->now_ns = clock_now_ns();
	s->elapsed_ns = clock_monotonic_ns() - l->start_ns;
	s->c = t.c;
	s->sent = t.sent;
	s->has_ledger = true;
	s->has_filter = l->filters.entry || l->filters.exit || l->opts->observe.verdicts;
	s->has_sent = l->opts->directions & LIVE_SENT;
	s->captured = outputs_captured(&l->pump.outputs);
	s->ifaces = calloc(l->ifaces.n + 1, sizeof(*s->ifaces));
	for (unsigned i = 0; s->ifaces && i < l->ifaces.n; i++) {
		s->n_ifaces++;
		if (!take_iface(&s->ifaces[i], l->ifaces.v[i], outputs_lost_of(&l->pump.outputs, i)))
			return NULL;
	}
	return s->ifaces ? steal(&s) : NULL;
}
