// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * --top of files: they are read to the end, and again when something else of them is to be shown.
 * What -w writes is written the first time; a file that is followed has no second. The terminal is
 * taken, by a thread, when all is open and given up what is not needed any more.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/clock.h"
#include "capture/base/loop.h"
#include "capture/base/progress.h"
#include "capture/cli/confine.h"
#include "capture/cli/file_source.h"
#include "capture/cli/opts.h"
#include "capture/cli/pump.h"
#include "capture/cli/read.h"
#include "capture/cli/top.h"
#include "capture/filter/per_link.h"
#include "capture/packet/link.h"
#include "capture/read/merge.h"
#include "capture/stage/dedup.h"
#include "capture/stage/select.h"
#include "capture/view/grid.h"
#include "capture/view/screen.h"
#include "capture/view/view.h"

/* Packets, and while there are none milliseconds, between two looks at the keys. */
enum { LOOK_EVERY = 4096, LOOK_MS = 100 };

struct top_run {
	const struct opts *opts;
	struct loop *loop; /* of the reading, or */
	struct loop own;
	struct progress progress;
	struct view *view;
	struct screen *screen;
	struct grid grid;
	bool again;
	bool ended; /* the first reading, by a signal or a key */
	bool begun; /* the terminal is ours */
	struct per_link *filter; /* as it was looked up the first time */
};

static void on_keys(void *ctx)
{
	struct top_run *t = ctx;
	int key = screen_key(t->screen);

	if (key < 0 && screen_has_gone(t->screen))
		t->loop->asked = SIGHUP;
	for (; key >= 0; key = screen_key(t->screen)) {
		enum view_wish wish = view_key(t->view, key);

		if (wish == VIEW_QUIT)
			t->loop->asked = SIGINT;
		t->again |= wish == VIEW_AGAIN;
	}
}

static enum status no_keys(int err)
{
	return log_fail(STATUS_RUNTIME, "cannot wait for keys: %s", strerror(-err));
}

/* Takes the terminal, and keys into that loop. */
static enum status begin_screen(struct top_run *t)
{
	char why[256];
	int err;

	if (!screen_begin(t->screen, why, sizeof(why)))
		return log_fail(STATUS_USAGE, "--top needs a terminal: %s", why);
	err = loop_add(t->loop, screen_fd(t->screen), on_keys, t);
	t->begun = !err;
	return err ? no_keys(err) : STATUS_OK;
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
	struct top_run *t = ctx;

	if (!t->begun)
		return;
	on_keys(t);
	draw(t);
}

