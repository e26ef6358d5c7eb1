/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Whether somebody else is to load what comes later, who keeps the rights for that. */
#ifndef XDPDUMP_CLI_CAPTURE_BROKER_H
#define XDPDUMP_CLI_CAPTURE_BROKER_H

#include <stdbool.h>

#include "capture/base/log.h"

struct broker;
struct opts;

/*
 * Forked before there is anything that it need not have: *@b, which is the caller's to close; NULL:
 * nobody needs it. *@attaches: and what comes later takes no other right than it has. Complains.
 */
enum status capture_broker_open(const struct opts *o, struct broker **b, bool *attaches);

#endif
