/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The network namespaces of a capture: that they are there, go, and come again. */
#ifndef XDPDUMP_CLI_NAMED_NETNS_H
#define XDPDUMP_CLI_NAMED_NETNS_H

#include <stdbool.h>

#include "capture/base/log.h"
#include "capture/cli/opts.h"

struct netns;
struct netns_visit;

struct named_netns {
	const struct opts *opts;	/* the owner's, longer than this */
	/* of opts->netns, in that order; NULL: it is waited for */
	struct netns *v[OPTS_IFACES_MAX];
};

/* Those that are there; with --wait others may be missing. Complains. */
enum status named_netns_open(struct named_netns *n);

/* Where the @i-th -i is; NULL: here. */
const struct netns *named_netns_of(const struct named_netns *n, unsigned i);

/* Goes there, to ours as well, if it is there (again): false, it is not. */
bool named_netns_visit(struct named_netns *n, unsigned i, struct netns_visit *v);

/* The one of this number, struct netif's, has gone. */
void named_netns_gone(struct named_netns *n, unsigned number);

/* Now and then: is one there again that is waited for? */
bool named_netns_look(struct named_netns *n);

void named_netns_close(struct named_netns *n);

#endif
