/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * How those come to whom something is sent: they connect to us, or we to one, and again when it has
 * gone.
 */
#ifndef XDPDUMP_WRITE_CONNECTIONS_H
#define XDPDUMP_WRITE_CONNECTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/listen.h"

struct loop;

struct connections {
	const char *word;		/* for sentences; the owner's, as all here */
	int interrupt_fd;
	/* somebody is there, by @fd, which is taken. -errno: it is not to stay */
	int (*come)(void *ctx, int fd, const struct listen_address *from);
	void *ctx;
	struct loop *loop;		/* NULL: nothing is watched yet */
	int listen_fd;			/* -1: it is not there that they come from */
	/* that is connected to, and again when it has gone; len 0: none is */
	struct listen_address to;
	int dial_fd;			/* on its way there; -1: there is none */
	/* when the next try is due, or this one has taken too long; UINT64_MAX: there is none */
	uint64_t retry_ns;
	uint64_t pause_ns;		/* before it; 0: there was none */
};

#define CONNECTIONS_INIT { .listen_fd = -1, .dial_fd = -1, .retry_ns = UINT64_MAX }

/*
 * Listens at @where, "[ADDRESS:]PORT", which is told; @one: waits for one, and for no other. Or
 * connects to @where, "HOST:PORT". 0, or -errno, *@what could not be done, and *@why; -EINTR:
 * interrupted.
 */
int connections_listen(struct connections *c, const char *where, bool one, const char **what,
		       const char **why);
int connections_connect(struct connections *c, const char *where, const char **what,
			const char **why);

/* Others may come from now on. -errno. */
int connections_watch(struct connections *c, struct loop *l);

/* The one that was connected to has gone, after it @got something: it is tried again in a while. */
void connections_retry_later(struct connections *c, bool got);

/* At @now_ns, CLOCK_MONOTONIC, from c->retry_ns on. */
void connections_tick(struct connections *c, uint64_t now_ns);

/* Nobody comes any more. */
void connections_close(struct connections *c);

#endif
