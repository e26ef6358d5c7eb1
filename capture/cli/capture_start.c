// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The start of a capture. The order is what matters: whatever can fail does so before a file is
 * overwritten, and the start line comes last.
 */
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/clock.h"
#include "capture/base/limits.h"
#include "capture/cli/capture.h"
#include "capture/cli/capture_broker.h"
#include "capture/cli/capture_impl.h"
#include "capture/cli/capture_notify.h"
#include "capture/cli/capture_top.h"
#include "capture/cli/confine.h"
#include "capture/cli/line_server.h"
#include "capture/cli/open_outputs.h"
#include "capture/cli/opts.h"
#include "capture/cli/rights.h"
#include "capture/cli/start_line.h"
#include "capture/filter/per_link.h"
#include "capture/kernel/guard.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/kernel_types.h"
#include "capture/kernel/object_load.h"
#include "capture/kernel/privilege.h"
#include "capture/kernel/rings.h"
#include "capture/kernel/rtnl.h"
#include "capture/live/live_iface.h"
#include "capture/report/metrics_http.h"
#include "capture/stage/triggers.h"
#include "capture/write/tcp_sink.h"

/*
 * Descriptors of a capture, finished files on their way to the disk included, and of each
 * interface: program, maps, link; of one whose sent packets are captured twice; more of one that
 * is in front of a program; and the tables of flows, of the capture and of each program.
 */
enum { FDS_OF_MANY = 1 << 20, FDS = 57, FDS_OF_IFACE = 10, FDS_OF_SENT = FDS_OF_IFACE,
	FDS_OF_FRONT = 6, FDS_OF_TRACE = 10, FDS_OF_FLOWS = 3 };

static enum status check_limits(unsigned fixed, unsigned n_ifaces, bool sent, bool front,
				bool flows)
{
	const unsigned each = FDS_OF_IFACE + sent * FDS_OF_SENT + front * FDS_OF_FRONT +
			      flows * FDS_OF_FLOWS * (1 + sent);
	uint64_t needed = fixed + flows * FDS_OF_FLOWS + each * (uint64_t)n_ifaces,
		 allowed = limits_open_files(needed);

	if (allowed >= needed)
		return STATUS_OK;
	return log_fail(STATUS_RUNTIME,
			"only %llu open files are allowed, and %llu are needed: ulimit -n %llu",
			(unsigned long long)allowed, (unsigned long long)needed,
			(unsigned long long)needed);
}

static enum status open_ring(struct capture *l)
{
	size_t wanted = l->opts->ring_bytes, kib;
	int err = rings_open(&l->rings, wanted, l->settings.snap_max + 8 * EVENT_META_MAX);

	if (!err) {
		kib = ring_size(l->rings) / 1024;
		if (wanted && kib * 1024 != wanted)
			log_complain(
				"warning: the rings have %zu KiB: each CPU's is a power of two",
				kib);
		return STATUS_OK;
	}
	if (err == -E2BIG)
		return log_fail(STATUS_USAGE, "-B %zu: a CPU's ring can have 256 MiB at most",
				wanted / 1024);
	if (err == -ENOMEM)
		return log_fail(STATUS_RUNTIME, "cannot allocate the rings; -B asks for less");
	if (err == -EPERM || err == -EACCES)
		return log_fail(STATUS_PERMISSION, "the kernel does not let us make the rings: %s",
				strerror(-err));
	if (err == -EINVAL)
		return log_fail(STATUS_UNSUPPORTED,
				"this kernel has no BPF maps for the rings (Linux 5.8): %s",
				strerror(-err));
	return log_fail(STATUS_RUNTIME, "cannot make the rings: %s", strerror(-err));
}

/*
 * Is it one for Ethernet? For other link types it is compiled when there is an interface that has
 * it. @file: where the text comes from, NULL: the command line. Without a text there is no filter.
 */
static enum status make_filter(struct per_link **f, const struct opts *o, const char *text,
			       const char *file)
{
	int err;

	if (!text)
		return STATUS_OK;
	err = per_link_open(f, text, file, !o->no_optimize);
	if (!err)
		err = per_link_check(*f, NULL);
	if (err == -EINVAL)
		return log_fail(STATUS_USAGE, "%s", per_link_error(*f));
	return err ? log_fail(STATUS_RUNTIME, "cannot make the filter: %s", strerror(-err))
		   : STATUS_OK;
}

/* What is wrong with one of its expressions is said by recording_open(). */
static enum status make_trigger(struct capture *l)
{
	const struct opts *o = l->opts;
	int err = triggers_expression(o->triggers, o->n_triggers, &l->trigger_text);

	if (!err && l->trigger_text)
		err = per_link_open(&l->filters.trigger, l->trigger_text, NULL, !o->no_optimize);
	if (!err && l->trigger_text)
		err = per_link_prepare(l->filters.trigger);
	return err ? log_fail(STATUS_RUNTIME, "cannot make the trigger: %s", strerror(-err))
		   : STATUS_OK;
}

