/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What delivery.c and the process it starts, delivery_process.c, share. */
#ifndef XDPDUMP_WRITE_DELIVERY_MESSAGES_H
#define XDPDUMP_WRITE_DELIVERY_MESSAGES_H

#include <stdatomic.h>
#include <stdint.h>

#include "capture/write/delivery_settings.h"

/* Written by the process alone. */
struct delivery_shared {
	_Atomic uint64_t delivered, spooled, refused, former;
	_Alignas(4096) char batches[DELIVERY_BATCHES][DELIVERY_BATCH];
};

enum delivery_verb { DELIVERY_SEND, DELIVERY_END, DELIVERY_HURRY };

/* To it, one after the other. SEND: what is in @slot. */
struct delivery_request {
	uint32_t verb;
	uint32_t slot, len, n;
	uint64_t first;
};

/*
 * From it. READY, once, and @text is "" or why nothing is delivered yet; or NOT_READY, and it has
 * why. FREE: @slot. ENDED: there is nothing left, and nothing follows.
 */
enum delivery_news {
	DELIVERY_READY, DELIVERY_NOT_READY, DELIVERY_FREE, DELIVERY_SAID, DELIVERY_FAILED, DELIVERY_ENDED
};

struct delivery_answer {
	uint32_t news;
	uint32_t slot;
	char text[ENGINE_SAID_MAX];	/* ends with a zero */
};

/* All of that process, in a child; @fd: its end of the socket pair. */
_Noreturn void delivery_process(int fd, const struct delivery_settings *s,
				struct delivery_shared *shared);

#endif
