// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The capture's side: it tells the lifecycle of files what happens, and wakes the worker. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/clock.h"
#include "capture/base/util.h"
#include "capture/write/disk_file.h"
#include "capture/write/fileid.h"
#include "capture/write/folder.h"
#include "capture/write/indexer.h"
#include "capture/write/lifecycle.h"
#include "capture/write/out.h"
#include "capture/write/postrotate.h"
#include "capture/write/printname.h"
#include "capture/write/retention.h"
#include "capture/write/worker.h"

enum {
	PATIENCE_MS	= 1000,			/* before it is said what is waited for */
	/* between two sentences about commands that are left out */
	LEFT_OUT_NS	= 1000 * 1000 * 1000,
	/* for what cannot be interrupted, before it is left alone */
	FORCED_MS	= 1000,
	LOOK_NS		= 20 * 1000 * 1000,	/* between two looks at the free space */
};

struct retention {
	struct lifecycle_limits limits;
	struct lifecycle *life;
	struct worker *worker;
	const char *command;		/* as it was given; NULL: none */
	struct say say;
	int interrupt_fd;		/* the caller's */
	/* the worker, in a system call: it was waited for long enough */
	bool hangs;
	struct folder *folder;		/* of the last file; NULL */
	struct roster_file *file;	/* the current one; NULL */
	struct disk_file *disk;		/* its */
	uint64_t n_left_out;		/* commands, since one was last accepted */
	uint64_t left_out_ns;		/* when that was last said */
	/* when the worker was last asked to look at the free space */
	uint64_t looked_ns;
};

static void retention_closep(struct retention **r)
{
	retention_close(*r);
}

/* ---- start and end ---- */

static int open_worker(struct retention *r, const struct retention_options *o)
{
	struct worker_options wo = {
		.sync = o->sync != RETENTION_SYNC_NEVER,
		.sync_ns = o->sync == RETENTION_SYNC_EVERY ? o->sync_ns : 0,
		.room_matters = o->min_free,
		.say = r->say,
	};
	int err = o->command ? postrotate_open(&wo.command, o->command, o->command_ns) : 0;

	if (!err && o->print_name)
		err = printname_open(&wo.names, o->print_name, r->interrupt_fd);
	if (!err && o->index)
		err = indexer_open(&wo.index);
	if (err) {
		postrotate_close(wo.command);
		printname_close(wo.names);
		return err;
	}
	r->command = wo.command ? postrotate_command(wo.command) : NULL;
	return worker_open(&r->worker, r->life, &wo);
}

int retention_open(struct retention **retention, const struct retention_options *o,
		   const struct say *to, int interrupt_fd)
{
	cleanup(retention_closep) struct retention *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	r->limits = (struct lifecycle_limits){ o->n_files, o->max_disk, o->min_free, o->patient };
	r->say = *to;
	r->interrupt_fd = interrupt_fd;
	err = lifecycle_open(&r->life, &r->limits);
	if (!err)
		err = open_worker(r, o);
	if (err)
		return err;
	*retention = steal(&r);
	return 0;
}

int retention_start(struct retention *r)
{
	return worker_start(r->worker);
}

static void say_what_is_waited_for(struct retention *r)
{
	char path[PATH_MAX];
	unsigned n_busy = lifecycle_busy(r->life, path, sizeof(path));

	if (n_busy)
		say(&r->say, "%s: waiting for %s, %u to go; a signal ends that", path, r->command,
		    n_busy);
	else	/* at last for what belongs to no file any more */
		say(&r->say, "%s%swaiting for the disk; a signal ends that", path,
		    *path ? ": " : "");
}

static void end(struct retention *r, bool force)
{
	lifecycle_end(r->life, force);
	worker_ring(r->worker);
}

/* The first one was said. */
static void say_left_out(struct retention *r)
{
	if (r->n_left_out > 1)
		say(&r->say, "%s was left out for %llu files", r->command,
		    (unsigned long long)r->n_left_out);
	r->n_left_out = 0;
}

int retention_finish(struct retention *r, int interrupt_fd)
{
	int ended;

	say_left_out(r);
	end(r, false);
	ended = worker_wait(r->worker, interrupt_fd, PATIENCE_MS);
	if (!ended) {
		say_what_is_waited_for(r);
		ended = worker_wait(r->worker, interrupt_fd, -1);
	}
	if (ended != -EINTR)
		return worker_error(r->worker);
	end(r, true);
	r->hangs = worker_wait(r->worker, -1, FORCED_MS) != 1;
	return -EINTR;
}

/* What a worker that hangs uses has to stay. */
struct retention *retention_close(struct retention *r)
{
	struct disk_file *disk;

	if (!r)
		return NULL;
	if (r->worker) {
		end(r, true);
		if (!worker_close(r->worker, r->hangs ? 0 : FORCED_MS))
			return NULL;
	}
	while (r->life && (disk = lifecycle_drop(r->life)))
		disk_file_close(disk);
	lifecycle_close(r->life);
	folder_close(r->folder);
	free(r);
	return NULL;
}

/* ---- files ---- */

