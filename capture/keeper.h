/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What becomes of capture files: they are brought to the disk and closed, their names are printed, a command is run for
 * each, and the oldest are deleted. All of it in a thread of its own, so that a capture never waits for a disk or a program:
 * but for keeper_finish() nothing here does, unless "patient".
 */
#ifndef XDPDUMP_KEEPER_H
#define XDPDUMP_KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct keeper;
struct out;

enum keeper_sync {
	KEEPER_SYNC_CLOSE,	/* when a file is complete */
	KEEPER_SYNC_EVERY,	/* and every sync_ns before that */
	KEEPER_SYNC_NEVER,
};

enum {
	KEEPER_QUEUE	= 64,	/* finished files that may wait for their command */
	KEEPER_UNCLOSED	= 16,	/* those that may wait for the disk, and hold descriptors */
};

#define KEEPER_COMMAND_NS	(3600 * UINT64_C(1000000000))	/* a command that runs for longer hangs */

struct keeper_options {
	enum keeper_sync sync;
	uint64_t sync_ns;
	const char *command;	/* a program, run with the name of each finished file as its argument; NULL: none */
	uint64_t command_ns;	/* after which it is killed; 0: KEEPER_COMMAND_NS */
	const char *print_name;	/* where names go: a file, "-" or "stdout", "stderr"; NULL: nowhere */
	unsigned n_files;	/* that may exist, the current one included; 0: any number */
	uint64_t max_disk;	/* bytes of all files of this run (st_size); 0: no limit */
	uint64_t min_free;	/* bytes that stay free where the files are (f_bavail); 0: none */
	bool patient;		/* nothing is lost meanwhile: wait rather than let files pile up or leave a command out */
};

/* One sentence without a newline about what went wrong with a file. Called in any thread. */
typedef void (*keeper_say_fn)(void *ctx, const char *sentence);

/*
 * Starts the thread, in which all signals are blocked. @o and its strings are copied or used here only. Opens print_name as
 * out_open() does, which may wait for the reader of a FIFO and end with -EINTR when @interrupt_fd becomes readable, which
 * ends the waits of the patient as well. -ENOENT, -EACCES: no such command (command_find(), to be asked earlier for a clear
 * sentence). Otherwise -errno of print_name or for want of memory.
 */
int keeper_open(struct keeper **k, const struct keeper_options *o, keeper_say_fn say, void *ctx, int interrupt_fd);

/*
 * May another file begin? False: too many are still on their way to the disk (or interrupted): stay with the current one
 * for now.
 */
bool keeper_ready(struct keeper *k);

/*
 * @path is about to be written again, by a ring of names that comes round. A file of this run that stands there is deleted
 * (its blocks are freed in the thread), brought to the disk or not. 0: go on. -EBUSY: its command has not ended, so it has to
 * stay. -EEXIST: another file has taken its place, which was said once; it is not ours. Take another name then, or stay with
 * the current file.
 */
int keeper_claim(struct keeper *k, const char *path);

/* @out, opened as @path, is the file that is being written from now on: never deleted, but counted. Borrowed. -errno. */
int keeper_current(struct keeper *k, const struct out *out, const char *path);

/* The current file is complete, all has been written to @out. Takes it; there is no current file afterwards. */
void keeper_file(struct keeper *k, struct out *out);

enum keeper_room {
	KEEPER_ROOM,		/* go on; perhaps the oldest file is on its way out */
	KEEPER_NO_ROOM,		/* max_disk is reached and nothing can be deleted: stop, as asked for; it was said */
	KEEPER_DISK_LOW,	/* less than min_free is left and nothing can be deleted: stop, incomplete; it was said */
};

/* To be asked often, every 0.1 s or so: is there room to go on, with @bytes in the current file? */
enum keeper_room keeper_room(struct keeper *k, uint64_t bytes);

/*
 * No more files come. Waits until all are on the disk and closed and their commands have ended; says so if that takes
 * longer than a second. When @interrupt_fd (-1: none) becomes readable the running command is killed, those that wait are
 * left out, which is said, and the result is -EINTR. Otherwise the first error of a sync or close (-errno), which was said
 * when it happened with the name of the file: the output is not complete. Or 0.
 */
int keeper_finish(struct keeper *k, int interrupt_fd);

/* Releases. Without keeper_finish() before, as after its -EINTR: nothing is waited for. Returns NULL. */
struct keeper *keeper_close(struct keeper *k);

#endif
