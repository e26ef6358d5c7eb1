// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "bpf/event.h"
#include "capture/base/clock.h"
#include "capture/base/util.h"
#include "capture/cli/books.h"
#include "capture/cli/capture_flows.h"
#include "capture/cli/flows.h"
#include "capture/cli/opts.h"
#include "capture/cli/pump.h"
#include "capture/kernel/flows.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_set.h"
#include "capture/live/live_source.h"
#include "capture/report/flow_table.h"
#include "capture/report/stats.h"

enum { NS_PER_SEC = 1000 * 1000 * 1000 };

enum status capture_flows_open(struct capture_flows *f, const struct opts *o,
			       const struct rings *rings, const struct books *b, struct pump *p)
{
	const struct flows_settings s = { .count = o->flows, .only = o->flows && !o->write && !o->to,
					  .often = o->flows_ns > 0,
					  .keep = o->sampling.flow };
	int err = flows_settings_ask(&s) ? flows_open(&f->kernel, &s, rings) : 0;

	f->opts = o;
	f->books = b;
	f->pump = p;
	if (!err && o->flows)
		err = flow_table_open(&f->table);
	return err ? log_fail(STATUS_RUNTIME, "cannot make the tables of flows: %s", strerror(-err))
		   : STATUS_OK;
}

static int add(void *ctx, const struct flow_entry *entry)
{
	struct capture_flows *f = ctx;
	const struct clock *clock = &f->books->source->clock;
	struct flow_entry e = *entry;
	const uint64_t now = clock_now_ns();

	e.flow.first_ns = clock_wall_ns(clock, e.flow.first_ns, now);
	e.flow.last_ns = clock_wall_ns(clock, e.flow.last_ns, now);
	flow_table_add(f->table, &e);
	return 0;
}

static const char *iface_name(void *ctx, uint16_t number)
{
	const struct live_set *ifaces = ctx;

	return number < ifaces->n ? live_iface_name(ifaces->v[number]) : NULL;
}

static void print(struct capture_flows *f, struct loop *loop)
{
	const struct flow_lines how = { .format = f->opts->screen, .header = !f->has_printed,
					.iface = iface_name, .ctx = (void *)f->books->ifaces };
	struct totals t = { .ledger = NULL };

	flows_take(f->kernel, add, f);
	books_sum(f->books, &t);
	if (!flows_print(f->table, &how, t.c.flow_none - f->of_none,
			 t.c.flow_no_room - f->no_room, loop)) {
		f->status = max_of(f->status, log_finish_stdout());
		f->is_unread = f->pump->outputs.done = true;
	}
	f->of_none = t.c.flow_none;
	f->no_room = t.c.flow_no_room;
	f->has_printed = true;
}

static void on_due(void *ctx)
{
	struct capture_flows *f = ctx;
	uint64_t times;

	if (read(f->timer_fd, &times, sizeof(times)) == sizeof(times) &&
	    !f->is_unread)
		print(f, NULL);
}

int capture_flows_watch(struct capture_flows *f)
{
	const uint64_t ns = f->opts->flows_ns;
	const struct timespec t = { ns / NS_PER_SEC, ns % NS_PER_SEC };
	const struct itimerspec its = { .it_interval = t, .it_value = t };
	int fd;

	if (!ns)
		return 0;
	fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (fd < 0 || timerfd_settime(fd, 0, &its, NULL))
		return -errno;
	f->timer_fd = fd;
	return loop_add(&f->pump->loop, fd, on_due, f);
}

enum status capture_flows_end(struct capture_flows *f)
{
	if (f->table && !f->is_unread)
		print(f, &f->pump->loop);
	return f->status;
}

void capture_flows_close(struct capture_flows *f)
{
	flow_table_close(f->table);
	flows_close(f->kernel);
	if (f->timer_fd >= 0)
		close(f->timer_fd);
}
