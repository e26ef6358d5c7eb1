// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Comments in front of the options that a packet has. */
#include <stdlib.h>
#include <string.h>

#include "capture/base/text.h"
#include "capture/packet/packet.h"
#include "capture/packet/pcapng_options.h"
#include "capture/stage/marks.h"

bool marks_add(struct marks *m, const char *text, size_t len)
{
	char clean[MARK_MAX];
	size_t size;

	len = text_utf8_clean(clean, sizeof(clean), text, len);
	size = pcapng_options_comment_size(len);
	if (size > sizeof(m->waiting) - m->n)
		return false;
	pcapng_options_put_comment(m->waiting + m->n, clean, len);
	m->n += size;
	return true;
}

int marks_pass(void *marks, struct packet *p)
{
	struct marks *m = marks;
	size_t len = p->options.len + m->n;
	uint8_t *options;

	if (!m->n)
		return 1;
	options = realloc(m->options, len);
	if (!options)
		return 1;	/* the next one may get it */
	m->options = options;
	memcpy(options, m->waiting, m->n);
	if (p->options.len)
		memcpy(options + m->n, p->options.bytes, p->options.len);
	p->options = (struct raw_options){ options, len };
	m->n = 0;
	return 1;
}

void marks_close(struct marks *m)
{
	free(m->options);
}
