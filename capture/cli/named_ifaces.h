/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What -i asks for: interfaces by name, and by patterns and bonds, which stand for whatever fits
 * them or is a member.
 */
#ifndef XDPDUMP_CLI_NAMED_IFACES_H
#define XDPDUMP_CLI_NAMED_IFACES_H

#include <stdbool.h>

#include "capture/base/log.h"
#include "capture/cli/named_netns.h"
#include "capture/cli/opts.h"
#include "capture/kernel/netif.h"

struct netns_words;

struct named_ifaces {
	const struct opts *opts;	/* the owner's, longer than this */
	struct named_netns netns;
	/*
	 * that an -i names: it stands for their members; no ifindex: it names none, or that has
	 * gone
	 */
	struct netif bonds[OPTS_IFACES_MAX];
	/* what fits and could not be captured */
	struct netif *refused;
	unsigned n_refused;
	bool has_lost;			/* a bond that was not waited for */
};

/* How many there are, 1 for none, and the name of the @i-th; NULL: that of the default route. */
unsigned named_ifaces_count(const struct named_ifaces *a);
const char *named_ifaces_name(const struct named_ifaces *a, unsigned i);

/* Its pattern, or the name of its bond; NULL: it names an interface. */
const char *named_ifaces_pattern(const struct named_ifaces *a, unsigned i);

bool named_ifaces_is_bond(const struct named_ifaces *a, unsigned i);

/* Can there be interfaces that come later, by any of them? */
bool named_ifaces_has_patterns(const struct named_ifaces *a);

/* The first of what was named that is not there: an interface, or (iface NULL) a namespace. */
struct missing {
	const struct netns_words *netns;	/* NULL: in ours */
	const char *iface;
};

bool named_ifaces_missing(struct named_ifaces *a, struct missing *what);

/* Looks whether the @i-th names a bond, and complains if that can't be captured. */
enum status named_ifaces_find_bond(struct named_ifaces *a, unsigned i);

/* @n has changed, or gone: was it a bond that is named, or is it one again that is waited for? */
void named_ifaces_changed(struct named_ifaces *a, const struct netif *n, bool gone);

/* The same for all, when messages may have been lost. */
void named_ifaces_look(struct named_ifaces *a);

/*
 * Is @n meant by the @i-th, which has a pattern? *@bond: because of the one of this ifindex that it
 * is a member of; or 0.
 */
bool named_ifaces_fits(const struct named_ifaces *a, unsigned i, const struct netif *n, int *bond);

/* It is not to be tried again before it has gone, or is called something else. */
void named_ifaces_refuse(struct named_ifaces *a, const struct netif *n);
bool named_ifaces_has_refused(const struct named_ifaces *a, const struct netif *n);

void named_ifaces_close(struct named_ifaces *a);

#endif
