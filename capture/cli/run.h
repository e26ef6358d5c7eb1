/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* --run. */
#ifndef XDPDUMP_CLI_RUN_H
#define XDPDUMP_CLI_RUN_H

#include "capture/base/log.h"

struct opts;

/*
 * The packets of files through an XDP program: what it decides, and what comes out. Complains; the
 * exit code.
 */
enum status run_run(const struct opts *o);

#endif
