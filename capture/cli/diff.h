/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* --diff: what a program changed in packets that come one after the other, printed on stdout. */
#ifndef XDPDUMP_CLI_DIFF_H
#define XDPDUMP_CLI_DIFF_H

#include <stdbool.h>

#include "capture/base/log.h"

struct diff;
struct loop;
struct opts;
struct packet;
struct progress;
struct source;

/* What did a program change in the packets of files? Prints it. Complains; the exit code. */
enum status diff_run(const struct opts *o);

/* Of @source, which is asked for its interfaces. NULL: no memory. */
struct diff *diff_open(const struct opts *o, struct loop *l, struct progress *p,
		       struct source *source);

/*
 * The next image; @wanted: it matches the filter. 0; 1: no more are wanted; -ENOMEM. Its headers
 * are decoded here.
 */
int diff_packet(struct diff *d, struct packet *p, bool wanted);

/* Prints what has been held back. */
void diff_flush(struct diff *d);

/* No more packets come: the totals. */
void diff_end(struct diff *d);

/* What was odd then, on stderr. */
void diff_complain(const struct diff *d);

struct diff *diff_close(struct diff *d);

#endif
