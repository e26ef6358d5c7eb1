/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* One line on stderr that tells how far long work has come, if stderr is a terminal. */
#ifndef XDPDUMP_BASE_PROGRESS_H
#define XDPDUMP_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool on;
	bool shown;
	uint64_t start_ns, next_ns;	/* CLOCK_MONOTONIC */
};

/* @printing: stdout gets text, which must not be disturbed if it goes to a terminal as well. */
void progress_init(struct progress *p, bool printing);

/* Time to show it? For the first time after a second. */
bool progress_is_due(struct progress *p);

/* @done of @size bytes of input; @size 0: not known. */
void progress_show(struct progress *p, uint64_t packets, uint64_t done, uint64_t size);

/* Makes room for other lines. */
void progress_erase(struct progress *p);

#endif
