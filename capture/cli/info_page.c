// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* In memory until the end: what stands at its place is replaced by a whole page or not at all. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "capture/base/loop.h"
#include "capture/cli/info_page.h"
#include "capture/cli/opts.h"
#include "capture/cli/rights.h"
#include "capture/kernel/run_as.h"
#include "capture/report/info_html.h"
#include "capture/write/out.h"
#include "capture/write/place.h"
#include "capture/write/sink.h"

static enum status spare_others(struct info_page *p, const struct opts *o)
{
	const char *const named[] = { o->filter_file, o->list_file };
	enum status status = STATUS_OK;
	struct stat st;

	for (size_t i = 0; !status && i < array_size(named); i++)
		if (named[i] && !stat(named[i], &st))
			status = info_page_spare(p, &st, named[i]);
	return status;
}

/* As the user of -Z. */
static enum status open_out(struct info_page *p, const struct opts *o, const struct loop *l,
			    int *err)
{
	struct run_as *user = NULL;
	enum status status = rights_user(&user, o);

	*err = status ? 0 : run_as_enter(user);
	if (!status && !*err) {
		int opened = out_open(&p->out, p->path, l->stop_fd);

		*err = run_as_leave(user);
		*err = opened ? opened : *err;
	}
	run_as_close(user);
	return status;
}

enum status info_page_open(struct info_page *p, const struct opts *o, const struct loop *l)
{
	enum status status;
	int err;

	*p = (struct info_page){ .path = o->html };
	if (!p->path)
		return STATUS_OK;
	status = open_out(p, o, l, &err);
	if (status)
		return status;
	if (err == -EINTR)
		return log_fail(STATUS_OK, "%s: interrupted while waiting for a reader", p->path);
	if (err)
		return log_fail(STATUS_RUNTIME, "%s: cannot open for writing: %s", p->path,
				sink_reason(err));
	p->text = open_memstream(&p->bytes, &p->len);
	return p->text ? spare_others(p, o) : log_fail(STATUS_RUNTIME, "out of memory");
}

enum status info_page_spare(struct info_page *p, const struct stat *st, const char *name)
{
	if (!p->out || !S_ISREG(st->st_mode) || !out_is_same(p->out, st))
		return STATUS_OK;
	p->refused = true;
	return log_fail(STATUS_USAGE, "%s: cannot read from and write to the same file", name);
}

void info_page_add(struct info_page *p, const struct info *i, const struct info_source *s)
{
	if (!p->begun)
		info_html_begin(p->text);
	p->begun = true;
	info_html(i, s, p->text);
}

static int write_out(struct info_page *p)
{
	int err = out_begin(p->out);

	if (!err)
		err = out_write(p->out, p->bytes, p->len);
	return err ? err : out_end(p->out);
}

enum status info_page_write(struct info_page *p)
{
	int err;

	if (!p->begun || p->refused)
		return STATUS_OK;
	info_html_end(p->text);
	if (fflush(p->text))
		return log_fail(STATUS_RUNTIME, "out of memory");
	err = write_out(p);
	return err && err != -EPIPE ? log_fail(STATUS_INCOMPLETE, "%s: cannot write: %s", p->path,
					       sink_reason(err))
				    : STATUS_OK;
}

void info_page_close(struct info_page *p)
{
	if (p->text)
		fclose(p->text);
	free(p->bytes);
	out_close(p->out);
}
