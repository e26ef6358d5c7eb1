/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The line that says where packets are captured, and how. */
#ifndef XDPDUMP_CLI_START_LINE_H
#define XDPDUMP_CLI_START_LINE_H

struct live_iface;
struct live_set;
struct opts;

void start_line_print(const struct opts *o, const struct live_set *ifaces);

/* The same for one that comes later. */
void start_line_joined(const struct live_iface *t);

#endif
