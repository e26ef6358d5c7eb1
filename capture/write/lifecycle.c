// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What may happen to a file in which state, for both sides. What is not static is one step, under
 * the lock.
 */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/write/fileid.h"
#include "capture/write/lifecycle.h"
#include "capture/write/roster.h"

struct lifecycle {
	pthread_mutex_t lock;		/* of all that follows */
	struct lifecycle_limits limits;
	struct roster roster;
	uint64_t n_begun;
	uint64_t stuck_bytes;		/* in those that could not be deleted */
	enum lifecycle_room room;	/* FULL, LOW: for ever */
	bool look;			/* at the free space */
	bool is_crowded;		/* which was told */
	bool is_ending, is_forced;
};

static struct roster_file *oldest(const struct lifecycle *l, enum file_state s)
{
	return l->roster.lists[s].oldest;
}

static unsigned n_in(const struct lifecycle *l, enum file_state s)
{
	return l->roster.lists[s].n;
}

static unsigned n_unclosed(const struct lifecycle *l)
{
	return n_in(l, COMPLETE) + n_in(l, CLOSING);
}

static void unlock(pthread_mutex_t **lock)
{
	pthread_mutex_unlock(*lock);
}

/* To the end of the block. */
#define locked(l)										\
	cleanup(unlock) is_unused pthread_mutex_t *lock_ = &(l)->lock;				\
	pthread_mutex_lock(lock_)

/* ---- limits ---- */

/* The youngest file stays in any case. False: nothing can be deleted. */
static bool doom_oldest(struct lifecycle *l)
{
	struct roster_file *f = oldest(l, KEPT);

	if (!f || f == roster_youngest(&l->roster))
		return false;
	roster_move(&l->roster, f, KEPT, DOOMED);
	return true;
}

static bool is_over(const struct lifecycle *l)
{
	return l->limits.max_disk && l->roster.bytes + l->stuck_bytes > l->limits.max_disk;
}

static bool has_too_many(const struct lifecycle *l, unsigned more)
{
	return l->limits.n_files && l->roster.n_named > l->limits.n_files + more;
}

static void trim(struct lifecycle *l)
{
	while ((has_too_many(l, 0) || is_over(l)) && doom_oldest(l))
		;
}

/* One too many is no matter: the command of the file before the current one has hardly begun. */
static bool is_newly_crowded(struct lifecycle *l)
{
	if (l->is_crowded || !has_too_many(l, 1))
		return false;
	l->is_crowded = roster_oldest(&l->roster)->wants_command;
	return l->is_crowded;
}

/* ---- the capture's side ---- */

bool lifecycle_ready(struct lifecycle *l)
{
	locked(l);
	return n_unclosed(l) < LIFECYCLE_UNCLOSED &&
	       (!l->limits.patient || l->roster.n_busy < LIFECYCLE_QUEUE);
}

/* A file that vanishes loses its name when it is closed: that is the worker's. */
static bool may_be_claimed(const struct roster_file *f)
{
	if (f->state == COMPLETE || f->state == CLOSING)
		return !f->wants_command && !f->vanishes;
	return f->state == KEPT;
}

int lifecycle_claim(struct lifecycle *l, const char *path, struct roster_file **claimed,
		    struct disk_file **disk)
{
	struct roster_file *f;

	locked(l);
	*claimed = NULL;
	f = roster_find(&l->roster, path);
	if (!f)
		return 0;
	assert(!f->is_claimed);
	if (f->is_displaced)
		return -EEXIST;
	if (!may_be_claimed(f))
		return -EBUSY;
	f->is_claimed = true;
	if (f->state == KEPT)
		roster_move(&l->roster, f, KEPT, CLAIMED);
	*claimed = f;
	*disk = f->disk;
	return 0;
}

/* The worker may have closed it meanwhile. */
int lifecycle_claimed(struct lifecycle *l, struct roster_file *f, int err)
{
	enum file_state state;

	locked(l);
	assert(f->is_claimed);
	state = f->state;
	roster_take(&l->roster, f, state);
	f->is_claimed = false;
	f->is_displaced = err == FILEID_ANOTHER;
	f->has_name = err && err != -ENOENT;
	if (state == CLAIMED)
		state = f->is_displaced ? DISPLACED : f->has_name ? KEPT : DOOMED;
	roster_put(&l->roster, f, state);
	return f->is_displaced ? -EEXIST : f->has_name ? err : 0;
}

/* True: its command is left out, for it would get the wrong file. */
static bool lose_name(struct lifecycle *l, struct roster_file *f)
{
	enum file_state state = f->state;
	bool left_out = f->wants_command && state != RUNNING;

	assert(!f->is_claimed);
	roster_take(&l->roster, f, state);
	f->has_name = f->is_displaced = false;
	f->wants_command &= state == RUNNING;
	roster_put(&l->roster, f,
		   state == WAITING || state == KEPT || state == DISPLACED ? DOOMED : state);
	return left_out;
}

