// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* One thing after the other, so that a command is run for a file that is closed, and in order. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "capture/base/clock.h"
#include "capture/base/thread.h"
#include "capture/base/wait.h"
#include "capture/write/disk_file.h"
#include "capture/write/fileid.h"
#include "capture/write/indexer.h"
#include "capture/write/lifecycle.h"
#include "capture/write/postrotate.h"
#include "capture/write/printname.h"
#include "capture/write/worker.h"

struct worker {
	struct worker_options o;
	struct lifecycle *life;
	pthread_t thread;
	bool has_thread;
	int bell;			/* eventfd: there is work for the thread */
	int progress;			/* eventfd: it has done some */
	int done;			/* eventfd: it has ended */
	int error;			/* atomic */
	/* The thread's. */
	struct lifecycle_job running;	/* JOB_RUN whose command has not ended; JOB_NONE */
	uint64_t sync_at;
	bool is_not_indexed;		/* the last file, which was told of the first of them */
};

/* ---- jobs ---- */

static void finish(struct worker *w, struct lifecycle_job *job)
{
	lifecycle_done(w->life, job);
	if (job->is_gone)
		disk_file_close(job->disk);
	eventfd_write(w->progress, 1);
}

/* -EINTR would be an end as asked for. */
static void note_error(struct worker *w, const struct disk_file *f, int err, const char *what)
{
	int none = 0, error = err == -EINTR ? -EIO : err;

	say(&w->o.say, "%s: %s: %s", disk_file_path(f), what, strerror(-err));
	__atomic_compare_exchange_n(&w->error, &none, error, false, __ATOMIC_RELAXED,
				    __ATOMIC_RELAXED);
}

static void sync_file(struct worker *w, struct disk_file *f)
{
	int err = disk_file_sync(f);

	if (err)
		note_error(w, f, err, "cannot be brought to the disk");
}

static void print_name(struct worker *w, const struct disk_file *f)
{
	int err = printname_add(w->o.names, disk_file_path(f));

	if (err && err != -EPIPE)
		say(&w->o.say, "%s: cannot print the name, nor those that follow: %s",
		    disk_file_path(f), strerror(-err));
}

/* The captures are there without it, so nothing else comes of a failure. */
static void index_file(struct worker *w, struct disk_file *f)
{
	int err = indexer_add(w->o.index, f);

	if (err && !w->is_not_indexed)
		say(&w->o.say, "warning: %s: the index of its directory cannot be written: %s",
		    disk_file_path(f), strerror(-err));
	w->is_not_indexed = err;
}

static void close_file(struct worker *w, struct lifecycle_job *job)
{
	int err;

	if (w->o.sync && job->wanted)
		sync_file(w, job->disk);
	if (w->o.index && job->wanted && !job->vanishes)
		index_file(w, job->disk);
	err = disk_file_shut(job->disk);
	if (err)
		note_error(w, job->disk, err, "cannot be closed");
	if (w->o.names && !job->vanishes && disk_file_has_place(job->disk))
		print_name(w, job->disk);
	finish(w, job);
}

static void delete_file(struct worker *w, struct lifecycle_job *job)
{
	job->err = job->wanted ? disk_file_unlink(job->disk) : 0;
	if (job->err && job->err != -ENOENT)
		say(&w->o.say, "%s: %s%s", disk_file_path(job->disk),
		    job->err == FILEID_ANOTHER ? "" : "cannot delete: ", disk_file_error(job->err));
	if (w->o.room_matters)
		disk_file_free(job->disk, job->bytes);
	finish(w, job);
}

static void look_at_room(struct worker *w, struct lifecycle_job *job)
{
	job->free_bytes = disk_file_room(job->disk);
	lifecycle_done(w->life, job);
	if (job->is_low)
		say(&w->o.say,
		    "%s: only %llu bytes are free on its disk, and no other file of this run can be deleted",
		    disk_file_path(job->disk), (unsigned long long)job->free_bytes);
}

/* ---- commands ---- */

static void finish_command(struct worker *w, struct lifecycle_job *job)
{
	job->there = disk_file_look(job->disk, &job->bytes);
	finish(w, job);
}

static void start_command(struct worker *w, struct lifecycle_job *job)
{
	int err = postrotate_start(w->o.command, disk_file_path(job->disk), clock_monotonic_ns());

	if (!err) {
		w->running = *job;
		return;
	}
	say(&w->o.say, "%s: cannot start %s: %s%s", disk_file_path(job->disk),
	    postrotate_command(w->o.command), strerror(-err),
	    err == -ENOEXEC ? " (a script has to begin with #!)" : "");
	finish_command(w, job);
}

static void mind_command(struct worker *w)
{
	struct lifecycle_job job = w->running;
	char said[128];

	if (job.kind != JOB_RUN ||
	    !postrotate_has_ended(w->o.command, clock_monotonic_ns(), lifecycle_is_forced(w->life),
				  said, sizeof(said)))
		return;
	if (*said)
		say(&w->o.say, "%s: %s %s", disk_file_path(job.disk),
		    postrotate_command(w->o.command), said);
	w->running.kind = JOB_NONE;
	finish_command(w, &job);
}

