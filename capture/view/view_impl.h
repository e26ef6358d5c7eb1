/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A view, for the files that it consists of: view.c counts and draws, view_keys.c obeys. */
#ifndef XDPDUMP_VIEW_VIEW_IMPL_H
#define XDPDUMP_VIEW_VIEW_IMPL_H

#include "capture/view/model.h"
#include "capture/view/view.h"
#include "capture/write/sink.h"

struct per_link;
struct view_file;

enum view_prompt { PROMPT_NONE, PROMPT_FILTER, PROMPT_FILE };

enum { VIEW_TYPED_MAX = 200 };

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
	char path[VIEW_TYPED_MAX + 1]; /* files: to be written with the next reading; "": nothing */
	enum view_prompt prompt;
	char typed[VIEW_TYPED_MAX + 1];
	size_t n_typed;
	char message[512];
	uint64_t due_ns;
};

/* Ends the file, and says what is in it. */
void view_end_file(struct view *v);

/* Begins the file @path, or says why not. */
void view_begin_file(struct view *v, const char *path);

#endif
