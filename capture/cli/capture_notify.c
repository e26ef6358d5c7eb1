// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <stdio.h>

#include "capture/base/clock.h"
#include "capture/base/notify.h"
#include "capture/cli/books.h"
#include "capture/cli/capture_notify.h"
#include "capture/write/outputs.h"

/* The counts, without a newline. */
static void put_status(const struct books *b, char *out, size_t cap)
{
	uint64_t bytes, files;
	const char *path = outputs_written(b->outputs, &bytes, &files);

	snprintf(out, cap, "%llu packets captured, %llu lost%s%s",
		 (unsigned long long)outputs_captured(b->outputs),
		 (unsigned long long)books_lost(b), path ? ", writing " : "", path ? path : "");
	for (char *c = out; *c; c++)
		if (*c == '\n')
			*c = '?';
}

void capture_notify_ready(const struct notify *n, const struct books *b)
{
	char status[512];

	if (n->fd < 0)
		return;
	put_status(b, status, sizeof(status));
	notify_say(n, "READY=1\nSTATUS=%s", status);
}

void capture_notify_alive(const struct notify *n, const struct books *b)
{
	char status[512];

	if (n->fd < 0)
		return;
	put_status(b, status, sizeof(status));
	notify_say(n, "STATUS=%s%s", status, n->watched ? "\nWATCHDOG=1" : "");
}

/* With the time, by which it is told apart from one before, as Type=notify-reload asks for. */
void capture_notify_reloading(const struct notify *n)
{
	notify_say(n, "RELOADING=1\nMONOTONIC_USEC=%llu",
		   (unsigned long long)(clock_monotonic_ns() / 1000));
}
