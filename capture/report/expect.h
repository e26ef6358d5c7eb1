/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A packet of a run beside the one that was expected: what came in and what came out are packets of
 * their own, and of these the ones that came out have a verdict of XDP. Times, ids, interfaces and
 * comments do not matter, nor what is left of a packet that is dropped in both.
 */
#ifndef XDPDUMP_REPORT_EXPECT_H
#define XDPDUMP_REPORT_EXPECT_H

#include <stdbool.h>
#include <stddef.h>

struct packet;

/*
 * Is @found what was wanted? If not, a few words that say in what it differs, with a NUL at the
 * end, into @out.
 */
bool expect_packet(const struct packet *wanted, const struct packet *found, char *out, size_t cap);

#endif
