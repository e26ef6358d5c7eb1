/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * -L and -J: the link types, and the kinds of time stamps, of the interface of the command line, or
 * of those that fit its pattern, as tcpdump prints them.
 */
#ifndef XDPDUMP_CLI_IFACE_TYPES_H
#define XDPDUMP_CLI_IFACE_TYPES_H

#include "capture/base/log.h"

struct opts;

/* Print them on stdout. Complain; the exit code. */
enum status iface_types_link(const struct opts *o);
enum status iface_types_stamp(const struct opts *o);

#endif
