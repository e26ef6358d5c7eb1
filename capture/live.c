// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A capture from start to end. The order is what matters. Start: whatever can fail does so before a file is overwritten,
 * and the start line comes last. Stop: off the interface first, then the ring is drained, then the books are closed.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "capture/clock.h"
#include "capture/drain.h"
#include "capture/expr.h"
#include "capture/filter.h"
#include "capture/flow.h"
#include "capture/live.h"
#include "capture/netif.h"
#include "capture/opts.h"
#include "capture/privilege.h"
#include "capture/ring.h"
#include "capture/stats.h"
#include "capture/tap.h"
#include "capture/version.h"
#include "capture/wait.h"
#include "capture/writer.h"

enum {
	SIGNALS_AFTER	= 8 * DRAIN_BATCH,	/* packets between two looks at the signals */
	FLUSH_NS	= 90 * 1000 * 1000,	/* nothing stays in a buffer for longer than 100 ms: that, a pace, and the window */
	FDS_MIN		= 64,
	HURRY_MS	= 1000,			/* at the end a reader has to take something within this time */
};

struct live {
	const struct opts *opts;
	struct waiter waiter;
	struct ring *ring;
	struct netif_watch *watch;
	struct flow flow;
	struct tap *taps;
	unsigned n_taps;
	struct drain drain;
	struct filter filter;		/* of all interfaces, which are Ethernet; without instructions: none */
	uint64_t start_ns, flushed_ns;	/* CLOCK_MONOTONIC */
	bool listening, stopping;
	bool asked;			/* to stop, by a signal */
	int forced;			/* the signal that came after that */
	enum status status;
};

/* ---- packets ---- */

static void print_stats(struct live *l)
{
	struct totals t = { .live = true, .has_filter = l->filter.n };

	for (unsigned i = 0; i < l->n_taps; i++) {
		const uint64_t *from = (const uint64_t *)&l->taps[i].counters;
		uint64_t *to = (uint64_t *)&t.c;

		tap_snapshot(&l->taps[i]);
		for (size_t k = 0; k < sizeof(t.c) / sizeof(*to); k++)
			to[k] += from[k];
		t.not_written += l->taps[i].refused;
		t.if_dropped += l->taps[i].if_dropped;
	}
	t.not_written += l->drain.malformed + (l->flow.writer ? writer_lost_all(l->flow.writer) : 0);
	stats_print(&t, clock_monotonic_ns() - l->start_ns);
}

static void take_signals(struct live *l)
{
	int sig;

	while ((sig = waiter_signal(&l->waiter))) {
		if (sig == SIGUSR1)
			print_stats(l);
		else if (l->asked)
			l->forced = sig;
		else
			l->asked = l->stopping = true;
	}
	if (l->forced)
		flow_hurry(&l->flow, 0);
}

/* Takes what is in the rings now, and no more, so that there is time for other things. Returns the number of packets. */
static uint64_t drain(struct live *l)
{
	bool rest = l->stopping;
	uint64_t taken = 0;

	while (!l->forced) {
		unsigned n = drain_batch(&l->drain);

		taken += n;
		if (n < DRAIN_BATCH || taken % SIGNALS_AFTER == 0)
			take_signals(l);
		if (n < DRAIN_BATCH || (!rest && (l->flow.done || l->stopping)))	/* off the interface first */
			break;
	}
	return taken;
}

static void flush(struct live *l, uint64_t taken)
{
	uint64_t now = clock_monotonic_ns();

	if (!taken || now - l->flushed_ns >= FLUSH_NS) {
		if (flow_pending(&l->flow))
			flow_flush(&l->flow);
		l->flushed_ns = now;
	}
}

/* ---- interfaces ---- */

static void changed(void *ctx, const struct netif *n, bool gone)
{
	struct live *l = ctx;
	unsigned alive = 0;

	for (unsigned i = 0; i < l->n_taps; i++) {
		struct tap *t = &l->taps[i];

		if (!t->gone && t->netif.ifindex == n->ifindex) {
			tap_changed(t, n, gone);
			if (t->gone)
				l->status = STATUS_RUNTIME;
		}
		alive += !t->gone;
	}
	if (!alive)
		l->stopping = true;
}

