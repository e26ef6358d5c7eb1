// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdio.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/view/page.h"
#include "capture/view/view_keys.h"

void view_keys_ask(struct view_keys *k, enum view_prompt what, const char *typed)
{
	k->prompt = what;
	snprintf(k->typed, sizeof(k->typed), "%s", typed);
	k->n_typed = strlen(k->typed);
}

static enum view_act type(struct view_keys *k, int key)
{
	switch (key) {
	case VIEW_ENTER:
	case VIEW_RETURN: return ACT_TYPED;
	case VIEW_ESCAPE: k->prompt = PROMPT_NONE; break;
	case VIEW_CLEAR: k->n_typed = 0; break;
	case VIEW_DELETE: k->n_typed -= k->n_typed > 0; break;
	default:
		if (key >= ' ' && key <= '~' && k->n_typed < VIEW_KEYS_TYPED_MAX)
			k->typed[k->n_typed++] = key;
	}
	k->typed[k->n_typed] = '\0';
	return ACT_NOTHING;
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

static enum view_act live_key(struct page_choice *c, int key)
{
	switch (key) {
	case 'p':
	case ' ': c->paused = !c->paused; break;
	case '+': zoom(c, 1); break;
	case '-': zoom(c, -1); break;
	case 'c': return ACT_CLEAR;
	}
	return ACT_NOTHING;
}

enum view_act view_keys_press(struct view_keys *k, struct page_choice *c, bool live, int key)
{
	if (k->prompt)
		return type(k, key);
	if (key >= '1' && key < '1' + PAGE_LISTS)
		c->list = key - '1';
	switch (key) {
	case 'q': return ACT_QUIT;
	case 's': c->order = (c->order + 1) % TOPS_ORDERS; break;
	case VIEW_TAB: c->list = (c->list + 1) % PAGE_LISTS; break;
	case 'f':
	case '/': return ACT_FILTER;
	case 'w': return ACT_FILE;
	}
	return live ? live_key(c, key) : ACT_NOTHING;
}
