/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Can a program match a packet of a set of which only the noted values are known? All ways through
 * it are gone, but those on which a comparison would have to find a value that no packet has.
 */
#ifndef XDPDUMP_FILTER_POSSIBLE_H
#define XDPDUMP_FILTER_POSSIBLE_H

#include <stdbool.h>
#include <stddef.h>

#include "capture/filter/noted.h"

struct sock_filter;

/*
 * The program has @n instructions, for packets of the link type of @noted. False: no packet of the
 * set matches. True: one may, or it is too long to be looked through.
 */
bool possible(const struct sock_filter *program, size_t n, const struct noted *noted,
	      noted_has_fn has, void *ctx);

#endif
