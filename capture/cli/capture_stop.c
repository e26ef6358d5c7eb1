// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The end of a capture: the books are closed. */
#include <stdio.h>
#include <string.h>

#include "capture/cli/capture.h"
#include "capture/cli/capture_impl.h"
#include "capture/cli/opts.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/programs.h"
#include "capture/kernel/rings.h"
#include "capture/live/live_device.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_watch.h"
#include "capture/report/state.h"
#include "capture/report/stats.h"
#include "capture/stage/triggers.h"

typedef unsigned long long ull;

struct ledger capture_sum_up(struct capture *l, struct totals *t)
{
	struct ledger sum = { .unwritten = l->source.malformed }, one;

	for (unsigned i = 0; i < l->ifaces.n; i++) {
		struct live_iface *iface = l->ifaces.v[i];

		live_iface_snapshot(iface);
		live_iface_ledger(iface, 0, &one);
		ledger_add(&sum, &one);
		if (iface->entry) {	/* what comes out has come in */
			t->c.triggers += iface->received.counters.triggers;
			continue;
		}
		live_iface_count(iface, &t->c);
		t->sent.packets += iface->sent.counters.all.packets;
		t->sent.bytes += iface->sent.counters.all.bytes;
	}
	sum.unwritten += outputs_lost(&l->pump.outputs);
	return sum;
}

uint64_t capture_lost(struct capture *l)
{
	struct totals t = { .ledger = NULL };
	struct ledger sum = capture_sum_up(l, &t);

	return ledger_lost(&sum) + ledger_not_written(&sum) + sum.if_dropped;
}

/* Of the program that is watched. */
static void print_verdicts(const struct live_iface *t)
{
	struct program_verdicts v;
	struct live_watched w;

	if (!t->entry && live_watch_program(t, &w) && !hook_verdicts(t->received.hook, &v))
		stats_print_verdicts(live_iface_name(t), w.name, w.id, &v);
}

/* What the recorder has by now. */
static void print_recorder(const struct capture *l, uint64_t matches)
{
	struct recorder_counts c;

	if (!l->recording.recorder)
		return;
	c = recorder_counts(l->recording.recorder);
	log_announce("  recorder: %llu trigger%s, %llu ignored, %llu file%s; "
		     "in memory %llu packet%s of %.1f s, %llu bytes",
		     (ull)c.triggers, c.triggers == 1 ? "" : "s", (ull)c.ignored, (ull)c.files,
		     c.files == 1 ? "" : "s", (ull)c.in_memory, c.in_memory == 1 ? "" : "s",
		     c.back_ns / 1e9, (ull)c.bytes);
	if (!triggers_has(l->recording.triggers, TRIGGER_FILTER))
		return;
	matches += triggers_matches(l->recording.triggers);
	log_announce("  --trigger: %llu packet%s matched", (ull)matches, matches == 1 ? "" : "s");
}

static void print_text(struct capture *l)
{
	struct totals t = { .has_filter = capture_filters(l) };
	struct ledger sum = capture_sum_up(l, &t);

	t.has_sent = l->opts->directions & LIVE_SENT;
	t.ledger = &sum;
	stats_print(&t, clock_monotonic_ns() - l->start_ns);
	for (unsigned i = 0; i < l->ifaces.n; i++)
		print_verdicts(l->ifaces.v[i]);
	print_recorder(l, t.c.triggers);
}

static void print_json(struct capture *l, bool ended)
{
	struct state *s = capture_state(l);

	if (s)
		s->ended = ended;
	if (!s || !state_print(s))
		log_complain("statistics: out of memory");
	state_close(s);
}

void capture_print_stats(struct capture *l)
{
	if (l->opts->stats_json)
		print_json(l, false);
	else
		print_text(l);
}

static void announce_count(uint64_t n, const char *what)
{
	log_announce("%llu packet%s %s", (unsigned long long)n, n == 1 ? "" : "s", what);
}


static void print_counts(struct capture *l, const struct ledger *sum)
{
	uint64_t reported = 0;

	for (unsigned i = 0; i < l->ifaces.n; i++)
		reported += l->ifaces.v[i]->reported;
	print_text(l);
	if (ledger_lost(sum) > reported)
		log_announce("  %llu of them behind the last packet",
			     (unsigned long long)(ledger_lost(sum) - reported));
	announce_count(outputs_captured(&l->pump.outputs), "captured");
	if (l->recording.recorder)
		announce_count(recorder_counts(l->recording.recorder).forgotten,
			       "in no file, as no trigger asked for them");
	announce_count(ledger_accepted(sum), "received by filter");
	announce_count(ledger_lost(sum), "dropped by kernel");
	announce_count(sum->if_dropped, "dropped by interface");
	if (rings_late(l->rings))
		announce_count(rings_late(l->rings),
			       "out of the order of time, more than a millisecond late");
}

