// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* --top of files: they are read to the end, and again when something else of them is to be shown.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/clock.h"
#include "capture/base/loop.h"
#include "capture/base/progress.h"
#include "capture/cli/capture.h"
#include "capture/cli/file_source.h"
#include "capture/cli/opts.h"
#include "capture/packet/link.h"
#include "capture/read/merge.h"
#include "capture/stage/dedup.h"
#include "capture/stage/select.h"
#include "capture/view/grid.h"
#include "capture/view/screen.h"
#include "capture/view/view.h"
#include "capture/write/sink.h"

/* Packets, and while there are none milliseconds, between two looks at the keys. */
enum { LOOK_EVERY = 4096, LOOK_MS = 100 };

struct top_run {
	const struct opts *opts;
	struct loop loop;
	struct progress progress;
	struct view *view;
	struct screen *screen;
	struct grid grid;
	bool again;
};

static void on_keys(void *ctx)
{
	struct top_run *t = ctx;
	int key = screen_key(t->screen);

	if (key < 0 && screen_has_gone(t->screen))
		t->loop.asked = SIGHUP;
	for (; key >= 0; key = screen_key(t->screen)) {
		enum view_wish wish = view_key(t->view, key);

		if (wish == VIEW_QUIT)
			t->loop.asked = SIGINT;
		t->again |= wish == VIEW_AGAIN;
	}
}

static void draw(struct top_run *t)
{
	uint64_t now = clock_monotonic_ns();
	unsigned rows, cols;
	char said[512];

	if (screen_said(t->screen, said, sizeof(said)))
		view_say(t->view, said, true);
	if (now < view_due_ns(t->view))
		return;
	screen_size(t->screen, &rows, &cols);
	view_draw(t->view, &t->grid, rows, cols, now);
	screen_draw(t->screen, &t->grid);
}

static void look(void *ctx)
{
	on_keys(ctx);
	draw(ctx);
}

/* Which is short of the end if somebody has seen enough, or wants something else. */
static int read_packets(struct top_run *t, struct file_source *s, struct selection *selection)
{
	struct packet p;
	uint64_t n = 0;
	int got = 0;

	while (!t->loop.asked && !t->again && (got = file_source_next(s, &p)) > 0) {
		if (s->n_read % LOOK_EVERY == 0)
			look(t);
		if (!s->matches || (s->selection && select_packet(selection, &p) <= 0))
			continue;
		link_decode(&p);
		view_packet(t->view, &p);
		if (t->opts->count && ++n == t->opts->count)
			return 0;
	}
	return got;
}

static enum status read_files(struct top_run *t)
{
	const struct opts *o = t->opts;
	struct selection selection = { .dedup = NULL };
	struct file_source s;
	enum status status = file_source_open(&s, o, &t->loop, &t->progress, o->reads, o->n_reads);
	int got = 0;

	if (!status && !t->loop.asked)
		status = file_source_select(&s, &selection, NULL);
	s.all = true;	/* so that keys are looked at where nothing matches */
	if (!status && !t->loop.asked) {
		view_facts(t->view)->what = o->n_reads == 1 ? o->reads[0] : "several files";
		view_begin(t->view, &s.source);
		got = read_packets(t, &s, &selection);
		view_done(t->view);
		if (!t->loop.asked && !file_source_check_filter(&s))
			status = STATUS_USAGE;
		if (!t->loop.asked)
			file_source_complain(&s);
		if (!status && got < 0 && !t->loop.asked)
			status = STATUS_RUNTIME;
	}
	dedup_close(selection.dedup);
	file_source_close(&s);
	return status;
}

/* Until somebody wants something else. */
static void show(struct top_run *t)
{
	while (!t->again && loop_look(&t->loop)) {
		draw(t);
		loop_wait(&t->loop, VIEW_REDRAW_NS);
	}
}

static bool is_stdin(const struct opts *o)
{
	for (unsigned i = 0; i < o->n_reads; i++)
		if (!strcmp(o->reads[i], "-"))
			return true;
	return false;
}

static enum status run(struct top_run *t)
{
	enum status status;

	view_facts(t->view)->filter = t->opts->filter;
	view_facts(t->view)->once = is_stdin(t->opts);
	do {
		t->again = false;
		status = read_files(t);
		if (status == STATUS_USAGE)
			return status;
		show(t);
	} while (t->again);
	return status;
}

enum status top_run(const struct opts *o)
{
	struct top_run *t = calloc(1, sizeof(*t));
	enum status status = STATUS_OK;
	char why[256];
	int err = -ENOMEM;

	if (!t || view_open(&t->view, false)) {
		free(t);
		return log_fail(STATUS_RUNTIME, "out of memory");
	}
	t->opts = o;
	progress_init(&t->progress, true);
	err = loop_open(&t->loop);
	t->loop.flush = look;
	t->loop.flush_ms = LOOK_MS;
	t->loop.ctx = t;
	if (!err && !(screen_open(&t->screen, why, sizeof(why)) && screen_begin(t->screen, why, sizeof(why)))) {
		t->screen = screen_close(t->screen);
		status = log_fail(STATUS_USAGE, "--top needs a terminal: %s", why);
	}
	if (!err && !status)
		err = loop_add(&t->loop, screen_fd(t->screen), on_keys, t);
	if (!err && !status)
		status = run(t);
	screen_close(t->screen);
	status = max_of(status, view_sink(t->view)->ops->report(view_sink(t->view), 0));
	if (err)
		status = log_fail(STATUS_RUNTIME, "cannot wait for keys: %s", strerror(-err));
	loop_close(&t->loop);
	view_close(t->view);
	free(t);
	return status;
}
