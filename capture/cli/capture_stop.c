// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The end of a capture: off the interface first, then the ring is drained, then the books are closed. */
#include <errno.h>
#include <unistd.h>

#include "capture/cli/capture_impl.h"
#include "capture/cli/opts.h"
#include "capture/kernel/rings.h"
#include "capture/live/live_iface.h"
#include "capture/report/stats.h"

enum { HURRY_MS = 1000 };	/* a reader has to take something within this time */

void capture_print_stats(struct capture *l)
{
	struct totals t = { .live = true, .has_filter = l->filter.n };

	for (unsigned i = 0; i < l->n_ifaces; i++) {
		const uint64_t *from = (const uint64_t *)&l->ifaces[i].counters;
		uint64_t *to = (uint64_t *)&t.c;

		live_iface_snapshot(&l->ifaces[i]);
		for (size_t k = 0; k < sizeof(t.c) / sizeof(*to); k++)
			to[k] += from[k];
		t.not_written += l->ifaces[i].refused;
		t.if_dropped += l->ifaces[i].if_dropped;
	}
	t.not_written += l->source.malformed + outputs_lost(&l->outputs);
	stats_print(&t, clock_monotonic_ns() - l->start_ns);
}

/* Packets that entered the program before it was taken off may still be on their way into a ring. */
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
	uint64_t received = 0, dropped = 0, full = 0, if_dropped = 0, reported = 0;

	for (unsigned i = 0; i < l->n_ifaces; i++) {
		const struct counters *c = &l->ifaces[i].counters;

		received += c->all.packets;
		dropped += c->ring_full + c->error;
		full += c->ring_full;
		if_dropped += l->ifaces[i].if_dropped;
		reported += l->ifaces[i].reported;
	}
	capture_print_stats(l);
	if (dropped > reported)
		log_announce("  %llu of them behind the last packet", (unsigned long long)(dropped - reported));
	announce_count(outputs_captured(&l->outputs), "captured");
	announce_count(received, "received by filter");
	announce_count(dropped, "dropped by kernel");
	announce_count(if_dropped, "dropped by interface");
	if (rings_late(l->rings))
		announce_count(rings_late(l->rings), "out of the order of time, more than a millisecond late");
	if (full)
		log_complain("warning: the ring was full; a larger one (-B)%s or a smaller snapshot length (-s) loses less",
			 l->opts->codec.kind == CODEC_NONE ? "" : ", less compression (zstd:1 is the fastest)");
	if (dropped > full)
		log_complain("warning: packets could not be copied, or came on a CPU that was added since the start");
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
	loop_ignore_hangup(&l->waiter);	/* no other file can begin, and the commands are not to be killed for that */
	if (outputs_wait(&l->outputs) == -EINTR)
		capture_take_signals(l);
	for (unsigned i = 0; i < l->n_ifaces; i++)
		if (l->ifaces[i].blind)
			l->status = STATUS_RUNTIME;
	if (rings_broken(l->rings)) {
		log_complain("a ring held records that make no sense; packets behind them are lost and not counted as such");
		l->status = STATUS_RUNTIME;
	}
	if (l->source.malformed) {
		log_complain("%llu records of the rings were of no interface of ours: not written", (unsigned long long)l->source.malformed);
		l->status = STATUS_RUNTIME;
	}
	status = outputs_report(&l->outputs);
	if (l->forced)
		return STATUS_SIGNAL + l->forced;
	return status ? (enum status)status : l->status;
}
