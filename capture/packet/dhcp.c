// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The options stand behind a fixed part and four bytes that say that they are there. */
#include <string.h>

#include "capture/base/util.h"
#include "capture/packet/dhcp.h"

enum { FIXED = 236, OPTION_PAD = 0, OPTION_TYPE = 53, OPTION_END = 255 };

const char *dhcp_type_name(uint8_t type)
{
	static const char *const names[] = {	/* RFC 2132, 9.6; 3203; 4388 */
		[1] = "Discover", [2] = "Offer", [3] = "Request", [4] = "Decline", [5] = "ACK",
		[6] = "NAK", [7] = "Release", [8] = "Inform", [9] = "Force Renew", [10] = "Lease Query",
		[11] = "Lease Unassigned", [12] = "Lease Unknown", [13] = "Lease Active",
	};

	return type < array_size(names) ? names[type] : NULL;
}

static enum parse_end find_type(struct cursor *c, uint8_t *type)
{
	for (;;) {
		const uint8_t *code = pull(c, 1), *len;

		if (!code)
			return PARSE_SHORT;
		if (*code == OPTION_PAD)
			continue;
		if (*code == OPTION_END)
			return PARSE_OK;
		len = pull(c, 1);
		if (!len || (*code == OPTION_TYPE && *len && c->off == c->limit))
			return PARSE_SHORT;
		if (*code == OPTION_TYPE && *len) {
			*type = c->base[c->off];
			return PARSE_OK;
		}
		if (!skip(c, *len))
			return PARSE_SHORT;
	}
}

bool dhcp_read(struct cursor *c, struct dhcp *d)
{
	const uint8_t *fixed = pull(c, 20), *cookie;

	/* a request or a reply, for an address of Ethernet or another one of at most 16 bytes */
	if (!fixed || fixed[0] < 1 || fixed[0] > 2 || fixed[2] > 16)
		return false;
	*d = (struct dhcp){ .address = memcmp(fixed + 16, "\0\0\0\0", 4) ? fixed + 16 : NULL };
	cookie = skip(c, FIXED - 20) ? pull(c, 4) : NULL;
	if (cookie && memcmp(cookie, "\x63\x82\x53\x63", 4))
		return false;
	d->end = cookie ? find_type(c, &d->type) : PARSE_SHORT;
	/* a BOOTP message without an end, and nothing behind it (RFC 951) */
	if (d->end == PARSE_SHORT && c->limit == c->l3_end)
		d->end = PARSE_BAD;
	return true;
}
