/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a live view shows of packets: sums, rates, the last minutes, and who has most. Counting is
 * cheap, as it is done for each packet; the rest is done when somebody looks. Memory is fixed.
 */
#ifndef XDPDUMP_VIEW_MODEL_H
#define XDPDUMP_VIEW_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/report/info.h"
#include "capture/report/timeline.h"
#include "capture/report/verdicts.h"
#include "capture/view/history.h"
#include "capture/view/tops.h"

struct packet;

enum {
	MODEL_QUEUES = 64, /* those above are in the last one together */
	MODEL_ROOM = 32768, /* flows, and addresses */
};

/* A sum, and what of it came in a second. */
struct gauge {
	struct tally sum, before; /* now, and at the last tick */
	double pps, bps; /* packets, and bits */
};

struct model {
	bool live; /* else of files: the time is that of the packets, and all of it counts */
	struct gauge all;
	struct tally rows[N_INFO_ROWS];
	struct gauge protocols[N_INFO_ROWS]; /* of these, as of the last tick */
	struct gauge queues[MODEL_QUEUES + 1];
	struct verdicts verdicts;
	uint64_t n_dropped; /* packets lost, as those that follow them say */
	struct tops *flows, *talkers;
	struct history history; /* live, */
	struct timeline timeline; /* and of files */
	uint64_t first_ns, last_ns; /* live: the clock of model_tick(); else of packets, 0: none */
	uint64_t ticked_ns;
};

/* -ENOMEM. Whatever it returns, it is to be closed. */
int model_open(struct model *m, bool live);

/* A packet whose headers are decoded. */
void model_packet(struct model *m, const struct packet *p);

/* Live, and often enough for the seconds of the history: it is @now_ns. */
void model_now(struct model *m, uint64_t now_ns);

/* Rates, up to @now_ns, or of all of the files. */
void model_tick(struct model *m, uint64_t now_ns);

/* The time that the model covers. */
uint64_t model_span_ns(const struct model *m);

/* Begins anew. */
void model_clear(struct model *m);

void model_close(struct model *m);

#endif
