/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Where a packet goes, wherever it comes from: into the files, onto the screen, and into the count of -c. */
#ifndef XDPDUMP_WRITE_OUTPUTS_H
#define XDPDUMP_WRITE_OUTPUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/log.h"
#include "capture/write/rotate.h"
#include "capture/write/writer.h"

struct account;
struct opts;
struct packet;

struct flow {
	struct rotate *rotate;		/* NULL: no file */
	struct writer *screen;		/* stdout, NULL: nothing is printed */
	uint64_t limit;			/* -c, 0: none */
	uint64_t stop_ns;		/* -a duration:, where there is no file whose schedule knows; 0: none */
	uint64_t stop_at;		/* live in the time of flow_begin(), else of the packets; 0: not begun */
	bool live;
	uint64_t taken;			/* packets given to the sinks */
	uint64_t refused;		/* packets that came when it was done, counted by those who give */
	bool unbuffered;		/* -U */
	bool line_buffered;		/* -l, for the screen */
	bool done;			/* a limit is reached, or the reader of our output has gone: a normal end */
	bool incomplete;		/* a file is, which was told of */
	int write_error, screen_error;	/* -errno, other than -EPIPE: the output is not complete */
};

/*
 * Opens the outputs that @o asks for. On failure complains and returns an exit code (err.h). Done afterwards: interrupted
 * while it waited for a reader, which is a normal end.
 */
int flow_open(struct flow *f, const struct opts *o, int interrupt_fd);

/* The same as the user of -Z, who is *@a from then on (NULL: none), to be closed by the caller; as him for ever. */
enum status flow_open_for(struct flow *f, const struct opts *o, int interrupt_fd, struct account **a);
enum status flow_become(const struct opts *o, const struct account *a);

/* Before the first packet: as rotate_begin(). This and what follows: false if no more packets are wanted, done or a write failed. */
bool flow_begin(struct flow *f, const struct rotate_source *source, uint64_t now, uint64_t wall_ns);

/* A file that is read from, as rotate_spare(); -EEXIST as well if it is stdout, where text would be read again. */
int flow_spare(struct flow *f, const struct stat *st);

/* The result of writing something else than a packet to rotate_writer(). */
bool flow_wrote(struct flow *f, int err);

/* Hands the packet on. */
bool flow_packet(struct flow *f, const struct packet *p);

/* Writes out what is buffered. */
bool flow_flush(struct flow *f);

/* As rotate_now(), rotate_tick(), rotate_next(), rotate_due(), rotate_clock_set(). */
void flow_now(struct flow *f, uint64_t now);
bool flow_tick(struct flow *f, uint64_t upto);
bool flow_next_file(struct flow *f);
uint64_t flow_due(const struct flow *f);
void flow_clock_set(struct flow *f, uint64_t now, uint64_t wall_ns);

/* Is there a regular file, which others can follow? */
bool flow_is_file(const struct flow *f);

/* Is anything buffered? */
bool flow_pending(const struct flow *f);

/* No more than @ms milliseconds of waiting for a reader that takes nothing. */
void flow_hurry(struct flow *f, int ms);

/* Ends the outputs. What fails is for flow_report() to tell. */
void flow_finish(struct flow *f);

/* Waits until the files are on the disk and their commands have ended. -EINTR: interrupted. */
int flow_wait(struct flow *f);

/* Complains about failed writes with the number of packets missing; the exit code for them, or 0. */
int flow_report(const struct flow *f);

/* Packets that are in the output: printed, or in a file. Those that were taken and are not, of all interfaces and of one. */
uint64_t flow_captured(const struct flow *f);
uint64_t flow_lost(const struct flow *f);
uint64_t flow_lost_of(const struct flow *f, uint32_t id);

void flow_close(struct flow *f);

#endif
