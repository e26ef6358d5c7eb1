// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What the program itself lends is refused, and what the caller has left open is closed, before
 * anything is done.
 */
#include <string.h>
#include <unistd.h>

#include "capture/base/descriptors.h"
#include "capture/cli/opts.h"
#include "capture/cli/rights.h"

enum status rights_begin(void)
{
	if (getuid() == geteuid() && getgid() == getegid())
		return STATUS_OK;
	return log_fail(STATUS_PERMISSION,
			"refused, as the program is set-user-ID or set-group-ID: whoever runs it would write and "
			"run what he may not; to capture three capabilities are enough (setcap)");
}

enum status rights_settle(const struct opts *o, char *const *words)
{
	int err = descriptors_keep_named(words, o->reads, o->n_reads);

	return err ? log_fail(STATUS_RUNTIME, "cannot close what the caller has left open: %s", strerror(-err))
		   : STATUS_OK;
}
