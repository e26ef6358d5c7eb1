// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * --flows of a capture: what programs have counted is taken out of the kernel, put together, and
 * printed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/base/clock.h"
#include "capture/cli/capture_impl.h"
#include "capture/cli/flows.h"
#include "capture/cli/opts.h"
#include "capture/kernel/flows.h"
#include "capture/live/live_iface.h"
#include "capture/report/flow_table.h"
#include "capture/report/stats.h"

enum { NS_PER_SEC = 1000 * 1000 * 1000 };

enum status capture_flows_open(struct capture *l)
{
	const struct opts *o = l->opts;
	const struct flows_settings s = { .count = o->flows, .only = o->flows && !o->write && !o->to,
					  .often = o->flows_ns > 0,
					  .keep = o->sampling.flow };
	int err = flows_settings_ask(&s) ? flows_open(&l->flows, &s, l->rings) : 0;

	if (!err && o->flows)
		err = flow_table_open(&l->flow_table);
	l->settings.flows = l->flows;
	return err ? log_fail(STATUS_RUNTIME, "cannot make the tables of flows: %s", strerror(-err))
		   : STATUS_OK;
}

static int add(void *ctx, const struct flow_entry *entry)
{
	struct capture *l = ctx;
	struct flow_entry e = *entry;
	const uint64_t now = clock_now_ns();

	e.flow.first_ns = clock_wall_ns(&l->source.clock, e.flow.first_ns, now);
	e.flow.last_ns = clock_wall_ns(&l->source.clock, e.flow.last_ns, now);
	flow_table_add(l->flow_table, &e);
	return 0;
}

static const char *iface_name(void *ctx, uint16_t number)
{
	const struct capture *l = ctx;

	return number < l->ifaces.n ? live_iface_name(l->ifaces.v[number]) : NULL;
}

static void print(struct capture *l, struct loop *loop)
{
	const struct flow_lines how = { .format = l->opts->screen, .header = !l->told_flows.printed,
					.iface = iface_name, .ctx = l };
	struct totals t = { .ledger = NULL };

	flows_take(l->flows, add, l);
	books_sum(&l->books, &t);
	if (!flows_print(l->flow_table, &how, t.c.flow_none - l->told_flows.of_none,
			 t.c.flow_no_room - l->told_flows.no_room, loop)) {
		l->status = max_of(l->status, log_finish_stdout());
		l->told_flows.unread = l->pump.outputs.done = true;
	}
	l->told_flows.of_none = t.c.flow_none;
	l->told_flows.no_room = t.c.flow_no_room;
	l->told_flows.printed = true;
}

static void on_due(void *ctx)
{
	struct capture *l = ctx;
	uint64_t times;

	if (read(l->told_flows.timer_fd, &times, sizeof(times)) == sizeof(times) &&
	    !l->told_flows.unread)
		print(l, NULL);
}

int capture_flows_watch(struct capture *l)
{
	const uint64_t ns = l->opts->flows_ns;
	const struct timespec t = { ns / NS_PER_SEC, ns % NS_PER_SEC };
	const struct itimerspec its = { .it_interval = t, .it_value = t };
	int fd;

	if (!ns)
		return 0;
	fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (fd < 0 || timerfd_settime(fd, 0, &its, NULL))
		return -errno;
	l->told_flows.timer_fd = fd;
	return loop_add(&l->pump.loop, fd, on_due, l);
}

void capture_flows_end(struct capture *l)
{
	if (l->flow_table && !l->told_flows.unread)
		print(l, &l->pump.loop);
}

void capture_flows_close(struct capture *l)
{
	flow_table_close(l->flow_table);
	flows_close(l->flows);
	if (l->told_flows.timer_fd >= 0)
		close(l->told_flows.timer_fd);
}
