/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A part of a run in a process of its own, whose sandbox is not ours. */
#ifndef XDPDUMP_CLI_APART_H
#define XDPDUMP_CLI_APART_H

#include "capture/base/log.h"

/*
 * @body in that process, whose exit status is what it returns, and so is ours, unless we are asked
 * to stop: then it is that of the signal. Such a signal asks it as well, and it ends when we do.
 * Nothing comes back but what it prints, and what it writes to descriptors that were open. There
 * are no threads and no loop yet. It complains.
 */
enum status apart_run(enum status (*body)(void *ctx), void *ctx);

#endif
