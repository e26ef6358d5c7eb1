/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* One filter expression for packets of any link type: it is compiled for each that comes. */
#ifndef XDPDUMP_FILTER_PER_LINK_H
#define XDPDUMP_FILTER_PER_LINK_H

#include <stdbool.h>
#include <stdint.h>

struct expr;
struct iface;
struct packet;
struct per_link;

/*
 * The expression, which has to live as long, is not looked at yet. @file: where it comes from, as
 * for expr_error_in(); NULL: it may be shown. -ENOMEM.
 */
int per_link_open(struct per_link **s, const char *filter, const char *file, bool optimize);

/*
 * If there is a name in it: what it means is looked up now, for the link types that are usual, as
 * it cannot be later. -ENOMEM.
 */
int per_link_prepare(struct per_link *s);

/*
 * Does the packet match? Where the expression asks for a direction that nothing tells it does not.
 * 1, 0, -ENOMEM. -EINVAL: the filter is refused for its link type, and
 * per_link_error() tells why; all further packets of that type do not match.
 */
int per_link_packet(struct per_link *s, const struct packet *p);

/* Is it a filter for the packets of @i (NULL: Ethernet)? 0, or an error as above. */
int per_link_check(struct per_link *s, const struct iface *i);

/*
 * The program for the packets of @i (NULL: Ethernet), which lives as long. 0, or an error as above.
 */
int per_link_expr(struct per_link *s, const struct iface *i, const struct expr **e);

/*
 * Is it, so far as was asked, a filter for some link type? And is it none for any, whatever may
 * come?
 */
bool per_link_is_good(const struct per_link *s);
bool per_link_is_wrong(const struct per_link *s);

/* Packets whose direction was asked for and not known. */
uint64_t per_link_undirected(const struct per_link *s);

/* Why it was refused the last time: a sentence about the expression. */
const char *per_link_error(const struct per_link *s);

struct per_link *per_link_close(struct per_link *s);

#endif
