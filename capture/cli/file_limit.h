/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* How many files a capture may have open. */
#ifndef XDPDUMP_CLI_FILE_LIMIT_H
#define XDPDUMP_CLI_FILE_LIMIT_H

#include <stdbool.h>

#include "capture/base/log.h"

struct opts;

/*
 * As many as one of @n_ifaces interfaces needs, else complains; and, where it may be, what it may
 * come to need. @has_patterns: there may be more interfaces later.
 */
enum status file_limit_raise(const struct opts *o, unsigned n_ifaces, bool has_patterns);

#endif
