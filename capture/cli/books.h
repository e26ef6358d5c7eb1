/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What a live capture has counted: of all its interfaces, and as a copy for machines. */
#ifndef XDPDUMP_CLI_BOOKS_H
#define XDPDUMP_CLI_BOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/packet/ledger.h"

struct live_set;
struct live_source;
struct outputs;
struct programs;
struct recording;
struct rings;
struct state;
struct totals;

/* Where it is counted; the owner's, longer than the books. */
struct books {
	const struct live_set *ifaces;
	const struct live_source *source;
	const struct outputs *outputs;
	const struct recording *recording;
	const struct rings *rings;
	const struct programs *programs;	/* which see packets of other interfaces */
	bool has_sent;			/* packets that are sent are captured */
	bool has_filter;		/* something leaves packets out, or did */
	uint64_t start_ns;		/* CLOCK_MONOTONIC */
	uint64_t began_ns;		/* the same since 1970, as the clock was then */
};

/*
 * The ledger of all interfaces, as of now, and their counters into *@t. Packets that the outputs
 * could not take are known of each interface; what came as one of no interface is in no ledger of
 * one.
 */
struct ledger books_sum(const struct books *b, struct totals *t);

/* Packets that were let through and are not in the output, so far. */
uint64_t books_lost(const struct books *b);

/* All that is to be told of it as of now, which is the caller's to close. NULL: out of memory. */
struct state *books_state(const struct books *b);

#endif
