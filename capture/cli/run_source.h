/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A program run over files, as a source: of each packet what came in and, behind it, what came out.
 * Each interface of the input is there twice for that.
 */
#ifndef XDPDUMP_CLI_RUN_SOURCE_H
#define XDPDUMP_CLI_RUN_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/packet/packet.h"
#include "capture/packet/source.h"

struct file_source;
struct opts;
struct run_expect;
struct run_program;
struct selection;

/* What it is made of; all of it stays the owner's. */
struct run_source_parts {
	const struct opts *opts;
	struct file_source *input;
	struct selection *selection;	/* of what goes in; NULL: all */
	struct run_program *program;
	struct run_expect *expect;
	bool both;			/* else one that came out as it came in comes once */
};

struct run_source {
	struct source source;
	struct run_source_parts parts;
	struct run_ifaces **pairs;	/* of the first n_ifaces interfaces of the input */
	uint32_t n_ifaces;
	struct packet out;		/* the next packet, if it is pending */
	bool pending;
	uint8_t *options;		/* of the packet at hand, with a comment */
	uint64_t n_taken;		/* packets, run or not: their ids */
	uint64_t n_left_out;		/* packets that came out of a program already */
};

void run_source_init(struct run_source *s, const struct run_source_parts *parts);
void run_source_close(struct run_source *s);

#endif
