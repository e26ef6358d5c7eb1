// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What the keys do. A line that is asked for takes all of them until it is complete. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/filter/per_link.h"
#include "capture/packet/source.h"
#include "capture/view/view_file.h"
#include "capture/view/view_impl.h"

static void ask(struct view *v, enum view_prompt what, const char *typed)
{
	v->prompt = what;
	snprintf(v->typed, sizeof(v->typed), "%s", typed);
	v->n_typed = strlen(v->typed);
	*v->message = '\0';
}

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
		view_begin_file(v, path);
		return VIEW_NOTHING;
	}
	snprintf(v->path, sizeof(v->path), "%s", path);
	return VIEW_AGAIN;
}

static enum view_wish take(struct view *v)
{
	enum view_prompt what = v->prompt;

	v->prompt = PROMPT_NONE;
	return what == PROMPT_FILTER ? set_filter(v, v->typed) : set_file(v, v->typed);
}

static enum view_wish type(struct view *v, int key)
{
	switch (key) {
	case VIEW_ENTER:
	case VIEW_RETURN: return take(v);
	case VIEW_ESCAPE: v->prompt = PROMPT_NONE; break;
	case VIEW_CLEAR: v->n_typed = 0; break;
	case VIEW_DELETE: v->n_typed -= v->n_typed > 0; break;
	default:
		if (key >= ' ' && key <= '~' && v->n_typed < VIEW_TYPED_MAX)
			v->typed[v->n_typed++] = key;
	}
	v->typed[v->n_typed] = '\0';
	return VIEW_NOTHING;
}

/* One step through what the curve's columns can be. */
static void zoom(struct page_choice *c, int step)
{
	static const unsigned widths[] = { 1, 2, 5, 10, 30 };
	int i = 0;

	while (widths[i] != c->column_sec)
		i++;
	if (i + step >= 0 && i + step < (int)array_size(widths))
		c->column_sec = widths[i + step];
}

static void live_key(struct view *v, int key)
{
	switch (key) {
	case 'p':
	case ' ': v->choice.paused = !v->choice.paused; break;
	case '+': zoom(&v->choice, 1); break;
	case '-': zoom(&v->choice, -1); break;
	case 'c': model_clear(&v->model); break;
	}
}

/* What has them read again is not even asked for where that cannot be: what is shown stays. */
static bool is_refused(struct view *v)
{
	if (v->facts.once)
		view_say(v, "what has come from stdin cannot be read again", true);
	return v->facts.once;
}

static void filter_key(struct view *v)
{
	if (!is_refused(v))
		ask(v, PROMPT_FILTER, v->filter ? v->shown : "");
}

static void write_key(struct view *v)
{
	if (is_refused(v))
		return;
	if (v->file)
		view_end_file(v);
	else
		ask(v, PROMPT_FILE, "");
}

enum view_wish view_key(struct view *v, int key)
{
	v->due_ns = 0;
	if (v->prompt)
		return type(v, key);
	if (key >= '1' && key < '1' + PAGE_LISTS)
		v->choice.list = key - '1';
	if (v->model.live)
		live_key(v, key);
	switch (key) {
	case 'q': return VIEW_QUIT;
	case 's': v->choice.order = (v->choice.order + 1) % TOPS_ORDERS; break;
	case VIEW_TAB: v->choice.list = (v->choice.list + 1) % PAGE_LISTS; break;
	case 'f':
	case '/': filter_key(v); break;
	case 'w': write_key(v); break;
	}
	return VIEW_NOTHING;
}
