// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What the service manager is told of a capture. */
#include <stdio.h>

#include "capture/base/clock.h"
#include "capture/cli/capture_impl.h"
#include "capture/report/stats.h"

/* The counts, without a newline. */
static void put_status(struct capture *l, char *out, size_t cap)
{
	uint64_t bytes, files;
	const char *path = outputs_written(&l->pump.outputs, &bytes, &files);

	snprintf(out, cap, "%llu packets captured, %llu lost%s%s",
		 (unsigned long long)outputs_captured(&l->pump.outputs),
		 (unsigned long long)books_lost(&l->books), path ? ", writing " : "", path ? path : "");
	for (char *c = out; *c; c++)
		if (*c == '\n')
			*c = '?';
}

void capture_notify_ready(struct capture *l)
{
	char status[512];

	if (l->notify.fd < 0)
		return;
	put_status(l, status, sizeof(status));
	notify_say(&l->notify, "READY=1\nSTATUS=%s", status);
}

void capture_notify_alive(struct capture *l)
{
	char status[512];

	if (l->notify.fd < 0)
		return;
	put_status(l, status, sizeof(status));
	notify_say(&l->notify, "STATUS=%s%s", status, l->notify.watched ? "\nWATCHDOG=1" : "");
}

/* With the time, by which it is told apart from one before, as Type=notify-reload asks for. */
void capture_notify_reloading(const struct capture *l)
{
	notify_say(&l->notify, "RELOADING=1\nMONOTONIC_USEC=%llu",
		   (unsigned long long)(clock_monotonic_ns() / 1000));
}
