/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* --restore. */
#ifndef XDPDUMP_CLI_RESTORE_H
#define XDPDUMP_CLI_RESTORE_H

#include "capture/base/log.h"

struct opts;

/*
 * Puts programs back in front of which one of ours was left, on the interfaces of @o. Complains; the
 * exit code.
 */
enum status restore_run(const struct opts *o);

#endif
