/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Packets by what a program decided about them. */
#ifndef XDPDUMP_REPORT_VERDICTS_H
#define XDPDUMP_REPORT_VERDICTS_H

#include <stdio.h>

#include "bpf/event.h"

struct packet;

/* Rows: the actions of XDP, those of TC, and behind each the ones that have no name. */
enum { VERDICTS_XDP = 5 + 1, VERDICTS_TC = 10 + 1, N_VERDICTS = VERDICTS_XDP + VERDICTS_TC };

struct verdicts {
	struct tally rows[N_VERDICTS];	/* bytes on the wire */
};

/* A packet without a verdict is in no row, one with several in that of the first. */
void verdicts_add(struct verdicts *v, const struct packet *p);

/* All packets of @more as well. */
void verdicts_join(struct verdicts *v, const struct verdicts *more);

/* Key and name of a row: "xdp_drop", "XDP DROP". */
const char *verdicts_key(unsigned row);
const char *verdicts_name(unsigned row);

/* The rows that have packets as a table, with their shares of @all; nothing if there are none. */
void verdicts_text(const struct verdicts *v, const struct tally *all, FILE *out);

#endif
