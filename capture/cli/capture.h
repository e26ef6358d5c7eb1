/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Captures on interfaces until told to stop. */
#ifndef XDPDUMP_CLI_CAPTURE_H
#define XDPDUMP_CLI_CAPTURE_H

#include <stdint.h>

#include "capture/base/log.h"

struct capture;
struct opts;
struct pump;

/* Complains about whatever goes wrong; the exit code. */
enum status capture_run(const struct opts *o);

/* Somebody beside a capture, who is told of it. */
struct capture_guest {
	/* when @l, with @p, begins: for stages and descriptors. -errno */
	int (*begin)(void *ctx, struct pump *p, struct capture *l);
	/* each second, and at the end: packets lost so far */
	void (*look)(void *ctx, uint64_t lost);
	void *ctx;
};

enum status capture_run_with(const struct opts *o, const struct capture_guest *guest);

/*
 * For them: from now on the expression @text decides, "": everything is captured. NULL, or why
 * everything is as before, which lives until the next call; "": out of memory.
 */
const char *capture_refilter(struct capture *l, const char *text);

#endif
