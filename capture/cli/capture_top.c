// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* --top of a capture: a view among its outputs, and a terminal that shows it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/clock.h"
#include "capture/cli/capture_impl.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/rings.h"
#include "capture/live/live_watch.h"
#include "capture/report/stats.h"
#include "capture/view/grid.h"
#include "capture/view/screen.h"
#include "capture/view/view.h"

enum { CPUS_MAX = 1024 };

struct capture_top {
	struct view *view; /* of the outputs, which close it */
	struct screen *screen;
	struct grid grid;
	char what[256];
	struct page_cpu cpus[CPUS_MAX];
	uint64_t counted_ns;
};

static enum status no_terminal(const char *why)
{
	return log_fail(STATUS_USAGE, "--top needs a terminal: %s", why);
}

enum status capture_top_open(struct capture *l)
{
	struct capture_top *t = calloc(1, sizeof(*t));
	char why[256];

	if (!t || view_open(&t->view, true)) {
		free(t);
		return log_fail(STATUS_RUNTIME, "out of memory");
	}
	view_facts(t->view)->has_ledger = true;
	l->top = t;
	outputs_add(&l->pump.outputs, view_sink(t->view));
	return screen_open(&t->screen, why, sizeof(why)) ? STATUS_OK : no_terminal(why);
}

/*
 * The interfaces, as long as there is room; of those that fitted a pattern and have gone there is
 * no end.
 */
static void name_ifaces(struct capture *l)
{
	struct capture_top *t = l->top;
	size_t len = 0;

	for (unsigned i = 0; i < l->ifaces.n && len < sizeof(t->what) - 64; i++) {
		const struct live_iface *one = l->ifaces.v[i];

		if (!one->entry && !one->replaced && !(one->gone && one->pattern))
			len += snprintf(t->what + len, sizeof(t->what) - len, "%s%.40s (%s%s)",
					len ? ", " : "", live_iface_name(one),
					live_way_name(one->way), one->gone ? ", gone" : "");
	}
}

static void count_cpus(struct capture *l, uint64_t now_ns)
{
	struct capture_top *t = l->top;
	double sec = (now_ns - t->counted_ns) / 1e9, size = rings_cpu_size(l->rings);
	struct page_facts *f = view_facts(t->view);
	uint64_t taken;
	size_t used;

	for (f->n_cpus = 0; f->n_cpus < CPUS_MAX && rings_cpu(l->rings, f->n_cpus, &taken, &used);
	     f->n_cpus++) {
		struct page_cpu *c = &t->cpus[f->n_cpus];

		*c = (struct page_cpu){ taken,
					t->counted_ns && sec > 0 ? (taken - c->taken) / sec : 0,
					used / size };
	}
	f->cpus = t->cpus;
	t->counted_ns = now_ns;
}

static void sum_verdicts(struct capture *l, struct program_verdicts *sum)
{
	*sum = (struct program_verdicts){ .by = { { 0 } } };
	for (unsigned i = 0; i < l->ifaces.n; i++) {
		const struct live_iface *t = l->ifaces.v[i];
		struct program_verdicts one;
		struct live_watched w;

		if (t->entry || !live_watch_program(t, &w) || hook_verdicts(t->received.hook, &one))
			continue;
		for (unsigned k = 0; k < VERDICT_KINDS; k++) {
			sum->by[k].packets += one.by[k].packets;
			sum->by[k].bytes += one.by[k].bytes;
		}
	}
}

static void look(struct capture *l, uint64_t now_ns)
{
	struct page_facts *f = view_facts(l->top->view);
	struct totals ignored = { .ledger = NULL };

	f->ledger = books_sum(&l->books, &ignored);
	sum_verdicts(l, &f->verdicts);
	name_ifaces(l);
	count_cpus(l, now_ns);
}

static void on_keys(void *ctx)
{
	struct capture *l = ctx;
	struct screen *s = l->top->screen;
	int key = screen_key(s);

	if (key < 0 && screen_has_gone(s))
		l->pump.ended = true;
	for (; key >= 0; key = screen_key(s))
		if (view_key(l->top->view, key) == VIEW_QUIT)
			l->pump.ended = true;
}

enum status capture_top_show(struct capture *l)
{
	struct capture_top *t = l->top;
	struct page_facts *f = view_facts(t->view);
	char why[256];
	int err;

	f->what = t->what;
	f->filter = l->opts->filter;
	if (!screen_begin(t->screen, why, sizeof(why)))
		return no_terminal(why);
	err = loop_add(&l->pump.loop, screen_fd(t->screen), on_keys, l);
	return err ? log_fail(STATUS_RUNTIME, "cannot wait for keys: %s", strerror(-err))
		   : STATUS_OK;
}

void capture_top_round(struct capture *l)
{
	struct capture_top *t = l->top;
	uint64_t now = clock_monotonic_ns();
	unsigned rows, cols;
	char said[512];

	if (now < view_due_ns(t->view))
		return;
	if (screen_said(t->screen, said, sizeof(said)))
		view_say(t->view, said, true);
	look(l, now);
	screen_size(t->screen, &rows, &cols);
	view_draw(t->view, &t->grid, rows, cols, now);
	screen_draw(t->screen, &t->grid);
}

/* The view stays with the outputs, where nobody draws it any more. */
void capture_top_close(struct capture *l)
{
	struct capture_top *t = steal(&l->top);

	screen_close(t->screen);
	free(t);
}
