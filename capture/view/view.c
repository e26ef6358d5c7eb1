// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Packets are counted as they come; twice a second there is a page. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/clock.h"
#include "capture/base/util.h"
#include "capture/filter/per_link.h"
#include "capture/packet/packet.h"
#include "capture/packet/source.h"
#include "capture/view/grid.h"
#include "capture/view/model.h"
#include "capture/view/view.h"
#include "capture/view/view_file.h"
#include "capture/write/rotate.h"
#include "capture/write/sink.h"

struct view {
	struct sink sink;
	bool lent; /* to outputs that do not close it */
	struct source *from;
	uint64_t now_ns; /* live: of the last round */
	struct model model;
	struct page_facts facts;
	struct page_choice choice;
	struct per_link *filter; /* of what is shown; NULL: all */
	char *shown; /* its text */
	struct view_file *file; /* NULL: nothing is written */
	char written[512]; /* what the last file has come to; "": there was none */
	bool incomplete; /* one of them */
	char path[VIEW_KEYS_TYPED_MAX + 1]; /* files: to be written with the next reading; "": nothing */
	struct view_keys keys;
	char message[512];
	uint64_t due_ns;
};

static const struct sink_ops ops;

int view_open(struct view **view, bool live)
{
	struct view *v = calloc(1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	v->sink.ops = &ops;
	v->facts.what = "";
	v->choice.column_sec = 2;
	if (model_open(&v->model, live)) {
		view_close(v);
		return -ENOMEM;
	}
	*view = v;
	return 0;
}

struct page_facts *view_facts(struct view *v)
{
	return &v->facts;
}

struct sink *view_sink(struct view *v)
{
	return &v->sink;
}

struct sink *view_lent_sink(struct view *v)
{
	v->lent = true;
	return &v->sink;
}

void view_say(struct view *v, const char *sentence, bool is_alarm)
{
	if (sentence)
		snprintf(v->message, sizeof(v->message), "%s", sentence);
	v->choice.is_alarm = is_alarm;
	v->due_ns = 0;
}

/* ---- the file that is written ---- */

static void begin_file(struct view *v, const char *path)
{
	bool live = v->facts.has_ledger;
	uint64_t now = live ? v->now_ns : 0;

	if (!view_file_open(&v->file, path, live, v->from, now, clock_now_ns(), v->message,
			    sizeof(v->message)))
		view_say(v, NULL, true);
}

static void end_file(struct view *v)
{
	bool ok = view_file_close(&v->file, v->message, sizeof(v->message));

	snprintf(v->written, sizeof(v->written), "%s", v->message);
	v->incomplete |= !ok;
	view_say(v, NULL, !ok);
}

/* ---- packets ---- */

void view_begin(struct view *v, struct source *from)
{
	v->from = from;
	v->facts.done = false;
	model_clear(&v->model);
	if (*v->path)
		begin_file(v, v->path);
	*v->path = '\0';
}

void view_packet(struct view *v, const struct packet *p)
{
	if (v->filter && per_link_packet(v->filter, p) <= 0)
		return;
	model_packet(&v->model, p);
	if (v->file && !view_file_packet(v->file, p))
		end_file(v);
}

void view_done(struct view *v)
{
	v->facts.done = true;
	v->due_ns = 0;
	if (v->file)
		end_file(v);
}

/* ---- keys ---- */

/* For whose packets a filter is looked at before it is taken; NULL: for Ethernet. */
static const struct iface *first_iface(const struct view *v)
{
	return v->model.live && v->from ? v->from->ops->iface(v->from, 0) : NULL;
}

/* Is it one at all? Then it is shown by it, and all counts begin anew. */
static enum view_wish set_filter(struct view *v, const char *typed)
{
	cleanup(freep) char *text = strdup(typed);
	struct per_link *filter = NULL;
	int err = text ? 0 : -ENOMEM;

	if (!err && text[strspn(text, " \t")])
		err = per_link_open(&filter, text, NULL, true);
	if (!err && filter)
		err = per_link_check(filter, first_iface(v));
	if (err) {
		view_say(v, err == -EINVAL ? per_link_error(filter) : "out of memory", true);
		per_link_close(filter);
		return VIEW_NOTHING;
	}
	per_link_close(v->filter);
	free(v->shown);
	v->filter = filter;
	v->shown = steal(&text);
	model_clear(&v->model);
	return v->model.live ? VIEW_NOTHING : VIEW_AGAIN;
}

static enum view_wish set_file(struct view *v, const char *path)
{
	if (!*path)
		return VIEW_NOTHING;
	if (v->model.live) {
		begin_file(v, path);
		return VIEW_NOTHING;
	}
	snprintf(v->path, sizeof(v->path), "%s", path);
	return VIEW_AGAIN;
}

static enum view_wish take_typed(struct view *v)
{
	enum view_prompt what = v->keys.prompt;

	v->keys.prompt = PROMPT_NONE;
	return what == PROMPT_FILTER ? set_filter(v, v->keys.typed) : set_file(v, v->keys.typed);
}

/* What has them read again is not even asked for where that cannot be: what is shown stays. */
static bool is_refused(struct view *v)
{
	if (v->facts.once)
		view_say(v, "what has come from stdin cannot be read again", true);
	return v->facts.once;
}

static void ask(struct view *v, enum view_prompt what, const char *typed)
{
	view_keys_ask(&v->keys, what, typed);
	*v->message = '\0';
}

static void ask_for_filter(struct view *v)
{
	if (!is_refused(v))
		ask(v, PROMPT_FILTER, v->filter ? v->shown : "");
}

static void begin_or_end_file(struct view *v)
{
	if (is_refused(v))
		return;
	if (v->file)
		end_file(v);
	else
		ask(v, PROMPT_FILE, "");
}

enum view_wish view_key(struct view *v, int key)
{
	v->due_ns = 0;
	switch (view_keys_press(&v->keys, &v->choice, v->model.live, key)) {
	case ACT_QUIT: return VIEW_QUIT;
	case ACT_TYPED: return take_typed(v);
	case ACT_CLEAR: model_clear(&v->model); break;
	case ACT_FILTER: ask_for_filter(v); break;
	case ACT_FILE: begin_or_end_file(v); break;
	case ACT_NOTHING: break;
	}
	return VIEW_NOTHING;
}

/* ---- the page ---- */

uint64_t view_due_ns(const struct view *v)
{
	return v->due_ns;
}

void view_draw(struct view *v, struct grid *g, unsigned rows, unsigned cols, uint64_t now_ns)
{
	static const char *const prompts[] = { NULL,
					       "Show only (an expression as that of the capture)",
					       "Write what is shown to" };
	struct page_choice *c = &v->choice;

	if (!c->paused)
		model_tick(&v->model, now_ns);
	c->shown = v->filter ? v->shown : NULL;
	c->writing = v->file ? view_file_path(v->file) : NULL;
	c->message = v->message;
	c->prompt = prompts[v->keys.prompt];
	c->typed = v->keys.typed;
	grid_clear(g, rows, cols);
	page_draw(g, &v->model, &v->facts, c);
	v->due_ns = c->paused ? UINT64_MAX : now_ns + VIEW_REDRAW_NS;
}

enum status view_report(const struct view *v)
{
	if (v->incomplete)
		return log_fail(STATUS_INCOMPLETE, "%s", v->written);
	if (*v->written)
		log_announce("%s", v->written);
	return STATUS_OK;
}

struct view *view_close(struct view *v)
{
	if (!v)
		return NULL;
	if (v->file)
		end_file(v);
	per_link_close(v->filter);
	free(v->shown);
	model_close(&v->model);
	free(v);
	return NULL;
}

/* ---- as a sink ---- */

static struct view *of(const struct sink *k)
{
	return (struct view *)k;
}

static struct rotate *file_of(const struct sink *k)
{
	return of(k)->file ? view_file_rotate(of(k)->file) : NULL;
}

static int begin(struct sink *k, struct source *from, uint64_t now, uint64_t wall_ns is_unused)
{
	of(k)->now_ns = now;
	view_begin(of(k), from);
	return 0;
}

static int packet(struct sink *k, const struct packet *p)
{
	view_packet(of(k), p);
	return 0;
}

/* What goes wrong with the file is a matter of that, and not of the capture. */
static void check(struct sink *k, int err)
{
	if (err && err != -EINTR)
		end_file(of(k));
}

static int flush(struct sink *k)
{
	if (file_of(k))
		check(k, rotate_flush(file_of(k)));
	return 0;
}

static int joined(struct sink *k)
{
	if (file_of(k))
		check(k, rotate_joined(file_of(k)));
	return 0;
}

static int left(struct sink *k, uint32_t id)
{
	if (file_of(k))
		check(k, rotate_left(file_of(k), id));
	return 0;
}

static size_t pending(const struct sink *k)
{
	return file_of(k) ? rotate_pending(file_of(k)) : 0;
}

static void now(struct sink *k, uint64_t now)
{
	of(k)->now_ns = now;
	model_now(&of(k)->model, now);
	if (file_of(k))
		rotate_now(file_of(k), now);
}

static uint64_t due(const struct sink *k)
{
	return of(k)->due_ns;
}

static void clock_set(struct sink *k, uint64_t now, uint64_t wall_ns)
{
	if (file_of(k))
		rotate_clock_set(file_of(k), now, wall_ns);
}

static int spare(struct sink *k is_unused, const struct stat *st is_unused)
{
	return 0;
}

/* A file that has a reader is none that a key begins. */
static int reader_fd(const struct sink *k is_unused)
{
	return -1;
}

static void hurry(struct sink *k, int ms)
{
	if (file_of(k))
		rotate_hurry(file_of(k), ms);
}

static int finish(struct sink *k)
{
	if (of(k)->file)
		end_file(of(k));
	return 0;
}

static enum status report(const struct sink *k, uint64_t refused is_unused)
{
	return of(k)->lent ? STATUS_OK : view_report(of(k));
}

static struct sink *close_sink(struct sink *k)
{
	if (!of(k)->lent)
		view_close(of(k));
	return NULL;
}

static const struct sink_ops ops = {
	.begin = begin,
	.packet = packet,
	.flush = flush,
	.joined = joined,
	.left = left,
	.pending = pending,
	.now = now,
	.due = due,
	.clock_set = clock_set,
	.spare = spare,
	.reader_fd = reader_fd,
	.hurry = hurry,
	.finish = finish,
	.report = report,
	.close = close_sink,
};
