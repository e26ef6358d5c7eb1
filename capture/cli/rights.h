/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Whose rights are used. These complain; the exit code. */
#ifndef XDPDUMP_CLI_RIGHTS_H
#define XDPDUMP_CLI_RIGHTS_H

#include "capture/base/log.h"

struct opts;

/* First of all. */
enum status rights_begin(void);

/* As soon as it is known what is to be done. @words: the command line. */
enum status rights_settle(const struct opts *o, char *const *words);

#endif
