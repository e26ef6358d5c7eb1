// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The end of a capture: off the interface first, then the ring is drained, then the books are
 * closed.
 */
#include <errno.h>
#include <unistd.h>

#include "capture/cli/capture_impl.h"
#include "capture/cli/opts.h"
#include "capture/kernel/rings.h"
#include "capture/live/live_iface.h"
#include "capture/report/stats.h"

typedef unsigned long long ull;

enum { HURRY_MS = 1000 };	/* a reader has to take something within this time */

/*
 * Of all interfaces, as of now; *c by protocol. Packets that the outputs could not take are known
 * of each interface; what came as one of no interface is in no ledger of one.
 */
static struct ledger sum_up(struct capture *l, struct counters *c)
{
	struct ledger sum = { .unwritten = l->source.malformed }, one;

	for (unsigned i = 0; i < l->n_ifaces; i++) {
		const uint64_t *from = (const uint64_t *)&l->ifaces[i].counters;
		uint64_t *to = (uint64_t *)c;

		live_iface_snapshot(&l->ifaces[i]);
		for (size_t k = 0; k < sizeof(*c) / sizeof(*to); k++)
			to[k] += from[k];
		live_iface_ledger(&l->ifaces[i], 0, &one);
		ledger_add(&sum, &one);
	}
	sum.unwritten += outputs_lost(&l->outputs);
	return sum;
}

void capture_print_stats(struct capture *l)
{
	struct totals t = { .has_filter = l->filter.n };
	struct ledger sum = sum_up(l, &t.c);

	t.ledger = &sum;
	stats_print(&t, clock_monotonic_ns() - l->start_ns);
}

/*
 * Packets that entered the program before it was taken off may still be on their way into a ring.
 */
static void drain_rest(struct capture *l)
{
	bool quiet;

	do {
		quiet = !capture_look(l, true);
		capture_drain(l);
		for (unsigned i = 0; i < l->n_ifaces; i++)
			quiet &= live_iface_snapshot(&l->ifaces[i]);
		if (!quiet)
			usleep(1000);
	} while (!l->forced && !quiet);
	if (l->forced)
		capture_refuse(l);
}

/* A signal ends the waiting for a reader; only one that forces the end ends the flush as well. */
static void flush_rest(struct capture *l)
{
	do {
		outputs_flush(&l->outputs);
		capture_take_signals(l);
	} while (!l->forced && outputs_pending(&l->outputs));
}

static void announce_count(uint64_t n, const char *what)
{
	log_announce("%llu packet%s %s", (unsigned long long)n, n == 1 ? "" : "s", what);
}

static void print_summary(struct capture *l)
{
	struct counters c = { .delivered = 0 };
	struct ledger sum = sum_up(l, &c);
	uint64_t reported = 0;

	for (unsigned i = 0; i < l->n_ifaces; i++)
		reported += l->ifaces[i].reported;
	capture_print_stats(l);
	if (ledger_lost(&sum) > reported)
		log_announce("  %llu of them behind the last packet",
			     (unsigned long long)(ledger_lost(&sum) - reported));
	announce_count(outputs_captured(&l->outputs), "captured");
	announce_count(ledger_accepted(&sum), "received by filter");
	announce_count(ledger_lost(&sum), "dropped by kernel");
	announce_count(sum.if_dropped, "dropped by interface");
	if (rings_late(l->rings))
		announce_count(rings_late(l->rings),
			       "out of the order of time, more than a millisecond late");
	if (sum.ring_full)
		log_complain(
			"warning: the ring was full; a larger one (-B)%s or a smaller snapshot length (-s) loses less",
			l->opts->codec.kind == CODEC_NONE
				? ""
				: ", less compression (zstd:1 is the fastest)");
	if (sum.copy_failed)
		log_complain(
			"warning: packets could not be copied, or came on a CPU that was added since the start");
}

/* Where a record made no sense, or the end was forced, it is known that they do not add up. */
static enum status check_books(const struct capture *l)
{
	enum status status = STATUS_OK;
	struct ledger ledger;

	for (unsigned i = 0; i < l->n_ifaces; i++) {
		const struct live_iface *iface = &l->ifaces[i];

		live_iface_ledger(iface, outputs_lost_of(&l->outputs, i), &ledger);
		if (l->forced || iface->blind || l->source.malformed || rings_broken(l->rings) ||
		    ledger_adds_up(&ledger, true))
			continue;
		status = log_fail(
			STATUS_RUNTIME,
			"%s: the counts do not add up: seen %llu, filtered %llu, lost %llu, delivered %llu, "
			"taken %llu, not written %llu",
			iface->netif.name, (ull)ledger.seen, (ull)ledger.filtered,
			(ull)ledger_lost(&ledger), (ull)ledger.delivered, (ull)ledger.taken,
			(ull)ledger_not_written(&ledger));
	}
	return status;
}

enum status capture_stop(struct capture *l)
{
	int status;

	l->stopping = true;
	for (unsigned i = 0; i < l->n_ifaces; i++)
		live_iface_detach(&l->ifaces[i]);
	outputs_hurry(&l->outputs, HURRY_MS);
	drain_rest(l);
	flush_rest(l);
	outputs_finish(&l->outputs);
	capture_take_signals(l);
	print_summary(l);
	/* no other file can begin, and the commands are not to be killed for that */
	loop_ignore_hangup(&l->waiter);
	if (outputs_wait(&l->outputs) == -EINTR)
		capture_take_signals(l);
	for (unsigned i = 0; i < l->n_ifaces; i++)
		if (l->ifaces[i].blind)
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
	status = outputs_report(&l->outputs);
	if (l->forced)
		return STATUS_SIGNAL + l->forced;
	return status ? (enum status)status : l->status;
}
