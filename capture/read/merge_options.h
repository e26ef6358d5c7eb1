/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* How files are read together. */
#ifndef XDPDUMP_READ_MERGE_OPTIONS_H
#define XDPDUMP_READ_MERGE_OPTIONS_H

#include <stdbool.h>

/*
 * Is called with a sentence, the name of the file in front, for what is odd and can be read all the
 * same.
 */
typedef void (*merge_warn_fn)(void *ctx, const char *sentence);

/*
 * Is called before each read of a file that may come slowly, with its descriptor: 0 when there is
 * something to read, or @timeout_ms are over (-1: never), or an errno, and the reading ends with
 * it. With it a FIFO without a writer can be waited for as well.
 */
typedef int (*merge_wait_fn)(void *ctx, int fd, int timeout_ms);

/* Is called now and then while there is work: 0, or an errno, and the reading ends with it. */
typedef int (*merge_look_fn)(void *ctx);

/* Does it name no file, but what comes from HOST:PORT? A file of that name is "./tcp:...". */
bool merge_options_is_tcp(const char *path);

struct merge_options {
	merge_warn_fn warn;	/* may be NULL */
	merge_wait_fn wait;	/* may be NULL */
	merge_look_fn look;	/* may be NULL */
	void *ctx;
	bool recover;		/* to go on behind damage */
	/* to go on behind the end of a capture, with the next one in the file */
	bool concatenated;
	bool copy;		/* blocks that are no packets are wanted, see merge_blocks() */
	bool local;		/* as in struct capfile_hooks */
	bool follow;		/* see merge_open(); wait is needed for that */
};

#endif
