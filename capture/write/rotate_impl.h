/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Rotation, for the files that it consists of: rotate_file.c opens and names, rotate.c goes from
 * one file to the next.
 */
#ifndef XDPDUMP_WRITE_ROTATE_IMPL_H
#define XDPDUMP_WRITE_ROTATE_IMPL_H

#include <limits.h>

#include "capture/write/descriptions.h"
#include "capture/write/filenames.h"
#include "capture/write/rotate.h"
#include "capture/write/schedule.h"
#include "capture/write/sink.h"

struct out;
struct retention;
struct write_queue;

struct rotate {
	struct sink sink;
	struct rotate_settings set;
	struct descriptions descriptions;
	struct schedule schedule;
	struct filenames series;
	struct writer *writer;		/* NULL: the first file is not open yet */
	struct write_queue *queue;	/* by which regular files are written; NULL: at once */
	struct retention *retention;	/* NULL: no regular file */
	int interrupt_fd;
	int dir_fd;			/* of all files; -1: each name tells */
	/* the last one that was seen to be in the file; NULL: none so far */
	const struct iface *iface;
	bool plain;			/* there is nothing to look at */
	bool begun;
	bool finished;			/* the current file; on demand there may be none */
	/* the next one, until the next look at the packets, or flush */
	bool postponed;
	bool cut_short;
	bool misnamed;			/* a complete file has kept its .part */
	bool torn;			/* the current one could not be written to its end */
	uint64_t handed_over, n_handed_over;	/* bytes of files that are finished; those */
	uint64_t opened_ns;		/* wall clock */
	uint64_t room_at;		/* size at which to ask for room */
	struct stat *spared;
	size_t n_spared;
	char path[PATH_MAX];		/* of the current file */
	char wanted[PATH_MAX];		/* of one that could not be made; "" */
	const char *why;		/* NULL: errno tells */
};

/* Opens the first file, whose name is that of a file which begins at @wall_ns. -errno. */
int rotate_open_first(struct rotate *r, uint64_t wall_ns);

/*
 * The name of the next file, which begins at @wall_ns, into r->wanted. -EBUSY: its turn will come
 * later, r->wanted is "". Or -errno.
 */
int rotate_next_name(struct rotate *r, uint64_t wall_ns);

/* Opens r->wanted, but overwrites nothing yet. -errno. */
int rotate_open_next(struct rotate *r, struct out **out);

/* Is the current file the one that has its name? */
bool rotate_is_there(const struct rotate *r);

/* With --part: the current file gets its name, without .part. What fails is said. */
void rotate_name(struct rotate *r, struct out *out);

#endif
