/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Interfaces, and the network namespaces that they are in: each in the one named before it. */
#ifndef XDPDUMP_CLI_OPTS_NETNS_H
#define XDPDUMP_CLI_OPTS_NETNS_H

#include <stdbool.h>

struct usage;

/* As opts_take(), and that of -i; and what they mean together. */
bool opts_netns_take(struct usage *p, int code, const char *arg);
bool opts_netns_take_iface(struct usage *p, const char *arg);
bool opts_netns_settle(struct usage *p);

#endif
