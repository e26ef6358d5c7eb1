// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A capture from start to end, and what happens beside the packets. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/cli/books_report.h"
#include "capture/cli/capture.h"
#include "capture/cli/capture_impl.h"
#include "capture/cli/capture_notify.h"
#include "capture/cli/capture_top.h"
#include "capture/cli/opts.h"
#include "capture/filter/per_link.h"
#include "capture/kernel/broker.h"
#include "capture/kernel/guard.h"
#include "capture/kernel/privilege.h"
#include "capture/kernel/programs.h"
#include "capture/kernel/rings.h"
#include "capture/kernel/rtnl.h"
#include "capture/kernel/run_as.h"
#include "capture/live/live_iface.h"
#include "capture/report/stats.h"

/* between two looks at interfaces, and what those are told who do not look at packets */
enum { LOOK_NS = 1000 * 1000 * 1000 };

/* ---- signals ---- */

bool capture_has_terminal(void)
{
	int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* SIGHUP asks for a new file, unless there is none or it comes from the terminal that has gone. */
static bool on_hangup(void *ctx)
{
	struct capture *l = ctx;

	if (!outputs_is_file(&l->pump.outputs) || (l->had_terminal && !capture_has_terminal()))
		return false;
	capture_notify_reloading(&l->notify);
	outputs_next_file(&l->pump.outputs);
	capture_notify_ready(&l->notify, &l->books);
	return true;
}

static void on_stats(void *ctx)
{
	struct capture *l = ctx;

	books_report_now(&l->books, l->opts->stats_json);
}

static void on_flush(void *ctx)
{
	struct capture *l = ctx;

	if (l->recording.recorder)
		recording_signal(&l->recording);
	else
		outputs_flush(&l->pump.outputs);
}

/* ---- the clock ---- */

void capture_clock_was_set(void *ctx)
{
	struct capture *l = ctx;
	int64_t step_ns = clock_refresh(&l->source.clock);

	clock_watch_again(l->clock_fd);
	outputs_clock_set(&l->pump.outputs, clock_monotonic_ns(), clock_now_ns());
	if (!step_ns)
		return;
	for (unsigned i = 0; i < l->ifaces.set.n; i++)
		l->ifaces.set.v[i]->clock_step_ns += step_ns;
	log_complain("warning: the clock was set by %+.3f s, and the times of packets follow it",
		     step_ns / 1e9);
}

/* ---- all of it ---- */

/* Each second, and when something has happened to an interface. */
static void look_around(struct capture *l)
{
	uint64_t now = clock_monotonic_ns();

	if (!l->ifaces.is_due && now - l->looked_ns < LOOK_NS)
		return;
	l->looked_ns = now;
	capture_metrics_tell(&l->metrics, &l->books);
	capture_notify_alive(&l->notify, &l->books);
	if (l->guest)
		l->guest->look(l->guest->ctx, books_lost(&l->books));
	capture_ifaces_look(&l->ifaces);
}

static void look_at_rates(struct capture *l)
{
	const uint64_t now = clock_monotonic_ns();
	struct totals t = { .ledger = NULL };
	struct ledger sum;

	if (!recording_is_due(&l->recording, now))
		return;
	sum = books_sum(&l->books, &t);
	recording_rates(&l->recording, now, ledger_accepted(&sum),
			ledger_lost(&sum) + sum.if_dropped);
}

static void on_round(void *ctx)
{
	struct capture *l = ctx;

	look_around(l);
	look_at_rates(l);
	if (l->top)
		capture_top_round(l->top);
}

/* The screen is given back before anything is said of the end. */
static enum status run(struct capture *l)
{
	struct loop *loop = &l->pump.loop;
	enum status status = l->top ? capture_top_show(l->top, l->opts->filter) : STATUS_OK, ended;

	loop->stats = on_stats;
	loop->flush = on_flush;
	loop->hangup = on_hangup;
	loop->ctx = l;
	l->pump.ended |= status != STATUS_OK;
	pump_run(&l->pump);
	l->top = capture_top_close(l->top);
	ended = capture_stop(l);
	return status ? status : ended;
}

static void close_all(struct capture *l)
{
	privilege_raise_here(l->rights);

	capture_metrics_close(&l->metrics);
	capture_commands_close(&l->commands);
	capture_change_close(&l->change);
	notify_close(&l->notify);
	capture_ifaces_detach(&l->ifaces);
	programs_close(l->settings.programs);
	rtnl_close(l->settings.rtnl);
	guard_close(l->guard);
	broker_close(l->broker);
	pump_close(&l->pump);
	recording_close(&l->recording);
	capture_ifaces_close(&l->ifaces);
	capture_flows_close(&l->flows);
	rings_close(l->rings);
	if (l->clock_fd >= 0)
		close(l->clock_fd);
	per_link_close(l->filters.entry);
	per_link_close(l->filters.exit);
	per_link_close(l->filters.trigger);
	free(l->trigger_text);
	run_as_close(l->user);
}

/*
 * Who may ask for another snapshot length can ask for a longer one, if the rings need not be larger
 * for that.
 */
static uint32_t snap_max(const struct opts *o)
{
	enum { META_MAX = 8 * EVENT_META_MAX };

	return o->control
		       ? rings_room(o->ring_bytes, o->snap + META_MAX, EVENT_SNAP_MAX + META_MAX) -
				 META_MAX
		       : o->snap;
}

enum status capture_run(const struct opts *o)
{
	return capture_run_with(o, NULL);
}

enum status capture_run_with(const struct opts *o, const struct capture_guest *guest)
{
	struct capture l = {
		.opts = o, .guest = guest, .clock_fd = -1, .rights = PRIVILEGE_KERNEL,
		.notify = NOTIFY_INIT,
		.flows = CAPTURE_FLOWS_INIT, .recording = RECORDING_INIT,
		.settings = {
			.snap = o->snap, .snap_max = snap_max(o), .headers_only = o->headers_only,
			.drop = o->mirror_port,
			.processes = o->processes, .promiscuous = o->promiscuous, .way = o->hook,
			.directions = o->directions,
			.linktype = o->has_linktype ? o->linktype : -1, .filter = o->filter,
			.observe = o->observe,
			.device = o->device, .sampling = o->sampling,
		},
		.ifaces = {
			.opts = o, .settings = &l.settings, .filters = &l.filters, .pump = &l.pump,
			.recording = &l.recording, .rights = &l.rights,
			.named = { .opts = o, .netns = { .opts = o } },
		},
		.books = {
			.ifaces = &l.ifaces.set, .source = &l.source, .outputs = &l.pump.outputs,
			.recording = &l.recording, .has_sent = o->directions & LIVE_SENT,
		},
		.change = {
			.ifaces = &l.ifaces.set, .settings = &l.settings, .filters = &l.filters,
			.pump = &l.pump, .books = &l.books, .rights = &l.rights, .waits = o->wait,
			.no_optimize = o->no_optimize,
		},
		.commands = {
			.change = &l.change, .recording = &l.recording, .pump = &l.pump,
			.books = &l.books, .only_flows = o->flows && !o->write && !o->to,
		},
		.pump = { .source = &l.source.source, .loop = LOOP_INIT,
			  .round = on_round, .ctx = &l },
	};
	enum status status = STATUS_OK;

	if (programs_open(&l.settings.programs))
		status = log_fail(STATUS_RUNTIME, "out of memory");
	if (!status)
		status = capture_start(&l);
	if (!status && l.ifaces.listening)
		status = run(&l);
	capture_top_close(l.top);
	close_all(&l);
	return status;
}

const char *capture_refilter(struct capture *l, const char *text)
{
	return capture_change_filter(&l->change, text);
}