int lifecycle_begin(struct lifecycle *l, struct disk_file *disk, const char *path,
		    struct roster_file **begun, unsigned *news)
{
	struct roster_file *namesake, *f = malloc(sizeof(*f));

	*news = 0;
	if (!f)
		return -ENOMEM;
	locked(l);
	assert(!oldest(l, CURRENT));
	while ((namesake = roster_find(&l->roster, path)))
		if (lose_name(l, namesake))
			*news |= LIFECYCLE_LEFT_OUT;
	*f = (struct roster_file){
		.number = ++l->n_begun, .has_name = true, .disk = disk, .path = path
	};
	roster_put(&l->roster, f, CURRENT);
	trim(l);
	if (is_newly_crowded(l))
		*news |= LIFECYCLE_CROWDED;
	*begun = f;
	return 0;
}

bool lifecycle_complete(struct lifecycle *l, struct roster_file *f, uint64_t bytes, bool vanishes,
			bool wants_command)
{
	locked(l);
	roster_take(&l->roster, f, CURRENT);
	f->bytes = bytes;
	f->vanishes = vanishes;
	/* one of them runs */
	f->wants_command = wants_command && l->roster.n_busy <= LIFECYCLE_QUEUE;
	roster_put(&l->roster, f, COMPLETE);
	return f->wants_command == wants_command;
}

enum lifecycle_room lifecycle_room(struct lifecycle *l, uint64_t bytes, bool look, bool *news)
{
	struct roster_file *current;

	locked(l);
	*news = false;
	current = oldest(l, CURRENT);
	l->look |= look;
	if (current) {
		roster_take(&l->roster, current, CURRENT);
		current->bytes = bytes;
		roster_put(&l->roster, current, CURRENT);
	}
	while (is_over(l) && doom_oldest(l))
		;
	if (l->room != LIFECYCLE_ROOM || !is_over(l))
		return l->room;
	if (n_unclosed(l) || (l->limits.patient && l->roster.n_busy))
		return LIFECYCLE_SOON;
	*news = true;
	return l->room = LIFECYCLE_FULL;
}

void lifecycle_end(struct lifecycle *l, bool force)
{
	locked(l);
	l->is_ending = true;
	l->is_forced |= force;
}

unsigned lifecycle_busy(struct lifecycle *l, char *path, size_t cap)
{
	const struct roster_file *f;

	locked(l);
	f = oldest(l, RUNNING);
	for (enum file_state s = CURRENT; !f && s < N_STATES; s++)
		f = oldest(l, s);
	snprintf(path, cap, "%s", f ? f->path : "");
	return l->roster.n_busy;
}

/* ---- the worker's side ---- */

static void hand_out(struct lifecycle_job *job, enum job_kind kind, struct roster_file *f)
{
	*job = (struct lifecycle_job){
		.kind = kind,
		.file = f,
		.disk = f->disk,
		.bytes = f->bytes,
		.vanishes = f->vanishes,
		.wanted = f->has_name,
	};
}

/* Stays the capture's. */
static void lend(struct lifecycle_job *job, enum job_kind kind, struct roster_file *f)
{
	hand_out(job, kind, f);
	f->is_lent = true;
}

/* One command at a time; room is made before more is closed. */
void lifecycle_next(struct lifecycle *l, bool sync, struct lifecycle_job *job)
{
	struct roster_file *current, *f;

	locked(l);
	*job = (struct lifecycle_job){ .kind = JOB_NONE };
	current = oldest(l, CURRENT);
	if (!n_in(l, RUNNING) && !l->is_forced && (f = oldest(l, WAITING))) {
		roster_move(&l->roster, f, WAITING, RUNNING);
		hand_out(job, JOB_RUN, f);
	} else if (sync && current) {
		lend(job, JOB_SYNC, current);
	} else if (l->look && current) {
		l->look = false;
		lend(job, JOB_LOOK, current);
	} else if ((f = oldest(l, DOOMED))) {
		roster_move(&l->roster, f, DOOMED, DELETING);
		hand_out(job, JOB_DELETE, f);
	} else if ((f = oldest(l, COMPLETE))) {
		assert(!f->is_lent);
		roster_move(&l->roster, f, COMPLETE, CLOSING);
		hand_out(job, JOB_CLOSE, f);
		job->wanted = !l->is_forced;
	}
}

static void put_or_forget(struct lifecycle *l, struct roster_file *f, struct lifecycle_job *job,
			  enum file_state to)
{
	if (to != NOWHERE) {
		roster_put(&l->roster, f, to);
		return;
	}
	assert(!f->is_claimed && !f->is_lent);
	job->is_gone = true;
	free(f);
}

/* Of a file that is closed. NOWHERE: it is forgotten, as nobody has to know it any more. */
static enum file_state place_of(const struct lifecycle *l, const struct roster_file *f)
{
	if (f->is_claimed)
		return CLAIMED;
	if (f->is_displaced)
		return DISPLACED;
	if (!f->has_name || f->vanishes)
		return NOWHERE;
	if (f->wants_command)
		return WAITING;
	return l->limits.n_files || l->limits.max_disk || l->limits.min_free ? KEPT : NOWHERE;
}

