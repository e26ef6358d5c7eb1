/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A socket at a path, where whoever may write to it asks a line and is answered: "ok", or "error: "
 * and a sentence, and what else there is to say. One line a connection. Nobody is waited for.
 */
#ifndef XDPDUMP_CLI_LINE_SERVER_H
#define XDPDUMP_CLI_LINE_SERVER_H

#include <stddef.h>
#include <stdio.h>

struct line_server;
struct loop;

enum {
	LINE_MAX_BYTES	= 65536,	/* of a line, its end included */
	/* at a time; then the one that has waited longest has to go */
	LINE_CLIENTS	= 4,
	LINE_SERVER_FDS = 1 + LINE_CLIENTS,
};

/*
 * What is asked for, without its end, and is to be done at once: what is written to @answer is told
 * behind "ok". Or the sentence that says why not, which lives until the next call; "": out of
 * memory.
 */
typedef const char *(*line_fn)(void *ctx, const char *line, FILE *answer);

/* Opens it for the user that we are, and nobody else. -errno; -EINVAL: too long for a path. */
int line_server_open(struct line_server **s, const char *path, line_fn asked, void *ctx);

/* From now on it is looked after by @loop, the owner's, which lives longer. -errno. */
int line_server_begin(struct line_server *s, struct loop *loop);

/* The path goes, unless somebody else listens there by now. Returns NULL. */
struct line_server *line_server_close(struct line_server *s);

#endif
