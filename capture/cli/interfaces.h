/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* -D: the interfaces that there are. */
#ifndef XDPDUMP_CLI_INTERFACES_H
#define XDPDUMP_CLI_INTERFACES_H

#include "capture/base/log.h"

struct opts;

/* Lists the interfaces and what is attached to them, on stdout. Complains; the exit code. */
enum status interfaces_run(const struct opts *o);

#endif
