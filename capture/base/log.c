// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Sentences for stderr. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "capture/base/log.h"
#include "capture/base/text.h"

static void say(const char *prefix, const char *fmt, va_list args)
{
	char sentence[2048], line[8192];
	struct text t = text_in(line, sizeof(line) - 1);
	ssize_t ignored is_unused;

	vsnprintf(sentence, sizeof(sentence), fmt, args);
	text_str(&t, prefix);
	text_escaped(&t, sentence, strlen(sentence));
	line[t.len] = '\n';
	ignored = write(STDERR_FILENO, line, t.len + 1);
}

void log_complain(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say("xdpdump: ", fmt, args);
	va_end(args);
}

enum status log_fail(enum status status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say("xdpdump: ", fmt, args);
	va_end(args);
	return status;
}

void log_announce(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say("", fmt, args);
	va_end(args);
}

void log_record(const char *line, size_t n)
{
	ssize_t done;

	for (; n && (done = write(STDERR_FILENO, line, n)) > 0; n -= done)
		line += done;
}

enum status log_finish_stdout(void)
{
	if ((!fflush(stdout) && !ferror(stdout)) || errno == EPIPE)
		return STATUS_OK;
	return log_fail(STATUS_INCOMPLETE, "stdout: cannot write: %s", strerror(errno));
}
