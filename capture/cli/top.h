/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* --top of files: they are read for somebody who looks at a terminal. */
#ifndef XDPDUMP_CLI_TOP_H
#define XDPDUMP_CLI_TOP_H

#include "capture/base/log.h"

struct opts;

/* Complains; the exit code. */
enum status top_run(const struct opts *o);

#endif
