/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* --diff for other programs: objects, each in a line. */
#ifndef XDPDUMP_CLI_DIFF_JSON_H
#define XDPDUMP_CLI_DIFF_JSON_H

#include <stdint.h>

#include "capture/report/verdicts.h"

struct diff_out;
struct packet;
struct pairs_totals;

/* All there is to say at the end. */
struct diff_totals {
	uint64_t n_changed, n_partial;	/* pairs; not all of the latter was captured */
	struct tally all;		/* exits of the pairs */
	struct verdicts verdicts;
};

/* A pair with its changes; the totals. */
void diff_json_pair(struct diff_out *o, const struct packet *entry, const struct packet *exit);
void diff_json_totals(struct diff_out *o, const struct pairs_totals *n,
		      const struct diff_totals *d);

#endif
