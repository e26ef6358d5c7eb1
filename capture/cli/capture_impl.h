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
#include "capture/base/notify.h"
#include "capture/cli/books.h"
#include "capture/cli/capture_change.h"
#include "capture/cli/capture_commands.h"
#include "capture/cli/capture_flows.h"
#include "capture/cli/capture_ifaces.h"
#include "capture/cli/capture_metrics.h"
#include "capture/cli/opts.h"
#include "capture/cli/pump.h"
#include "capture/cli/recording.h"
#include "capture/live/live_iface.h"
#include "capture/live/live_source.h"

struct capture_guest;
struct capture_top;
struct run_as;
struct rings;

struct capture {
	const struct opts *opts;
	const struct capture_guest *guest;	/* NULL: nobody is beside it */
	struct pump pump;
	struct recording recording;
	struct live_source source;
	struct live_iface_settings settings;
	struct capture_ifaces ifaces;
	struct books books;
	struct rings *rings;
	struct capture_flows flows;
	int clock_fd;			/* -1: the clock is not watched */
	struct run_as *user;		/* of -Z */
	struct capture_metrics metrics;
	struct notify notify;
	struct capture_top *top;	/* NULL: nobody looks */
	struct live_filters filters;
	char *trigger_text;		/* of filters.trigger; NULL: there is none */
	struct capture_change change;
	struct capture_commands commands;
	struct guard *guard;	/* NULL: no program's place is taken */
	struct broker *broker;	/* NULL: nothing is loaded later, or in our own rights */
	bool broker_attaches;	/* and what comes later takes no other right than it has */
	/* that are raised when the kernel is asked: of enum privilege, 0: none is left */
	unsigned rights;
	uint64_t looked_ns;		/* at the interfaces the last, CLOCK_MONOTONIC */
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

/* The clock has changed. As loop_fn. */
void capture_clock_was_set(void *ctx);

/* Ends the outputs, closes the books, prints the summary. The exit code. */
enum status capture_stop(struct capture *l);

#endif