/* Changes are lost when too many come at once; then look for ourselves. */
static void look_for_changes(struct live *l)
{
	for (unsigned i = 0; i < l->n_taps; i++) {
		struct netif n = l->taps[i].netif;
		int err = l->taps[i].gone ? 0 : netif_by_index(n.ifindex, &n);

		if (!l->taps[i].gone && (!err || err == -ENODEV))
			changed(l, &n, err == -ENODEV);
	}
}

/* ---- start ---- */

static enum status check_limits(void)
{
	struct rlimit limit;

	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < FDS_MIN)
		return fail(STATUS_RUNTIME, "only %llu open files are allowed, and %d are needed: ulimit -n %d",
			    (unsigned long long)limit.rlim_cur, FDS_MIN, FDS_MIN);
	return STATUS_OK;
}

static enum status open_ring(struct live *l)
{
	size_t wanted = l->opts->ring_bytes, kib;
	int err = ring_open(&l->ring, wanted, l->opts->snap);

	if (!err) {
		kib = ring_size(l->ring) / 1024;
		if (wanted && kib * 1024 != wanted)
			complain("warning: the rings have %zu KiB: each CPU's is a power of two", kib);
		return STATUS_OK;
	}
	if (err == -E2BIG)
		return fail(STATUS_USAGE, "-B %zu: a CPU's ring can have 256 MiB at most", wanted / 1024);
	if (err == -ENOMEM)
		return fail(STATUS_RUNTIME, "cannot allocate the rings; -B asks for less");
	if (err == -EPERM || err == -EACCES)
		return fail(STATUS_PERMISSION, "the kernel does not let us make the rings: %s", strerror(-err));
	if (err == -EINVAL)
		return fail(STATUS_UNSUPPORTED, "this kernel has no BPF maps for the rings (Linux 5.8): %s", strerror(-err));
	return fail(STATUS_RUNTIME, "cannot make the rings: %s", strerror(-err));
}

static void expr_closep(struct expr **e)
{
	expr_close(*e);
}

static enum status make_filter(struct live *l)
{
	cleanup(expr_closep) struct expr *e = NULL;
	const struct sock_filter *insns;
	int err;
	size_t n;

	if (!l->opts->filter)
		return STATUS_OK;
	err = expr_open(&e, l->opts->filter, LINKTYPE_ETHERNET, !l->opts->no_optimize);
	if (err == -EINVAL)
		return fail(STATUS_USAGE, "%s", expr_error(e));
	if (!err) {
		insns = expr_insns(e, &n);
		err = filter_translate(&l->filter, insns, n);
	}
	if (err == -EOPNOTSUPP)
		return fail(STATUS_USAGE, "the expression asks for what is not in the bytes of a frame");
	if (err == -E2BIG)
		return fail(STATUS_UNSUPPORTED, "the expression is too long");
	return err ? fail(STATUS_RUNTIME, "cannot make the filter: %s", strerror(-err)) : STATUS_OK;
}

static enum status load(struct live *l)
{
	char missing[128];
	enum status status = check_limits();

	if (status)
		return status;
	if (!privilege_to_attach(missing, sizeof(missing)))
		return fail(STATUS_PERMISSION, "capturing is not permitted: %s", missing);
	attach_set_verbose(l->opts->debug ? ATTACH_ALL : l->opts->print.verbose > 1 ? ATTACH_REFUSALS : ATTACH_SILENT);
	status = open_ring(l);
	for (unsigned i = 0; !status && i < l->n_taps; i++)
		status = tap_load(&l->taps[i], l->ring, l->opts, l->filter.n ? &l->filter : NULL);
	return status;
}

static enum status watch(struct live *l)
{
	int clock_fd = clock_watch();
	int err = netif_watch_open(&l->watch);

	if (!err)
		err = waiter_add(&l->waiter, ON_RING, ring_bell_fd(l->ring));
	if (!err)
		err = waiter_add(&l->waiter, ON_CHANGE, netif_watch_fd(l->watch));
	if (!err && clock_fd >= 0)
		err = waiter_add(&l->waiter, ON_CLOCK, clock_fd);
	if (!err && l->opts->stats_ns)
		err = waiter_add_timer(&l->waiter, l->opts->stats_ns);
	return err ? fail(STATUS_RUNTIME, "cannot wait for packets: %s", strerror(-err)) : STATUS_OK;
}

