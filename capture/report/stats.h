/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Statistics as text. */
#ifndef XDPDUMP_REPORT_STATS_H
#define XDPDUMP_REPORT_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/event.h"

struct ledger;

/* What is printed; all since the start. */
struct totals {
	struct counters c;		/* by protocol, and of the filter */
	const struct ledger *ledger;	/* NULL: there can be no losses */
	bool has_filter;		/* c.filtered counts what it rejected */
	bool has_sent;
	struct tally sent;		/* of c.all, those that were sent */
};

/* Prints them on stderr. @ns: time that they cover, 0: no rates. */
void stats_print(const struct totals *t, uint64_t ns);

/* "DROP", and what is above the others: "other". */
const char *stats_verdict_name(unsigned kind);

/* What a program on interface @iface has said of its packets; and those before it in its place. */
void stats_print_verdicts(const char *iface, const char *program, uint32_t id,
			  const struct program_verdicts *v);

#endif
