/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Packets within packets: what a header is that carries another packet, what it is numbered by,
 * and the packet inside, which is decoded as any other.
 */
#ifndef XDPDUMP_PACKET_TUNNEL_H
#define XDPDUMP_PACKET_TUNNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/packet/packet.h"

enum {
	TUNNEL_MAX	= 3,	/* packets within each other that are followed */
	TUNNEL_IDS	= 8,	/* labels of one MPLS stack; a longer one is not followed */
};

enum tunnel_kind {
	TUNNEL_VXLAN,	/* RFC 7348: VNI */
	TUNNEL_GENEVE,	/* RFC 8926: VNI */
	TUNNEL_GTPU,	/* 3GPP TS 29.281: TEID */
	TUNNEL_GRE,	/* RFC 2784, 2890: key, if there is one */
	TUNNEL_IP,	/* RFC 2003, 4213, 2473; MPLS in IP (RFC 4023): nothing */
	TUNNEL_MPLS,	/* RFC 3032: labels */
	TUNNEL_PPPOE,	/* RFC 2516: session */
	N_TUNNELS
};

struct tunnel {
	enum tunnel_kind kind;
	unsigned n_ids;
	uint32_t ids[TUNNEL_IDS];
	/*
	 * data, caplen and hdr of what is inside, which lives as long as the bytes of the outer
	 * packet; len as far as the outer packet tells; an interface without a name, of the link
	 * type inside
	 */
	struct packet inner;
};

/* "VXLAN", and "vxlan" for keys. */
const char *tunnel_name(enum tunnel_kind kind);
const char *tunnel_key(enum tunnel_kind kind);

/*
 * What @p, whose headers are decoded, is carrying, and what that carries: the outermost first.
 * Returns how many; 0 for nearly all packets. A fragment but the first carries nothing that is
 * known.
 */
unsigned tunnel_walk(const struct packet *p, struct tunnel out[static TUNNEL_MAX]);

/* Does a packet of UDP go to a port of a tunnel? Without that it carries none. */
bool tunnel_has_port(const struct packet *p);

#endif
