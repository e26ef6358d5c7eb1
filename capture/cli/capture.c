// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* A capture from start to end, and what happens beside the packets. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/clock.h"
#include "capture/base/limits.h"
#include "capture/base/notify.h"
#include "capture/cli/books.h"
#include "capture/cli/books_report.h"
#include "capture/cli/capture.h"
#include "capture/cli/capture_broker.h"
#include "capture/cli/capture_change.h"
#include "capture/cli/capture_commands.h"
#include "capture/cli/capture_flows.h"
#include "capture/cli/capture_ifaces.h"
#include "capture/cli/capture_metrics.h"
#include "capture/cli/capture_notify.h"
#include "capture/cli/capture_top.h"
#include "capture/cli/confine.h"
#include "capture/cli/file_limit.h"
#include "capture/cli/open_filters.h"
#include "capture/cli/open_outputs.h"
#include "capture/cli/open_rings.h"
#include "capture/cli/opts.h"
#include "capture/cli/pump.h"
#include "capture/cli/recording.h"
#include "capture/cli/rights.h"
#include "capture/cli/start_line.h"
#include "capture/filter/per_link.h"
#include "capture/kernel/broker.h"
#include "capture/kernel/guard.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/kernel_types.h"
#include "capture/kernel/object_load.h"
#include "capture/kernel/privilege.h"
#include "capture/kernel/programs.h"
#include "capture/kernel/rings.h"
#include "capture/kernel/rtnl.h"
#include "capture/kernel/run_as.h"
#include "capture/live/live_attach.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_source.h"
#include "capture/report/stats.h"

/* between two looks at interfaces, and what those are told who do not look at packets */
enum { LOOK_NS = 1000 * 1000 * 1000 };

struct capture {
	const struct opts *opts;
	const struct capture_guest *guest;	/* NULL: nobody is beside it */
	struct pump pump;
	struct recording recording;
	struct live_source source;
	struct live_iface_settings settings;
	struct capture_ifaces ifaces;
	struct books books;
	struct rings *rings;
	struct capture_flows flows;
	int clock_fd;			/* -1: the clock is not watched */
	struct run_as *user;		/* of -Z */
	struct capture_metrics metrics;
	struct notify notify;
	struct capture_top *top;	/* NULL: nobody looks */
	struct live_filters filters;
	char *trigger_text;		/* of filters.trigger; NULL: there is none */
	struct capture_change change;
	struct capture_commands commands;
	struct guard *guard;	/* NULL: no program's place is taken */
	struct broker *broker;	/* NULL: nothing is loaded later, or in our own rights */
	bool broker_attaches;	/* and what comes later takes no other right than it has */
	/* that are raised when the kernel is asked: of enum privilege, 0: none is left */
	unsigned rights;
	uint64_t looked_ns;		/* at the interfaces the last, CLOCK_MONOTONIC */
	bool had_terminal;		/* at the start */
};

/* ---- signals ---- */

/* Have we a terminal that can hang up? */
static bool has_terminal(void)
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

	if (!outputs_is_file(&l->pump.outputs) || (l->had_terminal && !has_terminal()))
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

static void clock_was_set(void *ctx)
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

/* ---- in between ---- */

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

/* ---- the start ---- */

static enum status open_kernel(struct capture *l)
{
	char missing[128];
	enum status status = file_limit_raise(l->opts, l->ifaces.set.n,
					      named_ifaces_has_patterns(&l->ifaces.named));

	if (status)
		return status;
	if (!privilege_to_attach(missing, sizeof(missing)))
		return log_fail(STATUS_PERMISSION, "capturing is not permitted: %s", missing);
	/* asked for by a process, of which the sandbox lets none be made later */
	kernel_types();
	status = open_rings(&l->rings, l->opts, l->settings.snap_max);
	l->books.rings = l->rings;
	if (!status)
		status = capture_flows_open(&l->flows, l->opts, l->rings, &l->books, &l->pump);
	l->settings.flows = l->flows.kernel;
	return status;
}

static enum status watch(struct capture *l)
{
	struct loop *loop = &l->pump.loop;
	enum status status = capture_ifaces_watch(&l->ifaces);
	int err;

	if (status)
		return status;
	l->clock_fd = clock_watch();
	err = loop_add(loop, rings_bell_fd(l->rings), NULL, NULL);
	if (!err && l->clock_fd >= 0)
		err = loop_add(loop, l->clock_fd, clock_was_set, l);
	if (!err)
		err = pump_watch_readers(&l->pump);
	if (!err)
		err = capture_flows_watch(&l->flows);
	if (!err && l->guest)
		err = l->guest->begin(l->guest->ctx, &l->pump, l);
	if (!err && l->opts->stats_ns)
		err = loop_add_timer(loop, l->opts->stats_ns);
	return err ? log_fail(STATUS_RUNTIME, "cannot wait for packets: %s", strerror(-err))
		   : STATUS_OK;
}

/* Before there is anything that it should not have. */
static enum status open_guard(struct capture *l)
{
	int err = l->opts->observe.way == OBSERVE_FRONT ? guard_open(&l->guard) : 0;

	l->settings.guard = l->guard;
	return err ? log_fail(STATUS_RUNTIME,
			      "cannot start the process that would give a program its place back: %s",
			      strerror(-err))
		   : STATUS_OK;
}

/* What was opened before is written to from here on. */
static enum status begin(struct capture *l)
{
	privilege_raise_here(PRIVILEGE_KERNEL);
	enum status status = open_kernel(l);

	if (!status)
		status = watch(l);
	live_source_init(&l->source, l->rings, &l->ifaces.set);
	l->books.start_ns = l->looked_ns = l->source.looked_ns;
	l->books.began_ns = clock_now_ns();
	return status ? status : capture_ifaces_attach(&l->ifaces, l->rings);
}