static void closed(struct lifecycle *l, struct lifecycle_job *job)
{
	struct roster_file *f = job->file;

	roster_take(&l->roster, f, CLOSING);
	put_or_forget(l, f, job, place_of(l, f));
	trim(l);
}

/* A command may make the file larger or smaller, or take it away. */
static void has_run(struct lifecycle *l, struct lifecycle_job *job)
{
	struct roster_file *f = job->file;

	roster_take(&l->roster, f, RUNNING);
	f->wants_command = false;
	f->bytes = job->bytes;
	put_or_forget(l, f, job, job->there ? place_of(l, f) : NOWHERE);
	trim(l);
}

/* What could not be deleted goes on to take its room. */
static void deleted(struct lifecycle *l, struct lifecycle_job *job)
{
	struct roster_file *f = job->file;

	roster_take(&l->roster, f, DELETING);
	f->is_displaced = f->has_name && job->err == FILEID_ANOTHER;
	if (job->err && job->err != -ENOENT && job->err != FILEID_ANOTHER)
		l->stuck_bytes += f->bytes;
	l->look |= l->limits.min_free != 0;
	put_or_forget(l, f, job, f->is_displaced ? DISPLACED : NOWHERE);
}

/* One file at a time; when it is gone there is another look. */
static void looked(struct lifecycle *l, struct lifecycle_job *job)
{
	if (job->free_bytes >= l->limits.min_free || n_in(l, DOOMED) || doom_oldest(l) ||
	    n_unclosed(l))
		return;
	job->is_low = l->room == LIFECYCLE_ROOM;
	if (job->is_low)
		l->room = LIFECYCLE_DISK_LOW;
}

void lifecycle_done(struct lifecycle *l, struct lifecycle_job *job)
{
	locked(l);
	if (job->kind == JOB_SYNC || job->kind == JOB_LOOK)
		job->file->is_lent = false;
	switch (job->kind) {
	case JOB_RUN:
		has_run(l, job);
		break;
	case JOB_CLOSE:
		closed(l, job);
		break;
	case JOB_DELETE:
		deleted(l, job);
		break;
	case JOB_LOOK:
		looked(l, job);
		break;
	case JOB_SYNC:
	case JOB_NONE:
		break;
	}
}

bool lifecycle_has_ended(struct lifecycle *l)
{
	locked(l);
	return l->is_ending && !n_unclosed(l) && !n_in(l, RUNNING) &&
	       (l->is_forced || (!n_in(l, WAITING) && !n_in(l, DOOMED)));
}

bool lifecycle_is_forced(struct lifecycle *l)
{
	locked(l);
	return l->is_forced;
}

unsigned lifecycle_not_run(struct lifecycle *l, char *path, size_t cap)
{
	locked(l);
	snprintf(path, cap, "%s", oldest(l, WAITING) ? oldest(l, WAITING)->path : "");
	return n_in(l, WAITING);
}

/* ---- start, end, tests ---- */

int lifecycle_open(struct lifecycle **lifecycle, const struct lifecycle_limits *limits)
{
	struct lifecycle *l = calloc(1, sizeof(*l));

	if (!l || roster_init(&l->roster)) {
		free(l);
		return -ENOMEM;
	}
	l->limits = *limits;
	pthread_mutex_init(&l->lock, NULL);
	*lifecycle = l;
	return 0;
}

struct disk_file *lifecycle_drop(struct lifecycle *l)
{
	struct roster_file *f = NULL;
	struct disk_file *disk;

	locked(l);
	for (enum file_state s = CURRENT; !f && s < N_STATES; s++)
		f = oldest(l, s);
	if (!f)
		return NULL;
	roster_take(&l->roster, f, f->state);
	disk = f->disk;
	free(f);
	return disk;
}

struct lifecycle *lifecycle_close(struct lifecycle *l)
{
	if (!l)
		return NULL;
	while (lifecycle_drop(l))
		;
	roster_fini(&l->roster);
	pthread_mutex_destroy(&l->lock);
	free(l);
	return NULL;
}

size_t lifecycle_check(struct lifecycle *l, uint64_t *image, size_t cap)
{
	size_t at;

	locked(l);
	for (const struct roster_file *f = oldest(l, KEPT); f; f = f->younger)
		assert(f->has_name && !f->wants_command && !f->is_claimed && !f->is_displaced &&
		       !f->is_lent);
	for (const struct roster_file *f = oldest(l, CLAIMED); f; f = f->younger)
		assert(f->is_claimed);
	at = roster_check(&l->roster, image, cap);
	assert(at + 2 <= cap);
	image[at++] = l->stuck_bytes;
	image[at++] = l->room | l->look << 8 | l->is_crowded << 9 | l->is_ending << 10 |
		      l->is_forced << 11;
	return at;
}
