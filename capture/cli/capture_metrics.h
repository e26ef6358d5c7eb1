/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* --metrics: once a second those who ask are given a newer state. */
#ifndef XDPDUMP_CLI_CAPTURE_METRICS_H
#define XDPDUMP_CLI_CAPTURE_METRICS_H

#include <stdint.h>

#include "capture/base/log.h"

struct books;
struct metrics_http;

/* When there was more of something than the last time, since 1970, to the second. */
struct capture_grown {
	uint64_t n, at_ns;
};

struct capture_metrics {
	const char *where;		/* the owner's */
	struct metrics_http *http;	/* NULL: nobody is told */
	struct capture_grown arrived, written;
};

/*
 * Begins to listen at @where, an address that listen_parse() takes; NULL: all of this does nothing.
 * Then, once rights are given up, to answer. These complain.
 */
enum status capture_metrics_open(struct capture_metrics *m, const char *where);
enum status capture_metrics_start(const struct capture_metrics *m);

/* What there is by now. */
void capture_metrics_tell(struct capture_metrics *m, const struct books *b);

/* As it is after opening, or all zeros. */
void capture_metrics_close(struct capture_metrics *m);

#endif
