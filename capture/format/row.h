/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A packet as a row of fields: what of it is there, and how a field gets at it. */
#ifndef XDPDUMP_FORMAT_ROW_H
#define XDPDUMP_FORMAT_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/packet/packet.h"
#include "capture/packet/payload.h"
#include "capture/packet/tunnel.h"

struct text;

/* What of a packet is there to be told. Those up to LAYER_SCTP are bytes of it. */
enum layer {
	LAYER_MACS,		/* of Ethernet */
	LAYER_ETHER,		/* the whole header, with an EtherType */
	LAYER_TAGS,		/* the first of hdr.n_tags */
	LAYER_COOKED,		/* the address in a Linux cooked header */
	LAYER_COOKED2,		/* such a header of version 2 */
	LAYER_ARP,		/* or RARP, of Ethernet and IPv4 */
	LAYER_IPV4,
	LAYER_IPV6,
	LAYER_ICMP,		/* from here on as far as the fields are captured */
	LAYER_ICMPV6,
	LAYER_TCP_PORTS,
	LAYER_TCP,
	LAYER_TCP_WINDOW,
	LAYER_UDP_PORTS,
	LAYER_UDP,
	LAYER_SCTP,
	N_BYTE_LAYERS,

	LAYER_FRAME = N_BYTE_LAYERS,	/* always */
	LAYER_TIME,
	LAYER_NAME,		/* of the interface */
	LAYER_QUEUE,
	LAYER_FLAGS,
	LAYER_ID,
	LAYER_DROPPED,
	LAYER_FILE,		/* that it is read from, where that is asked for */
	LAYER_HASH,
	LAYER_XDP_VERDICT,
	LAYER_TC_VERDICT,
	LAYER_VERDICT,		/* either */
	LAYER_COMMENT,
	LAYER_PROCESS,		/* that has sent it */
	LAYER_PROCESS_NAME,
	LAYER_DIRECTION,	/* in a Linux cooked header */
	LAYER_DAMAGE,		/* its headers are cut or contradict themselves */
	LAYER_TUNNEL,		/* and what is inside */
	LAYER_TUNNEL_ID,
	LAYER_INNER_IP,
	LAYER_INNER_PORTS,
	LAYER_INNER_TCP,
	LAYER_QUOTED,		/* in an error of ICMP */
	LAYER_QUOTED_PORTS,
	LAYER_DNS,		/* from here on what the innermost packet says */
	LAYER_DNS_RESPONSE,
	LAYER_DNS_QUESTION,	/* its name, */
	LAYER_DNS_TYPE,
	LAYER_DNS_OWNER,	/* or that of the first answer, where there is none */
	LAYER_DNS_ANSWERS,
	LAYER_TLS,
	LAYER_TLS_NAME,
	LAYER_TLS_ALPN,
	LAYER_HTTP_REQUEST,
	LAYER_HTTP_RESPONSE,
	LAYER_DHCP_TYPE,
	LAYER_NTP,
	LAYER_QUIC,
	N_LAYERS,
};
_Static_assert(N_LAYERS <= 64, "bits of row.present");

/* A packet, looked at. */
struct row {
	const struct packet *packet;
	uint64_t number;		/* among those of the output, from 1 */
	uint64_t present;		/* row_bit() of each enum layer */
	const uint8_t *at[N_BYTE_LAYERS];	/* where they begin, if present */
	struct verdict verdict;
	struct packet_hash hash;
	struct tunnel tunnels[TUNNEL_MAX];
	unsigned n_tunnels;
	struct packet quoted;		/* if its layer is present */
	struct payload said;		/* if one of its layers is present */
	uint16_t cooked_type;
	char second[24];		/* "2026-11-23T15:04:05." */
	uint64_t second_of;		/* since 1970, which is that one; UINT64_MAX: none yet */
	bool offsets;			/* LAYER_FILE is asked for */
};

static inline uint64_t row_bit(unsigned layer)
{
	return (uint64_t)1 << layer;
}

enum field_type {
	FIELD_NUMBER,
	FIELD_BOOLEAN,
	FIELD_NUMBERS,		/* one or more, the outermost first */
	FIELD_STRING,		/* of letters, digits and punctuation, safe everywhere */
	FIELD_FOREIGN,		/* bytes out of a file: field.foreign */
};

struct field {
	const char *name;
	const char *json;	/* ,"name": of @json_len bytes */
	/*
	 * a size_t: what GCC knows to be below 256 it copies by "rep movs", which is slow
	 * to begin
	 */
	size_t json_len;
	uint8_t type;		/* enum field_type */
	uint8_t layer;		/* without it the field is not there */
	uint8_t off, bytes;	/* a big-endian number in the layer; without a function */
	uint8_t shift;		/* to the right, */
	uint32_t mask;		/* and what is left of it then; 0: all */
	/* numbers with a comma between them */
	void (*put)(struct text *t, const struct row *r, const struct field *f);
	/* as pcapng_options_comment() */
	const char *(*foreign)(const struct row *r, size_t *pos, size_t *len);
};

#endif
