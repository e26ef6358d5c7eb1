/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What happens beside the work on files: signals, waiting for a file that comes slowly, and the
 * line of progress.
 */
#ifndef XDPDUMP_BASE_WATCH_H
#define XDPDUMP_BASE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/loop.h"
#include "capture/base/progress.h"

struct watch {
	struct loop waiter;
	struct progress progress;
	int asked;			/* the signal that asked us to stop, 0: none */
	int forced;			/* the next one after it */
	void (*stats)(void *ctx);	/* SIGUSR1 came; may be NULL */
	/* there is nothing to read for now, or SIGUSR2 came; may be NULL */
	void (*flush)(void *ctx);
	void *ctx;
};

/* @printing as in progress_init(). The functions are the caller's to set. -errno. */
int watch_open(struct watch *w, bool printing);

/* Takes the signals that have come. False: we are to stop. */
bool watch_look(struct watch *w);

/* The same for input_options, with a struct watch: 0, or EINTR when we are to stop. */
int watch_check(void *watch);

/*
 * Nothing is left to complete but what is printed, and whoever reads that may have stopped to: from
 * here on a signal ends the process at once, with the status of one that was forced. And back.
 */
void watch_let_go(struct watch *w);
void watch_take_back(struct watch *w);

/*
 * Waits until @fd can be read, at most @timeout_ms, -1: for ever: 0, or EINTR when we are to stop.
 * @watch: a struct watch; fit for input_options.
 */
int watch_wait(void *watch, int fd, int timeout_ms);

void watch_close(struct watch *w);

#endif
