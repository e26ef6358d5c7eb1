/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The files of a run, one after the other in one writer: their names, their directory, and what
 * must not be overwritten.
 */
#ifndef XDPDUMP_WRITE_FILE_SERIES_H
#define XDPDUMP_WRITE_FILE_SERIES_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "capture/write/filenames.h"

struct out;
struct retention;
struct rotate_settings;
struct write_queue;
struct writer;

struct file_series {
	const struct rotate_settings *set;	/* the owner's */
	int interrupt_fd;
	struct write_queue *queue;	/* the owner's; NULL: what is written is written at once */
	struct writer *writer;		/* NULL: the first file is not open yet */
	struct retention *retention;	/* NULL: no regular file */
	struct filenames names;
	int dir_fd;			/* of all files; -1: each name tells */
	uint64_t opened_ns;		/* wall clock */
	struct stat *spared;
	size_t n_spared;
	char path[PATH_MAX];		/* of the current file */
	char wanted[PATH_MAX];		/* of one that could not be made; "" */
	const char *why;		/* NULL: errno tells */
	bool misnamed;			/* a complete file has kept its .part */
	uint64_t handed_over, n_handed_over;	/* bytes of files that are finished; those */
};

/* @f is all zeros. -EINVAL: the names cannot be made. Is to be closed also then. */
int file_series_init(struct file_series *f, const struct rotate_settings *set, int interrupt_fd);

/*
 * Opens the first file, whose name is that of one which begins at @wall_ns; nothing is written or
 * overwritten yet. -errno.
 */
int file_series_open_first(struct file_series *f, uint64_t wall_ns);

/*
 * Instead of that, where it begins later: what becomes of files; could one be made there? -errno.
 */
int file_series_open_retention(struct file_series *f);
int file_series_check_folder(struct file_series *f);

/* As rotate_spare(). */
int file_series_spare(struct file_series *f, const struct stat *st);

/*
 * The name of the next file, which begins at @wall_ns, into f->wanted. -EBUSY: its turn will come
 * later, as those before are still on their way to the disk, and f->wanted is "". Or -errno.
 */
int file_series_next_name(struct file_series *f, uint64_t wall_ns);

/* Opens f->wanted, but overwrites nothing yet. -errno. */
int file_series_open_next(struct file_series *f, struct out **out);

/* That becomes the current file, and the writer's. -errno. */
int file_series_take(struct file_series *f, struct out *next);

/*
 * The current one has come to its end. If it is complete, not @torn, it gets its name, without
 * .part; where that fails it is said.
 */
void file_series_hand_over(struct file_series *f, bool torn);

/* Is the current file the one that has its name? */
bool file_series_is_there(const struct file_series *f);

void file_series_close(struct file_series *f);

#endif
