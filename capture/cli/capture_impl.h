/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A live capture, for the files that it consists of: capture.c runs it, capture_start.c and
 * capture_stop.c begin and end it.
 */
#ifndef XDPDUMP_CLI_CAPTURE_IMPL_H
#define XDPDUMP_CLI_CAPTURE_IMPL_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/log.h"
#include "capture/cli/pump.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_source.h"

struct run_as;
struct netif_watch;
struct opts;
struct rings;

struct capture {
	const struct opts *opts;
	struct pump pump;
	struct live_source source;
	struct live_iface_settings settings;
	struct live_iface *ifaces;
	unsigned n_ifaces;
	struct rings *rings;
	struct netif_watch *watch;
	int clock_fd;			/* -1: the clock is not watched */
	struct run_as *user;		/* of -Z */
	struct live_filters filters;
	struct guard *guard;	/* NULL: no program's place is taken */
	uint64_t start_ns, looked_ns;	/* CLOCK_MONOTONIC; at the links the last */
	bool listening;
	bool had_terminal;		/* at the start */
	enum status status;
};

/*
 * Opens and attaches everything; listening afterwards, or interrupted before that. Complains; the
 * exit code.
 */
enum status capture_start(struct capture *l);

/* Have we a terminal that can hang up? */
bool capture_has_terminal(void);

/* What happens beside the packets: an interface, or the clock, has changed. As loop_fn. */
void capture_interfaces_changed(void *ctx);
void capture_clock_was_set(void *ctx);

/* After each round: are our programs still there? */
void capture_look_at_links(void *ctx);

/* The statistics so far, on stderr. */
void capture_print_stats(struct capture *l);

/* Ends the outputs, closes the books, prints the summary. The exit code. */
enum status capture_stop(struct capture *l);

#endif
