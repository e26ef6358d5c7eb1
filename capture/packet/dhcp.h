/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The kind of a message of DHCP: RFC 2131, 2; 2132, 9.6. */
#ifndef XDPDUMP_PACKET_DHCP_H
#define XDPDUMP_PACKET_DHCP_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/parse.h"

struct dhcp {
	/* of option 53; 0: there is none, which is BOOTP, or it is cut */
	uint8_t type;
	const uint8_t *address;		/* of 4 bytes: which the server gives; NULL: none */
	enum parse_end end;		/* SHORT: cut before the type */
};

/* @c is at the message. False: it is none. */
bool dhcp_read(struct cursor *c, struct dhcp *d);

/* "Discover", or NULL. */
const char *dhcp_type_name(uint8_t type);

#endif
