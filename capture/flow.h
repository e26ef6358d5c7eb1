/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Where a packet goes, wherever it comes from: into the file, onto the screen, and into the count of -c. */
#ifndef XDPDUMP_FLOW_H
#define XDPDUMP_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/writer.h"

struct opts;
struct packet;

struct flow {
	struct writer *writer;		/* NULL: no file */
	struct writer *screen;		/* stdout, NULL: nothing is printed */
	uint64_t limit;			/* -c, 0: none */
	uint64_t taken;			/* packets given to the sinks */
	uint64_t refused;		/* packets that came when it was done, counted by those who give */
	bool unbuffered;		/* -U */
	bool line_buffered;		/* -l, for the screen */
	bool done;			/* the limit is reached, or the reader of our output has gone: a normal end */
	int write_error, screen_error;	/* -errno, other than -EPIPE: the output is not complete */
};

/*
 * Opens the outputs that @o asks for. On failure complains and returns an exit code (err.h). Done afterwards: interrupted
 * while it waited for a reader, which is a normal end.
 */
int flow_open(struct flow *f, const struct opts *o, int interrupt_fd);

/* Hands the packet on. False: no more packets are wanted, because it is done or a write failed. */
bool flow_packet(struct flow *f, const struct packet *p);

/* Writes out what is buffered. False as above. */
bool flow_flush(struct flow *f);

/* Is anything buffered? */
bool flow_pending(const struct flow *f);

/* No more than @ms milliseconds of waiting for a reader that takes nothing. */
void flow_hurry(struct flow *f, int ms);

/* Ends the outputs, the file with @stats, and brings it to the disk. What fails is for flow_report() to tell. */
void flow_finish(struct flow *f, writer_stats_fn stats, void *ctx);

/* Complains about failed writes with the number of packets missing; the exit code for them, or 0. */
int flow_report(const struct flow *f, const char *path);

/* Packets that are in the output: printed, or in the file. */
uint64_t flow_captured(const struct flow *f);

void flow_close(struct flow *f);

#endif
