/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * When a file ends and another one begins, and when all of it ends. Reads no clock: the run has a
 * time of its own, which is CLOCK_MONOTONIC in a live capture, so that nothing happens early or
 * late when somebody sets the wall clock, and that of the packets with -r.
 */
#ifndef XDPDUMP_WRITE_SCHEDULE_H
#define XDPDUMP_WRITE_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/write/rotate_settings.h"

enum step { STEP_ON, STEP_NEW_FILE, STEP_STOP };

struct schedule {
	struct rotate_options o;
	bool live;
	bool timed;		/* not live: a packet has come with whose time it begins */
	uint64_t max_bytes;	/* of a file; UINT64_MAX: no limit */
	uint64_t max_files;
	/* The run's own time in ns. */
	uint64_t now;		/* up to which a live capture has come */
	uint64_t begin;		/* of the file, or of its slice of time */
	uint64_t next;		/* of the file that begins after a STEP_NEW_FILE */
	uint64_t turn;		/* an end of slice, UINT64_MAX: none */
	uint64_t multiple;	/* the next one of the interval, UINT64_MAX: none */
	uint64_t stop;		/* UINT64_MAX: none */
	int64_t offset;		/* from it to the wall clock */
	uint64_t n_packets;	/* in the file */
	uint64_t n_files;	/* this one included; 0: not started */
};

/* @live: with a time of its own, else that of the packets. */
void schedule_init(struct schedule *s, const struct rotate_options *o, bool live);

/* Is there anything that makes a file end before all of it ends? */
bool schedule_rotates(const struct rotate_options *o);

/*
 * The first file begins now, which by the wall clock is @wall_ns. Time that is not live is that of
 * the first packet that has one, whatever was said here.
 */
void schedule_start(struct schedule *s, uint64_t now, uint64_t wall_ns);

/*
 * What is to be done before a packet of wall clock @ts_ns is written. These three and
 * schedule_tick(): after STEP_NEW_FILE the new file has to be announced with schedule_began()
 * before the next question.
 */
enum step schedule_packet(struct schedule *s, uint64_t ts_ns);

/* The same for a packet without a time, which is of now. */
enum step schedule_untimed(struct schedule *s);

/* The same for a packet that would make the file larger than max_bytes. */
enum step schedule_full(struct schedule *s);

/* The same for a file whose end is asked for. */
enum step schedule_ask(struct schedule *s);

/* A packet was written. True: that was the last one, no other file may follow. */
bool schedule_written(struct schedule *s);

/* Live: it is @now, before packets that came until then are given. */
void schedule_now(struct schedule *s, uint64_t now);

/* Live: all packets from before @upto were given. What is to be done without a packet? */
enum step schedule_tick(struct schedule *s, uint64_t upto);

/* When schedule_tick() has something to do, at the earliest; UINT64_MAX: never. */
uint64_t schedule_due(const struct schedule *s);

/* The wall clock at which the new file begins, in ns since 1970. */
uint64_t schedule_next_wall(const struct schedule *s);

/* The new file has begun. */
void schedule_began(struct schedule *s);

/* Live: the wall clock was set, it is @now and @wall_ns. */
void schedule_clock_set(struct schedule *s, uint64_t now, uint64_t wall_ns);

#endif
