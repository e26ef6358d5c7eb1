/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the service manager is told, by the protocol of sd_notify(3): datagrams to the socket that
 * $NOTIFY_SOCKET names. Nothing waits for it, and where there is none nothing is said.
 */
#ifndef XDPDUMP_BASE_NOTIFY_H
#define XDPDUMP_BASE_NOTIFY_H

#include <stdbool.h>

#include "capture/base/util.h"

struct notify {
	int fd;			/* -1: nobody wants to know */
	bool watched;		/* it wants to hear from us again and again: $WATCHDOG_USEC */
};

#define NOTIFY_INIT { .fd = -1 }

void notify_open(struct notify *n);

/* "READY=1\nSTATUS=...": a line each. */
void notify_say(const struct notify *n, const char *fmt, ...) printf_like(2, 3);

void notify_close(struct notify *n);

#endif
