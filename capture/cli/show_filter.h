/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* -d: shows what a filter expression becomes. */
#ifndef XDPDUMP_CLI_SHOW_FILTER_H
#define XDPDUMP_CLI_SHOW_FILTER_H

#include "capture/base/log.h"

struct opts;

/*
 * Prints the program of the filter on stdout. Complains about whatever goes wrong; the exit code.
 */
enum status show_filter_run(const struct opts *o);

#endif
