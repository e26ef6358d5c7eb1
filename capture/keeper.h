/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What becomes of finished capture files. */
#ifndef XDPDUMP_KEEPER_H
#define XDPDUMP_KEEPER_H

#include <stdint.h>

enum keeper_sync { SYNC_CLOSE, SYNC_EVERY, SYNC_NEVER };

/* What the command line asks for; 0 and NULL: not asked for. */
struct keeper_options {
	enum keeper_sync sync;
	uint64_t sync_ns;	/* SYNC_EVERY: also while a file is written */
	const char *command;	/* -z */
	const char *print_name;	/* -b printname: */
	uint64_t max_disk;	/* bytes of all files of this run */
	uint64_t min_free;	/* bytes to be left free on their disk */
};

#endif
