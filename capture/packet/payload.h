/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a packet says above TCP or UDP, for the few protocols of which a line shows more than ports.
 * The rest is for tshark.
 */
#ifndef XDPDUMP_PACKET_PAYLOAD_H
#define XDPDUMP_PACKET_PAYLOAD_H

#include <stdbool.h>

#include "capture/packet/dns.h"

struct packet;

enum payload_kind {
	PAYLOAD_DNS,
};

struct payload {
	enum payload_kind kind;
	union {
		struct dns dns;
	};
};

/* Reads what @p, whose headers are decoded, carries. False, for most packets: nothing of these. */
bool payload_read(const struct packet *p, struct payload *out);

#endif
