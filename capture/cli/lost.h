/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* --compare --lost. */
#ifndef XDPDUMP_CLI_LOST_H
#define XDPDUMP_CLI_LOST_H

#include "capture/base/log.h"

struct opts;

/*
 * Which packets of one file are not in another one, and how long those took that are? Complains;
 * the exit code, which also tells.
 */
enum status lost_run(const struct opts *o);

#endif
