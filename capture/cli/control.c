// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Messages of the toolbar, out of bytes and into them. */
#include <errno.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/cli/control.h"

/* of which the length counts control and command */
enum { COUNTED = 2 };

ssize_t control_next(const uint8_t *bytes, size_t n, struct control_message *m)
{
	size_t len;

	if (n && bytes[0] != 'T')
		return -EBADMSG;
	if (n < CONTROL_HEAD)
		return 0;
	len = (size_t)bytes[1] << 16 | bytes[2] << 8 | bytes[3];
	if (len < COUNTED || len > COUNTED + CONTROL_VALUE_MAX)
		return -EBADMSG;
	len -= COUNTED;
	if (n - CONTROL_HEAD < len)
		return 0;
	*m = (struct control_message){ bytes[4], bytes[5], bytes + CONTROL_HEAD, len };
	return CONTROL_HEAD + len;
}

size_t control_put(uint8_t *out, size_t cap, const struct control_message *m)
{
	size_t room = min_of(cap - CONTROL_HEAD, (size_t)CONTROL_VALUE_MAX),
	       len = min_of(m->len, room);
	size_t counted = len + COUNTED;
	const uint8_t head[CONTROL_HEAD] = { 'T', counted >> 16, counted >> 8, counted, m->control, m->command };

	memcpy(out, head, CONTROL_HEAD);
	if (len)
		memcpy(out + CONTROL_HEAD, m->value, len);
	return CONTROL_HEAD + len;
}