static enum status begin_file(struct live *l)
{
	struct utsname uts;
	char os[256];
	int err;

	if (!l->flow.writer)
		return STATUS_OK;
	uname(&uts);
	snprintf(os, sizeof(os), "%s %s", uts.sysname, uts.release);
	err = writer_begin(l->flow.writer, uts.machine, os, "xdpdump " XDPDUMP_VERSION);
	for (unsigned i = 0; !err && i < l->n_taps; i++)
		err = writer_iface(l->flow.writer, &l->taps[i].iface, l->opts->snap);
	if (!err)
		err = writer_flush(l->flow.writer);
	if (err == -EINTR)	/* nothing is lost, and the signal is looked at next */
		return STATUS_OK;
	l->flow.done = err == -EPIPE;
	if (err && err != -EPIPE)
		return fail(STATUS_INCOMPLETE, "%s: cannot write: %s", l->opts->write, strerror(-err));
	return STATUS_OK;
}

static void announce_start(const struct live *l)
{
	char where[512];
	size_t len = 0;

	for (unsigned i = 0; i < l->n_taps && len < sizeof(where) / 2; i++)
		len += snprintf(where + len, sizeof(where) - len, "%s%s, %s mode", i ? ", " : "", l->taps[i].netif.name,
				xdp_mode_name(l->taps[i].mode));
	if (l->opts->mirror_port)
		len += snprintf(where + len, sizeof(where) - len, ", dropping every frame (--mirror-port)");
	if (l->opts->headers_only)
		announce("listening on %s, headers only", where);
	else if (l->opts->snap == EVENT_SNAP_MAX)
		announce("listening on %s, whole frames", where);
	else
		announce("listening on %s, snippet %u bytes (-s 0 for whole frames)", where, l->opts->snap);
}

static enum status start(struct live *l)
{
	const struct opts *o = l->opts;
	enum status status;
	int err = waiter_open(&l->waiter);

	if (err)
		return fail(STATUS_RUNTIME, "cannot wait for signals: %s", strerror(-err));
	for (unsigned i = 0; i < l->n_taps; i++)	/* all, before one can fail: tap_close() looks at it */
		l->taps[i].promiscuous_fd = -1;
	status = make_filter(l);
	for (unsigned i = 0; !status && i < l->n_taps; i++)
		status = tap_describe(&l->taps[i], o->ifaces[i], i, o);
	if (!status)
		status = flow_open(&l->flow, o, l->waiter.stop_fd);
	if (status || l->flow.done)
		return status;
	status = load(l);
	if (!status)
		status = watch(l);
	l->start_ns = l->flushed_ns = clock_monotonic_ns();
	l->drain = (struct drain){
		.ring = l->ring, .taps = l->taps, .n_taps = l->n_taps, .flow = &l->flow, .looked_ns = l->start_ns,
	};
	clock_init(&l->drain.clock);
	for (unsigned i = 0; !status && i < l->n_taps; i++)
		status = tap_attach(&l->taps[i], o);
	if (!status)
		status = begin_file(l);
	if (!status)
		announce_start(l);
	l->listening = !status;
	return status;
}

/* ---- run and stop ---- */

static void run(struct live *l)
{
	while (!l->stopping && !l->flow.done) {
		size_t used = drain_look(&l->drain, false);
		uint64_t taken = drain(l);
		unsigned ready;

		flush(l, taken);
		if (l->stopping || l->flow.done)
			break;
		ready = waiter_wait(&l->waiter, drain_pace(&l->drain, used, taken));
		if (ready & 1u << ON_SIGNAL)
			take_signals(l);
		if (ready & 1u << ON_TIMER)
			print_stats(l);
		if (ready & 1u << ON_CLOCK) {
			clock_refresh(&l->drain.clock);
			clock_watch_again(l->waiter.fds[ON_CLOCK]);
		}
		if (ready & 1u << ON_CHANGE && !netif_watch_read(l->watch, changed, l))
			look_for_changes(l);
	}
}

