/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the files of the recorder are told of their packets: what the source tells, why there is a
 * file, and what is in none.
 */
#ifndef XDPDUMP_WRITE_RECORDER_TOLD_H
#define XDPDUMP_WRITE_RECORDER_TOLD_H

#include <stdint.h>

#include "capture/packet/source.h"

struct recorder_memory;

struct recorder_told {
	struct source source;		/* for the files */
	struct source *from;		/* NULL: it has not begun */
	const struct recorder_memory *memory;
	const char *why;		/* of the file at hand */
	uint8_t *head_options;		/* with our comment */
};

/* @memory and @why, which changes from file to file, are the owner's. */
void recorder_told_init(struct recorder_told *t, const struct recorder_memory *memory,
			const char *why);
void recorder_told_close(struct recorder_told *t);

#endif