static void print_summary(struct capture *l)
{
	struct totals t = { .ledger = NULL };
	struct ledger sum = capture_sum_up(l, &t);

	if (l->opts->stats_json)
		print_json(l, true);
	else
		print_counts(l, &sum);
	if (sum.ring_full)
		log_complain(
			"warning: the ring was full; a larger one (-B)%s or a smaller snapshot length (-s) loses less",
			l->opts->codec.kind == CODEC_NONE
				? ""
				: ", less compression (zstd:1 is the fastest)");
	for (unsigned i = 0; i < l->ifaces.n; i++)
		live_device_report(l->ifaces.v[i]);
	if (sum.copy_failed)
		log_complain(
			"warning: packets could not be copied, or came on a CPU that was added since the start");
}

/* What was left out on purpose: "" where nothing is. */
static const char *left_out(const struct ledger *l, char *out, size_t cap)
{
	size_t len = 0;

	*out = '\0';
	if (l->asked.sample > 1 || l->asked.flow.sample > 1 || l->sampled_out)
		len += snprintf(out, cap, "sampled out %llu, ", (ull)l->sampled_out);
	if (l->asked.flow.limit)
		len += snprintf(out + len, cap - len, "of flows that were kept far enough %llu, ",
				(ull)l->flow_cut);
	if (l->asked.rate)
		len += snprintf(out + len, cap - len, "rate limited %llu, ", (ull)l->rate_limited);
	if (l->only_counted)
		snprintf(out + len, cap - len, "only counted %llu, ", (ull)l->only_counted);
	return out;
}

/* Where a record made no sense, or the end was forced, it is known that they do not add up. */
static enum status check_books(const struct capture *l)
{
	enum status status = STATUS_OK;
	struct ledger ledger;
	char words[96];

	for (unsigned i = 0; i < l->ifaces.n; i++) {
		const struct live_iface *iface = l->ifaces.v[i];

		live_iface_ledger(iface, outputs_lost_of(&l->pump.outputs, i), &ledger);
		if (l->pump.loop.forced || iface->blind || l->source.malformed ||
		    rings_broken(l->rings) || ledger_adds_up(&ledger, true))
			continue;
		status = log_fail(
			STATUS_RUNTIME,
			"%s: the counts do not add up: seen %llu, filtered %llu, %slost %llu, delivered %llu, "
			"taken %llu, not written %llu",
			live_iface_name(iface), (ull)ledger.seen, (ull)ledger.filtered,
			left_out(&ledger, words, sizeof(words)), (ull)ledger_lost(&ledger),
			(ull)ledger.delivered, (ull)ledger.taken, (ull)ledger_not_written(&ledger));
	}
	return status;
}

static enum status check_strays(const struct capture *l)
{
	uint64_t n;
	int err = programs_strays(l->settings.programs, &n);

	if (err)
		return log_fail(STATUS_RUNTIME, "frames on interfaces other than those captured cannot be counted: %s",
				strerror(-err));
	return n ? log_fail(STATUS_RUNTIME,
			    "%llu frames came on interfaces other than those captured, or on one that had just gone to "
			    "another namespace: not written",
			    (unsigned long long)n)
		 : STATUS_OK;
}

enum status capture_stop(struct capture *l)
{
	enum status status;

	notify_say(&l->notify, "STOPPING=1");
	pump_finish(&l->pump);
	if (l->guest)
		l->guest->look(l->guest->ctx, capture_lost(l));
	capture_flows_end(l);
	print_summary(l);
	for (unsigned i = 0; i < l->ifaces.n; i++)
		if (l->ifaces.v[i]->blind)
			l->status = STATUS_RUNTIME;
	l->status = max_of(l->status, check_books(l));
	if (rings_broken(l->rings)) {
		log_complain(
			"a ring held records that make no sense; packets behind them are lost and not counted as such");
		l->status = STATUS_RUNTIME;
	}
	if (l->source.malformed) {
		log_complain("%llu records of the rings were of no interface of ours: not written",
			     (unsigned long long)l->source.malformed);
		l->status = STATUS_RUNTIME;
	}
	l->status = max_of(l->status, check_strays(l));
	status = pump_wait(&l->pump);
	if (!status)
		status = l->status;
	return status ? status : (enum status)l->recording.command_status;
}
