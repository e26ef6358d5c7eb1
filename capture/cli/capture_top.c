// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/clock.h"
#include "capture/cli/books.h"
#include "capture/cli/capture_top.h"
#include "capture/cli/pump.h"
#include "capture/kernel/hook.h"
#include "capture/kernel/rings.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_set.h"
#include "capture/live/live_watched.h"
#include "capture/report/stats.h"
#include "capture/view/grid.h"
#include "capture/view/screen.h"
#include "capture/view/view.h"

enum { CPUS_MAX = 1024 };

struct capture_top {
	struct pump *pump;
	const struct books *books;
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

enum status capture_top_open(struct capture_top **top, struct pump *p, const struct books *b)
{
	struct capture_top *t = calloc(1, sizeof(*t));
	char why[256];

	if (!t || view_open(&t->view, true)) {
		free(t);
		return log_fail(STATUS_RUNTIME, "out of memory");
	}
	view_facts(t->view)->has_ledger = true;
	t->pump = p;
	t->books = b;
	*top = t;
	outputs_add(&p->outputs, view_sink(t->view));
	return screen_open(&t->screen, why, sizeof(why)) ? STATUS_OK : no_terminal(why);
}

/*
 * The interfaces, as long as there is room; of those that fitted a pattern and have gone there is
 * no end.
 */
static void name_ifaces(struct capture_top *t)
{
	const struct live_set *ifaces = t->books->ifaces;
	size_t len = 0;

	for (unsigned i = 0; i < ifaces->n && len < sizeof(t->what) - 64; i++) {
		const struct live_iface *one = ifaces->v[i];

		if (!one->entry && !one->replaced && !(one->gone && one->pattern))
			len += snprintf(t->what + len, sizeof(t->what) - len, "%s%.40s (%s%s)",
					len ? ", " : "", live_iface_name(one),
					live_way_name(one->way), one->gone ? ", gone" : "");
	}
}

static void count_cpus(struct capture_top *t, uint64_t now_ns)
{
	const struct rings *r = t->books->rings;
	double sec = (now_ns - t->counted_ns) / 1e9, size = rings_cpu_size(r);
	struct page_facts *f = view_facts(t->view);
	uint64_t taken;
	size_t used;

	for (f->n_cpus = 0; f->n_cpus < CPUS_MAX && rings_cpu(r, f->n_cpus, &taken, &used);
	     f->n_cpus++) {
		struct page_cpu *c = &t->cpus[f->n_cpus];

		*c = (struct page_cpu){ taken,
					t->counted_ns && sec > 0 ? (taken - c->taken) / sec : 0,
					used / size };
	}
	f->cpus = t->cpus;
	t->counted_ns = now_ns;
}

static void sum_verdicts(const struct live_set *ifaces, struct program_verdicts *sum)
{
	*sum = (struct program_verdicts){ .by = { { 0 } } };
	for (unsigned i = 0; i < ifaces->n; i++) {
		const struct live_iface *t = ifaces->v[i];
		struct program_verdicts one;
		struct live_watched w;

		if (t->entry || !live_watched_program(t, &w) || hook_verdicts(t->received.hook, &one))
			continue;
		for (unsigned k = 0; k < VERDICT_KINDS; k++) {
			sum->by[k].packets += one.by[k].packets;
			sum->by[k].bytes += one.by[k].bytes;
		}
	}
}

static void look(struct capture_top *t, uint64_t now_ns)
{
	struct page_facts *f = view_facts(t->view);
	struct totals ignored = { .ledger = NULL };

	f->ledger = books_sum(t->books, &ignored);
	sum_verdicts(t->books->ifaces, &f->verdicts);
	name_ifaces(t);
	count_cpus(t, now_ns);
}

static void on_keys(void *ctx)
{
	struct capture_top *t = ctx;
	struct screen *s = t->screen;
	int key = screen_key(s);

	if (key < 0 && screen_has_gone(s))
		t->pump->ended = true;
	for (; key >= 0; key = screen_key(s))
		if (view_key(t->view, key) == VIEW_QUIT)
			t->pump->ended = true;
}

enum status capture_top_show(struct capture_top *t, const char *filter)
{
	struct page_facts *f = view_facts(t->view);
	char why[256];
	int err;

	f->what = t->what;
	f->filter = filter;
	if (!screen_begin(t->screen, why, sizeof(why)))
		return no_terminal(why);
	err = loop_add(&t->pump->loop, screen_fd(t->screen), on_keys, t);
	return err ? log_fail(STATUS_RUNTIME, "cannot wait for keys: %s", strerror(-err))
		   : STATUS_OK;
}

void capture_top_round(struct capture_top *t)
{
	uint64_t now = clock_monotonic_ns();
	unsigned rows, cols;
	char said[512];

	if (now < view_due_ns(t->view))
		return;
	if (screen_said(t->screen, said, sizeof(said)))
		view_say(t->view, said, true);
	look(t, now);
	screen_size(t->screen, &rows, &cols);
	view_draw(t->view, &t->grid, rows, cols, now);
	screen_draw(t->screen, &t->grid);
}

struct capture_top *capture_top_close(struct capture_top *t)
{
	if (t)
		screen_close(t->screen);
	free(t);
	return NULL;
}
