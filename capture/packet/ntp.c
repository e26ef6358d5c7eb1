// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include "capture/packet/ntp.h"

enum { FIXED = 48, MODE_SYMMETRIC = 1, MODE_BROADCAST = 5 };

const char *ntp_mode_name(uint8_t mode)
{
	static const char *const names[] = {
		"", "symmetric active", "symmetric passive", "client", "server", "broadcast",
	};

	return names[mode <= MODE_BROADCAST ? mode : 0];
}

bool ntp_read(struct cursor *c, struct ntp *n)
{
	bool fits = c->l3_end - c->off >= FIXED;
	const uint8_t *b = pull(c, 2);

	if (!b || !fits)
		return false;
	*n = (struct ntp){ .version = b[0] >> 3 & 7, .mode = b[0] & 7, .stratum = b[1] };
	return n->version >= 1 && n->version <= 4 && n->mode >= MODE_SYMMETRIC &&
	       n->mode <= MODE_BROADCAST;
}
