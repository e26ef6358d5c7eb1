/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Exit codes, and the one way in which the top level speaks to stderr. */
#ifndef XDPDUMP_BASE_LOG_H
#define XDPDUMP_BASE_LOG_H

#include "capture/base/util.h"

enum status {
	/* stopped as asked, all delivered packets are in the output */
	STATUS_OK		= 0,
	STATUS_RUNTIME		= 1,	/* I/O error, interface lost, damaged input */
	STATUS_USAGE		= 2,
	STATUS_PERMISSION	= 3,	/* a capability is missing */
	STATUS_UNSUPPORTED	= 4,	/* the kernel or the driver cannot do it */
	STATUS_INTERFACE	= 5,	/* missing or busy */
	STATUS_INCOMPLETE	= 6,	/* finished, but the output is not complete */
	STATUS_SIGNAL		= 128,	/* plus the number of the signal that forced the end */
};

/*
 * Prints "xdpdump: " and the sentence as one line on stderr; whatever could steer a terminal is
 * escaped.
 */
void log_complain(const char *fmt, ...) printf_like(1, 2);

/* log_complain(), returning @status: for "return log_fail(...)". */
enum status log_fail(enum status status, const char *fmt, ...) printf_like(2, 3);

/* The same without the prefix, for what is not an error: the start line, the summary. */
void log_announce(const char *fmt, ...) printf_like(1, 2);

/* A line for machines, of @n bytes with its newline, as it is. */
void log_record(const char *line, size_t n);

/*
 * Is all that was printed on stdout there, or has its reader gone? Else complains:
 * STATUS_INCOMPLETE.
 */
enum status log_finish_stdout(void);

#endif