/*
 * For the sandbox: what is the kernel asked for after the attach, and does that take rights of
 * ours?
 */
static unsigned later(const struct capture *l)
{
	const bool attaches = named_ifaces_has_patterns(&l->ifaces.named) || l->opts->wait ||
			      l->opts->n_netns;
	bool takes_rights = l->guard || (attaches && !l->broker_attaches);

	for (unsigned i = 0; i < l->ifaces.set.n; i++)
		takes_rights |= live_attach_needs_rights(l->ifaces.set.v[i]);
	return (takes_rights ? CONFINE_HAS_RIGHTS : 0) |
	       (takes_rights || attaches ? CONFINE_ATTACHES : 0) |
	       (l->broker ? CONFINE_REFILTERS : 0);
}

/*
 * By which interfaces are asked how they are; from within the sandbox nothing is opened
 * for that.
 */
static enum status open_rtnl(struct capture *l)
{
	int err = rtnl_open(&l->settings.rtnl, NETLINK_ROUTE);

	return err ? log_fail(STATUS_RUNTIME, "cannot ask for interfaces: %s", strerror(-err))
		   : STATUS_OK;
}

/* What is asked for, and the interfaces that are named; or interrupted before these were there. */
static enum status prepare(struct capture *l)
{
	const struct opts *o = l->opts;
	enum status status = open_guard(l);
	int err = loop_open(&l->pump.loop);

	object_set_log(o->debug		      ? OBJECT_ALL
		       : o->print.verbose > 1 ? OBJECT_REFUSALS
					      : OBJECT_SILENT);
	if (!status)
		status = capture_broker_open(o, &l->broker, &l->broker_attaches);
	l->settings.broker = l->broker;
	l->had_terminal = has_terminal();
	notify_open(&l->notify);

	if (err)
		return log_fail(STATUS_RUNTIME, "cannot wait for signals: %s", strerror(-err));
	if (!status)
		status = open_filters(&l->filters, &l->trigger_text, o);
	l->books.has_filter = l->filters.entry || l->filters.exit || o->observe.verdicts;
	if (!status)
		status = open_rtnl(l);
	return status ? status : capture_ifaces_find(&l->ifaces);
}

/* Where packets go, and who looks on. */
static enum status open_takers(struct capture *l)
{
	const struct opts *o = l->opts;
	enum status status =
		open_outputs(&l->pump.outputs, o, NULL, l->pump.loop.stop_fd, &l->user);

	if (!status)
		status = recording_open(&l->recording, o, &l->pump, l->user);
	if (!status && o->top)
		status = capture_top_open(&l->top, &l->pump, &l->books);
	if (status || l->pump.outputs.done)
		return status;
	status = capture_metrics_open(&l->metrics, o->metrics);
	if (o->control || l->guest)
		capture_change_begin(&l->change);
	return status ? status : capture_commands_open(&l->commands, o->control, l->user);
}

/* What is needed no more is given up: rights, memory, and files. */
static enum status give_up(struct capture *l)
{
	const struct opts *o = l->opts;
	enum status status = rights_become(l->user, o);

	if (!status)
		limits_no_core();
	hook_forget_programs();
	malloc_trim(0);
	if (!status)
		status = confine_reach(o, later(l));
	if (!status && !confine_is_off(o) && !(later(l) & CONFINE_HAS_RIGHTS))
		l->rights = 0;
	return status;
}

/* What was opened begins: the first file, and answers to those who ask. */
static enum status begin_takers(struct capture *l)
{
	const struct opts *o = l->opts;
	enum status status = outputs_start(&l->pump.outputs);

	if (!status)
		status = capture_metrics_start(&l->metrics);
	if (!status && !pump_begin(&l->pump, NULL))
		status = outputs_begin_failed(&l->pump.outputs);
	if (status)
		return status;
	start_line_print(o, &l->ifaces.set);
	capture_metrics_tell(&l->metrics, &l->books);
	capture_notify_ready(&l->notify, &l->books);
	status = capture_commands_begin(&l->commands);
	return status ? status : confine_calls(o, later(l));
}

/*
 * Opens and attaches everything; listening afterwards, or interrupted before that. The order is
 * what matters: whatever can fail does so before a file is overwritten, and the start line comes
 * last.
 */
static enum status start(struct capture *l)
{
	enum status status = prepare(l);

	if (l->pump.loop.asked)
		return STATUS_OK;
	if (!status)
		status = open_takers(l);
	if (status || l->pump.outputs.done)
		return status;
	status = begin(l);
	if (!status)
		status = give_up(l);
	if (!status)
		status = begin_takers(l);
	l->ifaces.listening = !status;
	if (!status)
		recording_begin(&l->recording);
	return status;
}

/* ---- the end ---- */

/* Ends the outputs, closes the books, prints the summary. */
static enum status stop(struct capture *l)
{
	enum status status, written;

	notify_say(&l->notify, "STOPPING=1");
	pump_finish(&l->pump);
	if (l->guest)
		l->guest->look(l->guest->ctx, books_lost(&l->books));
	status = max_of(capture_ifaces_status(&l->ifaces), capture_flows_end(&l->flows));
	books_report_end(&l->books, l->opts->stats_json, l->opts->codec.kind != CODEC_NONE);
	status = max_of(status, books_report_check(&l->books, l->pump.loop.forced));
	written = pump_wait(&l->pump);
	if (written)
		return written;
	return status ? status : (enum status)l->recording.command_status;
}

/* ---- all of it ---- */

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
	ended = stop(l);
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
			.snap = o->snap, .snap_max = open_rings_snap_max(o), .headers_only = o->headers_only,
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
	l.books.programs = l.settings.programs;
	if (!status)
		status = start(&l);
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
