/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The file of the last trigger, into which packets go from memory as far as they are wanted. */
#ifndef XDPDUMP_WRITE_RECORDER_FILE_H
#define XDPDUMP_WRITE_RECORDER_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/write/recorder_told.h"

struct recorder_memory;
struct rotate;

enum { RECORDER_FILE_WHY = 256 };

struct recorder_file {
	struct rotate *rotate;		/* by which it is written; the owner's, as the memory is */
	struct recorder_memory *memory;
	struct recorder_told told;	/* of the source, and why there is a file */
	bool live;			/* as in struct recorder_settings */
	bool decodes;
	bool has_file;			/* it is begun, or was to be */
	bool is_begun;			/* it is */
	bool has_gap;			/* a packet behind those of the file is forgotten */
	char why[RECORDER_FILE_WHY];	/* there is one */
	uint64_t asked_ns;		/* the time of the last trigger */
	uint64_t run_ns;		/* the run's own time */
	uint64_t n_files;		/* that were begun */
};

/* -EBUSY: not yet. Other errors, and those of what follows, as from rotate.h. */
int recorder_file_begin(struct recorder_file *f);
int recorder_file_end(struct recorder_file *f);

/* The oldest packet, which is wanted. -EBUSY: the file may not begin yet, and it stays. */
int recorder_file_write_oldest(struct recorder_file *f);

/*
 * What is wanted goes into the file: all of it; up to @n_packets, or a portion of it, where that
 * does not have to wait for the disk.
 */
int recorder_file_write_wanted(struct recorder_file *f);
int recorder_file_write_if_room(struct recorder_file *f, uint64_t n_packets);
int recorder_file_write_portion(struct recorder_file *f);

#endif
