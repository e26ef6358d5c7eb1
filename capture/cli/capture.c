// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A capture from start to end: the loop in between, which takes packets, signals and changes of the
 * interfaces as they come.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/cli/capture.h"
#include "capture/cli/capture_impl.h"
#include "capture/cli/opts.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/rings.h"
#include "capture/kernel/run_as.h"
#include "capture/live/live_iface.h"
#include "capture/packet/packet.h"

enum {
	/* packets between two looks at the signals */
	SIGNALS_AFTER	= 8 * LIVE_SOURCE_BATCH,
	/* nothing stays in a buffer for longer than 100 ms: that, a pace, and the window */
	FLUSH_NS	= 90 * 1000 * 1000,
	/* between two looks whether our programs are still there */
	LOOK_NS		= 1000 * 1000 * 1000,
};

/* ---- packets ---- */

bool capture_has_terminal(void)
{
	int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* SIGHUP asks for a new file, unless there is none or it comes from the terminal that has gone. */
static bool asks_for_file(const struct capture *l, int sig)
{
	return sig == SIGHUP && outputs_is_file(&l->outputs) &&
	       (!l->had_terminal || capture_has_terminal());
}

void capture_take_signals(struct capture *l)
{
	int sig;

	while ((sig = loop_signal(&l->waiter))) {
		if (sig == SIGUSR1)
			capture_print_stats(l);
		else if (sig == SIGUSR2)
			outputs_flush(&l->outputs);
		else if (asks_for_file(l, sig))
			outputs_next_file(&l->outputs);
		else if (!l->asked)
			l->asked = l->stopping = true;
		else if (sig != SIGHUP)		/* of which a terminal that goes can send two */
			l->forced = sig;
	}
	if (l->forced)
		outputs_hurry(&l->outputs, 0);
}

/*
 * Hands a batch on. What comes behind the end of what is wanted (-c, a failed write) is counted as
 * refused.
 */
static unsigned take_batch(struct capture *l, bool wanted)
{
	unsigned n = live_source_batch(&l->source);
	struct packet p;

	while (live_source_next(&l->source, &p)) {
		bool hand_on = wanted && !l->outputs.done;

		if (hand_on)
			outputs_packet(&l->outputs, &p);
		else
			l->outputs.refused++;
		live_source_took(&l->source, hand_on);
	}
	return n;
}

size_t capture_look(struct capture *l, bool all)
{
	size_t used = live_source_look(&l->source, all);

	outputs_now(&l->outputs, l->source.looked_ns);
	return used;
}

void capture_refuse(struct capture *l)
{
	capture_look(l, true);
	while (take_batch(l, false))
		;
}

uint64_t capture_drain(struct capture *l)
{
	bool rest = l->stopping;
	uint64_t taken = 0;

	while (!l->forced) {
		unsigned n = take_batch(l, true);

		taken += n;
		if (n < LIVE_SOURCE_BATCH || taken % SIGNALS_AFTER == 0)
			capture_take_signals(l);
		/* off the interface first */
		if (n < LIVE_SOURCE_BATCH || (!rest && (l->outputs.done || l->stopping)))
			break;
	}
	return taken;
}

static void flush(struct capture *l, uint64_t taken)
{
	uint64_t now = clock_monotonic_ns();

	if (!taken || now - l->flushed_ns >= FLUSH_NS) {
		if (outputs_pending(&l->outputs))
			outputs_flush(&l->outputs);
		l->flushed_ns = now;
	}
}

/* What the rings hold back may still belong into the current file. */
static void turn(struct capture *l)
{
	if (!l->stopping && !l->outputs.done)
		outputs_tick(&l->outputs, l->source.looked_ns - RING_WINDOW_NS);
}

/* How long to sleep: no longer than until the next file begins, or the links are looked at. */
static uint64_t until_next(struct capture *l, uint64_t pace)
{
	uint64_t due = outputs_due(&l->outputs), now = clock_monotonic_ns();

	pace = min_of(pace, (uint64_t)LOOK_NS);
	if (due == UINT64_MAX)
		return pace;
	due += RING_WINDOW_NS;
	return min_of(pace, due > now ? due - now : 0);
}

/* ---- interfaces ---- */

/* May it come back? One from which we were taken off does not: that was somebody's wish. */
static bool is_waited_for(const struct capture *l, const struct live_iface *t)
{
	return t->gone && l->opts->wait && !t->detached;
}

/* One that is gone for good is an error, the last one the end. */
static void count_the_living(struct capture *l)
{
	unsigned alive = 0;

	for (unsigned i = 0; i < l->n_ifaces; i++)
		alive += !l->ifaces[i].gone || is_waited_for(l, &l->ifaces[i]);
	if (alive < l->n_ifaces)
		l->status = STATUS_RUNTIME;
	if (!alive)
		l->stopping = true;
}

static void changed(void *ctx, const struct netif *n, bool gone)
{
	struct capture *l = ctx;

	for (unsigned i = 0; i < l->n_ifaces; i++) {
		struct live_iface *t = &l->ifaces[i];

		if (!t->gone && t->netif.ifindex == n->ifindex)
			live_iface_changed(t, n, gone);
		else if (!gone && is_waited_for(l, t) && !strcmp(t->iface.name, n->name))
			live_iface_return(t, n, &l->settings);
	}
	count_the_living(l);
}

/* Changes are lost when too many come at once; then look for ourselves. */
static void look_for_changes(struct capture *l)
{
	for (unsigned i = 0; i < l->n_ifaces; i++) {
		const struct live_iface *t = &l->ifaces[i];
		struct netif n = t->netif;
		int err = t->gone ? netif_by_name(t->iface.name, &n)
				  : netif_by_index(n.ifindex, &n);

		if (!err || (!t->gone && err == -ENODEV))
			changed(l, &n, err == -ENODEV);
	}
}

/* The message that an interface is deleted may be on its way, and says better what has happened. */
static void look_at_links(struct capture *l)
{
	uint64_t now = clock_monotonic_ns();

	if (now - l->looked_ns < LOOK_NS)
		return;
	l->looked_ns = now;
	for (unsigned i = 0; i < l->n_ifaces; i++) {
		if (l->ifaces[i].gone || !live_iface_is_lost(&l->ifaces[i]))
			continue;
		look_for_changes(l);
		if (!l->ifaces[i].gone)
			live_iface_lose(&l->ifaces[i]);
	}
	count_the_living(l);
}

/* ---- the clock ---- */

static void clock_was_set(struct capture *l)
{
	int64_t step_ns = clock_refresh(&l->source.clock);

	clock_watch_again(l->waiter.fds[ON_CLOCK]);
	outputs_clock_set(&l->outputs, clock_monotonic_ns(), clock_now_ns());
	if (!step_ns)
		return;
	for (unsigned i = 0; i < l->n_ifaces; i++)
		l->ifaces[i].clock_step_ns += step_ns;
	log_complain("warning: the clock was set by %+.3f s, and the times of packets follow it",
		     step_ns / 1e9);
}

/* ---- all of it ---- */

static void run(struct capture *l)
{
	while (!l->stopping && !l->outputs.done) {
		size_t used = capture_look(l, false);
		uint64_t taken = capture_drain(l);
		unsigned ready;

		flush(l, taken);
		turn(l);
		look_at_links(l);
		if (l->stopping || l->outputs.done)
			break;
		ready = loop_wait(&l->waiter,
				  until_next(l, live_source_pace(&l->source, used, taken)));
		if (ready & 1u << ON_SIGNAL)
			capture_take_signals(l);
		if (ready & 1u << ON_TIMER)
			capture_print_stats(l);
		if (ready & 1u << ON_CLOCK)
			clock_was_set(l);
		if (ready & 1u << ON_CHANGE && !netif_watch_read(l->watch, changed, l))
			look_for_changes(l);
	}
}

enum status capture_run(const struct opts *o)
{
	struct capture l = {
		.opts = o, .waiter = LOOP_INIT, .n_ifaces = o->n_ifaces ? o->n_ifaces : 1,
		.settings = {
			.snap = o->snap, .headers_only = o->headers_only, .drop = o->mirror_port,
			.promiscuous = o->promiscuous, .mode = o->mode, .filter = o->filter,
		},
	};
	enum status status;

	l.ifaces = calloc(l.n_ifaces, sizeof(*l.ifaces));
	if (!l.ifaces)
		return log_fail(STATUS_RUNTIME, "out of memory");
	status = capture_start(&l);
	if (!status && l.listening) {
		run(&l);
		status = capture_stop(&l);
	}
	for (unsigned i = 0; i < l.n_ifaces; i++)
		live_iface_close(&l.ifaces[i]);
	outputs_close(&l.outputs);
	netif_watch_close(l.watch);
	rings_close(l.rings);
	if (l.waiter.fds[ON_CLOCK] >= 0)
		close(l.waiter.fds[ON_CLOCK]);
	loop_close(&l.waiter);
	to_ebpf_free(&l.filter);
	run_as_close(l.user);
	free(l.ifaces);
	return status;
}
