/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the first message of TLS says in the clear: RFC 8446, 4.1; 6066, 3; 7301, 3.1. */
#ifndef XDPDUMP_PACKET_TLS_H
#define XDPDUMP_PACKET_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/parse.h"

enum { TLS_CLIENT_HELLO = 1, TLS_SERVER_HELLO = 2, TLS_ALPN_MAX = 128 };

struct tls {
	uint8_t handshake;		/* TLS_CLIENT_HELLO or TLS_SERVER_HELLO */
	enum parse_end end;		/* SHORT: the hello goes on behind the bytes */
	/* not whole: the bytes end in it, it contradicts itself, or alpn has no room for it */
	bool name_is_whole, alpn_is_whole;
	/* the name of the server, in the packet, and whatever bytes it has; NULL: none */
	const char *name;
	size_t name_len;
	size_t alpn_len;
	/* protocols, a comma between them: "h2,http/1.1"; 0: none */
	char alpn[TLS_ALPN_MAX];
};

/* @c is at a record. False: it is none that begins with a hello. */
bool tls_read(struct cursor *c, struct tls *t);

#endif
