/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Where a packet goes, wherever it comes from: into the files, onto the screen, and into the count
 * of -c.
 */
#ifndef XDPDUMP_WRITE_OUTPUTS_H
#define XDPDUMP_WRITE_OUTPUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/base/log.h"
#include "capture/write/record_sink.h"
#include "capture/write/recorder.h"
#include "capture/write/rotate.h"

struct packet;
struct sink;

/* What is asked for: packets in files, on the screen, or neither. */
struct outputs_settings {
	struct rotate_settings file;	/* path NULL: none, and only when.stop_ns and live matter */
	struct recorder_settings recorder;	/* by which it is written */
	/* as target_open(), by format, snap, live, head of file; NULL: nowhere */
	const char *to;
	const char *spool, *to_config;	/* of that, as spool_limit and sandbox */
	uint64_t spool_limit;
	bool sandbox;
	bool screen;			/* packets are printed on stdout */
	enum file_format screen_format;
	struct text_settings text;	/* of that */
	unsigned screen_threads;	/* that may make it, as in text_sink_open() */
	uint64_t limit;			/* packets, 0: none */
	bool unbuffered;		/* each packet is in the file at once */
};

enum { OUTPUTS_MAX = 4 };

struct outputs {
	struct sink *sinks[OUTPUTS_MAX];
	unsigned n_sinks;
	struct rotate *rotate;		/* the files, one of the sinks; NULL: no file */
	struct recorder *recorder;	/* which is that sink in place of them; NULL: none */
	struct sink *target;		/* of them the one that leaves the machine; NULL: none */
	unsigned screen_threads;	/* that make text, beside the caller's */
	uint64_t limit;			/* -c, 0: none */
	/* -a duration:, where there is no file whose schedule knows; 0: none */
	uint64_t stop_ns;
	/* live in the time of outputs_begin(), else of the packets; 0: not begun */
	uint64_t stop_at;
	bool live;
	uint64_t taken;			/* packets given to the sinks */
	/* packets that came when it was done, counted by those who give */
	uint64_t refused;
	/* a limit is reached, or the reader of our output has gone: a normal end */
	bool done;
};

/*
 * Opens the outputs. On failure complains and returns an exit code (log.h). Done afterwards:
 * interrupted while it waited for a reader, which is a normal end.
 */
enum status outputs_open(struct outputs *f, const struct outputs_settings *s, int interrupt_fd);

/*
 * Rights are given up, and what is to be done beside the packets may begin, which has no others:
 * before packets come. Complains; the exit code.
 */
enum status outputs_start(struct outputs *f);

/* One more, before any packet, which is closed with the others. */
void outputs_add(struct outputs *f, struct sink *k);

/*
 * Before the first packet: as rotate_begin(). This and what follows: false if no more packets are
 * wanted, done or a write failed.
 */
bool outputs_begin(struct outputs *f, struct source *from, uint64_t now, uint64_t wall_ns);

/*
 * A file that is read from, as rotate_spare(); -EEXIST as well if it is stdout, where text would be
 * read again.
 */
int outputs_spare(struct outputs *f, const struct stat *st);

/* It has failed to begin: complains; the exit code. Or the reader has gone, a normal end: 0. */
enum status outputs_begin_failed(const struct outputs *f);

/* A pcapng block of @len bytes, for all that have a place for it. */
bool outputs_block(struct outputs *f, const void *block, size_t len);

/* Hands the packet on. */
bool outputs_packet(struct outputs *f, const struct packet *p);

/* Writes out what is buffered. */
bool outputs_flush(struct outputs *f);

/* As rotate_joined(), rotate_left(). */
bool outputs_joined(struct outputs *f);
bool outputs_left(struct outputs *f, uint32_t id);

/* As rotate_now(), rotate_tick(), rotate_next(), rotate_due(), rotate_clock_set(). */
void outputs_now(struct outputs *f, uint64_t now);
bool outputs_tick(struct outputs *f, uint64_t upto);
bool outputs_next_file(struct outputs *f);
uint64_t outputs_due(const struct outputs *f);
void outputs_clock_set(struct outputs *f, uint64_t now, uint64_t wall_ns);

/* Is there a regular file, which others can follow when they are asked for? */
bool outputs_is_file(const struct outputs *f);

/* Is anything buffered? */
bool outputs_pending(const struct outputs *f);

/* No more than @ms milliseconds of waiting for a reader that takes nothing. */
void outputs_hurry(struct outputs *f, int ms);

/* Ends the outputs. What fails is for outputs_report() to tell. */
void outputs_finish(struct outputs *f);

/* Waits until the files are on the disk and their commands have ended. -EINTR: interrupted. */
int outputs_wait(struct outputs *f, int interrupt_fd);

/*
 * Complains about failed writes with the number of packets missing; the exit code for them, or 0.
 */
enum status outputs_report(const struct outputs *f);

/* Why nothing more can be written into files, or to the target, -errno; 0: it can. */
int outputs_error(const struct outputs *f);

/*
 * Packets that are in the output: printed, or in a file; without a file at the target. Those that
 * were taken and are not, of all interfaces and of one.
 */
uint64_t outputs_captured(const struct outputs *f);
uint64_t outputs_lost(const struct outputs *f);
uint64_t outputs_lost_of(const struct outputs *f, uint32_t id);

/* As record_sink_counts(); false as well if nothing leaves the machine. */
bool outputs_records(const struct outputs *f, struct record_counts *c);

/*
 * Bytes in files so far, and how many were begun; the current one, or NULL: none. The name is good
 * until the next one begins.
 */
const char *outputs_written(const struct outputs *f, uint64_t *bytes, uint64_t *files);

void outputs_close(struct outputs *f);

#endif
