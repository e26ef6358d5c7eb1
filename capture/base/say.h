/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Sentences, without a newline, from modules that cannot keep them for their caller, as they come
 * at any time, in any thread.
 */
#ifndef XDPDUMP_BASE_SAY_H
#define XDPDUMP_BASE_SAY_H

#include "capture/base/util.h"

struct say {
	void (*fn)(void *ctx, const char *sentence);
	void *ctx;
};

void say(const struct say *to, const char *fmt, ...) printf_like(2, 3);

#endif
