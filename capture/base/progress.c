// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Written over and over, from the start of the line. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "capture/base/progress.h"
#include "capture/base/util.h"

#define ERASE	"\r\033[K"

enum { FIRST_MS = 1000, EVERY_MS = 200, NS_PER_MS = 1000000, MB = 1000000 };

/* To a few milliseconds, which costs next to nothing. */
static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

void progress_init(struct progress *p, bool printing)
{
	const char *term = getenv("TERM");

	*p = (struct progress){ .start_ns = now_ns() };
	p->on = isatty(STDERR_FILENO) && !(printing && isatty(STDOUT_FILENO)) && term &&
		strcmp(term, "dumb");
	p->next_ns = p->start_ns + FIRST_MS * (uint64_t)NS_PER_MS;
}

bool progress_is_due(struct progress *p)
{
	return p->on && now_ns() >= p->next_ns;
}

static void put(const char *s, int n)
{
	ssize_t ignored is_unused = write(STDERR_FILENO, s, n);
}

void progress_show(struct progress *p, uint64_t packets, uint64_t done, uint64_t size)
{
	uint64_t now = now_ns();
	double sec = (now - p->start_ns) / 1e9, mpps = packets / sec / 1e6;
	char line[160];
	int n;

	if (size)
		n = snprintf(line, sizeof(line),
			     ERASE "%3u %% of %" PRIu64 " MB, %" PRIu64
				   " packets, %.3f Mpps, %.0f MB/s",
			     (unsigned)(100.0 * done / size), size / MB, packets, mpps,
			     done / sec / 1e6);
	else
		n = snprintf(line, sizeof(line), ERASE "%" PRIu64 " packets, %.3f Mpps", packets,
			     mpps);
	put(line, n);
	p->shown = true;
	p->next_ns = now + EVERY_MS * (uint64_t)NS_PER_MS;
}

void progress_erase(struct progress *p)
{
	if (p->shown)
		put(ERASE, strlen(ERASE));
	p->shown = false;
}
