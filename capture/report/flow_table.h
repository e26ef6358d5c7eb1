/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Flows with what was counted of them: put together from what the CPUs have counted in the kernel,
 * or counted here, of the packets of a file; and as lines.
 */
#ifndef XDPDUMP_REPORT_FLOW_TABLE_H
#define XDPDUMP_REPORT_FLOW_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "capture/base/log.h"
#include "capture/format/format.h"

struct flow_entry;
struct flow_table;
struct packet;

enum { FLOW_TABLE_MAX = 1 << 20 };	/* flows; 112 bytes each */

/* What there is beside them, in packets. */
struct flow_rest {
	uint64_t of_none;	/* of no flow: without an IP header */
	uint64_t no_room;	/* of flows for which there was no room in a table */
};

/* -ENOMEM. */
int flow_table_open(struct flow_table **t);

/* Its times are wall clock. False: no room, and its packets are in flow_table_rest(). */
bool flow_table_add(struct flow_table *t, const struct flow_entry *e);

/* A packet whose headers are decoded; what is of no flow is counted, too. */
void flow_table_packet(struct flow_table *t, const struct packet *p);

/* Flows, and packets in them; and what flow_table_packet() and flow_table_add() have had beside. */
uint32_t flow_table_count(const struct flow_table *t);
uint64_t flow_table_packets(const struct flow_table *t);
struct flow_rest flow_table_rest(const struct flow_table *t);

/* How they are written, one a line: FORMAT_JSON, FORMAT_CSV, or any other: text. */
struct flow_lines {
	enum file_format format;
	bool header;		/* of CSV: the names first */
	/* of the interface of that number; NULL: it has none */
	const char *(*iface)(void *ctx, uint16_t number);
	void *ctx;
};

/* Those with the most bytes first. */
void flow_table_print(struct flow_table *t, const struct flow_lines *how, FILE *out);

/* None any more. */
void flow_table_clear(struct flow_table *t);

struct flow_table *flow_table_close(struct flow_table *t);

#endif
