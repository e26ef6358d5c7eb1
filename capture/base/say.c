// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* One sentence. */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#include "capture/base/say.h"

void say(const struct say *to, const char *fmt, ...)
{
	char sentence[PATH_MAX + 512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, args);
	va_end(args);
	to->fn(to->ctx, sentence);
}
