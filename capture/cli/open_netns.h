/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A network namespace that the command line names. */
#ifndef XDPDUMP_CLI_OPEN_NETNS_H
#define XDPDUMP_CLI_OPEN_NETNS_H

#include "capture/base/log.h"

struct netns;
struct netns_words;
struct opts;

/* Complains; the exit code. */
enum status open_netns(struct netns **ns, const struct netns_words *words);

/* That of the @i-th -i; *@ns NULL: ours. */
enum status open_netns_of(struct netns **ns, const struct opts *o, unsigned i);

/* What is to be said of a namespace that netns_open() has refused with @err and @error. */
enum status open_netns_failed(int err, const char *error);

#endif
