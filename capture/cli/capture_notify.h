/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the service manager is told of a capture, where there is one. */
#ifndef XDPDUMP_CLI_CAPTURE_NOTIFY_H
#define XDPDUMP_CLI_CAPTURE_NOTIFY_H

struct books;
struct notify;

/* That packets are captured; that we go on; that SIGHUP has come. */
void capture_notify_ready(const struct notify *n, const struct books *b);
void capture_notify_alive(const struct notify *n, const struct books *b);
void capture_notify_reloading(const struct notify *n);

#endif
