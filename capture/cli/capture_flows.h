/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * --flows of a capture: what programs have counted is taken out of the kernel, put together, and
 * printed.
 */
#ifndef XDPDUMP_CLI_CAPTURE_FLOWS_H
#define XDPDUMP_CLI_CAPTURE_FLOWS_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/log.h"

struct books;
struct flow_table;
struct flows;
struct opts;
struct pump;
struct rings;

struct capture_flows {
	const struct opts *opts;
	const struct books *books;	/* for names, times, and packets of no flow */
	struct pump *pump;		/* which ends when nobody reads the table */
	struct flows *kernel;		/* NULL: they make no difference */
	struct flow_table *table;	/* NULL: they are not printed */
	uint64_t of_none, no_room;	/* that were told of */
	bool has_printed, is_unread;
	int timer_fd;			/* -1: none */
	enum status status;		/* of what was printed */
};

#define CAPTURE_FLOWS_INIT { .timer_fd = -1 }

/* Makes the tables that @o asks for, for the programs of @rings. All is the owner's. Complains. */
enum status capture_flows_open(struct capture_flows *f, const struct opts *o,
			       const struct rings *rings, const struct books *b, struct pump *p);

/* Prints in intervals from now on, if that is asked for. -errno. */
int capture_flows_watch(struct capture_flows *f);

/* Prints the rest, when no program runs any more. The exit code of all that was printed. */
enum status capture_flows_end(struct capture_flows *f);

/* As it is initialised, or opened, even in vain. */
void capture_flows_close(struct capture_flows *f);

#endif
