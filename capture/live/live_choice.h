/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Where packets of an interface would be captured without a word about that on the command line. */
#ifndef XDPDUMP_LIVE_LIVE_CHOICE_H
#define XDPDUMP_LIVE_LIVE_CHOICE_H

struct netif;
struct xdp_program;

struct live_choice {
	/*
	 * "native", "tc", "members" of it, "generic" of a program that is traced; "none":
	 * nowhere
	 */
	const char *hook;
	char why[128];
};

/*
 * In the network namespace of @n. @there: a program that is attached to it, NULL: none. A driver
 * may still refuse, at its MTU for example.
 */
void live_choice_make(struct live_choice *c, const struct netif *n,
		      const struct xdp_program *there);

#endif
