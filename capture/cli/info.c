// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* --info: one report for each file, on stdout. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/base/loop.h"
#include "capture/base/progress.h"
#include "capture/cli/capture.h"
#include "capture/cli/file_source.h"
#include "capture/cli/opts.h"
#include "capture/filter/expr.h"
#include "capture/packet/link.h"
#include "capture/packet/packet.h"
#include "capture/read/merge.h"
#include "capture/report/info.h"

/* Reads to the end, or as far as it goes: then *error says why. */
static enum status read_all(struct file_source *s, struct info *i, const char **error)
{
	struct packet p;
	int got;

	while ((got = file_source_next(s, &p)) > 0) {
		link_decode(&p);
		if (info_packet(i, &p)) {
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

/* A file that cannot be read at all has no report. */
static enum status report(struct file_source *s, struct info *i)
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
	loop_let_go(s->loop);
	(o->screen == FORMAT_JSON ? info_json : info_text)(i, &from, stdout);
	fflush(stdout);
	loop_take_back(s->loop);
	if (status)
		log_complain("%s", from.error);
	return status;
}

static enum status report_file(const struct opts *o, struct loop *l,
			       struct progress *p, const char *path)
{
	struct file_source s;
	struct info i;
	enum status status;

	if (info_open(&i))
		return log_fail(STATUS_RUNTIME, "out of memory");
	status = file_source_open(&s, o, l, p, &path, 1);
	if (!status && !l->asked)
		status = report(&s, &i);
	file_source_close(&s);
	info_close(&i);
	return status;
}

enum status info_run(const struct opts *o)
{
	enum status worst = STATUS_OK;
	struct progress progress;
	struct loop loop;

	progress_init(&progress, false);
	if (loop_open(&loop)) {
		loop_close(&loop);
		return log_fail(STATUS_RUNTIME, "cannot watch for signals: %s", strerror(errno));
	}
	for (unsigned n = 0; n < o->n_reads && !loop.asked; n++) {
		enum status status;

		if (n && o->screen != FORMAT_JSON)
			putchar('\n');
		status = report_file(o, &loop, &progress, o->reads[n]);
		worst = status > worst ? status : worst;
	}
	progress_erase(&progress);
	loop_close(&loop);
	return log_finish_stdout() ? STATUS_INCOMPLETE : worst;
}