/* Packets that entered the program before it was taken off may still be on their way into a ring. */
static void drain_rest(struct live *l)
{
	bool quiet;

	do {
		quiet = !drain_look(&l->drain, true);
		drain(l);
		for (unsigned i = 0; i < l->n_taps; i++)
			quiet &= tap_snapshot(&l->taps[i]);
		if (!quiet)
			usleep(1000);
	} while (!l->forced && !quiet);
	if (l->forced)
		drain_refuse(&l->drain);
}

/* A signal ends the waiting for a reader; only one that forces the end ends the flush as well. */
static void flush_rest(struct live *l)
{
	do {
		flow_flush(&l->flow);
		take_signals(l);
	} while (!l->forced && flow_pending(&l->flow));
}

static bool iface_stats(void *ctx, uint32_t id, struct iface_stats *s)
{
	const struct live *l = ctx;

	tap_stats(&l->taps[id], writer_lost(l->flow.writer, id), s);
	return true;
}

static void announce_count(uint64_t n, const char *what)
{
	announce("%llu packet%s %s", (unsigned long long)n, n == 1 ? "" : "s", what);
}

static void print_summary(struct live *l)
{
	uint64_t received = 0, dropped = 0, full = 0, if_dropped = 0, reported = 0;

	for (unsigned i = 0; i < l->n_taps; i++) {
		const struct counters *c = &l->taps[i].counters;

		received += c->all.packets;
		dropped += c->ring_full + c->error;
		full += c->ring_full;
		if_dropped += l->taps[i].if_dropped;
		reported += l->taps[i].reported;
	}
	print_stats(l);
	if (dropped > reported)
		announce("  %llu of them behind the last packet", (unsigned long long)(dropped - reported));
	announce_count(flow_captured(&l->flow), "captured");
	announce_count(received, "received by filter");
	announce_count(dropped, "dropped by kernel");
	announce_count(if_dropped, "dropped by interface");
	if (ring_late(l->ring))
		announce_count(ring_late(l->ring), "out of the order of time, more than a millisecond late");
	if (full)
		complain("warning: the ring was full; a larger one (-B) or a shorter snippet (-s) loses less");
	if (dropped > full)
		complain("warning: packets could not be copied, or came on a CPU that was added since the start");
}

static enum status stop(struct live *l)
{
	int err, status;

	l->stopping = true;
	for (unsigned i = 0; i < l->n_taps; i++)
		tap_detach(&l->taps[i]);
	flow_hurry(&l->flow, HURRY_MS);
	drain_rest(l);
	flush_rest(l);
	if (l->flow.writer) {
		err = writer_finish(l->flow.writer, iface_stats, l);
		if (err && err != -EPIPE && !l->flow.write_error)
			l->flow.write_error = err;
	}
	take_signals(l);
	print_summary(l);
	for (unsigned i = 0; i < l->n_taps; i++)
		if (l->taps[i].blind)
			l->status = STATUS_RUNTIME;
	if (ring_broken(l->ring)) {
		complain("a ring held records that make no sense; packets behind them are lost and not counted as such");
		l->status = STATUS_RUNTIME;
	}
	status = flow_report(&l->flow, l->opts->write);
	if (l->forced)
		return STATUS_SIGNAL + l->forced;
	return status ? (enum status)status : l->status;
}

enum status live_run(const struct opts *o)
{
	struct live l = { .opts = o, .waiter = WAITER_INIT, .n_taps = o->n_ifaces };
	enum status status;

	l.taps = calloc(l.n_taps, sizeof(*l.taps));
	if (!l.taps)
		return fail(STATUS_RUNTIME, "out of memory");
	status = start(&l);
	if (!status && l.listening) {
		run(&l);
		status = stop(&l);
	}
	for (unsigned i = 0; i < l.n_taps; i++)
		tap_close(&l.taps[i]);
	flow_close(&l.flow);
	netif_watch_close(l.watch);
	ring_close(l.ring);
	if (l.waiter.fds[ON_CLOCK] >= 0)
		close(l.waiter.fds[ON_CLOCK]);
	waiter_close(&l.waiter);
	filter_free(&l.filter);
	free(l.taps);
	return status;
}
