/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* One filter expression for packets of any link type: it is compiled for each that comes. */
#ifndef XDPDUMP_SIEVE_H
#define XDPDUMP_SIEVE_H

#include <stdbool.h>

struct iface;
struct packet;
struct sieve;

/* The expression, which has to live as long, is not looked at yet. -ENOMEM. */
int sieve_open(struct sieve **s, const char *filter, bool optimize);

/* Does the packet match? 1, 0, -EINVAL: the filter is refused for its link type, and sieve_error() tells why; -ENOMEM. */
int sieve_packet(struct sieve *s, const struct packet *p);

/* Is it a filter for the packets of @i (NULL: Ethernet)? 0, or as above. */
int sieve_check(struct sieve *s, const struct iface *i);

/* For how many link types it was compiled, or was to be. */
unsigned sieve_count(const struct sieve *s);

/* A sentence. For the first interface it is about the expression alone, for others the link type stands in front. */
const char *sieve_error(const struct sieve *s);

struct sieve *sieve_close(struct sieve *s);

#endif
