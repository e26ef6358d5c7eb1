// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Bytes that are encrypted could look like anything: only versions that there are make it QUIC. */
#include "capture/packet/quic.h"

enum { LONG = 0x80, FIXED_BIT = 0x40, CONNECTION_ID_MAX = 20 };

#define VERSION_1	1u
#define VERSION_2	0x6b3343cfu
#define DRAFT		0xff000000u	/* of the IETF, 22 to 34 in use: draft-ietf-quic-transport */

bool quic_read(struct cursor *c, struct quic *q)
{
	static const char *const types[] = { "Initial", "0-RTT", "Handshake", "Retry" };
	const uint8_t *b = pull(c, 6);
	unsigned type;

	if (!b || !(b[0] & LONG) || b[5] > CONNECTION_ID_MAX)
		return false;
	q->version = be32(b + 1);
	type = b[0] >> 4 & 3;
	if (!q->version) {
		q->type = "Version Negotiation";
		return true;
	}
	/* version 2 counts them from 1 on, so that nobody relies on it */
	q->type = types[q->version == VERSION_2 ? (type + 3) & 3 : type];
	return b[0] & FIXED_BIT && (q->version == VERSION_1 || q->version == VERSION_2 ||
				    (q->version >= DRAFT + 22 && q->version <= DRAFT + 34));
}
