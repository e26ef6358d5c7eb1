/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What a live capture says of its counts, on stderr. */
#ifndef XDPDUMP_CLI_BOOKS_REPORT_H
#define XDPDUMP_CLI_BOOKS_REPORT_H

#include <stdbool.h>

#include "capture/base/log.h"

struct books;

/* The statistics so far, as text or as a line of JSON. */
void books_report_now(const struct books *b, bool json);

/* The summary, when no more packets come. @compresses: the file is compressed. */
void books_report_end(const struct books *b, bool json, bool compresses);

/*
 * Then: complains where the books do not add up, or cannot, for which the exit code is returned.
 * @forced: the end was, so it is known that they do not.
 */
enum status books_report_check(const struct books *b, bool forced);

#endif