/* Which is short of the end if somebody has seen enough, or wants something else. */
static int read_packets(struct top_run *t, struct file_source *s, struct selection *selection)
{
	struct packet p;
	uint64_t n = 0;
	int got = 0;

	while (!t->loop->asked && !t->again && (got = file_source_next(s, &p)) > 0) {
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

/* They have been opened for the first time. */
static enum status begin(struct top_run *t)
{
	enum status status;

	if (t->begun)
		return STATUS_OK;
	status = confine_reach(t->opts, CONFINE_OPENS);
	if (!status)
		status = begin_screen(t);
	if (!status)
		status = confine_calls(t->opts, CONFINE_OPENS);
	t->begun = !status;
	return status;
}

/* What has come into the directory meanwhile is no matter, nor what names mean by now. */
static enum status open_again(struct top_run *t, struct file_source *s, struct opts *again)
{
	const struct opts *o = t->begun ? again : t->opts;

	*again = *t->opts;
	again->holds = NULL;
	return file_source_open_with(s, steal(&t->filter), o, t->loop, &t->progress, o->reads,
				     o->n_reads);
}

static enum status read_files(struct top_run *t)
{
	struct selection selection = { .dedup = NULL };
	struct file_source s;
	struct opts again;
	enum status status = open_again(t, &s, &again);
	int got = 0;

	if (!status && !t->loop->asked)
		status = file_source_select(&s, &selection, NULL);
	if (!status && !t->loop->asked)
		status = begin(t);
	if (!status && !t->loop->asked)
		status = file_source_begin(&s);
	s.all = true;	/* so that keys are looked at where nothing matches */
	if (!status && !t->loop->asked) {
		view_begin(t->view, &s.source);
		got = read_packets(t, &s, &selection);
		view_done(t->view);
		if (!t->loop->asked && !file_source_check_filter(&s))
			status = STATUS_USAGE;
		if (!t->loop->asked)
			file_source_complain(&s);
		if (!status && got < 0 && !t->loop->asked)
			status = STATUS_RUNTIME;
	}
	dedup_close(selection.dedup);
	t->filter = file_source_take_filter(&s);
	file_source_close(&s);
	return status;
}

/* Until somebody wants something else. */
static void show(struct top_run *t)
{
	while (!t->again && loop_look(t->loop)) {
		draw(t);
		loop_wait(t->loop, VIEW_REDRAW_NS);
	}
}

static bool comes_once(const struct opts *o)
{
	for (unsigned i = 0; i < o->n_reads; i++)
		if (!strcmp(o->reads[i], "-") || merge_options_is_tcp(o->reads[i]))
			return true;
	return false;
}

/* ---- beside what -w writes, or --follow waits for ---- */

static void begin_beside(void *ctx, struct pump *p)
{
	struct top_run *t = ctx;

	t->loop = &p->loop;
	p->loop.flush_ms = LOOK_MS;
	outputs_add(&p->outputs, view_lent_sink(t->view));
}

static enum status confined_beside(void *ctx)
{
	return begin_screen(ctx);
}

/* Its loop goes with it: whether somebody has asked for an end is to be known. */
static void end_beside(void *ctx, struct per_link *filter)
{
	struct top_run *t = ctx;

	t->filter = filter;
	t->ended = t->loop->asked || t->loop->forced;
	t->loop = &t->own;
	view_done(t->view);
}

static enum status read_beside(struct top_run *t)
{
	const struct read_guest guest = { begin_beside, confined_beside, look, end_beside, t };

	return read_run_with(t->opts, &guest);
}

/* ---- all of it ---- */

/* The first time, as it was asked for; and then what somebody wants to see. */
static enum status run(struct top_run *t)
{
	const struct opts *o = t->opts;
	bool beside = o->write || o->follow;
	enum status status = STATUS_OK;
	int err = 0;

	view_facts(t->view)->what = o->n_reads == 1 ? o->reads[0] : "several files";
	view_facts(t->view)->filter = o->filter;
	view_facts(t->view)->once = comes_once(o);
	if (beside)
		status = read_beside(t);
	if (status == STATUS_USAGE || t->ended || o->follow || (beside && !t->begun))
		return status;
	t->loop = &t->own;
	if (beside)
		err = loop_add(t->loop, screen_fd(t->screen), on_keys, t);
	if (err)
		return no_keys(err);
	if (beside)
		show(t);
	for (t->again |= !beside; t->again && !t->loop->asked; show(t)) {
		t->again = false;
		status = max_of(status, read_files(t));
		if (status == STATUS_USAGE || !t->begun)
			return status;
	}
	return status;
}

static enum status open_screen(struct top_run *t)
{
	char why[256];

	if (screen_open(&t->screen, why, sizeof(why))) {
		screen_keep_stderr(t->screen);
		return STATUS_OK;
	}
	t->screen = screen_close(t->screen);
	return log_fail(STATUS_USAGE, "--top needs a terminal: %s", why);
}

enum status top_run(const struct opts *o)
{
	struct top_run *t = calloc(1, sizeof(*t));
	enum status status;
	int err;

	if (!t || view_open(&t->view, o->follow)) {
		free(t);
		return log_fail(STATUS_RUNTIME, "out of memory");
	}
	t->opts = o;
	progress_init(&t->progress, true);
	/* signals are blocked before there is a thread that they could come to */
	err = loop_open(&t->own);
	t->own.flush = look;
	t->own.flush_ms = LOOK_MS;
	t->own.ctx = t;
	status = err ? no_keys(err) : open_screen(t);
	if (!status)
		status = run(t);
	screen_close(t->screen);
	per_link_close(t->filter);
	status = max_of(status, view_report(t->view));
	loop_close(&t->own);
	view_close(t->view);
	free(t);
	return status;
}
