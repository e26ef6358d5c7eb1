/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Interfaces, and what they can do, as -D, -L and -J list them. */
#ifndef XDPDUMP_CLI_INTERFACES_H
#define XDPDUMP_CLI_INTERFACES_H

#include "capture/base/log.h"

struct opts;

/* Lists the interfaces and what is attached to them, on stdout. Complains; the exit code. */
enum status interfaces_run(const struct opts *o);

/*
 * -L and -J: the link types, and the kinds of time stamps, of the interface of @o, as tcpdump
 * prints them.
 */
enum status interfaces_link_types(const struct opts *o);
enum status interfaces_stamp_types(const struct opts *o);

#endif
