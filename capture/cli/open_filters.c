// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <errno.h>
#include <string.h>

#include "capture/cli/open_filters.h"
#include "capture/cli/opts.h"
#include "capture/filter/per_link.h"
#include "capture/live/live_iface.h"
#include "capture/stage/triggers.h"

/*
 * Is it one for Ethernet? For other link types it is compiled when there is an interface that has
 * it. @file: where the text comes from, NULL: the command line. Without a text there is no filter.
 */
static enum status make_filter(struct per_link **f, const struct opts *o, const char *text,
			       const char *file)
{
	int err;

	if (!text)
		return STATUS_OK;
	err = per_link_open(f, text, file, !o->no_optimize);
	if (!err)
		err = per_link_check(*f, NULL);
	if (err == -EINVAL)
		return log_fail(STATUS_USAGE, "%s", per_link_error(*f));
	return err ? log_fail(STATUS_RUNTIME, "cannot make the filter: %s", strerror(-err))
		   : STATUS_OK;
}

/* What is wrong with one of its expressions is said by recording_open(). */
static enum status make_trigger(struct per_link **f, char **text, const struct opts *o)
{
	int err = triggers_expression(o->triggers, o->n_triggers, text);

	if (!err && *text)
		err = per_link_open(f, *text, NULL, !o->no_optimize);
	if (!err && *text)
		err = per_link_prepare(*f);
	return err ? log_fail(STATUS_RUNTIME, "cannot make the trigger: %s", strerror(-err))
		   : STATUS_OK;
}

enum status open_filters(struct live_filters *f, char **trigger_text, const struct opts *o)
{
	enum status status = make_filter(&f->entry, o, o->filter, o->filter_file);

	if (!status)
		status = make_filter(&f->exit, o, o->observe.exit_filter, NULL);
	return status ? status : make_trigger(&f->trigger, trigger_text, o);
}