static enum status make_filters(struct capture *l)
{
	const struct opts *o = l->opts;
	enum status status = make_filter(&l->filters.entry, o, o->filter, o->filter_file);

	if (!status)
		status = make_filter(&l->filters.exit, o, o->observe.exit_filter, NULL);
	l->books.has_filter = l->filters.entry || l->filters.exit || o->observe.verdicts;
	return status ? status : make_trigger(l);
}

static enum status open_kernel(struct capture *l)
{
	char missing[128];
	const unsigned fixed = FDS + (l->metrics.http ? METRICS_HTTP_FDS : 0) +
			       (l->opts->command ? COMMAND_FDS : 0) +
			       (l->opts->control ? LINE_SERVER_FDS : 0) +
			       (l->opts->to ? TCP_SINK_FDS : 0);
	enum status status =
		check_limits(fixed, l->ifaces.set.n, l->opts->directions & LIVE_SENT, l->guard,
			     l->opts->flows || l->opts->sampling.flow.limit);

	if (status)
		return status;
	/* of those on which a program is, if it is traced; as many as there may be */
	limits_open_files(fixed + (FDS_OF_IFACE + FDS_OF_TRACE) * (uint64_t)l->ifaces.set.n);
	if (named_ifaces_has_patterns(&l->ifaces.named))
		limits_open_files(FDS_OF_MANY);
	if (!privilege_to_attach(missing, sizeof(missing)))
		return log_fail(STATUS_PERMISSION, "capturing is not permitted: %s", missing);
	/* asked for by a process, of which the sandbox lets none be made later */
	kernel_types();
	status = open_ring(l);
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
		err = loop_add(loop, l->clock_fd, capture_clock_was_set, l);
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
	const bool attaches = named_ifaces_has_patterns(&l->ifaces.named) || l->opts->wait || l->opts->n_netns;
	bool takes_rights = l->guard || (attaches && !l->broker_attaches);

	for (unsigned i = 0; i < l->ifaces.set.n; i++)
		takes_rights |= live_iface_needs_rights(l->ifaces.set.v[i]);
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

/* What only the start needs of memory: programs as they are in our file, and what was freed. */
static void give_back(void)
{
	static const struct hook_ops *const hooks[] = { &hook_xdp,   &hook_device, &hook_front,
							&hook_trace, &hook_tc_in,  &hook_tc_process };

	for (size_t i = 0; i < array_size(hooks); i++)
		for (unsigned k = 0; k < hooks[i]->n_programs; k++)
			object_forget(&hooks[i]->programs[k]);
	malloc_trim(0);
}

enum status capture_start(struct capture *l)
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
	l->had_terminal = capture_has_terminal();
	notify_open(&l->notify);

	if (err)
		return log_fail(STATUS_RUNTIME, "cannot wait for signals: %s", strerror(-err));
	if (!status)
		status = make_filters(l);
	if (!status)
		status = open_rtnl(l);
	if (!status)
		status = capture_ifaces_find(&l->ifaces);
	if (l->pump.loop.asked)
		return STATUS_OK;
	if (!status)
		status = open_outputs(&l->pump.outputs, o, NULL, l->pump.loop.stop_fd,
				      &l->user);
	if (!status)
		status = recording_open(&l->recording, o, &l->pump, l->user);
	if (!status && o->top)
		status = capture_top_open(&l->top, &l->pump, &l->books);
	if (status || l->pump.outputs.done)
		return status;
	status = capture_metrics_open(&l->metrics, o->metrics);
	if (o->control || l->guest)
		capture_change_begin(&l->change);
	if (!status)
		status = capture_commands_open(&l->commands, o->control, l->user);
	if (!status)
		status = begin(l);
	if (!status)
		status = rights_become(l->user, o);
	if (!status)
		limits_no_core();
	give_back();
	if (!status)
		status = confine_reach(o, later(l));
	if (!status && !confine_is_off(o) && !(later(l) & CONFINE_HAS_RIGHTS))
		l->rights = 0;
	if (!status)
		status = outputs_start(&l->pump.outputs);
	if (!status)
		status = capture_metrics_start(&l->metrics);
	if (!status && !pump_begin(&l->pump, NULL))
		status = outputs_begin_failed(&l->pump.outputs);
	if (!status)
		start_line_print(o, &l->ifaces.set);
	if (!status) {
		capture_metrics_tell(&l->metrics, &l->books);
		capture_notify_ready(&l->notify, &l->books);
		status = capture_commands_begin(&l->commands);
	}
	if (!status)
		status = confine_calls(o, later(l));
	l->ifaces.listening = !status;
	if (!status)
		recording_begin(&l->recording);
	return status;
}
