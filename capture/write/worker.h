/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The thread that does for files what takes time: the jobs that lifecycle.h hands out, one after
 * the other.
 */
#ifndef XDPDUMP_WRITE_WORKER_H
#define XDPDUMP_WRITE_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/say.h"

struct indexer;
struct lifecycle;
struct postrotate;
struct printname;
struct worker;

struct worker_options {
	bool sync;			/* files are brought to the disk when they are complete */
	uint64_t sync_ns;		/* and the current one so often; 0: not */
	bool room_matters;		/* wait until the blocks of a deleted file are free */
	/* NULL: none. These three are the worker's from then on, whatever is returned. */
	struct postrotate *command;
	struct printname *names;	/* NULL: none */
	struct indexer *index;		/* NULL: files are not put into one */
	struct say say;			/* what goes wrong */
};

/* @life stays the caller's. -errno. */
int worker_open(struct worker **w, struct lifecycle *life, const struct worker_options *o);

/*
 * Starts the thread, in which all signals are blocked; it does what was to be done
 * before. -errno.
 */
int worker_start(struct worker *w);

/* There is something to be done, perhaps the end. */
void worker_ring(const struct worker *w);

/* Waits until it has done something. False: @interrupt_fd (-1: none) has become readable. */
bool worker_progress(const struct worker *w, int interrupt_fd);

/*
 * Waits up to @ms milliseconds, -1: for ever, until the end that was asked for. 1: it has come. 0:
 * time is up.
 * -EINTR.
 */
int worker_wait(const struct worker *w, int interrupt_fd, int ms);

/* The first error of a sync or close, never -EINTR; it was told of. 0: none. */
int worker_error(const struct worker *w);

/*
 * Waits for the end, which was asked for, up to @ms milliseconds, and releases. False: it hangs in
 * a system call. Then it lives on until the process ends, and all that it uses has to.
 */
bool worker_close(struct worker *w, int ms);

#endif
