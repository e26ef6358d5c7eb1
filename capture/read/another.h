/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Captures that stand one behind the other in a file, as "cat a b" and ">>" leave them: does the
 * next one begin here?
 */
#ifndef XDPDUMP_READ_ANOTHER_H
#define XDPDUMP_READ_ANOTHER_H

#include "capture/read/magic.h"
#include "capture/read/stream.h"

/* What the reading of a format comes to, beside an error. */
enum { NEXT_END, NEXT_PACKET, NEXT_ANOTHER };

/*
 * Does another capture begin here, where a packet, block or compressed data begins or has ended?
 * One of the same format, and in pcapng another section, is none. For places where magic_may_be()
 * says so.
 */
bool another_is_here(struct stream *s, enum magic own);

#endif
