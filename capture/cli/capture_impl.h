/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A live capture, for the files that it consists of: live.c runs it, live_start.c and live_stop.c begin and end it. */
#ifndef XDPDUMP_CLI_CAPTURE_IMPL_H
#define XDPDUMP_CLI_CAPTURE_IMPL_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/log.h"
#include "capture/base/loop.h"
#include "capture/filter/to_ebpf.h"
#include "capture/live/live_source.h"
#include "capture/write/outputs.h"

struct account;
struct netif_watch;
struct opts;
struct ring;
struct tap;

struct live {
	const struct opts *opts;
	struct waiter waiter;
	struct ring *ring;
	struct netif_watch *watch;
	struct flow flow;
	struct tap *taps;
	unsigned n_taps;
	struct account *account;	/* of -Z */
	struct drain drain;
	struct filter filter;		/* of all interfaces, which are Ethernet; without instructions: none */
	uint64_t start_ns, flushed_ns, looked_ns;	/* CLOCK_MONOTONIC; at the links the last */
	bool listening, stopping;
	bool had_terminal;		/* at the start */
	bool asked;			/* to stop, by a signal */
	int forced;			/* the signal that came after that */
	enum status status;
};

/* Opens and attaches everything; listening afterwards, or interrupted before that. Complains; the exit code. */
enum status live_start(struct live *l);

/* Have we a terminal that can hang up? */
bool live_has_terminal(void);

/* Looks at the signals that have come. */
void live_take_signals(struct live *l);

/* Takes what is in the rings now, and no more, so that there is time for other things. Returns the number of packets. */
uint64_t live_drain(struct live *l);

/* The statistics so far, on stderr. */
void live_print_stats(struct live *l);

/* Detaches, takes what is left, closes the books, prints the summary. The exit code. */
enum status live_stop(struct live *l);

#endif
