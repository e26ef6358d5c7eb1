/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * From a source to the outputs: the one loop that packets are driven by, with a look at signals,
 * the schedule of the files, and what else has happened in between.
 */
#ifndef XDPDUMP_CLI_PUMP_H
#define XDPDUMP_CLI_PUMP_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/log.h"
#include "capture/base/loop.h"
#include "capture/stage/stage.h"
#include "capture/write/outputs.h"

struct packet;
struct source;

enum { PUMP_STAGES = 8 };

struct pump {
	struct source *source;		/* the owner's */
	struct stage stages[PUMP_STAGES];
	unsigned n_stages;
	struct outputs outputs;
	struct loop loop;		/* opened by the owner, as the outputs are */
	void (*round)(void *ctx);	/* when all is taken that was there; may be NULL */
	void *ctx;
	bool begun;			/* the first file */
	bool ended;			/* by the owner: nothing more can come */
	uint64_t flushed_ns;
};

/* Another stage, behind those there are. */
void pump_stage(struct pump *p, int (*pass)(void *ctx, struct packet *packet), void *ctx);

/*
 * From now on it ends when nobody reads an output of it any more, be there packets or not. -errno.
 */
int pump_watch_readers(struct pump *p);

/*
 * Begins the first file, if it is not begun: of packets from @next on; NULL: from now on. False: no
 * more packets are wanted.
 */
bool pump_begin(struct pump *p, const struct packet *next);

/*
 * Until there are no more packets, no more are wanted, or a signal came; then what is on its way is
 * taken. 0, or the error of the source or of a stage.
 */
int pump_run(struct pump *p);

/*
 * All that the source has now, unless something else happens; *@n: how many packets. As its next().
 * For pump_run(), and for the bench, which measures it.
 */
int pump_drain(struct pump *p, uint64_t *n);

/* Ends the outputs: all is written out, or given up. */
void pump_finish(struct pump *p);

/*
 * Waits for what becomes of finished files, and complains of what could not be written: the exit
 * code for that and for a forced end, or 0.
 */
enum status pump_wait(struct pump *p);

/* The outputs and the loop. */
void pump_close(struct pump *p);

#endif
