/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a packet says above TCP or UDP, for the few protocols of which a line shows more than ports.
 * The rest is for tshark.
 */
#ifndef XDPDUMP_PACKET_PAYLOAD_H
#define XDPDUMP_PACKET_PAYLOAD_H

#include <stdbool.h>

#include "capture/packet/dhcp.h"
#include "capture/packet/dns.h"
#include "capture/packet/http.h"
#include "capture/packet/ntp.h"
#include "capture/packet/quic.h"
#include "capture/packet/tls.h"

struct packet;

enum payload_kind {
	PAYLOAD_DNS,
	PAYLOAD_TLS,
	PAYLOAD_HTTP,
	PAYLOAD_DHCP,
	PAYLOAD_NTP,
	PAYLOAD_QUIC,
};

struct payload {
	enum payload_kind kind;
	union {
		struct dns dns;
		struct tls tls;
		struct http http;
		struct dhcp dhcp;
		struct ntp ntp;
		struct quic quic;
	};
};

/*
 * Reads what @p, whose headers are decoded, carries. False, for most packets: nothing of these.
 * Strings in it live as long as the bytes of the packet.
 */
bool payload_read(const struct packet *p, struct payload *out);

/* False, for most packets, soon: so will be that. */
bool payload_may_be_read(const struct packet *p);

#endif
