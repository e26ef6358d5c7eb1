/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Comments that somebody makes while packets come: the next packet gets them. */
#ifndef XDPDUMP_STAGE_MARKS_H
#define XDPDUMP_STAGE_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packet;

enum {
	MARK_MAX  = 4096,		/* bytes of one */
	MARKS_MAX = 4 * MARK_MAX,	/* and of all that wait for a packet, as options */
};

struct marks {
	uint8_t waiting[MARKS_MAX];	/* as options (packet.h) */
	size_t n;			/* bytes of them */
	/* options of the packet that came last, in place of its own */
	uint8_t *options;
};

/*
 * The next packet gets @text of @len bytes, any bytes, cut at MARK_MAX and made UTF-8. False: no
 * packet has come for those that there are.
 */
bool marks_add(struct marks *m, const char *text, size_t len);

/* A stage (stage.h). */
int marks_pass(void *marks, struct packet *p);

void marks_close(struct marks *m);

#endif
