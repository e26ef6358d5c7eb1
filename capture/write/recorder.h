/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The flight recorder: packets are kept in memory, the oldest are forgotten, and when something
 * happens (a trigger) those from before it and from after it become a file. Stands in the place of
 * the files among the outputs.
 */
#ifndef XDPDUMP_WRITE_RECORDER_H
#define XDPDUMP_WRITE_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/write/reach.h"

struct recorder;
struct rotate;
struct sink;

struct recorder_settings {
	uint64_t memory;	/* bytes; 0: there is no recorder */
	uint64_t back_ns;	/* and no packets that are older than this; 0: no matter */
	struct reach before, after;	/* ALL is all that is in memory; as after: nothing */
	uint64_t max_triggers;	/* it is done then; 0: no limit */
	uint64_t cooldown_ns;	/* from one trigger to the next, or that is ignored */
	bool live;		/* packets come as time goes by, else their time counts */
	bool decodes;		/* the files are text */
};

/*
 * Writes to @files, which begin on demand and stay the caller's to ask, but are closed with the
 * recorder. -ENOMEM.
 */
int recorder_open(struct recorder **r, const struct recorder_settings *s, struct rotate *files);

/* As one of the outputs, by which it is closed then. */
struct sink *recorder_sink(struct recorder *r);

/*
 * Something has happened, in words: the file tells of it, and so does a line on stderr. False: it
 * is ignored, for --cooldown, --max-triggers, or because another one has not been dealt with yet.
 * The second one: it is the next packet. The third: all is done with its file, and no cooldown
 * keeps it from being a trigger.
 */
bool recorder_trigger(struct recorder *r, const char *why);
void recorder_trigger_next(struct recorder *r, const char *why);
void recorder_trigger_last(struct recorder *r, const char *why);

/* Where packets are that it was given, and what of triggers. */
struct recorder_counts {
	uint64_t written;		/* given to files */
	uint64_t in_memory, bytes;	/* not (yet) in a file; captured bytes of these */
	uint64_t forgotten;		/* were in memory, and no trigger asked for them */
	uint64_t lost;			/* a trigger did, and they could not be written */
	uint64_t triggers, ignored;	/* for --cooldown, --max-triggers */
	uint64_t files;			/* begun */
	uint64_t back_ns;		/* from the oldest packet in memory to the youngest */
};

struct recorder_counts recorder_counts(const struct recorder *r);

/* Those of interface @id that are lost. */
uint64_t recorder_lost(const struct recorder *r, uint32_t id);

#endif
