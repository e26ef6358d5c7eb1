/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A view as a page of text of any size: how it looks, and nothing of how it gets onto a terminal.
 */
#ifndef XDPDUMP_VIEW_PAGE_H
#define XDPDUMP_VIEW_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/event.h"
#include "capture/packet/ledger.h"
#include "capture/view/tops.h"

struct grid;
struct model;

enum page_list { PAGE_FLOWS, PAGE_TALKERS, PAGE_PROTOCOLS, PAGE_QUEUES, PAGE_LOSSES, PAGE_LISTS };

/* What a live capture knows beside the packets. */
struct page_facts {
	const char *what; /* "eth0 (native mode)", or the file */
	const char *filter; /* what is captured; NULL: all */
	bool has_ledger; /* of a capture */
	struct ledger ledger;
	/* what the programs that are watched have said, also of what is filtered out; all zero:
	 * none is */
	struct program_verdicts verdicts;
	/* of each CPU: records taken from its ring, and how much of that is in use now, 0 to 1 */
	unsigned n_cpus;
	const struct page_cpu {
		uint64_t taken;
		double pps, used;
	} * cpus;
	bool done; /* files: all is read */
	bool once; /* and cannot be read again */
};

/* How somebody wants to see it. */
struct page_choice {
	enum page_list list;
	enum tops_order order;
	unsigned column_sec; /* live: how much time a column of the curve is */
	bool paused;
	const char *shown; /* the filter of what is shown; NULL: all */
	const char *writing; /* the file that it is written to; NULL: none */
	const char *message; /* in the last but one row */
	bool is_alarm; /* which is bad news */
	/* is asked for in its place, with what is typed so far; NULL: nothing is */
	const char *prompt, *typed;
};

void page_draw(struct grid *g, const struct model *m, const struct page_facts *f,
	       const struct page_choice *c);

/* The list that is chosen, from @row on. */
void page_draw_list(struct grid *g, unsigned row, const struct model *m, const struct page_facts *f,
		    const struct page_choice *c);

#endif
