// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Options in host byte order, one behind the other. The reader has checked that each is whole and padded. */
#include <string.h>

#include "capture/options.h"
#include "capture/packet.h"
#include "capture/pcapng.h"

const uint8_t *options_find(const struct raw_options *o, uint16_t code, unsigned n, size_t *len)
{
	for (size_t pos = 0; pos + 4 <= o->len;) {
		uint16_t head[2];

		memcpy(head, o->bytes + pos, 4);
		if (head[0] == code && n-- == 0) {
			*len = head[1];
			return o->bytes + pos + 4;
		}
		pos += 4 + ((head[1] + 3u) & ~3u);
	}
	return NULL;
}

const char *packet_comment(const struct packet *p, unsigned n, size_t *len)
{
	return (const char *)options_find(&p->options, OPT_COMMENT, n, len);
}

bool packet_verdict(const struct packet *p, struct verdict *v)
{
	const uint8_t *value;
	size_t len;

	for (unsigned n = 0; (value = options_find(&p->options, EPB_VERDICT, n, &len)); n++) {
		if (len != 9 || (*value != VERDICT_TC && *value != VERDICT_XDP))
			continue;
		v->type = *value;
		memcpy(&v->action, value + 1, 8);
		return true;
	}
	return false;
}
