// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdio.h>
#include <string.h>

#include "capture/base/clock.h"
#include "capture/base/util.h"
#include "capture/cli/books.h"
#include "capture/cli/books_report.h"
#include "capture/cli/recording.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/programs.h"
#include "capture/kernel/rings.h"
#include "capture/live/live_books.h"
#include "capture/live/live_device.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_set.h"
#include "capture/live/live_source.h"
#include "capture/live/live_watched.h"
#include "capture/report/state.h"
#include "capture/report/stats.h"
#include "capture/stage/triggers.h"
#include "capture/write/outputs.h"
#include "capture/write/recorder.h"

typedef unsigned long long ull;

/* Of the program that is watched. */
static void print_verdicts(const struct live_iface *t)
{
	struct program_verdicts v;
	struct live_watched w;

	if (!t->entry && live_watched_program(t, &w) && !hook_verdicts(t->received.hook, &v))
		stats_print_verdicts(live_iface_name(t), w.name, w.id, &v);
}

/* What the recorder has by now. */
static void print_recorder(const struct books *b, uint64_t matches)
{
	struct recorder_counts c;

	if (!b->recording->recorder)
		return;
	c = recorder_counts(b->recording->recorder);
	log_announce("  recorder: %llu trigger%s, %llu ignored, %llu file%s; "
		     "in memory %llu packet%s of %.1f s, %llu bytes",
		     (ull)c.triggers, c.triggers == 1 ? "" : "s", (ull)c.ignored, (ull)c.files,
		     c.files == 1 ? "" : "s", (ull)c.in_memory, c.in_memory == 1 ? "" : "s",
		     c.back_ns / 1e9, (ull)c.bytes);
	if (!triggers_has(b->recording->triggers, TRIGGER_FILTER))
		return;
	matches += triggers_matches(b->recording->triggers);
	log_announce("  --trigger: %llu packet%s matched", (ull)matches, matches == 1 ? "" : "s");
}

static void print_text(const struct books *b)
{
	struct totals t = { .has_filter = b->has_filter };
	struct ledger sum = books_sum(b, &t);

	t.has_sent = b->has_sent;
	t.ledger = &sum;
	stats_print(&t, clock_monotonic_ns() - b->start_ns);
	for (unsigned i = 0; i < b->ifaces->n; i++)
		print_verdicts(b->ifaces->v[i]);
	print_recorder(b, t.c.triggers);
}

static void print_json(const struct books *b, bool ended)
{
	struct state *s = books_state(b);

	if (s)
		s->ended = ended;
	if (!s || !state_print(s))
		log_complain("statistics: out of memory");
	state_close(s);
}

void books_report_now(const struct books *b, bool json)
{
	if (json)
		print_json(b, false);
	else
		print_text(b);
}

static void announce_count(uint64_t n, const char *what)
{
	log_announce("%llu packet%s %s", (unsigned long long)n, n == 1 ? "" : "s", what);
}

static void print_counts(const struct books *b, const struct ledger *sum)
{
	uint64_t reported = 0;

	for (unsigned i = 0; i < b->ifaces->n; i++)
		reported += b->ifaces->v[i]->reported;
	print_text(b);
	if (ledger_lost(sum) > reported)
		log_announce("  %llu of them behind the last packet",
			     (unsigned long long)(ledger_lost(sum) - reported));
	announce_count(outputs_captured(b->outputs), "captured");
	if (b->recording->recorder)
		announce_count(recorder_counts(b->recording->recorder).forgotten,
			       "in no file, as no trigger asked for them");
	announce_count(ledger_accepted(sum), "received by filter");
	announce_count(ledger_lost(sum), "dropped by kernel");
	announce_count(sum->if_dropped, "dropped by interface");
	if (rings_late(b->rings))
		announce_count(rings_late(b->rings),
			       "out of the order of time, more than a millisecond late");
}

void books_report_end(const struct books *b, bool json, bool compresses)
{
	struct totals t = { .ledger = NULL };
	struct ledger sum = books_sum(b, &t);

	if (json)
		print_json(b, true);
	else
		print_counts(b, &sum);
	if (sum.ring_full)
		log_complain(
			"warning: the ring was full; a larger one (-B)%s or a smaller snapshot length (-s) loses less",
			compresses ? ", less compression (zstd:1 is the fastest)" : "");
	for (unsigned i = 0; i < b->ifaces->n; i++)
		live_device_report(b->ifaces->v[i]);
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
static enum status check_ledgers(const struct books *b, bool forced)
{
	enum status status = STATUS_OK;
	struct ledger ledger;
	char words[96];

	for (unsigned i = 0; i < b->ifaces->n; i++) {
		const struct live_iface *iface = b->ifaces->v[i];

		live_books_ledger(iface, outputs_lost_of(b->outputs, i), &ledger);
		if (forced || iface->blind || b->source->malformed ||
		    rings_broken(b->rings) || ledger_adds_up(&ledger, true))
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

static enum status check_strays(const struct books *b)
{
	uint64_t n;
	int err = programs_strays(b->programs, &n);

	if (err)
		return log_fail(STATUS_RUNTIME, "frames on interfaces other than those captured cannot be counted: %s",
				strerror(-err));
	return n ? log_fail(STATUS_RUNTIME,
			    "%llu frames came on interfaces other than those captured, or on one that had just gone to "
			    "another namespace: not written",
			    (unsigned long long)n)
		 : STATUS_OK;
}

enum status books_report_check(const struct books *b, bool forced)
{
	enum status status = check_ledgers(b, forced);

	for (unsigned i = 0; i < b->ifaces->n; i++)
		if (b->ifaces->v[i]->blind)
			status = STATUS_RUNTIME;
	if (rings_broken(b->rings)) {
		log_complain(
			"a ring held records that make no sense; packets behind them are lost and not counted as such");
		status = STATUS_RUNTIME;
	}
	if (b->source->malformed) {
		log_complain("%llu records of the rings were of no interface of ours: not written",
			     (unsigned long long)b->source->malformed);
		status = STATUS_RUNTIME;
	}
	return max_of(status, check_strays(b));
}
