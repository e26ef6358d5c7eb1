/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* --info: what is in files. */
#ifndef XDPDUMP_CLI_INFO_H
#define XDPDUMP_CLI_INFO_H

#include "capture/base/log.h"

struct opts;

/* Prints it. Complains; the exit code. */
enum status info_run(const struct opts *o);

#endif
