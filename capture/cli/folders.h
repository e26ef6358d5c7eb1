/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * -r DIR: the captures of a directory, those that can have a packet that is asked for, in place of
 * it. What is in them is told by its index, which is brought up to date first. Complains; the exit
 * code.
 */
#ifndef XDPDUMP_CLI_FOLDERS_H
#define XDPDUMP_CLI_FOLDERS_H

#include "capture/base/log.h"

struct opts;

/* Calls @read for @o, its directories replaced by files. */
enum status folders_run(const struct opts *o, enum status (*read)(const struct opts *o));

/* --index: nothing but that. */
enum status folders_index(const struct opts *o);

#endif