static void say_not_run(struct worker *w)
{
	char path[PATH_MAX];
	unsigned n = lifecycle_not_run(w->life, path, sizeof(path));

	if (n)
		say(&w->o.say, "%s: %s was not run%s", path, postrotate_command(w->o.command),
		    n > 1 ? ", nor for the files after it" : "");
}

/* ---- the thread ---- */

static void do_job(struct worker *w, struct lifecycle_job *job)
{
	switch (job->kind) {
	case JOB_RUN:
		start_command(w, job);
		break;
	case JOB_SYNC:
		sync_file(w, job->disk);
		finish(w, job);
		break;
	case JOB_LOOK:
		look_at_room(w, job);
		break;
	case JOB_DELETE:
		delete_file(w, job);
		break;
	case JOB_CLOSE:
		close_file(w, job);
		break;
	case JOB_NONE:
		break;
	}
}

/* False: there was nothing to be done. The time to the next sync begins when one is over. */
static bool do_next(struct worker *w)
{
	bool sync = w->o.sync_ns && clock_monotonic_ns() >= w->sync_at;
	struct lifecycle_job job;

	mind_command(w);
	lifecycle_next(w->life, sync, &job);
	do_job(w, &job);
	if (sync && job.kind != JOB_RUN)
		w->sync_at = clock_monotonic_ns() + w->o.sync_ns;
	return job.kind != JOB_NONE;
}

static int ms_until(uint64_t then)
{
	uint64_t now = clock_monotonic_ns();

	if (then == UINT64_MAX)
		return -1;
	return then <= now ? 0 : (int)min_of((then - now) / 1000000 + 1, (uint64_t)INT_MAX);
}

static void wait_for_work(const struct worker *w)
{
	struct pollfd fds[] = {
		{ .fd = w->bell, .events = POLLIN },
		{ .fd = w->running.kind == JOB_RUN ? postrotate_fd(w->o.command) : -1,
		  .events = POLLIN },
	};
	uint64_t due = w->o.sync_ns ? w->sync_at : UINT64_MAX;
	eventfd_t n;

	if (w->running.kind == JOB_RUN)
		due = min_of(due, postrotate_due(w->o.command));
	wait_ready(fds, 2, ms_until(due));
	eventfd_read(w->bell, &n);
}

static void *work(void *worker)
{
	struct worker *w = worker;

	w->sync_at = clock_monotonic_ns() + w->o.sync_ns;
	while (!lifecycle_has_ended(w->life)) {
		wait_for_work(w);
		while (do_next(w))
			;
	}
	say_not_run(w);
	if (w->o.index)
		indexer_finish(w->o.index);
	eventfd_write(w->done, 1);
	return NULL;
}

int worker_start(struct worker *w)
{
	int err = thread_start(&w->thread, work, w);

	w->has_thread = !err;
	return err;
}

/* ---- for those who wait for it ---- */

static void worker_closep(struct worker **w)
{
	worker_close(*w, 0);
}

int worker_open(struct worker **worker, struct lifecycle *life, const struct worker_options *o)
{
	cleanup(worker_closep) struct worker *w = calloc(1, sizeof(*w));

	if (!w) {
		postrotate_close(o->command);
		printname_close(o->names);
		indexer_close(o->index);
		return -ENOMEM;
	}
	w->o = *o;
	w->life = life;
	w->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->progress = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->bell < 0 || w->progress < 0 || w->done < 0)
		return -errno;
	*worker = steal(&w);
	return 0;
}

void worker_ring(const struct worker *w)
{
	eventfd_write(w->bell, 1);
}

/* 1: @fd is readable. 0: time is up. -EINTR. */
static int wait_for(int fd, int interrupt_fd, int ms)
{
	struct pollfd fds[] = { { .fd = fd, .events = POLLIN },
				{ .fd = interrupt_fd, .events = POLLIN } };
	int n;

	do
		n = wait_ready(fds, 2, ms);
	while (n < 0 && errno == EINTR);
	if (fds[0].revents)
		return 1;
	return fds[1].revents ? -EINTR : 0;
}

bool worker_progress(const struct worker *w, int interrupt_fd)
{
	eventfd_t n;

	if (wait_for(w->progress, interrupt_fd, -1) != 1)
		return false;
	eventfd_read(w->progress, &n);
	return wait_for(-1, interrupt_fd, 0) == 0;
}

int worker_wait(const struct worker *w, int interrupt_fd, int ms)
{
	return wait_for(w->done, interrupt_fd, ms);
}

int worker_error(const struct worker *w)
{
	return __atomic_load_n(&w->error, __ATOMIC_RELAXED);
}

bool worker_close(struct worker *w, int ms)
{
	if (!w)
		return true;
	if (w->has_thread) {
		if (worker_wait(w, -1, ms) != 1) {
			pthread_detach(w->thread);
			return false;
		}
		pthread_join(w->thread, NULL);
	}
	postrotate_close(w->o.command);
	printname_close(w->o.names);
	indexer_close(w->o.index);
	if (w->bell >= 0)
		close(w->bell);
	if (w->progress >= 0)
		close(w->progress);
	if (w->done >= 0)
		close(w->done);
	free(w);
	return true;
}
