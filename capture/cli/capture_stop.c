// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The end of a capture: the books are closed. */
#include <string.h>

#include "capture/cli/books_report.h"
#include "capture/cli/capture.h"
#include "capture/cli/capture_impl.h"
#include "capture/cli/opts.h"
#include "capture/kernel/programs.h"

static enum status check_strays(const struct capture *l)
{
	uint64_t n;
	int err = programs_strays(l->settings.programs, &n);

	if (err)
		return log_fail(STATUS_RUNTIME, "frames on interfaces other than those captured cannot be counted: %s",
				strerror(-err));
	return n ? log_fail(STATUS_RUNTIME,
			    "%llu frames came on interfaces other than those captured, or on one that had just gone to "
			    "another namespace: not written",
			    (unsigned long long)n)
		 : STATUS_OK;
}

enum status capture_stop(struct capture *l)
{
	enum status status;

	notify_say(&l->notify, "STOPPING=1");
	pump_finish(&l->pump);
	if (l->guest)
		l->guest->look(l->guest->ctx, books_lost(&l->books));
	l->status = max_of(l->ifaces.status, capture_flows_end(&l->flows));
	books_report_end(&l->books, l->opts->stats_json, l->opts->codec.kind != CODEC_NONE);
	l->status = max_of(l->status, books_report_check(&l->books, l->pump.loop.forced));
	l->status = max_of(l->status, check_strays(l));
	status = pump_wait(&l->pump);
	if (!status)
		status = l->status;
	return status ? status : (enum status)l->recording.command_status;
}