static bool wait_for_progress(const struct retention *r)
{
	return r->limits.patient && worker_progress(r->worker, r->interrupt_fd);
}

bool retention_ready(struct retention *r)
{
	bool ready;

	do
		ready = lifecycle_ready(r->life);
	while (!ready && wait_for_progress(r));
	return ready;
}

static void say_news(struct retention *r, const char *path, unsigned news)
{
	if (news & LIFECYCLE_LEFT_OUT)
		say(&r->say, "%s: %s is left out: the next file has the same name", path,
		    r->command);
	if (news & LIFECYCLE_CROWDED)
		say(&r->say, "there are more than %u files: the oldest ones wait for %s",
		    r->limits.n_files, r->command);
}

int retention_current(struct retention *r, const struct out *out, const char *path)
{
	struct disk_file *disk;
	unsigned news;
	int err = disk_file_open(&disk, out, path, &r->folder);

	if (err)
		return err;
	err = lifecycle_begin(r->life, disk, disk_file_path(disk), &r->file, &news);
	if (err) {
		disk_file_close(disk);
		return err;
	}
	r->disk = disk;
	say_news(r, path, news);
	worker_ring(r->worker);
	return 0;
}

/*
 * Where files come too fast, this happens for many of them, with some in between for which there is
 * room.
 */
static void leave_out(struct retention *r, const char *path)
{
	if (r->n_left_out++)
		return;
	r->left_out_ns = clock_monotonic_ns();
	say(&r->say, "%s: %s is left out: %d files wait for it", path, r->command, LIFECYCLE_QUEUE);
}

/* Not a ring of one file, nor one that somebody has moved. */
static bool can_be_run_for(struct retention *r, bool vanishes)
{
	uint64_t bytes;

	if (!r->command || vanishes || !disk_file_has_place(r->disk))
		return false;
	if (disk_file_look(r->disk, &bytes))
		return true;
	say(&r->say, "%s: %s is left out: the file is not there any more", disk_file_path(r->disk),
	    r->command);
	return false;
}

void retention_file(struct retention *r, struct out *out)
{
	char path[PATH_MAX];
	uint64_t bytes;
	bool vanishes, run;

	if (!r->file) {		/* retention_current() failed */
		out_close(out);
		return;
	}
	bytes = out_size(out);
	vanishes = !bytes && !out_has_ended(out);
	run = can_be_run_for(r, vanishes);
	strcpy(path, disk_file_path(r->disk));
	disk_file_give(r->disk, out);
	if (!lifecycle_complete(r->life, r->file, bytes, vanishes, run))
		leave_out(r, path);
	else if (run && r->n_left_out && clock_monotonic_ns() - r->left_out_ns >= LEFT_OUT_NS)
		say_left_out(r);
	r->file = NULL;
	r->disk = NULL;
	worker_ring(r->worker);
}

/*
 * Its name is ours to take away until we have told how that went, whatever the worker does with the
 * file.
 */
static int try_claim(struct retention *r, const char *path)
{
	struct roster_file *f;
	struct disk_file *disk;
	int was, err = lifecycle_claim(r->life, path, &f, &disk);

	if (err || !f)
		return err;
	was = disk_file_unlink(disk);
	err = lifecycle_claimed(r->life, f, was);
	if (was == FILEID_ANOTHER)
		say(&r->say, "%s: %s", path, disk_file_error(was));
	worker_ring(r->worker);
	return err;
}

int retention_claim(struct retention *r, const char *path)
{
	int err;

	do
		err = try_claim(r, path);
	while (err == -EBUSY && wait_for_progress(r));
	return err;
}

/* ---- room ---- */

static void say_full(struct retention *r)
{
	char path[PATH_MAX];

	say(&r->say,
	    "the files of this run have reached %llu bytes, and there is no other one to delete%s",
	    (unsigned long long)r->limits.max_disk,
	    lifecycle_busy(r->life, path, sizeof(path))
		    ? ": those that were finished wait for their command"
		    : "");
}

static bool is_time_to_look(struct retention *r)
{
	uint64_t now = r->limits.min_free ? clock_monotonic_ns() : 0;

	if (!r->limits.min_free || now - r->looked_ns < LOOK_NS)
		return false;
	r->looked_ns = now;
	return true;
}

enum retention_room retention_room(struct retention *r, uint64_t bytes)
{
	static const enum retention_room rooms[] = {
		[LIFECYCLE_ROOM] = RETENTION_ROOM,
		[LIFECYCLE_SOON] = RETENTION_ROOM,
		[LIFECYCLE_FULL] = RETENTION_FULL,
		[LIFECYCLE_DISK_LOW] = RETENTION_DISK_LOW,
	};
	bool look = is_time_to_look(r), newly_full;
	enum lifecycle_room room;

	do {
		room = lifecycle_room(r->life, bytes, look, &newly_full);
		if (r->limits.max_disk || look)
			worker_ring(r->worker);
	} while (room == LIFECYCLE_SOON && wait_for_progress(r));
	if (newly_full)
		say_full(r);
	return rooms[room];
}
