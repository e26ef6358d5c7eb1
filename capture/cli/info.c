// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* --info: one report for each file, on stdout or in a page. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/loop.h"
#include "capture/base/progress.h"
#include "capture/base/util.h"
#include "capture/cli/confine.h"
#include "capture/cli/file_source.h"
#include "capture/cli/info.h"
#include "capture/cli/info_page.h"
#include "capture/cli/opts.h"
#include "capture/filter/expr.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/read/merge.h"
#include "capture/read/parts.h"
#include "capture/report/info.h"

/* ---- what threads count of a large file ---- */

static void *begin_part(void *ctx is_unused)
{
	struct info *i = calloc_lines(sizeof(*i));

	if (!i || !info_open(i))
		return i;
	free(i);
	return NULL;
}

static bool count_part(void *part, struct packet *p)
{
	return info_part_packet(part, p);
}

static bool add_part(void *ctx, void *part, uint64_t n is_unused)
{
	return info_join(ctx, part);
}

static void end_part(void *part)
{
	info_close(part);
	free(part);
}

static const struct parts_ops in_parts = { begin_part, count_part, add_part, end_part };

/* Reads to the end, or as far as it goes: then *error says why. */
static enum status read_all(struct file_source *s, struct info *i, const char **error)
{
	struct packet p;
	int got;

	while ((got = file_source_next(s, &p)) > 0) {
		link_decode(&p);
		if (i->poor || info_packet(i, &p)) {
			*error = "out of memory";
			return STATUS_RUNTIME;
		}
	}
	progress_erase(s->progress);
	if (s->loop->asked)
		*error = "stopped as asked";
	else if (got && !s->refused)
		*error = merge_error(s->input, 0);
	if (s->refused || (!s->loop->asked && !file_source_check_filter(s)))
		return STATUS_USAGE;
	return *error && !s->loop->asked ? STATUS_RUNTIME : STATUS_OK;
}

static void print(const struct file_source *s, const struct info *i, const struct info_source *from)
{
	loop_let_go(s->loop);
	(s->opts->screen == FORMAT_JSON ? info_json : info_text)(i, from, stdout);
	fflush(stdout);
	loop_take_back(s->loop);
}

/* A file that cannot be read at all has no report. */
static enum status report(struct file_source *s, struct info *i, struct info_page *page)
{
	const struct opts *o = s->opts;
	cleanup(freep) char *filter = o->filter ? expr_line(o->filter) : NULL;
	struct info_source from = {
		.name = merge_name(s->input, 0),
		.stat = merge_stat(s->input, 0),
		.reader = merge_reader(s->input, 0),
		.filter = filter,
	};
	enum status status = read_all(s, i, &from.error);

	if (status == STATUS_USAGE)
		return status;
	if (page->path)
		info_page_add(page, i, &from);
	else
		print(s, i, &from);
	if (status)
		log_complain("%s", from.error);
	return status;
}

/* What all files have in common. */
struct reports {
	struct parts *parts;	/* NULL: one thread is enough */
	bool confined;
};

/* The first that could be is open, and the others are opened in their turn. */
static enum status confine_all(const struct opts *o, struct merge *first, struct parts **parts)
{
	unsigned later = o->n_reads > 1 ? CONFINE_OPENS : 0;
	enum status status = confine_reach(o, later);

	if (status)
		return status;
	if (!*parts)
		*parts = file_source_parts(o, first);
	if (merge_read_ahead(first) || *parts)
		later |= CONFINE_READS_AHEAD;
	return confine_calls(o, later);
}

static enum status report_file(const struct opts *o, struct loop *l, struct progress *p,
			       struct info_page *page, unsigned n, struct reports *all)
{
	const char *path = o->reads[n];
	struct file_source s;
	struct info i;
	enum status status;

	if (info_open(&i))
		return log_fail(STATUS_RUNTIME, "out of memory");
	status = file_source_open(&s, o, l, p, &path, 1);
	if (!status && !l->asked)
		status = info_page_spare(page, merge_stat(s.input, 0), path);
	if (!status && !l->asked && !all->confined) {
		status = confine_all(o, s.input, &all->parts);
		all->confined = !status;
	}
	s.parts = all->parts;
	s.count = &in_parts;
	s.count_ctx = &i;
	if (!status && !l->asked)
		status = file_source_begin(&s);
	if (!status && !l->asked)
		status = report(&s, &i, page);
	file_source_close(&s);
	info_close(&i);
	return status;
}

static enum status report_all(const struct opts *o, struct loop *l, struct info_page *page)
{
	enum status worst = STATUS_OK;
	struct progress progress;
	struct reports all = { .parts = NULL };

	progress_init(&progress, false);
	for (unsigned n = 0; n < o->n_reads && !l->asked && !page->refused; n++) {
		enum status status;

		if (n && !page->path && o->screen != FORMAT_JSON)
			putchar('\n');
		status = report_file(o, l, &progress, page, n, &all);
		worst = status > worst ? status : worst;
	}
	progress_erase(&progress);
	parts_close(all.parts);
	return worst;
}

enum status info_run(const struct opts *o)
{
	struct info_page page = { .path = NULL };
	struct loop loop;
	enum status status;

	if (loop_open(&loop)) {
		loop_close(&loop);
		return log_fail(STATUS_RUNTIME, "cannot watch for signals: %s", strerror(errno));
	}
	status = info_page_open(&page, o, &loop);
	if (!status && !loop.asked) {
		enum status written;

		status = report_all(o, &loop, &page);
		written = page.path ? info_page_write(&page) : STATUS_OK;
		status = max_of(status, written);
	}
	info_page_close(&page);
	loop_close(&loop);
	return log_finish_stdout() ? STATUS_INCOMPLETE : status;
}
