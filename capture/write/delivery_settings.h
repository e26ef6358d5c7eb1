/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What a delivery is asked to do, and the memory of its batches. */
#ifndef XDPDUMP_WRITE_DELIVERY_SETTINGS_H
#define XDPDUMP_WRITE_DELIVERY_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/write/engine.h"

/* Bytes of a batch, and how many there are: of those that wait together. */
enum { DELIVERY_BATCH = 4 << 20, DELIVERY_BATCHES = 16 };

enum { DELIVERY_CAPTURE_MAX = 40 };

struct delivery_settings {
	const char *word;		/* of --to */
	struct engine_settings engine;
	int (*open)(struct engine **e, const struct engine_settings *s,
		    char said[static ENGINE_SAID_MAX]);
	const char *spool;		/* a directory; NULL: there is none */
	uint64_t spool_limit;		/* bytes */
	bool sandbox;			/* all that it does not need is out of its reach */
	uint64_t end_ns;		/* in which the rest is delivered at the end; 0: for ever */
	char capture[DELIVERY_CAPTURE_MAX];	/* names this run; sorts by time */
};

#endif
