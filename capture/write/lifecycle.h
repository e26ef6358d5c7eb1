/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The files of a run: what state each is in, whose it is, and what is to be done for it next. Two
 * sides call this, each from one thread: the capture, which begins and ends files, and a worker,
 * which does for them what takes time. A file is in one state, and a state belongs to the capture,
 * to the worker or to nobody; what is the other's is left to it, with a wish at most. Each call is
 * a step as a whole, under a lock inside: there is no moment in between that the other side could
 * see. Nothing here waits or touches the disk.
 *
 *	current     being written                                         the capture's
 *	complete    to be brought to the disk and closed                  nobody's
 *	closing                                                           the worker's
 *	waiting     closed, for its command                               nobody's
 *	running     its command runs                                      the worker's
 *	kept        nothing is left to be done; the oldest may go         nobody's
 *	claimed     its name is being taken away for another file         the capture's
 *	doomed      to be deleted, or only forgotten if it has no name    nobody's
 *	deleting                                                          the worker's
 *	displaced   somebody has put another file into its place          nobody's, to the end
 *
 * Only lifecycle_done() lets a file go, so one that the worker has seen stays until the worker
 * itself has done with it.
 */
#ifndef XDPDUMP_WRITE_LIFECYCLE_H
#define XDPDUMP_WRITE_LIFECYCLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disk_file;
struct lifecycle;
struct roster_file;

enum {
	LIFECYCLE_QUEUE		= 64,	/* finished files that may wait for their command */
	LIFECYCLE_UNCLOSED	= 16,	/* those that may wait for the disk, and hold descriptors */
};

struct lifecycle_limits {
	unsigned n_files;	/* that may exist, the current one included; 0: any number */
	uint64_t max_disk;	/* bytes of all files of this run; 0: no limit */
	uint64_t min_free;	/* bytes that stay free where the files are; 0: none */
	bool patient;		/* the capture can wait: nothing is lost meanwhile */
};

/* -ENOMEM. */
int lifecycle_open(struct lifecycle **l, const struct lifecycle_limits *limits);

/* ---- the capture's side ---- */

/* May another file begin? */
bool lifecycle_ready(struct lifecycle *l);

/*
 * Another file is to get the name @path. 0: nothing of ours is in its way (*@f is NULL), or *@f is,
 * and the caller has to remove *@disk from its place and to tell with lifecycle_claimed() how that
 * went. -EBUSY: it has to stay for now. -EEXIST: what stands there is not ours any more.
 */
int lifecycle_claim(struct lifecycle *l, const char *path, struct roster_file **f,
		    struct disk_file **disk);

/*
 * @err of disk_file_unlink(). 0: the name is free. -EEXIST: FILEID_ANOTHER it was. Otherwise @err;
 * it stays.
 */
int lifecycle_claimed(struct lifecycle *l, struct roster_file *f, int err);

/* What the capture has to tell, once. */
enum { LIFECYCLE_CROWDED = 1, LIFECYCLE_LEFT_OUT = 2 };

/*
 * @disk, at @path, which stays with it, is the current file, of which there is none yet. Which of
 * ours had that name has lost it. *@news: the limit of files cannot be held, because the oldest
 * ones wait for their command; the command of a namesake is left out. -ENOMEM.
 */
int lifecycle_begin(struct lifecycle *l, struct disk_file *disk, const char *path,
		    struct roster_file **f, unsigned *news);

/*
 * It is complete, with @bytes, and nothing of it the capture's any more. @vanishes: when it is
 * closed it will be removed. False: as too many wait, it gets no command.
 */
bool lifecycle_complete(struct lifecycle *l, struct roster_file *f, uint64_t bytes, bool vanishes,
			bool wants_command);

enum lifecycle_room { LIFECYCLE_ROOM, LIFECYCLE_SOON, LIFECYCLE_FULL, LIFECYCLE_DISK_LOW };

/*
 * Is there room for @bytes in the current file? SOON: not now, but files are on their way out.
 * FULL, and LOW: for ever. @look: the worker is to look at the free space. *@news: it is FULL for
 * the first time.
 */
enum lifecycle_room lifecycle_room(struct lifecycle *l, uint64_t bytes, bool look, bool *news);

/* No more files come. @force: commands that wait are left out. */
void lifecycle_end(struct lifecycle *l, bool force);

/* How many commands have not ended; of which file the one that runs is, or the oldest file. */
unsigned lifecycle_busy(struct lifecycle *l, char *path, size_t cap);

/* ---- the worker's side ---- */

enum job_kind {
	JOB_NONE,
	/* start its command; may be given back much later, other jobs come meanwhile */
	JOB_RUN,
	JOB_SYNC,	/* the current file, as it is */
	JOB_LOOK,	/* how much is free where the current file is? */
	JOB_DELETE,
	JOB_CLOSE,
};

struct lifecycle_job {
	enum job_kind kind;
	struct roster_file *file;
	struct disk_file *disk;		/* its */
	uint64_t bytes;			/* in it; after RUN to be set anew */
	bool vanishes;			/* CLOSE: as lifecycle_complete() was told */
	/* CLOSE: bring it to the disk before. DELETE: it has a name */
	bool wanted;
	/* To be filled in: */
	bool there;			/* RUN: it is still in its place */
	int err;			/* DELETE: of disk_file_unlink() */
	uint64_t free_bytes;		/* LOOK */
	/* By lifecycle_done(): */
	bool is_gone;			/* nobody knows the file any more: @disk is to be closed */
	/* LOOK: too little is free and nothing can be deleted; for the first time */
	bool is_low;
};

/* The next thing to be done. @sync: it is time for JOB_SYNC. */
void lifecycle_next(struct lifecycle *l, bool sync, struct lifecycle_job *job);

/* The job is done. */
void lifecycle_done(struct lifecycle *l, struct lifecycle_job *job);

/* Has the end been asked for, and nothing is left to be done? Has it been forced? */
bool lifecycle_has_ended(struct lifecycle *l);
bool lifecycle_is_forced(struct lifecycle *l);

/* How many files wait for a command that is not run any more, and the path of the first. */
unsigned lifecycle_not_run(struct lifecycle *l, char *path, size_t cap);

/* ---- */

/* Any of the files, which is forgotten: for the end, when one side alone is left. NULL: no more. */
struct disk_file *lifecycle_drop(struct lifecycle *l);

/*
 * Checks that lists and counts agree, and writes all that decides what comes next as up to @cap
 * words, 2 and 4 for each file. Returns how many. For tests.
 */
size_t lifecycle_check(struct lifecycle *l, uint64_t *image, size_t cap);

/* Returns NULL. */
struct lifecycle *lifecycle_close(struct lifecycle *l);

#endif
