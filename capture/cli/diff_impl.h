/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the parts of --diff share. Only for diff*.c. */
#ifndef XDPDUMP_CLI_DIFF_IMPL_H
#define XDPDUMP_CLI_DIFF_IMPL_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/text.h"
#include "capture/cli/diff.h"
#include "capture/report/verdicts.h"

struct format;
struct pairs;

struct diff {
	const struct opts *opts;
	struct loop *loop;
	struct progress *progress;
	struct source *source;
	uint64_t n_read;		/* images */
	struct pairs *pairs;
	struct format *format;		/* of the line of a packet */
	struct text out;
	bool json;
	uint64_t n_changed, n_partial;	/* pairs; not all of the latter was captured */
	struct tally all;		/* exits of the pairs */
	struct verdicts verdicts;
	unsigned n_told;		/* changes of a pair, in JSON */
	bool no_memory;
};

/* Room for @n bytes of text: what stands there already is printed first, if need be. */
struct text *diff_room(struct diff *d, size_t n);

/* As JSON, a line each: a pair with its changes, and all there is to say at the end. */
void diff_json_pair(struct diff *d, const struct packet *entry, const struct packet *exit);
void diff_json_totals(struct diff *d);

#endif
