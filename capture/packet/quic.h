/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What a long header of QUIC says to everyone: RFC 8999, 5.1; 9000, 17.2; 9369, 3.2. */
#ifndef XDPDUMP_PACKET_QUIC_H
#define XDPDUMP_PACKET_QUIC_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/parse.h"

struct quic {
	uint32_t version;	/* 0: a server names those that it has */
	const char *type;	/* "Initial" */
};

/* @c is at the header. False: it is none, or of a version that is not known. */
bool quic_read(struct cursor *c, struct quic *q);

#endif
