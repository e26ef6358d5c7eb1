/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What keys mean: how the page is looked at, and a line that is asked for, which takes all of them
 * until it is complete.
 */
#ifndef XDPDUMP_VIEW_VIEW_KEYS_H
#define XDPDUMP_VIEW_VIEW_KEYS_H

#include <stdbool.h>
#include <stddef.h>

struct page_choice;

/* Beside letters and digits. */
enum {
	VIEW_TAB = 9,
	VIEW_ENTER = 10,
	VIEW_RETURN = 13,
	VIEW_CLEAR = 21,
	VIEW_ESCAPE = 27,
	VIEW_DELETE = 127
};

enum { VIEW_KEYS_TYPED_MAX = 200 };

enum view_prompt { PROMPT_NONE, PROMPT_FILTER, PROMPT_FILE };

struct view_keys {
	enum view_prompt prompt;	/* what is asked for */
	char typed[VIEW_KEYS_TYPED_MAX + 1];
	size_t n_typed;
};

/* What is to be done. */
enum view_act {
	ACT_NOTHING,
	ACT_QUIT,
	ACT_CLEAR,	/* all counts begin anew */
	ACT_FILTER,	/* another filter is to be asked for, or a file begun or ended: */
	ACT_FILE,
	ACT_TYPED,	/* the line that was asked for is complete: k->typed */
};

/* @live: as the view is. What is done with ACT_TYPED is what was asked for. */
enum view_act view_keys_press(struct view_keys *k, struct page_choice *c, bool live, int key);

/* From now on a line is asked for, in which @typed stands already. */
void view_keys_ask(struct view_keys *k, enum view_prompt what, const char *typed);

#endif
