/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* --compare. */
#ifndef XDPDUMP_CLI_COMPARE_H
#define XDPDUMP_CLI_COMPARE_H

#include "capture/base/log.h"

struct opts;

/*
 * Are the packets of two files the same? Prints the first difference. Complains; the exit code,
 * which also tells.
 */
enum status compare_run(const struct opts *o);

#endif
