/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What becomes of capture files: they are brought to the disk and closed, their names are printed,
 * a command is run for each, and the oldest are deleted. All of it in a thread of its own
 * (worker.h), so that a capture never waits for a disk or a program: but for retention_finish()
 * nothing here does, unless "patient". Which file may go when: lifecycle.h.
 */
#ifndef XDPDUMP_WRITE_RETENTION_H
#define XDPDUMP_WRITE_RETENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/base/say.h"

struct retention;
struct out;

enum retention_sync {
	RETENTION_SYNC_CLOSE,	/* when a file is complete */
	RETENTION_SYNC_EVERY,	/* and every sync_ns before that */
	RETENTION_SYNC_NEVER,
};

struct retention_options {
	enum retention_sync sync;
	uint64_t sync_ns;
	/* a program, run with the name of each finished file as its argument; NULL: none */
	const char *command;
	uint64_t command_ns;	/* after which it is killed; 0: POSTROTATE_NS */
	/* where names go: a file, "-" or "stdout", "stderr"; NULL: nowhere */
	const char *print_name;
	/* what out_draft() tells of files is put into the index of their directory */
	bool index;
	unsigned n_files;	/* that may exist, the current one included; 0: any number */
	uint64_t max_disk;	/* bytes of all files of this run (st_size); 0: no limit */
	uint64_t min_free;	/* bytes that stay free where the files are (f_bavail); 0: none */
	/* nothing is lost meanwhile: wait rather than pile files up or leave commands out */
	bool patient;
};

/*
 * @o and its strings are copied or used here only. What goes wrong with a file is told by @say.
 * Opens print_name, which may wait for the reader of a FIFO and end with -EINTR when @interrupt_fd
 * becomes readable, which ends the waits of the patient as well. -ENOENT, -EACCES: no such command
 * (postrotate_find(), to be asked earlier for a clear sentence). Otherwise as printname_open(), or
 * -errno for want of memory or descriptors.
 */
int retention_open(struct retention **r, const struct retention_options *o, const struct say *say,
		   int interrupt_fd);

/*
 * Starts the thread, in which all signals are blocked: once rights are given up, which a thread
 * inherits, and before another file or the end is waited for. -errno.
 */
int retention_start(struct retention *r);

/*
 * May another file begin? False: too many are still on their way to the disk (or interrupted): stay
 * with the current one for now.
 */
bool retention_ready(struct retention *r);

/*
 * @path is about to be opened as the next file. A file of this run that stands there is deleted
 * (its blocks are freed in the thread), brought to the disk or not. 0: go on. -EBUSY: it has to
 * stay, as its command has not ended, or is just being closed or deleted. -EEXIST: another file has
 * taken its place, which was said once; it is not ours. Take another name then, or stay with the
 * current file. Otherwise -errno: it cannot be deleted.
 */
int retention_claim(struct retention *r, const char *path);

/*
 * @out, opened as @path, is the file that is being written from now on: never deleted, but counted.
 * Borrowed.
 * -errno.
 */
int retention_current(struct retention *r, const struct out *out, const char *path);

/*
 * The current file is complete, all has been written to @out. Takes it; there is no current file
 * afterwards.
 */
void retention_file(struct retention *r, struct out *out);

enum retention_room {
	RETENTION_ROOM,		/* go on; perhaps the oldest file is on its way out */
	/* max_disk is reached and nothing can be deleted: stop, as asked for; it was said */
	RETENTION_FULL,
	/* less than min_free is left, nothing can be deleted: stop, incomplete; it was said */
	RETENTION_DISK_LOW,
};

/* To be asked often, every 0.1 s or so: is there room to go on, with @bytes in the current file? */
enum retention_room retention_room(struct retention *r, uint64_t bytes);

/*
 * No more files come. Waits until all are on the disk and closed and their commands have ended;
 * says so if that takes longer than a second. When @interrupt_fd (-1: none) becomes readable the
 * running command is killed, those that wait are left out, which is said, and the result is -EINTR.
 * Otherwise the first error of a sync or close (-errno), which was said when it happened with the
 * name of the file: the output is not complete. Or 0.
 */
int retention_finish(struct retention *r, int interrupt_fd);

/*
 * Releases. Without retention_finish() before, as after its -EINTR: nothing is waited for. Returns
 * NULL.
 */
struct retention *retention_close(struct retention *r);

#endif
