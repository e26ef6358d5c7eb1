/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The packet that an ICMP error is about (RFC 792, RFC 4443): its beginning is quoted. */
#ifndef XDPDUMP_PACKET_QUOTED_H
#define XDPDUMP_PACKET_QUOTED_H

#include <stdbool.h>

#include "capture/packet/packet.h"

/*
 * Of @p, whose headers are decoded. Into *@q go data, caplen and hdr of what is quoted, which lives
 * as long as the bytes of @p; len is what its IP header says; its interface has no name. That it is
 * cut is how it is quoted: hdr.end does not say so. False: @p is no error, or too little is there.
 */
bool quoted_packet(const struct packet *p, struct packet *q);

#endif
